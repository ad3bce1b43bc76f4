"""Banks change their running network by proposal and vote, with the wallet and real nodes."""

import json
import signal
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import ask  # noqa: E402
from vostronet import bin_dir, run  # noqa: E402

OK, REFUSED = 0, 1
BOTH = ("maker", "checker")


class Governance(NetworkCase):
    """Goal: three of four owners change the network without a restart, two cannot, and every node says so alike. Method: the wallet at each
    bank; a node that was killed meanwhile comes back."""

    def wallet(self, node, *args, expect=OK):
        code, answer = self.network.wallet(self.nodes[node], *args, keys=BOTH, check=False)
        self.assertEqual(code, expect, answer)
        return answer

    def propose(self, change, *more, expect=OK):
        path = self.home / "change.json"
        path.write_text(json.dumps(change), encoding="utf-8")
        return self.wallet(0, "network", "propose", "--change", path, *more, expect=expect).get("proposal")

    def vote(self, proposal, voters, vote="yes"):
        for node in voters:
            # It was made at another node.
            self.network.wait(lambda n=node: self.find(ask(self.nodes[n], "GET", "/v1/proposals").body, proposal), 60, "the proposal is not known")
            self.wallet(node, "network", "vote", proposal, vote)

    @staticmethod
    def find(body, proposal):
        return next((item for item in body["items"] if item["id"]["id"] == proposal), None)

    def proposal(self, proposal, status, yes=None):
        """As all nodes show it, once it has that status, and so many votes for it."""
        def look(body):
            found = self.find(body, proposal)
            return found and found["status"] == status and yes in (None, found["yes"])
        return self.find(self.from_all("/v1/proposals", look), proposal)

    def node_tool(self, *args):
        """vostro-node key ... of the second bank."""
        return run([bin_dir() / "vostro-node", *args, "--config", self.nodes[1]["config"]]).stdout

    def pay(self, expect=OK):
        return self.wallet(0, "pay", "--from", self.account(0), "--to", self.account(1), "--amount", "10.00 EUR", "--wait", "--another",
                           expect=expect)

    def test_A_corridor_is_closed_and_opened_by_vote(self):
        self.pay()
        closed = {"type": "SetCorridorRule", "number": 1, "rule": {"per_payment": {"minor_units": "0"}}}
        first = self.propose(closed)
        self.vote(first, (0, 1))
        self.proposal(first, "open", yes=2)
        self.pay()
        self.vote(first, (2,))
        # Nobody sends anything any more: its date is what wakes the network.
        done = self.proposal(first, "in_force")
        self.assertGreater(done["ended_height"], done["passed_height"])
        self.assertEqual(self.pay(expect=REFUSED)["reason_code"], "RR04")
        rules = self.wallet(3, "network", "rules")["corridor_rules"]
        self.assertEqual([(rule["number"], rule["since_height"]) for rule in rules], [(1, done["ended_height"])])
        again = self.wallet(0, "network", "vote", first, "yes", expect=REFUSED)
        self.assertEqual(again["error"]["code"], "proposal_closed")

        # The same once more breaks a rule, and is no proposal; a node that missed the vote learns its outcome.
        self.propose(closed, expect=REFUSED)
        self.network.stop(self.nodes[3], signal.SIGKILL)
        second = self.propose({"type": "SetCorridorRule", "number": 1})
        self.vote(second, (0, 1, 2))
        self.network.start(self.nodes[3])
        self.wait_connected()
        self.proposal(second, "in_force")
        self.pay()
        self.assert_same_state_everywhere()

    def test_A_currency_is_suspended_at_its_date_and_a_refusal_changes_nothing(self):
        suspend = {"type": "SetCurrency", "currency": "EUR", "standing": "suspended"}
        refused = self.propose(suspend)
        self.vote(refused, (1, 2), "no")
        self.proposal(refused, "refused")
        self.pay()
        passed = self.propose(suspend, "--not-before", "+3s")
        self.vote(passed, (0, 1, 3))
        self.proposal(passed, "in_force")
        self.assertEqual(self.pay(expect=REFUSED)["reason_code"], "AM03")
        listed = self.wallet(2, "network", "proposals")["items"]
        self.assertEqual({item["id"]: item["status"] for item in listed}, {refused: "refused", passed: "in_force"})
        self.assert_same_state_everywhere()

    def test_C_What_validators_and_versions_wait_for(self):
        """Goal: decisions on validators and versions are made with the wallet and the node's own key, and wait for what they lack. (They
        take effect in membership_test.py.)"""
        refused = self.wallet(0, "network", "propose", "remove-validator", "--of", "NOBODEFF", expect=REFUSED)
        self.assertEqual(refused["reason_code"], "FF01", refused)
        proof = self.home / "proof.json"
        proof.write_text(self.node_tool("key", "proof"), encoding="utf-8")
        # The key is in use: it is no key to rotate to. Nor is one that did not sign.
        refused = self.wallet(0, "network", "propose", "rotate-key", "--proof", proof, expect=REFUSED)
        self.assertEqual(refused["reason_code"], "FF01", refused)
        forged = json.loads(proof.read_text(encoding="utf-8"))
        forged["participant"] = self.bic(2)
        proof.write_text(json.dumps(forged), encoding="utf-8")
        self.assertEqual(self.wallet(0, "network", "propose", "rotate-key", "--proof", proof, expect=2)["error"]["code"], "bad_proof")

        version = self.wallet(0, "network", "propose", "activate-version", "--version-number", "2")["proposal"]
        self.vote(version, (0, 1, 2))
        self.proposal(version, "passed")

        def waits(body):  # for its date first; told as of now, though no block is made
            return next(item for item in body["items"] if item["id"]["id"] == version)["waits_for"]
        passed = self.from_all("/v1/proposals", lambda body: waits(body)["what"] != "date")
        self.assertEqual(waits(passed), {"what": "quorum", "ready": 0, "needed": 3})
        validators = self.wallet(2, "network", "validators")
        self.assertEqual((validators["epoch"], validators["protocol_version"], len(validators["validators"])), (0, 1, 4))
        self.assertEqual([(each["proposal"], each["waits_for"]) for each in validators["pending"]],
                         [(version, "validators that speak the version: 0 of 3")])
        self.pay()  # the nodes say loudly that they do not know that version, and go on until it is in force


if __name__ == "__main__":
    unittest.main()
