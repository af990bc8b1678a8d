#!/usr/bin/env python3
"""The dependency rule of the house (docs/architecture.md): an include may only point downwards, families do not know
each other, and the theory core keeps to the standard library, Eigen, Boost.Math (fmt for messages).

usage: check_floors.py SOURCE_DIR
Prints each offending line and exits 1 if there is one.
"""
import pathlib
import re
import sys

FAMILIES = {"rate", "spiking", "jump", "wide"}

# Floor -> floors it may include besides itself.
BELOW = {
    "base": set(),
    "math": {"base"},
    "stats": {"math", "base"},
    "transfer": {"math", "base"},
    "coupling": {"transfer", "math", "base"},
    "coupling_files": {"coupling", "transfer", "math", "base"},
    "compute": {"coupling", "transfer", "math", "base"},
    "system": {"stats", "math", "base"},
}
for family in FAMILIES:
    BELOW[family] = {"system", "compute", "coupling_files", "coupling", "transfer", "stats", "math", "base"}
BELOW["experiment"] = set(BELOW) | FAMILIES

# What the theory core may not touch: files, threads, BLAS, SIMD, result formats.
FORBIDDEN_IN_THEORY = re.compile(
    r"#include\s*<(hdf5|tbb/|oneapi/|hwy/|cblas|lapacke|thread|mutex|future|fstream|filesystem|nlohmann/|toml)")
# Systems with a theory and a simulation: two witnesses that may not see each other.
SYSTEMS = ("rate", "rate/random_modes", "rate/fixed_point_geometry", "rate/renormalized", "spiking")
THEORY_FOLDERS = ("math", "transfer", "coupling", *(f"{system}/theory" for system in SYSTEMS if system != "spiking"))
WITNESSES = {"rate/given_matrix": "rate/simulation"}
for system in SYSTEMS:
    WITNESSES[f"{system}/theory"] = f"{system}/simulation"
    WITNESSES[f"{system}/simulation"] = f"{system}/theory"

INCLUDE = re.compile(r'#include\s*"limes/([^"]+)"')


def offences(source: pathlib.Path):
    root = source / "src" / "limes"
    for path in sorted(root.rglob("*")):
        if path.suffix not in {".hpp", ".cpp", ".ipp"}:
            continue
        relative = path.relative_to(root).as_posix()
        floor = relative.split("/")[0]
        if floor not in BELOW:
            yield f"{relative}: unknown floor '{floor}'; name it in tests/architecture/check_floors.py"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if any(relative.startswith(folder + "/") for folder in THEORY_FOLDERS) and FORBIDDEN_IN_THEORY.search(line):
                yield f"{relative}:{number}: the theory core may not use {line.strip()}"
            match = INCLUDE.search(line)
            if not match:
                continue
            target = match.group(1)
            target_floor = target.split("/")[0]
            if target_floor != floor and target_floor not in BELOW[floor]:
                yield f"{relative}:{number}: '{floor}' may not include '{target_floor}' ({line.strip()})"
            for folder, other in WITNESSES.items():
                if relative.startswith(folder + "/") and target.startswith(other + "/"):
                    yield f"{relative}:{number}: '{folder}' may not see '{other}': they are two witnesses"


def main() -> int:
    found = list(offences(pathlib.Path(sys.argv[1])))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
