#!/usr/bin/env python3
"""Runs one rule over the sources: lint.py RULE ROOT.  Proves that it bites: lint.py --self-check RULE.

A rule is a module beside this file with `check(tree)`, which yields findings, and with SAMPLES: small trees of files
and the finding each must give (None where it must give none). Exit codes: 0 clean, 1 findings, 77 cannot be checked.
"""

import importlib
import sys
import tempfile
from pathlib import Path

from tree import CannotCheck, Tree

RULES = ("layers", "libraries", "purity", "text", "formatting")


def report(rule, root):
    findings = sorted(set(rule.check(Tree(root))))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


def findings_of_sample(rule, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return sorted(set(rule.check(Tree(folder))))


def self_check(rule):
    failures = 0
    for title, files, expected in rule.SAMPLES:
        findings = findings_of_sample(rule, files)
        if expected is None:
            as_expected = not findings
        else:
            as_expected = any(expected in finding for finding in findings)
        if not as_expected:
            failures += 1
            print(f"sample '{title}': expected {expected!r}, got {findings}")
    print(f"{len(rule.SAMPLES)} samples, {failures} judged wrongly")
    return 1 if failures or not rule.SAMPLES else 0


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    is_self_check = arguments[0] == "--self-check"
    name = arguments[1] if is_self_check else arguments[0]
    if name not in RULES:
        print(f"lint: {name} is none of {RULES}", file=sys.stderr)
        return 2
    rule = importlib.import_module(name)
    try:
        return self_check(rule) if is_self_check else report(rule, arguments[1])
    except CannotCheck as reason:
        print(f"skipped: {reason}")
        return 77


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
