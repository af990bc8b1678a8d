#!/usr/bin/env python3
"""clang-tidy over our own sources: ./scripts/tidy.py [FILE...]; exits 1 where something is found.

Nine tenths of clang-tidy's time go into headers that it only passes through, so the sources are read in batches: one
stand-in file includes a dozen of them. Sources whose private names clash in one file go to another batch. What was found
clean is remembered in build/tidy by a digest of the source, of our headers that it includes, of its flags and of the
checks, and isn't looked at again.
"""

import hashlib
import itertools
import json
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLEAN = os.path.join(ROOT, "build", "tidy")
BATCH = 12
INCLUDE = re.compile(rb'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def own_files(path, seen):
    """The source and our headers below it: quoted includes are ours, relative to src/."""
    if path not in seen and os.path.exists(path):
        seen[path] = content(path)
        for name in INCLUDE.findall(seen[path]):
            own_files(os.path.join(ROOT, "src", name.decode()), seen)
    return seen


def flags_of(entry):
    words = shlex.split(entry["command"])[1:]
    place = words.index("-o")
    return tuple(words[:place] + [word for word in words[place + 2:] if word not in ("-c", entry["file"])])


def sources(wanted):
    """(path, flags, digest) of every source of the compilation database that is in src/ or apps/ and not known as clean."""
    checks = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    checks += content(os.path.join(ROOT, ".clang-tidy"))
    with open(os.path.join(ROOT, "build", "test", "compile_commands.json")) as file:
        entries = json.load(file)
    for entry in sorted(entries, key=lambda e: e["file"]):
        name = os.path.relpath(entry["file"], ROOT)
        if name.startswith(("src/", "apps/")) and (not wanted or name in wanted):
            flags = flags_of(entry)
            digest = hashlib.sha256(checks + " ".join(flags).replace(ROOT, "").encode())
            for path, text in sorted(own_files(entry["file"], {}).items()):
                digest.update(os.path.relpath(path, ROOT).encode() + b"\0" + text + b"\0")
            if not os.path.exists(os.path.join(CLEAN, digest.hexdigest())):
                yield entry["file"], flags, digest.hexdigest()


def tidy(paths, flags, *options):
    """clang-tidy's findings about the sources, read as one file. A single source is read as it stands."""
    path = paths[0]
    if len(paths) > 1:
        path = os.path.join(CLEAN, "batch.cpp")
        options = options or ("--checks=-bugprone-suspicious-include",)
        with open(path, "w") as file:
            file.writelines(f'#include "{p}"\n' for p in paths)
    # Warnings of the compiler are the build's business; a batch has its own (unused names, headers that end early).
    done = subprocess.run(["clang-tidy", "--quiet", *options, path, "--", *flags, "-w"], capture_output=True, text=True,
                          check=False)
    return done.stdout, done.returncode


def clashing(paths, flags):
    """The sources of a batch that don't compile beside those before them."""
    found, _ = tidy(paths, flags, "--checks=-*,readability-delete-null-pointer")
    places = re.findall(r"^(\S+?):\d+:\d+: error: .*\[clang-diagnostic-error\]$", found, re.MULTILINE)
    return [p for p in paths if p in places] or (paths[1:] if places else [])


def batches(left):
    """Splits sources of equal flags into batches that compile."""
    while left:
        batch, left = left[:BATCH], left[BATCH:]
        while len(batch) > 1 and (clash := clashing(batch, flags_by_path[batch[0]])):
            clash = clash if len(clash) < len(batch) else batch[1:]
            batch = [p for p in batch if p not in clash]
            left = left + clash
        yield batch


def main():
    os.makedirs(CLEAN, exist_ok=True)
    todo = list(sources({os.path.relpath(f, ROOT) for f in sys.argv[1:]}))
    digests = {path: digest for path, _, digest in todo}
    flags_by_path.update({path: flags for path, flags, _ in todo})
    bad, count = [], 0
    for flags in sorted(set(flags_by_path.values())):
        alike = [path for path, its, _ in todo if its == flags]
        # Kernels that include themselves once per instruction set must be the main file.
        alone = [[p] for p in alike if b"HWY_TARGET_INCLUDE" in content(p)]
        for batch in itertools.chain(batches([p for p in alike if [p] not in alone]), alone):
            found, status = tidy(batch, flags)
            sys.stdout.write(found)
            count += len(batch)
            places = set(re.findall(r"^(\S+?):\d+:\d+: error: ", found, re.MULTILINE))
            # What is found in a header concerns all who include it.
            dirty = [p for p in batch if p in places or places.difference(batch)] if places or status == 0 else batch
            bad += dirty
            for path in batch:
                if path not in dirty:
                    open(os.path.join(CLEAN, digests[path]), "w").close()
            print(f"tidy: {count} of {len(todo)} sources", file=sys.stderr, flush=True)
    for path in bad:
        print(f"tidy: see {os.path.relpath(path, ROOT)}", file=sys.stderr)
    return 1 if bad else 0


flags_by_path = {}

if __name__ == "__main__":
    sys.exit(main())
