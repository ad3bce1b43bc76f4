"""`vostro network doctor`: faults of many kinds are injected into real networks, and each is named rightly: its word, whom it is about, since
when, and nothing else beside. Some want root (namespaces, tmpfs, strace) or libfaketime, and are skipped without."""

import contextlib
import http.client
import json
import os
import re
import signal
import sys
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402 - first: it knows where scripts/lib is
import disks  # noqa: E402
import faketime  # noqa: E402
import injection  # noqa: E402
import wires  # noqa: E402
from orders import order, payment, post, sign  # noqa: E402
from vostronet import NetError  # noqa: E402

MIB = 1024 * 1024
WELL, REFUSED, UNREACHABLE, NOT_ADMITTED = 0, 1, 3, 5
PATIENCE_S = 60


class DoctorCase(NetworkCase):
    def doctor(self, node, also=()):
        """Of this node's bank, who may ask some more nodes: (exit code, answer)."""
        more = [word for other in also for word in ("--node", other["api"], "--node-token-file", other["token_file"])]
        return self.network.wallet(node, "--timeout", "3", "network", "doctor", *more, keys=(), check=False)

    def found(self, node, also=()):
        code, answer = self.doctor(node, also)
        self.assertIn("findings", answer, answer)
        for finding in answer["findings"]:
            self.assertRegex(finding["what"], r"^[A-Z].*\.$")
            self.assertRegex(finding["remedy"], r"^[A-Z].*\.$")
        faults = any(finding["severity"] == "fault" for finding in answer["findings"])
        if any(each["answers"] for each in answer["nodes"]):
            self.assertEqual(code, REFUSED if faults else WELL, answer)
        return answer["findings"]

    def assert_named(self, node, wanted, also=(), since=None):
        """Until exactly these are named, {(code, about)}; with `since`, the first of them from about that moment on."""
        last = []

        def look():
            last[:] = self.found(node, also)
            return {(each["code"], each["about"]) for each in last} == set(wanted)

        try:
            self.network.wait(look, PATIENCE_S, "not named as wanted")
        except NetError as error:
            raise AssertionError(f"wanted {wanted}, the doctor says {json.dumps(last, indent=1)}") from error
        for each in last:
            print(f"{each['severity']}: {each['what']}\n  since {each['since']}\n  remedy {each['remedy']}", flush=True)
        if since is not None:
            first = next(each for each in last if (each["code"], each["about"]) == wanted[0])
            self.assertIsNotNone(first["since"], first)
            self.assertLess(abs(faketime.moment(first["since"]) - since), 20, first)
        return last

    def assert_well(self, node=0):
        self.assert_named(self.nodes[node], [], self.nodes[node + 1:])


