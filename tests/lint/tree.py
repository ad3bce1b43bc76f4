"""The source tree as the rules see it: files by kind, and C++ text without comments and literals."""

import os
import re
from pathlib import Path

# Folders that are no sources of ours.
SKIPPED_FOLDERS = {".git", "build", "__pycache__", ".cache", "node_modules"}
CPP_SUFFIXES = {".h", ".cpp"}
SCRIPT_SUFFIXES = {".py", ".sh", ".cmake", ".js", ".css", ".html", ".svg"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
# Comments, string literals (raw ones first) and character literals, in one pass, so that neither hides the other.
NOT_CODE = re.compile(
    r'R"([^()\\ ]{0,16})\(.*?\)\1"'
    r"|//[^\n]*"
    r"|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
DIGIT_SEPARATOR = re.compile(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])")


class CannotCheck(Exception):
    """Something the rule needs is missing on this machine."""


def blank(match):
    """As many lines as before, so that line numbers stay."""
    text = match.group(0)
    return re.sub(r"[^\n]", " ", text)


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.files = sorted(self._walk())

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            here = Path(folder)
            folders[:] = [
                name
                for name in folders
                if name not in SKIPPED_FOLDERS and not (here / name / "CMakeCache.txt").exists()
            ]
            for name in names:
                yield (here / name).relative_to(self.root).as_posix()

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def bytes(self, name):
        return (self.root / name).read_bytes()

    def cpp_files(self):
        return [name for name in self.files if Path(name).suffix in CPP_SUFFIXES]

    def source_files(self):
        """Everything a person writes to be run: C++, scripts, build files, the console."""
        return [name for name in self.files if self._is_source(name)]

    def _is_source(self, name):
        path = Path(name)
        if path.suffix in CPP_SUFFIXES | SCRIPT_SUFFIXES or path.name == "CMakeLists.txt":
            return True
        return path.suffix == "" and self.bytes(name).startswith(b"#!")

    def document_files(self):
        return [name for name in self.files if Path(name).suffix in {".md", ".toml", ".json", ".txt"}]

    def code_lines(self, name):
        """(number, code without comments and literals, the line as it stands), from 1."""
        whole = self.text(name)
        code = NOT_CODE.sub(blank, DIGIT_SEPARATOR.sub(" ", whole))
        return zip(range(1, whole.count("\n") + 2), code.split("\n"), whole.split("\n"))

    def includes(self, name):
        """(number, "ours" or "system", path)"""
        for number, line in enumerate(self.text(name).split("\n"), 1):
            match = INCLUDE.match(line)
            if match:
                yield number, "ours" if match.group(1) else "system", match.group(1) or match.group(2)


def house_of(name):
    return name.split("/", 1)[0]
