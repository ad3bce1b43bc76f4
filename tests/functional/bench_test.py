"""vostro-bench, tiny: each of its scenarios runs to its end, its guards look and hold, and what it says is there. No figure is asserted."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "lib"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))

from vostronet import Network, bin_dir  # noqa: E402
import browser as browsers  # noqa: E402
import postgresql  # noqa: E402

TINY = ("--accounts", "5", "--lone-payments", "5", "--lone-repeats", "1", "--rate", "200", "--bulk-rate", "1000", "--credits", "100",
        "--seconds", "2", "--warm-up", "0", "--group", "20", "--forged-every", "10", "--delay-ms", "20")
QUICK = ("limits", "lone", "load", "bulk")


def run(*words):
    return subprocess.run([bin_dir() / "vostro-bench", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1100,
                          check=False)


def listed():
    """The scenarios, as --help lists them."""
    return re.findall(r"(?m)^  ([a-z-]+) {2,}\w", run("--help").stdout.split("Scenarios, in the order", 1)[1])


class Bench(unittest.TestCase):
    def check(self, scenarios, *words):
        with tempfile.TemporaryDirectory(prefix="vostro-test-") as home:
            out = Path(home) / "out.json"
            page = Path(home) / "out.html"
            done = run("--dir", home, "--only", ",".join(scenarios), "--json", out, "--html", page, *TINY, *words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            found = json.loads(out.read_text(encoding="ascii"))
            self.assertEqual(sorted(path.name for path in Path(home).iterdir()), ["out.html", "out.json"], "what was made there is still there")
            self.check_page(page, found)
        self.assertEqual([each["scenario"] for each in found["scenarios"]], list(scenarios))
        self.assertTrue(found["guards_hold"])
        for each in found["scenarios"]:
            # Only what is not installed here has nothing to show, and says so.
            self.assertTrue(each["figures"] or "not installed" in "".join(each["notes"]), each["scenario"])
            self.assertIn("\n" + each["scenario"] + ": ", done.stdout)
        return {each["scenario"]: each for each in found["scenarios"]}

    def check_page(self, page, found):
        """Each figure of the JSON has its row, and it is a page that a browser has nothing to say against."""
        if browsers.program() is None:
            return
        with browsers.Browser() as browser:
            browser.open(page.as_uri())
            rows = browser.js("[...document.querySelectorAll('section.scenario')].map(each => each.querySelectorAll('.figures tbody tr').length)")
            self.assertEqual(rows, [len(each["figures"]) for each in found["scenarios"]])
            targets = sum("is_met" in figure for each in found["scenarios"] for figure in each["figures"].values())
            self.assertEqual(browser.js("document.querySelectorAll('#targets tbody tr').length"), targets)
            self.assertIn("All guards hold", browser.js("document.querySelector('#guards').textContent"))
            # No text of a chart leaves its drawing.
            self.assertEqual(browser.js("""[...document.querySelectorAll('svg text')].filter(each => {
                const text = each.getBBox();
                return text.x < 0 || text.x + text.width > each.ownerSVGElement.viewBox.baseVal.width;
            }).map(each => each.textContent)"""), [])
            browser.viewport(360, 740, phone=True)
            self.assertLessEqual(browser.js("document.documentElement.scrollWidth"), 360)
            pictures = bin_dir().parent / "screenshots"
            pictures.mkdir(exist_ok=True)
            browser.viewport(1200, 900)
            browser.screenshot(pictures / f"bench-{found['scenarios'][0]['scenario']}.png")
            self.assertEqual(browser.faults, [])

    def test_bench_runs_its_first_scenarios(self):
        found = self.check(QUICK)
        for name, guards in (("lone", 5), ("load", 12), ("bulk", 8)):
            self.assertEqual(len(found[name]["guards"]), guards, found[name]["guards"])
        self.assertGreater(found["load"]["figures"]["served_per_s"]["value"], 0)
        self.assertGreater(found["bulk"]["figures"]["served_per_s"]["value"], found["load"]["figures"]["served_per_s"]["value"])

    def test_bench_runs_every_scenario(self):
        names = listed()
        self.assertTrue(set(QUICK) < set(names), names)
        found = self.check([name for name in names if name not in QUICK])
        self.assertIn("kill -9 lost nothing acknowledged", [each["name"] for each in found["down"]["guards"]])
        self.assertGreater(found["catch-up"]["figures"]["blocks_missed"]["value"], 0)
        self.assertGreaterEqual(found["catch-up"]["figures"]["has_all_s"]["value"], found["catch-up"]["figures"]["serves_s"]["value"])
        self.assertEqual(bool(found["postgres"]["figures"]), postgresql.is_installed())
        # What is held moves nothing until it is accepted, and then all of it: the books are looked at twice.
        for when in ("", ", while held"):
            self.assertIn("every account as computed" + when, [each["name"] for each in found["held"]["guards"]])
        kinds = {each["name"]: each["orders"] for each in found["mixed"]["tables"]["kinds"]}
        self.assertEqual(len(kinds), 6)
        self.assertTrue(all(kinds.values()), kinds)
        # A payment has to travel to a quorum and back before it is final.
        self.assertGreater(found["delay"]["figures"]["median_delays"]["value"], 2)
        self.assertGreater(found["overload"]["figures"]["offered_per_s"]["value"], found["overload"]["figures"]["served_before_per_s"]["value"])

    def test_bench_runs_alone(self):
        """One bank pays between its own accounts."""
        found = self.check(["lone", "load"], "--nodes", "1")
        self.assertNotIn("wire_per_encoded", found["load"]["figures"])

    def test_bench_leaves_no_postgresql_behind(self):
        """Where it is ended while it measures, its server and its directory go."""
        if not postgresql.is_installed():
            self.skipTest("PostgreSQL 15 is not installed")
        with tempfile.TemporaryDirectory(prefix="vostro-test-") as home:
            os.chmod(home, 0o755)  # PostgreSQL runs as another user where we are root
            tpcb = subprocess.Popen([sys.executable, "-B", ROOT / "bench" / "postgres" / "tpcb.py", "--seconds", "60", "--json", "/dev/null"],
                                    stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": home})
            try:
                Network.wait(lambda: list(Path(home).glob("vostro-postgresql-*/server.log")), 60, "no server was started")
                tpcb.terminate()
                self.assertEqual(tpcb.wait(60), 143)
            finally:
                tpcb.kill()
                tpcb.wait()
            self.assertEqual(list(Path(home).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
