"""Rows P3, P4 and F31 of the catalogues with whole nodes: strangers and bad clients at one node, while honest ones pay through it. What a
payment takes is printed with and without them; and row F32, a client that dies after it has sent its order."""

import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import unittest
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import Client, order, payment, post, sign, uetr_of  # noqa: E402
from rows_flood import Flood  # noqa: E402
from vostronet import die_with_parent  # noqa: E402

PAYMENTS = int(os.environ.get("VOSTRO_TEST_PROBES", "150"))
FLOOD = int(os.environ.get("VOSTRO_TEST_FLOOD", "10000"))  # payments
GROWTH_MIB_MAX = 64  # the caps of what strangers may fill: half-open connections, the API's connections and bodies
PROMISED = 2  # times the usual p99
# The attackers run on the same cores as the four nodes: a time fails the test only beyond this factor of the promise, and above FLOOR_MS.
SLACK = 4
FLOOR_MS = 100
# On a fast machine the payments are through before an attack has got anywhere: it needs this long, more than the API's 5 s for a header.
ATTACK_S = 9
ATTACKERS = Path(__file__).resolve().parent / "lib" / "attackers.py"


def resident_mib(node):
    lines = Path(f"/proc/{node['pid']}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024


def descriptors(node):
    return len(list(Path(f"/proc/{node['pid']}/fd").iterdir()))


class HostileCase(NetworkCase):
    @contextlib.contextmanager
    def attacked(self, kind, place):
        words = [sys.executable, "-B", str(ATTACKERS), kind, *place, self.nodes[0]["token_file"]]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent) as attack:
            report = {}
            try:
                time.sleep(1)  # it is under way
                self.assertIsNone(attack.poll())
                yield report
            finally:
                report.update(json.loads(attack.communicate(timeout=30)[0] or "{}"))

    def api_place(self):
        url = urlsplit(self.nodes[0]["api"])
        return [url.hostname, str(url.port)]

    def peer_place(self):
        return ["127.0.0.1", str(json.loads(Path(self.nodes[0]["config"]).with_name("ready.json").read_text(encoding="utf-8"))["p2p_port"])]

    def p99_ms(self, count=PAYMENTS, at_least_s=0):
        """Of so many payments, and then as many again until the time is over."""
        took = []
        end = time.monotonic() + at_least_s
        while not took or time.monotonic() < end:
            framed_orders = sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=count)
            with Client(self.nodes[0]) as client:
                for framed in framed_orders:
                    began = time.monotonic()
                    answer = client.post(framed)
                    took.append((time.monotonic() - began) * 1000)
                    self.assertEqual((answer.status, answer.body.get("receipt", {}).get("status")), (200, "settled"), answer)
        quantiles = statistics.quantiles(took, n=100)
        return quantiles[49], quantiles[98]


class Hostile(HostileCase):
    """Goal: whoever is hostile at a node's ports costs others little time, and the node no memory."""

    def withstand(self, kind, place, at_least):
        """`at_least`: what the attacker has to have done, so that there was an attack."""
        victim = self.nodes[0]
        self.p99_ms(50)  # warm
        usual = self.p99_ms()
        memory, open_before = resident_mib(victim), descriptors(victim)
        with self.attacked(kind, place) as report:
            attacked = self.p99_ms(at_least_s=ATTACK_S)
            most = resident_mib(victim)
        print(f"{kind}: p50 {usual[0]:.0f} ms, p99 {usual[1]:.0f} ms usually; p50 {attacked[0]:.0f} ms, p99 {attacked[1]:.0f} ms attacked "
              f"(promised: {PROMISED} times); resident {memory:.0f} to {most:.0f} MiB; the attacker: {report}", flush=True)
        for what, count in at_least.items():
            self.assertGreaterEqual(sum(report.get(each, 0) for each in what.split("|")), count, (what, report))
        self.assertLess(most - memory, GROWTH_MIB_MAX)
        self.assertLess(attacked[1], max(FLOOR_MS, SLACK * PROMISED * usual[1]))
        self.network.wait(lambda: descriptors(victim) <= open_before + 4, 60, "connections of strangers stay open")
        self.assert_same_state_everywhere()

    def test_P4_a_thousand_idle_connections_at_the_peer_port(self):
        self.withstand("trickle", self.peer_place(), {"closed by the node": 500})

    def test_P3_garbage_at_the_peer_port(self):
        self.withstand("garbage", self.peer_place(), {"acts": 100})

    def test_F31_slowloris_at_the_api(self):
        self.withstand("slowloris", self.api_place(), {"most held": 100, "closed by the node": 20})

    def test_F31_a_flood_of_requests(self):
        self.withstand("flood", self.api_place(), {"401": 500})

    def test_A1_A3_malformed_and_oversized_requests(self):
        self.withstand("malformed", self.api_place(), {"400|413|431": 40})

    def test_A9_event_streams_that_are_misused(self):
        self.withstand("websocket", self.api_place(), {"101": 20})


