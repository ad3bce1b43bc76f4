"""The bridge's HTTP API: the same desk as the watched directories, by real processes. `bridge_api_test.py --rewrite` puts what is shown
now into docs/bridge-api.md."""

import http.client
import shutil
import signal
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from bridge_case import BridgeCase  # noqa: E402
from description import Caller, Description  # noqa: E402
from network_case import ROOT  # noqa: E402
from page import Page  # noqa: E402
from vostronet import bin_dir, run  # noqa: E402

REWRITE = "--rewrite" in sys.argv
PAGE = ROOT / "docs" / "bridge-api.md"
FILE = ROOT / "bridge" / "api" / "openapi.json"
XML = "application/xml"
IN, OUT = "/v1/messages/in", "/v1/messages/out"


class Api(BridgeCase):
    """A bridge that serves; callers hold every answer against the description."""

    def serve(self, **options):
        bridge = self.make_bridge(**options)
        with open(bridge.config, "a", encoding="utf-8") as config:
            config.write('\n[api]\nlisten = "127.0.0.1:0"\ntoken_file = "api-tokens"\n')
        self.tokens = {role: self.token(bridge, role) for role in ("read", "write")}
        self.description = Description(FILE.read_text(encoding="ascii"))
        self.seen = set()
        return bridge

    def token(self, bridge, role):
        return run([bridge.program, "token", "create", "--config", bridge.config, "--role", role, "--rate", "10000"]).stdout.strip()

    def caller(self, bridge, role="write"):
        url = bridge.ready.read_text(encoding="ascii").split()[1]
        return Caller(self.description, self.seen, url, self.tokens.get(role, ""))

    def post(self, caller, content, query="?wait=outcome", signature=None, **more):
        content = content.encode() if isinstance(content, str) else content
        headers = [] if signature == "" else [("Vostro-Signature", (signature or self.bank.sign(content)).strip())]
        return caller.ask(IN + query, "POST", content, kind=more.pop("kind", XML), headers=headers, **more)

    def files(self, bridge, directory):
        return sorted(each.name for each in (bridge.config.parent / "files" / directory).glob("*.xml"))

    def test_BridgeApi_one_message_by_both_ways_is_taken_once(self):
        bridge = self.serve().start()
        api = self.caller(bridge)
        posted, filed = self.bank.notice("REF-1", "100.00"), self.bank.notice("REF-2", "30.00")
        # First by HTTP, then as a file.
        said = self.post(api, posted)
        self.assertEqual((api.status, said["state"], said["type"]), (200, "taken", "camt.054.001.08"))
        self.wait_on_ledger("100.00")
        self.bank.put(posted)
        self.wait_taken()
        # First as a file, then by HTTP, waiting or not: the answer is that of the file.
        self.bank.put(filed)
        self.wait_on_ledger("130.00")
        for query in ("", "?wait=outcome"):
            self.assertEqual(self.post(api, filed, query)["state"], "taken")
            self.assertEqual(api.status, 200)
        self.assertEqual(self.post(api, posted)["message"], said["message"])
        # What is no message: quarantined once, and told to both.
        self.assertEqual(self.post(api, "<not xml")["code"], "quarantined")
        self.assertEqual(api.status, 422)
        self.bank.put("<not xml either")
        self.wait_taken()
        self.assertEqual(self.post(api, "<not xml either")["code"], "quarantined")
        # The same message id with other bytes, whichever way the first one came.
        self.assertEqual(self.post(api, self.bank.notice("REF-3", "5.00", message_id="MSG-1"))["state"], "taken")
        self.assertEqual(self.post(api, self.bank.notice("REF-4", "6.00", message_id="MSG-1"))["code"], "message-id-used")
        self.assertEqual(api.status, 409)
        again = self.bank.notice("REF-5", "7.00", message_id="MSG-1")
        self.bank.put(again)
        self.wait_taken()
        self.assertEqual(self.post(api, again)["code"], "message-id-used")
        self.wait_on_ledger("135.00")
        self.wait_until_over(bridge)
        self.assert_in_balance(bridge, "135.00", "135.00")
        self.assertEqual((len(self.files(bridge, "quarantine")), len(self.files(bridge, "in"))), (4, 0))
        self.assertEqual(self.alarms(bridge), ["file"] * 4)
        self.assertEqual(bridge.stop(), 0)

    def test_BridgeApi_messages_out_are_listed_fetched_and_taken(self):
        bridge = self.serve().start()
        api, reader = self.caller(bridge), self.caller(bridge, "read")
        self.assertEqual(reader.ask(OUT), {"items": [], "next": 0})
        self.post(api, self.bank.notice("REF-1", "100.00"))
        self.wait_on_ledger("100.00")
        for amount in ("10.00", "20.00", "30.00"):
            self.redeem(amount)
        self.wait_for(lambda: len(self.files(bridge, "out")) == 3, "no pacs.009 comes out")
        names, after = [], 0
        while True:
            page = reader.ask(f"{OUT}?after={after}&limit=2")
            if not page["items"]:
                self.assertEqual(page["next"], after)
                break
            names += [each["name"] for each in page["items"]]
            after = page["next"]
        self.assertEqual(sorted(names), self.files(bridge, "out"))
        for name in names:
            text = reader.ask(f"{OUT}/{name}")
            path = bridge.config.parent / "files" / "out" / name
            self.assertEqual(text, path.read_text(encoding="utf-8"))
            self.assertEqual(reader.headers["Vostro-Signature"] + "\n", path.with_name(name + ".sig").read_text(encoding="ascii"))
        self.assertEqual(reader.ask(f"{OUT}/{names[0]}", "DELETE")["code"], "not-permitted")
        for _ in range(2):
            self.assertEqual(api.ask(f"{OUT}/{names[0]}", "DELETE"), {"name": names[0], "state": "taken"})
        self.assertEqual(self.files(bridge, "out"), sorted(names[1:]))
        self.assertEqual(list((bridge.config.parent / "files" / "out").glob(names[0] + "*")), [])
        self.assertIn("20.00", reader.ask(f"{OUT}/{names[1]}"))
        reader.ask(f"{OUT}/{names[0]}")
        self.assertEqual(reader.status, 200, "the journal keeps it")
        for target, method in ((f"{OUT}/nobody.xml", "GET"), (f"{OUT}/nobody.xml", "DELETE"), (f"{OUT}/..%2fbook.db", "GET")):
            api.ask(target, method)
            self.assertIn(api.status, (400, 404), target)

    def test_BridgeApi_refuses_at_the_door_and_keeps_nothing(self):
        bridge = self.serve().start()
        api = self.caller(bridge)
        notice = self.bank.notice("REF-1", "1.00")

        def code(*args, **more):
            return self.post(api, *args, **more)["code"]
        self.assertEqual(code(notice, token=""), "no-token")
        self.assertEqual(code(notice, token=self.tokens["read"]), "not-permitted")
        self.assertEqual(code(notice, signature=""), "no-signature")
        self.assertEqual(code(notice, signature="ed25519:" + "00" * 64), "bad-signature")
        self.assertEqual(code(notice, kind="application/json"), "wrong-media-type")
        self.assertEqual(code(""), "bad-body")
        self.assertEqual(code(notice, query="?wait=final"), "bad-parameter")
        self.assertEqual(code(notice, query="?now=1"), "unknown-parameter")
        self.assertEqual(self.head_alone(api, 10 * 1024 * 1024 + 1), "body-too-large")
        self.assertEqual(self.head_alone(api, 70 * 1024, kind="text/xml"), "body-too-large")
        self.assertEqual(api.ask(f"{IN}/{'0' * 64}")["code"], "unknown-message")
        self.assertEqual(api.ask(f"{IN}/hash")["code"], "bad-path")
        self.assertEqual(api.ask("/v1/payments")["code"], "not-found")
        self.assertEqual(api.ask(IN)["code"], "method-not-allowed")
        for directory in ("in", "archive", "quarantine"):
            self.assertEqual(self.files(bridge, directory), [])
        # As large as a file may be: looked at, and no message.
        self.assertEqual(code(b"<a>" + b" " * (10 * 1024 * 1024 - 7) + b"</a>"), "quarantined")
        described = {(method, path) for method, path in self.description.operations}
        for target in ("/healthz", "/readyz", "/metrics", "/openapi.json", OUT, f"{OUT}/a.xml"):
            api.ask(target)
        api.ask(f"{OUT}/a.xml", "DELETE")
        self.assertEqual({(method, path) for method, path, *_ in self.seen if path} & described, described, "an operation was not called")

    def head_alone(self, api, size, kind=XML):
        """The code of the answer to a header that tells of so large a body."""
        connection = http.client.HTTPConnection(api.api.hostname, api.api.port, timeout=30)
        try:
            connection.putrequest("POST", IN)
            for name, value in (("Authorization", f"Bearer {api.token}"), ("Content-Type", kind), ("Content-Length", str(size))):
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return api.look(IN, "POST", answer.status, answer.headers, answer.read())["code"]
        finally:
            connection.close()

    def test_BridgeApi_says_how_it_is(self):
        bridge = self.serve()
        text = bridge.config.read_text(encoding="utf-8")
        bridge.config.write_text(text.replace("lease_s = 1\n", "lease_s = 60\n"), encoding="utf-8")  # the second one waits, however slow this is
        bridge.start()
        api = self.caller(bridge, role=None)

        def metrics():
            lines = api.ask("/metrics").splitlines()
            return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}
        self.wait_for(lambda: api.ask("/readyz") == {"status": "ready"}, "it is not ready")
        self.assertEqual(api.ask("/healthz"), {"status": "up"})
        # One of each kind: a file that is not taken away, an alarm, an open break, an order that nobody answers.
        self.bank.put(self.bank.notice("REF-1", "50.00", text="?"))
        self.bank.put(self.bank.notice("REF-2", "70.00"))
        self.wait_on_ledger("70.00")
        self.redeem("20.00")
        self.wait_for(lambda: self.files(bridge, "out"), "no pacs.009 comes out")
        self.network.wallet(self.nodes[0], "issue", "--to", "MERLSGSG/main", "--amount", "0.01 EUR", "--reference", "by hand", keys=("maker",))
        self.wait_for(lambda: metrics().get('vostro_bridge_breaks{currency="EUR"}') == 1, "the break is not counted")
        self.wait_for(lambda: metrics()["vostro_bridge_stopped_currencies"] == 1, "the currency is not stopped")
        self.wait_for(lambda: metrics()["vostro_bridge_blocks_behind"] == 0, "the book is behind")
        seen = metrics()
        for name, value in {"vostro_bridge_active": 1, "vostro_bridge_book_up": 1, "vostro_bridge_node_up": 1, 'vostro_bridge_alarms{kind="suspense"}': 1,
                            'vostro_bridge_files{directory="out"}': 1, 'vostro_bridge_files{directory="in"}': 0, "vostro_bridge_stopped_currencies": 1,
                            'vostro_bridge_outbox{kind="order"}': 0, "vostro_bridge_screenings_waiting": 0}.items():
            self.assertEqual(seen[name], value, (name, seen))
        self.assertEqual(seen["vostro_bridge_cursor_height"], seen["vostro_bridge_node_height"])
        # A second bridge on the book waits, and says so; it takes nothing.
        second = self.bridge_on(bridge.config).spawn()
        self.wait_for(lambda: self.log_of(second).count("the API listens") == 2, "the second one does not serve")
        url = self.log_of(second).rsplit("the API listens", 1)[1].split("api=", 1)[1].split()[0].strip('"')
        waiting = Caller(self.description, self.seen, url, self.tokens["write"])
        self.assertEqual((waiting.ask("/healthz")["status"], waiting.ask("/readyz")["code"]), ("up", "not-active"))
        self.assertEqual(self.post(waiting, self.bank.notice("REF-9", "9.00"))["code"], "not-active")
        second.stop()
        # Without its node it serves on, and says so.
        self.network.stop(self.nodes[0], signal.SIGKILL)
        self.assertEqual(api.ask("/readyz")["code"], "node-unavailable")
        self.wait_for(lambda: metrics()["vostro_bridge_node_up"] == 0, "the node is still told to be up")
        self.assertNotIn("vostro_bridge_blocks_behind", metrics())

    def test_BridgeApi_the_page_is_as_it_tells(self):
        for program in ("curl", "jq"):
            if not shutil.which(program):
                self.skipTest(f"{program} is not installed")
        bridge = self.serve().start()
        home = bridge.config.parent
        self.post(self.caller(bridge), self.bank.notice("REF-0", "500.00"))
        self.wait_on_ledger("500.00")
        self.redeem("20.00")
        self.wait_for(lambda: self.files(bridge, "out"), "no pacs.009 comes out")
        for name, text in (("notice.xml", self.bank.notice("REF-1", "100.00", message_id="MSG-1")), ("other.xml", self.bank.notice("REF-2", "1.00", message_id="MSG-1"))):
            (home / name).write_text(text, encoding="utf-8")
            (home / f"{name}.sig").write_text(self.bank.sign(text.encode()), encoding="ascii")
        env = {"HOME": str(home), "PATH": f"{bin_dir()}:/usr/bin:/bin", "API": bridge.ready.read_text(encoding="ascii").split()[1], "TERM": "dumb"}
        page = Page(PAGE, {"op": (home, env), "core": (home, env)}, {}, lambda: self.wait_until_over_but_paying(bridge))
        if REWRITE:
            page.rewrite()
            return
        found = page.check()
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def wait_until_over_but_paying(self, bridge):
        """Nothing waits for anybody but the bank."""
        self.wait_for(lambda: bridge.ask("status")[1]["outbox"] == 0, "the outbox does not get empty")


