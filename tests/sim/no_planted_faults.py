"""Nothing of base/planted.h is in the programs: not the variable that chooses a fault, and no name of one. Proves first,
on an object compiled with them, that it would see it.

usage: no_planted_faults.py SAMPLE PROGRAM..."""

import os
import re
import subprocess
import sys

SKIPPED = 77
PLANTED = re.compile(r"planted_fault")


def traces(path):
    symbols = subprocess.run(["nm", "--demangle", path], capture_output=True, text=True, check=True).stdout
    found = [line for line in symbols.splitlines() if PLANTED.search(line)]
    with open(path, "rb") as file:
        text = file.read()
    return found + [match.decode("ascii") for match in re.findall(rb"[ -~]*planted_fault[ -~]*", text)]


def main():
    sample, *programs = sys.argv[1:]
    if not traces(sample):
        print(f"{sample} has planted faults, and they were not seen: this test does not bite")
        return 1
    built = [program for program in programs if os.path.exists(program)]
    if len(built) < len(programs):
        print("skipped: not all programs are built")
        return SKIPPED
    failed = False
    for program in built:
        for trace in traces(program):
            print(f"{program}: {trace}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