class Memory(HostileCase):
    """Goal: what a node prints at its start as the sum of its caps holds what it takes, with every flood at once. Method: all attackers
    together, and a bank's own payments as fast as its node takes them; the resident memory of all nodes meanwhile."""

    def caps_mib(self, node):
        said = re.search(r"memory caps fit the budget.*?\bbytes=(\d+).*?\blimit=(\d+)", Path(node["log"]).read_text(encoding="utf-8"))
        caps, budget = (int(each) / 2**20 for each in said.groups())
        self.assertLessEqual(caps, budget)
        return caps

    def test_resident_memory_stays_within_the_printed_caps(self):
        caps = {node["participant"]: self.caps_mib(node) for node in self.nodes}
        most = {node["participant"]: resident_mib(node) for node in self.nodes}
        before = dict(most)
        flood = Flood(self.nodes[0], sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=FLOOD))
        posters = [threading.Thread(target=flood.run, daemon=True) for _ in range(3)]
        reports = {}
        with contextlib.ExitStack() as attackers:
            for kind in ("slowloris", "flood", "malformed", "websocket"):
                reports[kind] = attackers.enter_context(self.attacked(kind, self.api_place()))
            for kind in ("trickle", "garbage"):
                reports[kind] = attackers.enter_context(self.attacked(kind, self.peer_place()))
            for each in posters:
                each.start()
            while any(each.is_alive() for each in posters):
                for node in self.nodes:
                    most[node["participant"]] = max(most[node["participant"]], resident_mib(node))
                posters[0].join(0.2)
        for bank, mib in most.items():
            print(f"{bank}: resident {before[bank]:.0f} MiB at first, {mib:.0f} MiB at most, caps of {caps[bank]:.0f} MiB printed", flush=True)
            self.assertLess(mib, caps[bank])
        print(f"{len(flood.taken)} payments taken, {flood.refusals} times refused, {flood.cut_off} connections lost; the attackers: {reports}", flush=True)
        self.assertEqual(len(flood.taken), FLOOD)
        self.assertEqual(flood.odd, [])
        for kind, report in reports.items():
            self.assertGreater(sum(report.values()), 10, kind)  # there was an attack of each kind
        self.network.wait(lambda: self.network.status(self.nodes[0]).get("pending_transactions") == 0, 120, "the flood does not settle")
        self.assert_same_state_everywhere()


class Dying(NetworkCase):
    def test_F32_a_client_dies_after_it_has_sent_and_retries_elsewhere(self):
        """Its connection is reset as soon as the bytes are out; the same bytes then go to another node."""
        url = urlsplit(self.nodes[0]["api"])
        token = Path(self.nodes[0]["token_file"]).read_text(encoding="utf-8").strip()
        orders = sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=60)
        before = self.balance(self.account(0))
        for number, framed in enumerate(orders):
            head = (f"POST /v1/transactions?wait=final HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                    f"Content-Type: application/octet-stream\r\nContent-Length: {len(framed)}\r\n\r\n").encode()
            with socket.create_connection((url.hostname, url.port)) as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                s.sendall(head + framed[:len(framed) if number % 3 else len(framed) // 2])
            answer = post(self.nodes[1 + number % 3], framed)
            self.assertEqual((answer.status, answer.body["receipt"]["status"]), (200, "settled"), answer)
            shown = self.payment_everywhere(0, uetr_of(framed))
            self.assertEqual([(each["height"], each["receipt"]) for each in shown["receipts"]], [(answer.body["height"], answer.body["receipt"])])
        self.rest()
        self.assertEqual(before - self.balance(self.account(0)), Decimal("0.01") * len(orders))
        self.assert_same_state_everywhere()


if __name__ == "__main__":
    unittest.main(warnings="ignore")