class Killed(Api):
    """The program with failpoints: a message is on disk before it is answered."""

    bridge_program = "vostro-bridge-failpoints"

    def test_BridgeApi_killed_where_a_message_is_kept_loses_and_doubles_nothing(self):
        bridge = self.serve().start()
        amount = 0
        for number, point in enumerate(("bridge.post.begin", "bridge.post.signature_written", "bridge.post.kept", "bridge.intake.read",
                                        "bridge.intake.before_commit", "bridge.intake.committed", "bridge.archive.signature_moved")):
            notice = self.bank.notice(f"REF-{number}", "10.00")
            bridge.arm(point)
            with self.assertRaises((OSError, http.client.HTTPException), msg=point):
                self.post(self.caller(bridge), notice)
            self.wait_for(lambda: bridge.process.poll() is not None, f"{point} was not come to")
            bridge.start()
            # Whoever got no answer posts it again.
            self.assertEqual(self.post(self.caller(bridge), notice)["state"], "taken", point)
            amount += 10
            self.wait_on_ledger(f"{amount}.00")
        self.wait_until_over(bridge)
        self.assert_in_balance(bridge, f"{amount}.00", f"{amount}.00")
        self.assertEqual((self.files(bridge, "in"), self.files(bridge, "quarantine"), self.alarms(bridge)), ([], [], []))


if __name__ == "__main__":
    unittest.main(argv=[each for each in sys.argv if each != "--rewrite"])
