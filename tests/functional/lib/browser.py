"""A real browser without a window, driven by the DevTools protocol over two pipes: Debian's Chromium and Python's standard library.

No driver program, no port: what the browser says of faults of the page (errors, refused loads, its security policy) is kept.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from vostronet import die_with_parent

PROGRAMS = ("chromium-headless-shell", "chromium")
PACKAGE = "chromium-headless-shell"
ANSWER_S = 30
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowDown": 40}


def program():
    """The browser's program, or None."""
    return next((found for found in map(shutil.which, PROGRAMS) if found), None)


class BrowserError(Exception):
    """One sentence: what the browser or the page did not do."""


class Browser:
    """One page in one fresh profile. Not for several threads."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="vostro-browser-", ignore_cleanup_errors=True)
        theirs_in, self.out = os.pipe()
        self.inp, theirs_out = os.pipe()
        # The browser reads from 3 and writes to 4; above 9 nothing of ours can be in the way.
        high = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (theirs_in, theirs_out)]

        def take_pipes():
            die_with_parent()
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        # Its sandbox does not work for root, who runs tests in containers; the only page is the node's own.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            [program(), "--headless", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "--no-first-run",
             "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
             "--no-proxy-server", "--hide-scrollbars", "--force-color-profile=srgb", *sandbox, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(3, 4), preexec_fn=take_pipes)
        for each in (theirs_in, theirs_out, *high):
            os.close(each)
        self.buffer = b""
        self.last_id = 0
        self.session = None
        self.faults = []  # (kind, text, address)
        pages = self.command("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in pages if each["type"] == "page")
        self.session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.command(f"{domain}.enable")
        self.viewport(1280, 900)

    def close(self):
        # Asked to end it takes its own children along; killed it would leave them to write into the profile.
        self.session = None
        try:
            self.command("Browser.close")
            self.process.wait(10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(10)
        for each in (self.inp, self.out):
            os.close(each)
        self.profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- the protocol ----

    def command(self, method, **params):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + ANSWER_S
        while True:
            answer = self._receive(end, method)
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer)

    def _receive(self, end, what):
        while b"\0" not in self.buffer:
            if not select.select([self.inp], [], [], max(0, end - time.monotonic()))[0]:
                raise BrowserError(f"the browser does not answer {what} within {ANSWER_S} s")
            more = os.read(self.inp, 1 << 16)
            if not more:
                raise BrowserError(f"the browser has ended during {what}")
            self.buffer += more
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def _note(self, event):
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.faults.append(("exception", details.get("exception", {}).get("description", details["text"]), details.get("url", "")))
        elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            entry = params["entry"]
            self.faults.append((entry["source"], entry["text"], entry.get("url", "")))
        elif event.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.faults.append(("console", json.dumps([each.get("value") for each in params["args"]]), ""))

    # ---- what a person does ----

    def open(self, address):
        self.command("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'", "the page loads")

    def js(self, expression):
        answer = self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails'].get('exception', {}).get('description')}")
        return answer["result"].get("value")

    def wait(self, expression, what, seconds=20):
        """Until the expression is true in the page."""
        end = time.monotonic() + seconds
        while not self.js(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise BrowserError(f"{what}: not within {seconds} s; the page says: {self.js('document.body.innerText')}"
                                   f" and has these faults: {self.faults}")
            time.sleep(0.03)

    def press(self, key, shift=False):
        code = KEYS[key]
        text = {"Enter": "\r", " ": " "}.get(key)
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.command("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common, **({"text": text} if text else {}))
        self.command("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.command("Input.insertText", text=text)

    def click(self, selector):
        x, y = self.js(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
                       " const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def viewport(self, width, height, phone=False):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone)

    def scheme(self, name):
        """"light" or "dark", as the system would say."""
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def screenshot(self, path):
        """The whole page, not only what is in view."""
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={**size, "scale": 1})
        Path(path).write_bytes(base64.b64decode(picture["data"]))
