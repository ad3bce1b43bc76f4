#!/usr/bin/env python3
"""Counts the instructions of the hot paths, and compares them with what was counted before.

Instructions, unlike seconds, are the same on a busy machine and on an idle one. They are not time: a path that
misses the caches costs more than its count says. Valgrind shows programs a processor of its own, so the count is the
same on every machine with AVX2; it belongs to Debian 12's compiler and libraries.

  paths.py --program build/release/bin/vostro-bench-paths           compares; 1 where a path has grown by more than 5 %
  paths.py --program ... --write "why the figures are new"          writes those that moved by more than 1 %
  paths.py --self-check                                             tries its own rules

Exit code 77: this machine cannot count (no valgrind, no AVX2).
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BASELINE = pathlib.Path(__file__).with_name("baseline.txt")
GROWTH_MAX = 5  # percent
NOISE = 1  # percent: below it a figure is left as it is
SKIPPED = 77


def read_baseline(text):
    """By path: instructions of one unit, and the reason."""
    known = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        path, instructions, reason = line.split(None, 2)
        known[path] = (int(instructions), reason)
    return known


def count(program):
    """By path: instructions of one unit."""
    with tempfile.TemporaryDirectory(prefix="vostro-paths-") as directory:
        out = pathlib.Path(directory)
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}/out", program],
            capture_output=True, text=True, timeout=280)
        if run.returncode != 0:
            sys.exit(f"{program} failed: {run.stderr[-2000:]}")
        units = {path: int(number) for path, number in (line.split() for line in run.stdout.splitlines())}
        totals = {}
        for dump in out.glob("out.*"):
            text = dump.read_text()
            name = re.search(r"^desc: Trigger: Client Request: (.+)$", text, re.MULTILINE)
            total = re.search(r"^summary: (\d+)", text, re.MULTILINE)
            if name and total:
                totals[name.group(1)] = int(total.group(1))
    if totals.keys() != units.keys():
        sys.exit(f"counted {sorted(totals)}, but what ran was {sorted(units)}")
    return {path: round(totals[path] / units[path]) for path in units}


def compare(counted, known):
    """Lines to print, and whether all is well."""
    lines = [f"{'path':<14}{'instructions':>14}{'before':>12}{'change':>9}"]
    well = True
    for path, now in counted.items():
        if path not in known:
            lines.append(f"{path:<14}{now:>14,}{'':>12}{'':>9}  NEW: it has no figure in {BASELINE.name}")
            well = False
            continue
        before = known[path][0]
        change = now / before - 1
        line = f"{path:<14}{now:>14,}{before:>12,}{change:>+9.1%}"
        if now * 100 > before * (100 + GROWTH_MAX):
            line += f"  GROWN: make it cheaper, or say with --write why it has to cost this ({known[path][1]})"
            well = False
        elif now * 100 < before * (100 - GROWTH_MAX):
            line += "  cheaper: --write the new figure, so that it stays so"
        lines.append(line)
    for path in known.keys() - counted.keys():
        lines.append(f"{path:<14}{'':>14}{known[path][0]:>12,}{'':>9}  GONE: take it out of {BASELINE.name}")
        well = False
    return lines, well


def write(counted, known, reason):
    text = BASELINE.read_text() if BASELINE.exists() else ""
    head = "".join(line + "\n" for line in text.splitlines() if line.startswith("#"))
    rows = ""
    for path, now in counted.items():
        before, why = known.get(path, (0, ""))
        if abs(now - before) * 100 > before * NOISE:
            before, why = now, reason
        rows += f"{path:<14}{before:>9}  {why}\n"
    BASELINE.write_text(head + rows)


def self_check():
    """That the rules find what they are for."""
    known = read_baseline("# a comment\n\ndecode 1000  as it was\nencode 200  as it was\n")
    cases = [
        ({"decode": 1050, "encode": 200}, True, ""),
        ({"decode": 1051, "encode": 200}, False, "GROWN"),
        ({"decode": 900, "encode": 200}, True, "cheaper"),
        ({"decode": 1000}, False, "GONE"),
        ({"decode": 1000, "encode": 200, "more": 1}, False, "NEW"),
    ]
    for counted, well, word in cases:
        lines, found = compare(counted, known)
        if found != well or word not in "\n".join(lines):
            sys.exit(f"{counted}: {found}, {lines}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program")
    parser.add_argument("--self-check", action="store_true")
    parser.add_argument("--write", metavar="REASON")
    options = parser.parse_args()
    if options.self_check:
        return self_check()
    if not options.program:
        parser.error("--program is missing")
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed")
        return SKIPPED
    if " avx2 " not in pathlib.Path("/proc/cpuinfo").read_text():
        print("skipped: this processor has no AVX2, and its figures are others")
        return SKIPPED
    known = read_baseline(BASELINE.read_text() if BASELINE.exists() else "")
    counted = count(options.program)
    lines, well = compare(counted, known)
    print("\n".join(lines))
    if options.write:
        write(counted, known, options.write)
        return 0
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
