"""A page of the manual that runs: each command of its console blocks in a real shell at a terminal, and what the terminal then shows
against what the page shows, line by line.

    ```console
    maker$ vostro pay ... --wait          a command of the person `maker`; one that ends with \\ or in a quotation goes on
    uetr    $RENT                         what it shows
    ```

What differs each time is written so: <time>, <number>, <hash>, <port>, and $NAME for an id or
a token. The first $NAME takes the id that stands there;
later ones, also in commands, where the shell knows it as a variable, are that id. Where two or more spaces stand, any number of
them may. `rewrite` gives the page with what was really shown."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time
from pathlib import Path
from typing import NamedTuple

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^([a-z]+)\$ (.*)$")
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z"
NAMED = rf"(?:{UUID}|vst_[A-Za-z0-9_-]+)"  # what a $NAME can take: an id, or a token
HASH = r"\b(?:[0-9a-f]{64}|[0-9a-f]{16})\b"
HOLES = {"<time>": TIME, "<number>": r"\d+", "<hash>": HASH, "<port>": r"\d+", "<key>": "ed25519:[0-9a-f]{64}"}
HOLE = re.compile(r"(<time>|<number>|<hash>|<port>|<key>|\$[A-Z][A-Z0-9_]*)")
QUESTION = b"[y/N] "
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
LONGEST_S = 90


class Step(NamedTuple):
    line: int  # in the page, of the command
    actor: str
    command: str
    shown: list  # lines of output as the page has them
    end: int  # offset in the page after the output
    start: int  # offset of the output


def is_unfinished(command):
    return command.endswith("\\") or command.count("'") % 2 == 1


def steps_of(text):
    steps = []
    for block in BLOCK.finditer(text):
        offset = block.start(1)
        current = None
        goes_on = False
        for raw in block.group(1).splitlines(keepends=True):
            line, offset = raw.rstrip("\n"), offset + len(raw)
            if goes_on:
                current["command"] += "\n" + line
                current["start"] = offset
                goes_on = is_unfinished(current["command"])
            elif COMMAND.match(line):
                actor, command = COMMAND.match(line).groups()
                current = {"line": text.count("\n", 0, offset), "actor": actor, "command": command, "shown": [], "start": offset}
                steps.append(current)
                goes_on = is_unfinished(command)
            elif current is None:
                raise ValueError(f"line {text.count(chr(10), 0, offset)}: output without a command")
            else:
                current["shown"].append(line)
            current["end"] = offset
    return [Step(**step) for step in steps]


def terminal(command, env, cwd):
    """Starts it at a terminal of its own; the process, and the descriptor of who sits there."""
    leader, follower = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(follower, termios.TIOCSCTTY, 0)
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=env, cwd=cwd, preexec_fn=take_terminal)
    os.close(follower)
    return process, leader


def read_to_end(process, leader):
    """What it shows until it ends. Says yes where it asks."""
    seen = b""
    end = time.monotonic() + LONGEST_S
    answered = 0
    try:
        while time.monotonic() < end:
            if not select.select([leader], [], [], 1)[0]:
                continue
            try:
                more = os.read(leader, 65536)
            except OSError:  # EIO: nobody holds the other side any more
                return seen.decode("utf-8").replace("\r\n", "\n")
            seen += more
            if seen.endswith(QUESTION) and len(seen) > answered:
                os.write(leader, b"y\n")
                answered = len(seen)
        process.kill()
        raise TimeoutError(f"no end after {LONGEST_S} s; it showed {seen!r}")
    finally:
        process.wait()
        os.close(leader)


def at_a_terminal(command, env, cwd):
    """Runs it in a shell; the lines that the terminal shows in the end."""
    text = read_to_end(*terminal(["/bin/bash", "--noprofile", "--norc", "-c", command], env, cwd))
    # A line that was drawn again shows its last state.
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in ESCAPES.sub("", text).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


class Page:
    """`actors`: name to (home, environment). `names`: variables that stand for other things than ids. `rest` comes back when the network
    is at rest: it is called before each command, as a person takes a while between two. Ids are kept over the whole page."""

    def __init__(self, path, actors, names, rest):
        self.path = Path(path)
        self.text = self.path.read_text(encoding="utf-8")
        self.steps = steps_of(self.text)
        self.actors = actors
        self.names = dict(names)
        self.rest = rest

    def run(self, step):
        self.rest()
        home, env = self.actors[step.actor]
        return at_a_terminal(step.command, {**env, **self.names}, home)

    def matches(self, shown, real):
        """Whether the line that the page shows stands for the real one; notes new ids."""
        fresh = []
        pattern = ""
        for part in HOLE.split(shown.rstrip()):
            if part in HOLES:
                pattern += HOLES[part]
            elif part.startswith("$") and HOLE.fullmatch(part):
                name = part[1:]
                if name in self.names:
                    pattern += re.escape(self.names[name])
                else:
                    pattern += f"({NAMED})"
                    fresh.append(name)
            else:
                pattern += re.sub(r"(?:\\ ){2,}", r" {2,}", re.escape(part))
        # A hole may be shorter or longer than what stands there; what is filled up with spaces follows it.
        match = re.fullmatch(pattern, real)
        if match:
            self.names.update(zip(fresh, match.groups()))
        return bool(match)

    def differences(self, step, real):
        """Sentences; empty where the page tells the truth."""
        shown = [line for line in step.shown]
        while shown and not shown[-1].strip():
            shown.pop()
        out = []
        for number in range(max(len(shown), len(real))):
            wanted = shown[number] if number < len(shown) else None
            got = real[number] if number < len(real) else None
            if wanted is None or got is None or not self.matches(wanted, got):
                out.append(f"{self.path.name}:{step.line}: {step.actor}$ {step.command}\n  page:  {wanted}\n  shown: {got}")
        return out

    def check(self):
        """Runs all; the first step that differs ends it, since the following ones build on it."""
        for step in self.steps:
            found = self.differences(step, self.run(step))
            if found:
                return found
        return []

    def _with_holes(self, step, real):
        waiting = [hole[1:] for line in step.shown for hole in HOLE.findall(line) if hole[0] == "$" and hole[1:] not in self.names]
        waiting = list(dict.fromkeys(waiting))

        def put(match, hole):
            # The table keeps its columns.
            follows = match.string[match.end():match.end() + 2]
            return hole.ljust(len(match.group(0))) if follows == "  " else hole

        def name_of(match):
            for name, value in self.names.items():
                if value == match.group(0):
                    return put(match, "$" + name)
            name = waiting.pop(0) if waiting else f"ID{len(self.names) + 1}"
            self.names[name] = match.group(0)
            return put(match, "$" + name)

        out = []
        for line in real:
            for name, value in self.names.items():
                if not re.fullmatch(NAMED, value):
                    line = line.replace(value, "$" + name)
            line = re.sub(NAMED, name_of, line)
            line = re.sub(TIME, lambda m: put(m, "<time>"), line)
            line = re.sub(HASH, lambda m: put(m, "<hash>"), line)
            line = re.sub(r"(127\.0\.0\.1):\d+", r"\1:<port>", line)
            line = re.sub(r"\bheight( +)\d+", r"height\1<number>", line)
            out.append(line.rstrip())
        return out

    def rewrite(self):
        """Runs all and puts what was shown into the page's file."""
        text = self.text
        pieces = []
        last = 0
        for step in self.steps:
            real = self._with_holes(step, self.run(step))
            pieces += [text[last:step.start], "".join(line + "\n" for line in real)]
            last = step.end
        self.path.write_text("".join(pieces) + text[last:], encoding="utf-8")
