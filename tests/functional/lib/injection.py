"""Faults of system calls, put into a process that runs, by strace."""

import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path


def need():
    """Skips the test where nothing can be traced."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root: a node cannot be traced by its own user")
    if shutil.which("strace") is None:
        raise unittest.SkipTest("needs strace: scripts/bootstrap --tests installs it")
    probe = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        raise unittest.SkipTest(f"nothing can be traced here: {probe.stderr.strip()}")


class Injection:
    """`fault` is a word of strace's inject, "error=EIO:when=1", for these calls of one process; with `path` for those alone that
    concern this file. Takes effect before this returns, and ends with the block."""

    def __init__(self, pid, calls, fault, report, path=None):
        self.report = Path(report)
        self.report.unlink(missing_ok=True)
        self.words = ["strace", "-f", "-p", str(pid), "-o", str(self.report), "-e", f"trace={calls}", "-e", f"inject={calls}:{fault}"]
        if path is not None:
            self.words += ["-P", str(path)]
        self.tracer = None

    def __enter__(self):
        self.tracer = subprocess.Popen(self.words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.tracer.stderr:
            if "attached" in line:  # said once all threads are
                return self
        raise unittest.SkipTest(f"strace cannot attach: exit code {self.tracer.wait()}")

    def __exit__(self, *_):
        self.tracer.send_signal(signal.SIGINT)
        self.tracer.communicate(timeout=20)

    def injected(self):
        """The calls that failed or were held up, as strace shows them."""
        text = self.report.read_text(encoding="utf-8", errors="replace") if self.report.exists() else ""
        return [line for line in text.splitlines() if "INJECTED" in line or "DELAYED" in line]
