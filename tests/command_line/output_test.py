"""A full device, and runs that fail by their numbers."""

import os
import resource
import signal
import subprocess
import unittest

from driver import LIMES, SMALL, SMALL_SPIKING, CommandLineTest, main


def small_files():
    """Files may not grow beyond 2000 bytes: the disk is full, as far as limes can tell."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


class Output(CommandLineTest):
    def test_a_full_standard_output_is_noticed(self):
        file = self.write("a.toml", SMALL["rate.discrete"])
        for arguments in (["list"], ["show", "rate.discrete"], ["new", "rate.discrete"], ["--help"], ["--version"],
                          ["run", file, "--json"], ["run", file]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([LIMES, *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
                                      cwd=self.folder, timeout=600, check=False)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn("standard output: can't be written: No space left on device", done.stderr)

    def test_a_full_disk_leaves_no_partial_file_under_a_final_name(self):
        for words, text in (("variance", SMALL["rate.discrete"]), ("rate", SMALL_SPIKING)):
            with self.subTest(words=words):
                self.full_disk(text, words, words)

    def full_disk(self, text, words, out):
        file = self.write("a.toml", text)
        done = subprocess.run([LIMES, "run", file, "--out", out], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, cwd=self.folder, timeout=600, check=False, preexec_fn=small_files)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("can't be written", done.stderr)
        self.assertIn(words, done.stdout)  # what was computed is shown all the same
        self.assertFalse(os.path.exists(self.path(out)))
        self.limes("run", file, "--out", out)
        self.assertTrue(os.path.exists(self.path(out, "result.json")))

    def test_a_reader_that_goes_away_is_no_disaster(self):
        process = subprocess.Popen([LIMES, "show", "rate.discrete"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))
        process.stdout.close()
        self.assertIn(process.wait(timeout=60), (0, -signal.SIGPIPE))
        process.stderr.close()

    def test_divergence_is_marked(self):
        text = SMALL["rate.discrete"] + '[coupling]\ndeviation = 5\n'
        file = self.write("a.toml", text.replace("gain = 1.5", 'transfer = "relu"'))
        result = self.run_json(file, "--only", "simulation", status=3)
        self.assertEqual(result["status"], "diverged")
        done = self.limes("run", file, "--only", "simulation", "--out", "run", status=3)
        self.assertIn("DIVERGED", done.stdout)


if __name__ == "__main__":
    main()
