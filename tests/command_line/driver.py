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

    def start(self, *arguments):
        return subprocess.Popen([LIMES, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                cwd=self.folder)


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
