#!/usr/bin/env python3
"""check_floors.py must find each kind of offence, and none in the project itself."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CHECK = HERE / "check_floors.py"


def run(source):
    done = subprocess.run([sys.executable, CHECK, source], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def offence(path, text):
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "src" / "limes" / path
        place.parent.mkdir(parents=True)
        place.write_text(text + "\n")
        return run(folder)


CASES = [
    ("math/a.hpp", '#include "limes/transfer/transfer.hpp"', "'math' may not include 'transfer'"),
    ("rate/a.cpp", '#include "limes/spiking/model.hpp"', "'rate' may not include 'spiking'"),
    ("system/a.cpp", '#include "limes/experiment/run.hpp"', "'system' may not include 'experiment'"),
    ("rate/theory/a.cpp", "#include <hdf5.h>", "the theory core may not use"),
    ("rate/theory/a.cpp", "#include <thread>", "the theory core may not use"),
    ("rate/theory/a.cpp", '#include "limes/rate/simulation/batch.hpp"', "two witnesses"),
    ("rate/renormalized/theory/a.cpp", '#include "limes/rate/renormalized/simulation/trajectory_batch.hpp"',
     "two witnesses"),
    ("rate/renormalized/theory/a.cpp", "#include <thread>", "the theory core may not use"),
    ("attic/a.cpp", "", "unknown floor"),
]

failures = 0
for path, text, expected in CASES:
    status, printed = offence(path, text)
    if status != 1 or expected not in printed:
        failures += 1
        print(f"not found: {text!r} in {path}: status {status}, {printed!r}")
status, printed = run(HERE.parent.parent)
if status != 0:
    failures += 1
    print(printed)
print(f"{len(CASES) + 1 - failures} passed, {failures} failed")
sys.exit(1 if failures else 0)
