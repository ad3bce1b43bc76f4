"""What a source may say: ASCII, no left-over notes, no places of one machine, files of a size one can read."""

import re

LINES_MAX = 700

# Written in halves, so that this file does not find itself.
NOTES = re.compile(r"\b(TO" r"DO|FIX" r"ME|HA" r"CK|X" r"XX:|W" r"IP)\b|\bplace" r"holder\b|\bnot (yet )?" r"implemented\b",
                   re.IGNORECASE)
NOTES_UPPER = {"todo", "fixme", "hack", "wip"}
PLACES = re.compile(r"(?<![\w.])/(wo" r"rk|ro" r"ot|ho" r"me/[a-z]\w*|mn" r"t|Us" r"ers)/[\w.]")


def notes_of(line):
    for match in NOTES.finditer(line):
        word = match.group(0)
        # Lower case is ordinary English here and there ("ad hoc hack" is not, "wip" is a name).
        if word.lower() in NOTES_UPPER and not word.isupper():
            continue
        yield word


def check(tree):
    sources = set(tree.source_files())
    for name in sorted(sources | set(tree.document_files())):
        content = tree.bytes(name)
        is_source = name in sources
        if is_source and content.count(b"\n") > LINES_MAX:
            yield f"{name}: {content.count(10)} lines, at most {LINES_MAX}; split it by what it is about"
        for number, raw in enumerate(content.split(b"\n"), 1):
            line = raw.decode("utf-8", errors="replace")
            if is_source and not raw.isascii():
                yield f"{name}:{number}: not ASCII; write an escape"
            if is_source and raw.endswith((b" ", b"\t", b"\r")):
                yield f"{name}:{number}: white space at the end"
            for word in notes_of(line):
                yield f"{name}:{number}: {word}; finish it, or write it into docs/ with its reason"
            place = PLACES.search(line)
            if place:
                yield f"{name}:{number}: {place.group(0)}...: a place of one machine"


SAMPLES = [
    ("clean", {"base/a.cpp": "// Holds.\nint a;\n", "docs/a.md": "A caf\u00e9.\n"}, None),
    ("note", {"base/a.cpp": "// TO" "DO: more\n"}, "base/a.cpp:1: TO" "DO"),
    ("note in a document", {"docs/a.md": "\nFIX" "ME\n"}, "docs/a.md:2"),
    ("stub", {"node/a.cpp": "// not " "implemented\n"}, "finish it"),
    ("machine", {"scripts/a.sh": "cd /ho" "me/jane/x\n"}, "a place of one machine"),
    ("machine in a shebang script", {"scripts/run": "#!/bin/sh\ncd /wo" "rk/x\n"}, "scripts/run:2"),
    ("relative", {"scripts/a.sh": "cd ../shared/wo" "rk/x\n"}, None),
    ("a page of the console", {"console/a.html": "<p>caf\u00e9\n"}, "console/a.html:1: not ASCII"),
    ("long", {"base/a.cpp": "int a;\n" * (LINES_MAX + 1)}, "701 lines"),
    ("not ASCII", {"base/a.cpp": "// caf\u00e9\n"}, "not ASCII"),
    ("trailing space", {"base/a.cpp": "int a; \n"}, "white space at the end"),
]
