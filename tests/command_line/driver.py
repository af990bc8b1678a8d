"""Drives the built `limes` command. Python 3 standard library only."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

LIMES = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "limes"

SMALL = {
    "rate.discrete": """system = "rate.discrete"
title = "small"
seed = 3
[network]
size = 40
gain = 1.5
[noise]
deviation = 0.3
[simulation]
steps = 120
transient = 30
realisations = 3
""",
    "rate.continuous": """system = "rate.continuous"
title = "small"
seed = 3
[network]
size = 40
[coupling]
deviation = 1.5
[simulation]
duration = 20.0
transient = 5.0
realisations = 3
""",
}


SMALL_SPIKING = """system = "spiking.replica"
title = "small"
seed = 3
[groups]
size = 5
[coupling]
weights = 0.1
[simulation]
duration = 20.0
transient = 5.0
realisations = 3
"""


def reproducible(result):
    """The part of a result that must be the same bits for the same experiment."""
    return json.dumps({k: v for k, v in result.items() if k not in ("seconds", "provenance")})


class CommandLineTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="limes-test-")
        self.folder = self._folder.name

    def tearDown(self):
        self._folder.cleanup()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        mode = "wb" if isinstance(content, bytes) else "w"
        with open(self.path(name), mode) as file:
            file.write(content)
        return self.path(name)

    def limes(self, *arguments, status=0, **options):
        options.setdefault("cwd", self.folder)
        done = subprocess.run([LIMES, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=600, check=False, **options)
        self.assertEqual(done.returncode, status, f"limes {' '.join(arguments)}\n{done.stderr}")
        return done

    def run_json(self, *arguments, status=0, **options):
        return json.loads(self.limes("run", *arguments, "--json", status=status, **options).stdout)

    def start(self, *arguments, stdout=subprocess.PIPE):
        return subprocess.Popen([LIMES, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True,
                                cwd=self.folder)


class RefusalTest(CommandLineTest):
    """Bad input is refused: with these words, this status, nothing on standard output, no file left behind."""

    HEAD = ""  # the first lines of an experiment
    def refused(self, *arguments, says, status=2):
        before = sorted(os.listdir(self.folder))
        done = self.limes(*arguments, status=status)
        self.assertEqual(done.stdout, "")
        for text in says if isinstance(says, tuple) else (says,):
            self.assertIn(text, done.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), before, "a refused run leaves nothing behind")

    def refused_text(self, text, *arguments, says):
        self.write("my.toml", text)
        self.refused("run", "my.toml", "--out", "run", *arguments, says=says)
        self.refused("run", "my.toml", "--json", *arguments, says=says)

    def refused_matrix(self, name, content, says):
        self.write(name, content)
        self.refused_text(self.HEAD + f'[coupling]\nfile = "{name}"\n', says=says)


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
