"""vostro-audit against real nodes: while they run, after they stop, and after somebody was at a node's files; archives, what is made of
them, and reports."""

import functools
import http.server
import json
import random
import shutil
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import uetr_of  # noqa: E402
from vostronet import bin_dir, private_dir, private_file, run  # noqa: E402
import browser as browsers  # noqa: E402

DIVERGES = 1
FLIPS = 24


class Audit(NetworkCase):
    """Goal: what an auditor does works on what nodes really write. Method: the program, as he starts it."""

    def data_of(self, index):
        return Path(self.nodes[index]["data_dir"])

    def pay_a_few(self, count):
        for number in range(count):
            self.settle(number % 4, self.signed_payment(number % 4, (number + 1) % 4, f"{number + 1}.00"))

    def test_Audit_replays_running_and_stopped_nodes_and_sees_what_was_changed(self):
        work = private_dir(self.home / "work")
        self.pay_a_few(6)
        self.rest()
        running = self.audited(self.data_of(1), "--work", str(work))
        self.assertTrue(running["holds"])
        self.assertTrue(running["tables_compared"])
        status = self.network.status(self.nodes[1])
        self.assertEqual((running["checked_to"], running["state_root"]), (status["height"], status["state_root"]))

        # The node goes on meanwhile, and so does the replay.
        self.pay_a_few(6)
        self.rest()
        later = self.audited(self.data_of(1), "--work", str(work))
        self.assertEqual(later["resumed_from"], running["checked_to"])
        self.assertGreater(later["checked_to"], running["checked_to"])
        # Every node's copy leads to the same.
        for index in range(4):
            other = self.audited(self.data_of(index))
            self.assertEqual([other[key] for key in ("checked_to", "block", "state_root")],
                             [later[key] for key in ("checked_to", "block", "state_root")])
            self.assertEqual(other["counts"]["signatures"], later["counts"]["signatures"])

        self.network.stop(self.nodes[1])
        before = {path: path.read_bytes() for path in self.data_of(1).rglob("*") if path.is_file()}
        stopped = self.audited(self.data_of(1))
        self.assertEqual(stopped["state_root"], later["state_root"])
        self.assertEqual({path: path.read_bytes() for path in self.data_of(1).rglob("*") if path.is_file()}, before)

        # The log of the database without its second half: blocks that the node has had are missing.
        log = max((self.data_of(1) / "store" / "db").glob("*.log"), key=lambda path: path.stat().st_size)
        log.write_bytes(before[log][:len(before[log]) // 2])
        found = self.audited(self.data_of(1), expect=DIVERGES)["divergence"]
        self.assertEqual(found["field"], "block")
        log.write_bytes(before[log])
        self.assertTrue(self.audited(self.data_of(1))["holds"])


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


class Between(Quiet):
    """Stands between the auditor and a node, and hands on what the node answers as its server's `change` makes it."""

    def do_GET(self):
        request = urllib.request.Request(self.server.node + self.path, headers={"Authorization": self.headers["Authorization"]})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, kind, body = 200, "application/octet-stream", self.server.change(self.path, answer.read())
        except urllib.error.HTTPError as refused:
            status, kind, body = refused.code, "application/problem+json", refused.read()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Api(NetworkCase):
    """Goal: an auditor checks a running node over its API and need not trust it, nor what lies between. Method: the program, real nodes,
    and a proxy that flips bits."""

    def between(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between)
        server.node = self.nodes[2]["api"]
        server.change = lambda path, body: body
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server, f"http://127.0.0.1:{server.server_address[1]}"

    def auditors_token(self, node):
        """A file with the least that a node hands out for this: whole blocks, and nothing else."""
        said = run([bin_dir() / "vostro-node", "token", "create", "--config", node["config"], "--role", "audit", "--name", "auditor"]).stdout
        token = next(word for word in said.split() if word.startswith("vst_"))
        private_file(self.home / "auditor.token", token + "\n")

        def answer(path):
            request = urllib.request.Request(node["api"] + path, headers={"Authorization": f"Bearer {token}"})
            try:
                with urllib.request.urlopen(request, timeout=10) as response:
                    return response.status
            except urllib.error.HTTPError as error:
                return error.code

        self.assertEqual(answer("/v1/chain/latest"), 200)
        self.assertEqual([answer(path) for path in ("/v1/status", "/v1/payments", "/v1/accounts", "/v1/approvals", "/v1/events")], [403] * 5)
        return str(self.home / "auditor.token")

    def test_Audit_replays_a_running_nodes_api_and_sees_each_flipped_bit(self):
        token = ("--token-file", self.auditors_token(self.nodes[2]))
        for number in range(8):
            self.settle(number % 4, self.signed_payment(number % 4, (number + 1) % 4, f"{number + 1}.00"))
        self.rest()
        work = private_dir(self.home / "work")
        api = self.audited(self.nodes[2]["api"], *token, "--work", str(work))
        same = ("block", "state_root", "checked_to", "counts")
        held = {key: api[key] for key in same}
        status = self.network.status(self.nodes[2])
        self.assertEqual((api["checked_to"], api["state_root"]), (status["height"], status["state_root"]))
        directory = self.audited(self.nodes[2]["data_dir"])
        self.assertEqual({key: directory[key] for key in same}, held)

        server, address = self.between()
        self.assertEqual({key: self.audited(address, *token)[key] for key in same}, held)
        seed = random.randrange(1 << 32)
        print(f"seed {seed}", file=sys.stderr)
        chance = random.Random(seed)
        seen = flips = 0
        while flips < FLIPS or (seen <= FLIPS // 2 and flips < 4 * FLIPS):  # where many have hit what a replay does not read, some more
            flips += 1
            where = chance.random()

            def flip(path, body, where=where):
                bit = int(where * len(body) * 8)
                return body if path.endswith("latest") else body[:bit // 8] + bytes([body[bit // 8] ^ 1 << bit % 8]) + body[bit // 8 + 1:]

            server.change = flip
            done = subprocess.run([str(bin_dir() / "vostro-audit"), "replay", address, *token, "--genesis", self.network.info["genesis"], "--json"],
                                  capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)
            self.assertIn(done.returncode, (0, DIVERGES), done.stderr)
            report = json.loads(done.stdout)
            # Ids and the newest height are handed out for archives: a replay makes its own.
            if report["holds"]:
                self.assertEqual({key: report[key] for key in same}, held)
            else:
                seen += 1
                self.assertGreater(report["divergence"]["height"], report["checked_to"])
        self.assertGreater(seen, FLIPS // 2)

        # The node goes on, and so does the replay; an archive is made of it in the same way.
        server.change = lambda path, body: body
        self.settle(0, self.signed_payment(0, 1, "77.00"))
        self.rest()
        later = self.audited(address, *token, "--work", str(work))
        self.assertEqual(later["resumed_from"], held["checked_to"])
        self.assertGreater(later["checked_to"], held["checked_to"])
        archive = self.home / "archive"
        done = subprocess.run([str(bin_dir() / "vostro-audit"), "archive", address, archive, *token, "--genesis", self.network.info["genesis"]],
                              capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.audited(archive)["state_root"], later["state_root"])


class Archives(NetworkCase):
    """Goal: what an archive of real blocks is good for. Method: the program, a web server, a node that lost its store, a browser."""

    def audit(self, *args, expect=0):
        done = subprocess.run([str(bin_dir() / "vostro-audit"), *map(str, args)], capture_output=True, text=True, timeout=300, check=False,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def archived(self, source, directory):
        genesis = self.network.info["genesis"]
        return json.loads(self.audit("archive", source, directory, "--genesis", genesis, "--json"))

    def serve(self, directory):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(directory)))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    def test_Audit_archives_serves_restores_exports_and_reports(self):
        genesis = self.network.info["genesis"]
        data = Path(self.nodes[1]["data_dir"])
        orders = [self.signed_payment(number % 4, (number + 1) % 4, f"{number + 1}.00") for number in range(6)]
        for number, order in enumerate(orders):
            self.settle(number % 4, order)
        self.rest()
        archive = self.home / "archive"
        first = self.archived(data, archive)
        self.assertGreater(first["last"], 0)
        # The node runs on; the next night only what is new is added.
        late = self.signed_payment(0, 1, "77.00")
        self.settle(0, late)
        self.rest()
        second = self.archived(data, archive)
        self.assertEqual(second["before"], first["last"])
        self.assertGreater(second["last"], first["last"])

        # From a directory, from a web server, and with one beside it that was spoilt.
        here = self.audited(archive)
        address = self.serve(archive)
        there = self.audited(address)
        spoilt = self.home / "spoilt"
        shutil.copytree(archive, spoilt)
        blocks = sorted(spoilt.glob("*.blocks"))[0]
        blocks.write_bytes(blocks.read_bytes()[:-1])
        both = self.audited(spoilt, address)
        status = self.network.status(self.nodes[1])
        for report in (here, there, both):
            self.assertEqual((report["checked_to"], report["state_root"]), (status["height"], status["state_root"]))

        used = json.loads(self.audit("absent", uetr_of(late), address, "--genesis", genesis, "--json"))
        self.assertEqual([use["owner"] for use in used["uses"]], [self.nodes[0]["participant"]])
        self.assertTrue(json.loads(self.audit("absent", "00000000-0000-4000-8000-000000000000", archive, "--genesis", genesis, "--json"))["absent"])

        # A node that lost its store, and nothing else, has it again, and goes on.
        self.network.stop(self.nodes[1])
        shutil.rmtree(data / "store")
        self.audit("restore", archive, data, "--genesis", genesis)
        self.network.up()
        self.wait_connected()
        self.settle(1, self.signed_payment(1, 2, "5.00"))
        self.assert_same_state_everywhere()

        database = f"sqlite:{self.home}/audit.db"
        self.audit("export", archive, "--genesis", genesis, "--database", database)
        trace = json.loads(self.audit("trace", uetr_of(late), "--database", database, "--json"))["payments"][0]
        self.assertEqual((trace["status"], trace["amount"]), ("settled", "77.00"))
        found = json.loads(self.audit("find", "--currency", "EUR", "--amount-from", "77", "--amount-to", "77", "--database", database, "--json"))
        self.assertEqual([payment["uetr"] for payment in found["payments"]], [uetr_of(late)])

        # The same out of the archive itself, without a database that was filled before.
        work = private_dir(self.home / "work")
        for _ in range(2):
            again = json.loads(self.audit("trace", uetr_of(late), address, "--genesis", genesis, "--work", work, "--json"))["payments"][0]
            self.assertEqual(again, trace)
        self.check_proof(archive)
        self.check_report(database)

    def check_proof(self, archive):
        """A balance of the past, shown to somebody who has the genesis file and nothing else."""
        account = self.account(0)
        proof = self.home / "balance.receipt"
        shown = json.loads(self.audit("as-of", "2100-01-01T00:00:00Z", archive, "--genesis", self.network.info["genesis"], "--account", account,
                                      "--currency", "EUR", "--proof", proof))
        _, checked = self.network.wallet(self.nodes[0], "verify", proof)
        self.assertTrue(checked["genuine"])
        self.assertEqual(int(checked["height"]), shown["height"])

    def check_report(self, database):
        bank = self.nodes[0]["participant"]
        page = self.home / "report.html"
        scope = ["--currency", "EUR", "--from", "2000-01-01", "--to", "2100-01-01", "--database", database]
        self.audit("report", "--bank", bank, "--format", "html", "--out", page, *scope)
        report = json.loads(self.audit("report", "--bank", bank, "--format", "json", *scope))
        closing = report["tables"]["balances"][-1]["closing"]
        statement = self.audit("statement", "--account", self.account(0), *scope)
        self.assertIn("camt.053.001.08", statement)
        if browsers.program() is None:
            return
        with browsers.Browser() as browser:
            browser.open(page.as_uri())
            shown = browser.js("[...document.querySelectorAll('#balances tbody tr')].pop().lastElementChild.textContent")
            self.assertEqual(shown, closing)
            # The longest bar is the largest counterparty's.
            widths = browser.js("[...document.querySelectorAll('#exposures svg rect')].map(bar => bar.getBoundingClientRect().width)")
            self.assertEqual(len(widths), len(report["tables"]["exposures"]))
            self.assertEqual(widths, sorted(widths, reverse=True))
            browser.viewport(360, 740, phone=True)
            self.assertLessEqual(browser.js("document.documentElement.scrollWidth"), 360)
            pictures = bin_dir().parent / "screenshots"
            pictures.mkdir(exist_ok=True)
            browser.viewport(1200, 900)
            browser.screenshot(pictures / "audit-report.png")
            self.assertEqual(browser.faults, [])


if __name__ == "__main__":
    unittest.main()
