"""Wall clocks that are off, of one process: libfaketime, which is preloaded into it. The steady clock stays as it is."""

import datetime
import unittest
from pathlib import Path

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


def need():
    if not Path(LIBRARY).exists():
        raise unittest.SkipTest("needs libfaketime: scripts/bootstrap --tests installs it")


def moment(text):
    """Seconds of a time as nodes tell it."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Clock:
    """What it is ahead by may be changed while the process runs, which sees it within a second."""

    def __init__(self, file):
        self.file = Path(file)
        self.set(0)

    def set(self, offset_s):
        new = self.file.with_suffix(".new")
        new.write_text(f"{offset_s:+d}s\n", encoding="ascii")
        new.replace(self.file)

    def environment(self):
        return {"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
