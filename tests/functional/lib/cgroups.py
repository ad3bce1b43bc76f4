"""Control groups of a test's own, version 1: a limit of memory or of threads for the processes that are put in. Root. What a killed test leaves
is an empty group, which the next run removes."""

import contextlib
import os
import time
import unittest
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "vostro-test-"


def need(controller):
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root, to limit processes")
    home = ROOT / controller
    if not (home / "cgroup.procs").exists():
        raise unittest.SkipTest(f"there is no control group of {controller}, version 1, here")
    for left in home.glob(PREFIX + "*"):
        with contextlib.suppress(OSError):  # of a test that runs
            left.rmdir()
    try:
        Group(controller, {}).remove()
    except OSError as error:
        raise unittest.SkipTest(f"cannot make a control group here: {error}") from error


class Group:
    """`limits`: file of the controller and what is written into it."""

    def __init__(self, controller, limits):
        self.path = ROOT / controller / f"{PREFIX}{os.getpid()}"
        self.path.mkdir(exist_ok=True)
        self.set(limits)

    def set(self, limits):
        for name, value in limits.items():
            (self.path / name).write_text(str(value), encoding="ascii")

    def starter(self, program, folder):
        """A program that enters the group and becomes the given one."""
        script = Path(folder) / "in-group"
        script.write_text(f'#!/bin/sh\necho $$ > "{self.path}/cgroup.procs" && exec "{program}" "$@"\n', encoding="utf-8")
        script.chmod(0o755)
        return script

    def remove(self):
        for _ in range(100):
            try:
                self.path.rmdir()
                return
            except OSError:
                time.sleep(0.05)  # its last process is being collected
        self.path.rmdir()
