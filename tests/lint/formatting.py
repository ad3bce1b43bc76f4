"""clang-format has the last word on white space: `clang-format -i FILE` mends what is found here."""

import re
import shutil
import subprocess

from tree import CannotCheck

STYLE = ".clang-format"
FILES_PER_CALL = 40
FINDING = re.compile(r"^(.*?):(\d+):\d+: error: code should be clang-formatted")


def check(tree):
    program = shutil.which("clang-format")
    if program is None:
        raise CannotCheck("clang-format is missing (scripts/bootstrap --tests installs it)")
    names = tree.cpp_files()
    style = "file" if (tree.root / STYLE).exists() else "Google"
    for start in range(0, len(names), FILES_PER_CALL):
        some = names[start:start + FILES_PER_CALL]
        outcome = subprocess.run([program, "--dry-run", "--Werror", f"--style={style}", *some], cwd=tree.root,
                                 capture_output=True, text=True, check=False)
        first_lines = {}
        for line in outcome.stderr.split("\n"):
            match = FINDING.match(line)
            if match:
                first_lines.setdefault(match.group(1), match.group(2))
        for name, line in first_lines.items():
            yield f"{name}:{line}: not formatted; run clang-format -i {name}"
        if outcome.returncode != 0 and not first_lines:
            yield f"clang-format failed: {outcome.stderr.strip()[:200]}"


SAMPLES = [
    ("clean", {"base/a.cpp": "int a;\n"}, None),
    ("not formatted", {"base/a.cpp": "int   a ;\n"}, "base/a.cpp:1: not formatted"),
]
