"""What stands on a terminal while a run goes on: a progress bar there, and nothing of the kind in a pipe."""

import os
import pty
import re
import subprocess
import unittest

from driver import LIMES, SMALL, CommandLineTest, main

# Long enough for more than one drawing; the bar is drawn at the start of each phase in any case.
TEXT = SMALL["rate.discrete"].replace("size = 40", "size = 200").replace("steps = 120", "steps = 2000")


class Terminal(CommandLineTest):
    def on_terminal(self, *arguments):
        """Runs limes with standard error on a pseudo-terminal: what it wrote there, and on standard output."""
        ours, theirs = pty.openpty()
        with open(self.path("stdout"), "wb") as file:  # a pipe could fill up while only the terminal is read
            process = subprocess.Popen([LIMES, *arguments], stdin=theirs, stdout=file, stderr=theirs, cwd=self.folder)
        os.close(theirs)
        written = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not block:
                break
            written += block
        os.close(ours)
        self.assertEqual(process.wait(timeout=300), 0, written)
        with open(self.path("stdout")) as file:
            return written.decode(), file.read()

    def test_a_terminal_has_a_progress_bar_that_goes_away(self):
        file = self.write("a.toml", TEXT)
        written, stdout = self.on_terminal("run", file)
        for phase in ("theory", "simulation"):
            self.assertRegex(written, rf"\r\x1b\[K{phase} +\[[#.]{{24}}\] +\d+ %")
        self.assertTrue(written.endswith("\r\x1b[K"), "the bar is wiped off at the end")
        self.assertNotIn("\x1b", stdout)
        self.assertIn("variance", stdout)

    def test_lines_fit_the_terminal(self):
        written, _ = self.on_terminal("run", self.write("a.toml", TEXT))
        for line in re.split(r"\r\x1b\[K", written):
            self.assertLess(len(line), 80)  # a pseudo-terminal without a size counts as 80 columns

    def test_json_on_a_terminal_has_the_bar_on_standard_error_only(self):
        written, stdout = self.on_terminal("run", self.write("a.toml", TEXT), "--json")
        self.assertIn("simulation", written)
        self.assertTrue(stdout.startswith("{"))
        self.assertNotIn("\r", stdout)

    def test_a_pipe_has_none(self):
        file = self.write("a.toml", TEXT)
        for extra in ([], ["--json"]):
            done = self.limes("run", file, *extra)
            for text in (done.stdout, done.stderr):
                self.assertNotIn("\r", text)
                self.assertNotIn("\x1b", text)
            self.assertNotIn("%", done.stderr)


if __name__ == "__main__":
    main()