class Doctor(DoctorCase):
    def test_doctor_says_well_of_a_network_that_is(self):
        self.assert_well()
        code, _ = self.doctor(self.nodes[0])
        self.assertEqual(code, WELL)

    def test_doctor_names_a_stopped_validator_and_a_lost_quorum(self):
        began = time.time()
        self.network.stop(self.nodes[3])
        missing = [("missing", self.bic(3)), ("no_margin", "network")]
        self.assert_named(self.nodes[0], missing, since=began)
        # The same, asked of more nodes, of which the stopped one is one.
        self.assert_named(self.nodes[0], [*missing, ("unreachable", self.nodes[3]["api"])], self.nodes[1:])
        self.network.stop(self.nodes[2], signal.SIGKILL)
        began = time.time()
        self.assert_named(self.nodes[0], [("no_quorum", "network"), ("missing", self.bic(3)), ("missing", self.bic(2))], since=began)
        self.network.stop(self.nodes[1])
        code, answer = self.doctor(self.nodes[1])
        self.assertEqual((code, [each["code"] for each in answer["findings"]]), (UNREACHABLE, ["unreachable"]), answer)
        for index in (1, 2, 3):
            self.network.start(self.nodes[index])
        self.wait_connected()
        self.assert_well()

    def test_doctor_names_a_frozen_validator(self):
        began = time.time()
        os.kill(self.nodes[2]["pid"], signal.SIGSTOP)
        self.assert_named(self.nodes[0], [("silent", self.bic(2)), ("no_margin", "network")], since=began)
        os.kill(self.nodes[2]["pid"], signal.SIGCONT)
        self.wait_connected()
        self.assert_well()

    def test_doctor_names_a_wrong_address(self):
        """At the victim's address another bank's node answers, for each that dials, and the victim has the others' wrong as well."""
        addresses = [re.search(r'\[peers\]\nlisten = "([^"]+)"', Path(node["config"]).read_text(encoding="utf-8")).group(1) for node in self.nodes]
        for node in self.nodes:
            self.network.stop(node)
        for index, node in enumerate(self.nodes):
            config = Path(node["config"])
            text = config.read_text(encoding="utf-8")
            listen, peers = text.split("[[peers.peer]]", 1)
            if index == 3:
                for other in range(3):
                    peers = peers.replace(addresses[other], f"<{other}>")
                for other in range(3):
                    peers = peers.replace(f"<{other}>", addresses[(other + 1) % 3])
            else:
                peers = peers.replace(addresses[3], addresses[(index + 1) % 3])
            config.write_text(listen + "[[peers.peer]]" + peers, encoding="utf-8")
        for node in self.nodes:
            self.network.start(node)
        # Of two validators the one with the lower TLS key dials: who never dials the victim cannot know why it is away.
        named = {}

        def look():
            named.clear()
            named.update({(each["code"], each["about"]): each["what"] for each in self.found(self.nodes[0], self.nodes[1:])})
            cut_off = named.get(("cut_off", self.bic(3)), "")
            return len(named) == 3 and ("no_margin", "network") in named and \
                ("unknown_key" in cut_off or ("wrong_key", self.bic(3)) in named)

        self.network.wait(look, PATIENCE_S, lambda: f"not named as wanted, but {named}")

    def test_doctor_names_a_node_that_refuses_the_token(self):
        wrong = Path(self.nodes[1]["token_file"]).with_name("wrong")
        wrong.write_text("vst_" + "A" * 43 + "\n", encoding="utf-8")
        wrong.chmod(0o600)
        other = {**self.nodes[1], "token_file": str(wrong)}
        self.assert_named(self.nodes[0], [("not_admitted", other["api"])], [other])
        code, answer = self.doctor({**self.nodes[0], "token_file": self.nodes[1]["token_file"]})
        self.assertEqual((code, [each["code"] for each in answer["findings"]]), (NOT_ADMITTED, ["not_admitted"]), answer)

    def test_doctor_names_a_node_that_shows_another_ledger(self):
        """No honest node does; this one's answers are changed on their way."""
        with lying_api(self.nodes[2], from_height=2) as api:
            liar = {**self.nodes[2], "api": api}
            named = self.assert_named(self.nodes[0], [("disagreeing", self.bic(2))], [self.nodes[1], liar])
        self.assertIn("from height 2 on", named[0]["what"])
        self.assertEqual(named[0]["since"], self.network.get(self.nodes[0], "/v1/blocks/2")["time"])

    def test_doctor_names_another_network(self):
        other = self.new_network("other", 4)
        named = self.assert_named(self.nodes[0], [("wrong_network", self.bic(0))], [other.info["nodes"][0]])
        self.assertIn("another network", named[0]["what"])


class DoctorOfHalts(DoctorCase):
    def test_doctor_names_a_halted_validator(self):
        injection.need()
        began = time.time()
        self.halt_by_io_error(3)
        named = self.assert_named(self.nodes[0], [("halted", self.bic(3)), ("no_margin", "network")], self.nodes[1:], since=began)
        self.assertIn("Input/output error", named[0]["what"])
        # The others see that it goes no further, whatever it says.
        self.settle(0, self.signed_payment(0, 1, "1.00"))
        seen = lambda: {each["about"] for each in self.found(self.nodes[0]) if each["code"] in ("behind", "silent", "missing")}  # noqa: E731
        self.network.wait(lambda: seen() == {self.bic(3)}, PATIENCE_S, "nobody else sees it")

    def halt_by_io_error(self, victim):
        segment = max(Path(self.nodes[victim]["data_dir"]).resolve().glob("journal/*/segment-*"))
        with injection.Injection(self.nodes[victim]["pid"], "fdatasync", "error=EIO:when=1", self.home / "strace", segment):
            self.settle(0, self.signed_payment(0, 1, "1.00"))
            self.network.wait(lambda: self.network.status(self.nodes[victim]).get("halted"), 60, "it does not halt")


