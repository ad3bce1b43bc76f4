"""One validator key on two hosts, and both vote (row F21): the evidence is found, kept, passed on, put on record, and checked offline."""

import re
import shutil
import sys
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import members  # noqa: E402
from network_case import NetworkCase  # noqa: E402
from orders import ask, post  # noqa: E402
from ports import free_ports  # noqa: E402
from vostronet import bin_dir, run  # noqa: E402

OK, REFUSED = 0, 1
HONEST = (0, 1, 3)
TWIN = 2
PROVOKING_S = 300  # until the twins have contradicted each other; a few payments at each side are enough


class Evidence(NetworkCase):
    """Goal: what an operator has when another bank runs one key twice: a name, a file that convicts it before anyone, and a record on the
    ledger that every bank and the auditor see alike. Method: the third bank's directory is copied whole, as a restored machine would be;
    one twin hears the first two banks, the other the fourth, so that neither learns of the other before both have led the same view."""

    def double(self):
        """The twin of the third bank's node, which runs from a copy of its directory; the peers are told which of the two is theirs."""
        original = self.nodes[TWIN]
        self.network.stop(original)
        home = Path(original["config"]).parent
        copy = home.with_name(home.name + "-twin")
        shutil.copytree(home, copy, symlinks=True)
        api, listen = free_ports(2)
        twin = {**original, "pid": None, "api": f"http://127.0.0.1:{api}", "config": str(copy / "node.toml"), "data_dir": str(copy / "data"),
                "log": str(copy / "node.log"), "token_file": str(copy / "keys" / "token")}
        text = Path(twin["config"]).read_text(encoding="utf-8")
        text = re.sub(r'(\[api\]\nlisten = "127\.0\.0\.1:)\d+', rf"\g<1>{api}", text)
        text = re.sub(r'(\[peers\]\nlisten = "127\.0\.0\.1:)\d+', rf"\g<1>{listen}", text)
        Path(twin["config"]).write_text(text, encoding="utf-8")
        self.keep_peers(original, HONEST[:2])
        self.keep_peers(twin, HONEST[2:])
        fourth = Path(self.nodes[3]["config"])
        fourth.write_text(self.peer_pattern(TWIN).sub(rf"\g<1>127.0.0.1:{listen}\g<2>", fourth.read_text(encoding="utf-8")), encoding="utf-8")
        members.read_again(self.nodes[3])
        self.addCleanup(self.network.stop, twin)
        self.network.start(original)
        self.network.start(twin)
        return twin

    def peer_pattern(self, index):
        return re.compile(rf'(participant = "{self.bic(index)}"\naddress = ")[^"]+(")')

    def keep_peers(self, node, kept):
        config = Path(node["config"])
        text = config.read_text(encoding="utf-8")
        for index in HONEST:
            if index not in kept:
                text = re.sub(rf'\[\[peers\.peer\]\]\nparticipant = "{self.bic(index)}"\naddress = "[^"]+"\n\n?', "", text)
        config.write_text(text, encoding="utf-8")

    def evidence_at(self, index):
        answer = ask(self.nodes[index], "GET", "/v1/evidence")
        self.assertEqual(answer.status, 200, answer)
        return {item["id"]: item for item in answer.body["items"]}

    def provoke(self, twins):
        """Payments on both sides until an honest node has evidence; then the twins are gone, and nothing is added. A twin that hears of the
        other first halts, as it should: it comes back."""
        def is_found():
            for index in (0, 3):
                post(self.nodes[index], self.signed_payment(index, 1, "1.00"), wait=False)  # taken or not: it is there to be voted on
            for twin in twins:
                if self.network.status(twin).get("halted"):
                    self.network.stop(twin)
                    self.network.start(twin)
            return any(self.evidence_at(index) for index in HONEST)
        self.network.wait(is_found, PROVOKING_S, "no honest node has seen the twins contradict each other")
        for twin in twins:
            self.network.stop(twin)

    def rest_of_honest(self):
        def look():
            states = [self.network.status(self.nodes[index]) for index in HONEST]
            return all(states) and not any(s["pending_transactions"] for s in states) and len({s["height"] for s in states}) == 1
        self.network.wait(look, 60, "the honest ones do not come to rest")

    def metric(self, index, name):
        with urllib.request.urlopen(self.nodes[index]["api"] + "/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return float(re.search(rf"(?m)^{name} (\S+)$", text)[1])

    def check_offline(self, path, expect=OK):
        """With the genesis file alone: no node, no token, no key."""
        done = run([bin_dir() / "vostro", "--genesis", self.network.info["genesis"], "evidence", "check", path], check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def wallet(self, index, *args, expect=OK):
        code, answer = self.network.wallet(self.nodes[index], "evidence", *args, check=False)
        self.assertEqual(code, expect, answer)
        return answer

    def test_F21_a_twin_is_convicted_on_the_ledger(self):
        self.provoke((self.nodes[TWIN], self.double()))
        name = next(name for index in HONEST for name in self.evidence_at(index))
        accused = self.bic(TWIN)

        # Gossip takes it to every honest node, once; nobody else is accused. A second act may be on its way while the first is looked at.
        self.rest_of_honest()
        seen = []

        def look():
            seen.append([(sorted(self.evidence_at(index)), self.metric(index, "vostro_evidence_total")) for index in HONEST])
            names, count = seen[-1][0]
            return seen[-2:] == [[(names, count)] * len(HONEST)] * 2 and name in names and count == len(names)
        self.network.wait(look, 60, lambda: f"it is not alike, and counted, at all: {seen[-1]}")
        for index in HONEST:
            self.assertEqual({item["participant"] for item in self.evidence_at(index).values()}, {accused})
            self.assertEqual(self.metric(index, "vostro_evidence_recorded_total"), 0)
        self.assertIsNone(self.wallet(1, "show", name)["record"])

        # The file convicts before whoever has the genesis file; a changed one does not.
        file = self.home / "twin.evidence"
        saved = self.wallet(3, "save", name, "--out", file)
        self.assertEqual((saved["id"], saved["participant"], saved["genuine"]), (name, accused, True))
        self.assertIn(accused, self.check_offline(file))
        forged = self.home / "forged.evidence"
        content = bytearray(file.read_bytes())
        content[-5] ^= 1
        forged.write_bytes(content)
        self.assertIn("convicts nobody", self.check_offline(forged, expect=REFUSED))

        # On record once, whoever reports it, from node or file.
        self.assertEqual(self.wallet(0, "report", "--file", file)["status"], "done")
        self.assertEqual(self.wallet(1, "report", name, expect=REFUSED)["reason_code"], "AM05")
        records = []
        for index in HONEST:
            self.network.wait(lambda i=index: self.evidence_at(i)[name]["record"], 60, f"{self.bic(index)} does not show the record")
            records.append(self.evidence_at(index)[name]["record"])
            self.network.wait(lambda i=index: self.metric(i, "vostro_evidence_recorded_total") == 1, 60, "it is not counted")
        self.assertEqual(records, records[:1] * len(records))
        self.assertEqual(records[0]["report"]["owner"], self.bic(0))

        # What the ledger holds is as good as what a node keeps; and the auditor, who trusts nobody, comes to the same state.
        second = self.home / "record.evidence"
        self.wallet(1, "save", name, "--out", second)
        self.assertIn(accused, self.check_offline(second))
        self.network.stop(self.nodes[0])
        report = self.audited(self.nodes[0]["data_dir"])
        self.assertTrue(report["holds"], report)
        self.assertGreaterEqual(report["checked_to"], records[0]["height"])

        # A start reads the book again, and counts nothing twice.
        before = len(self.evidence_at(1))
        self.network.stop(self.nodes[1])
        self.network.start(self.nodes[1])
        self.assertEqual(self.metric(1, "vostro_evidence_total"), before)
        self.assertEqual(self.metric(1, "vostro_evidence_recorded_total"), 1)


if __name__ == "__main__":
    unittest.main()