@contextlib.contextmanager
def lying_api(node, from_height):
    """The node's API, with other state roots from that height on."""
    place = node["api"].removeprefix("http://")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            connection = http.client.HTTPConnection(place, timeout=10)
            connection.request("GET", self.path, headers={"Authorization": self.headers["Authorization"]})
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            height = re.fullmatch(r"/v1/blocks/(\d+)", self.path)
            if height and int(height.group(1)) >= from_height:
                block = json.loads(content)
                block["state_root"] = "ab" * 32
                content = json.dumps(block).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.getheader("Content-Type"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class DoctorOfClocks(DoctorCase):
    def setUp(self):
        faketime.need()
        super().setUp()

    def prepare(self, network):
        self.clock = faketime.Clock(self.home / "clock")
        victim = network.info["nodes"][1]["participant"]
        network.environment = lambda node: self.clock.environment() if node["participant"] == victim else {}

    def test_doctor_names_a_clock_that_is_off(self):
        for offset_s, says in ((3, "ahead of"), (-90, "behind")):
            self.clock.set(offset_s)
            # Asked of another node, and of itself: it is the same clock.
            for node in (0, 1):
                named = self.assert_named(self.nodes[node], [("clock", self.bic(1))])
                self.assertIn(says, named[0]["what"])
            self.clock.set(0)
            self.assert_well()


class DoctorOfDisks(disks.OnSmallDisk, DoctorCase):
    disk_mib = 160

    def test_doctor_names_a_full_disk_and_one_that_will_be(self):
        self.disk.fill(80 * MIB)
        self.assert_named(self.nodes[0], [("disk_low", self.bic(3))], self.nodes[1:])
        self.disk.fill(20 * MIB)
        began = time.time()
        self.assert_named(self.nodes[0], [("disk_full", self.bic(3)), ("no_margin", "network")], self.nodes[1:], since=began)
        self.disk.empty()
        self.assert_well()


class DoctorOnWires(DoctorCase):
    def setUp(self):
        wires.need()
        super().setUp()

    def prepare(self, network):
        self.wires = wires.Wires(self.nodes_count, 1)
        self.addCleanup(self.wires.close)
        self.wires.connect(network)

    def both_ways(self, victim):
        others = [index for index in range(4) if index != victim]
        return [(victim, other) for other in others] + [(other, victim) for other in others]

    def test_doctor_names_a_partition_from_both_sides(self):
        began = time.time()
        self.wires.cut(self.both_ways(3))
        # Silence first; once the connections are given up, for good.
        self.assert_named(self.nodes[0], [("silent", self.bic(3)), ("no_margin", "network")], since=began)
        self.assert_named(self.nodes[0], [("missing", self.bic(3)), ("no_margin", "network")])
        self.assert_named(self.nodes[3], [("cut_off", self.bic(3)), ("no_quorum", "network")])
        self.wires.mend()
        self.assert_named(self.nodes[0], [])

    def test_doctor_names_a_slow_line(self):
        self.wires.shape(self.both_ways(2), delay_ms=150)
        self.keep_busy(0)
        self.assert_named(self.nodes[0], [("slow", self.bic(2))])
        self.wires.shape()
        self.keep_busy(0)
        self.assert_named(self.nodes[0], [])

    def test_doctor_names_a_node_that_is_behind(self):
        """It comes back after many blocks, over a line on which it takes long to fetch them."""
        self.network.stop(self.nodes[2], signal.SIGKILL)
        for framed in sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=150):
            self.assertEqual(post(self.nodes[0], framed).status, 200)
        time.sleep(16)  # the blocks that it lacks become old
        for index in (0, 1, 3):
            self.wires.rate(index, "rate 64kbit burst 4kb latency 2000ms")
        self.network.start(self.nodes[2])
        wanted = {("behind", self.bic(2))}
        self.network.wait(lambda: wanted <= {(each["code"], each["about"]) for each in self.found(self.nodes[0])}, PATIENCE_S, "it is not said to be behind")
        for index in (0, 1, 3):
            self.wires.rate(index, None)
        self.assert_named(self.nodes[0], [])

    def keep_busy(self, node):
        for _ in range(20):
            self.settle(node, self.signed_payment(0, 1, "0.01"))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
