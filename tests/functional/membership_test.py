"""Validators come, go and change their keys while the network settles payments: by vote, without a restart of anybody else."""

import os
import shutil
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import members  # noqa: E402
from clerks import ASKED_OF_ALL, ClerksCase  # noqa: E402
from orders import Client, ask, uetr_of  # noqa: E402
from vostronet import BANKS, bin_dir, is_alive  # noqa: E402


APART_S = 60 if os.environ.get("VOSTRO_TEST_ALL") == "1" else 3


class MembershipCase(ClerksCase):
    def setUp(self):
        super().setUp()
        self.voters = list(self.nodes)  # whose validators vote, as far as the test knows

    def pass_changes(self, changes, voters=None):
        """Votes of all but one, so that a quorum is enough."""
        return members.pass_changes(self.network, changes, (voters or self.voters)[:len(self.voters) * 2 // 3 + 1], self.assertEqual)

    def admit(self, banks):
        """Nodes of new banks, which follow from genesis on. Each knows where those are that came before it; nobody knows where it is."""
        new, changes = [], []
        for bank in banks:
            node, change = members.make_bank(self.network, bank)
            self.nodes.append(node)
            new.append(node)
            changes.append(change)
        self.pass_changes(changes)
        for node in new:
            self.network.start(node)
        return new

    def add_validators(self, nodes):
        # One by one: each that comes raises the number of votes that the next one needs.
        for node in nodes:
            self.pass_changes([{"type": "AddValidator", **members.key_proof(node)}])
            self.voters.append(node)
            self.wait_set(len(self.voters))

    def wait_set(self, size, nodes=None):
        """Until every node that runs, or of `nodes`, knows so many validators, and those are connected."""
        def look(node):
            status = self.network.status(node)
            return status.get("validators") == size and status["connected_validators"] >= size - len(self.dead()) and status
        for node in [each for each in nodes or self.nodes if each["pid"]]:
            self.network.wait(lambda n=node: look(n), 60, f"{node['participant']} does not see {size} validators")

    def dead(self):
        return [node for node in self.voters if not node["pid"]]

    def clerks_without(self, node):
        """The clerks go to other nodes than this from now on: a request to it would hang."""
        for clerk in self.clerks:
            clerk.nodes = [each for each in clerk.nodes if each is not node]

    def wait_keys(self, expected, nodes=None):
        """Until every node that runs shows these keys, by bank, among those that vote."""
        def look(node):
            answer = ask(node, "GET", "/v1/validators")
            keys = {item["participant"]: item["key"] for item in answer.body["items"]} if answer.status == 200 else {}
            return all(keys.get(bank) == key for bank, key in expected.items())
        for node in nodes or [each for each in self.nodes if each["pid"]]:
            self.network.wait(lambda n=node: look(n), 60, f"{node['participant']} does not see the new keys")

    def rotate_all(self, nodes):
        """Every validator key and every TLS key of these nodes, which run on: new files, SIGHUP, votes."""
        changes, keys = [], {}
        for node in nodes:
            validator, tls = (members.new_key(node, purpose, f"{purpose}-2") for purpose in ("validator", "tls"))
            members.set_key(node, "next_validator", "validator-2")
            members.set_key(node, "next_tls", "tls-2")
            members.read_again(node)
            changes += [{"type": "RotateValidatorKey", **validator}, {"type": "SetTlsKey", **tls}]
            keys[node["participant"]] = validator["key"]
        self.pass_changes(changes)
        self.wait_keys(keys)
        self.wait_set(len(self.voters))

    def check_payments(self):
        """What was reported final is final and alike on every node; nobody has signed what no honest one signs; nothing is lost."""
        for framed in [f for clerk in self.clerks for f in clerk.accepted]:
            self.payment_everywhere(self.debtor_of(framed), uetr_of(framed))
        idle = lambda: all(self.network.status(node).get("pending_transactions") == 0 for node in self.nodes)  # noqa: E731
        self.network.wait(idle, 60, "transactions stay pending")
        self.assert_same_state_everywhere()
        reported = [each for clerk in self.clerks for each in clerk.final.items()]
        clients = [Client(node) for node in self.nodes]
        for number, (framed, body) in enumerate(self.random.sample(reported, len(reported))):
            for client in clients if number < ASKED_OF_ALL else [self.random.choice(clients)]:
                answer = client.get(f"/v1/payments/{uetr_of(framed)}?agent={body['owner']}")
                receipts = [(r["height"], r["receipt"]) for r in answer.body["receipts"]]
                self.assertEqual(receipts, [(body["height"], body["receipt"])], client.node["participant"])
        for client in clients:
            client.connection.close()
            self.assert_no_evidence(client.node)


    def check_receipts(self):
        """A payment of the first epoch and one of the last are shown by the genesis file, which names none of those who vote now."""
        reported = sorted((body["height"], uetr_of(framed), body["owner"]) for clerk in self.clerks for framed, body in clerk.final.items())
        epochs = set()
        for _, uetr, owner in (reported[0], reported[-1]):
            path = self.home / f"{uetr}.receipt"
            self.network.wallet(self.nodes[2], "receipt", uetr, "--agent", owner, "-o", path)
            _, shown = self.network.wallet(self.nodes[2], "verify", path)
            self.assertTrue(shown["genuine"], shown)
            epochs.add(int(shown["epoch"]))
        self.assertGreater(max(epochs), 3)


class F28(MembershipCase):
    """Goal: 4 validators, then 7, then 4 under load; one of them is killed for good and replaced, all keys of the others are rotated,
    one hears nothing of an epoch's beginning, and no payment is lost. Method: clerks pay all the time through whichever node takes it;
    processes are those of the beginning."""

    def test_F28_4_to_7_to_4_under_load_with_all_keys_rotated(self):
        self.start_clerks()
        new = self.admit(BANKS[4:7])
        self.add_validators(new)
        self.wait_for_payments(50, "no payments with seven validators")

        # One dies, with its machine: journal and validator key are gone. Its bank starts another one from the genesis file.
        lost = self.nodes[1]
        self.network.stop(lost, signal.SIGKILL)
        data, keys = Path(lost["data_dir"]), Path(lost["token_file"]).parent
        tokens = (data / "tokens").read_bytes()
        shutil.rmtree(data)
        for left in ("validator.key", "validator.key.journal"):
            (keys / left).unlink()
        self.wait_for_payments(50, "no payments with one of seven dead")
        replaced = members.new_key(lost, "validator", "validator-1")
        members.set_key(lost, "validator", "validator-1")
        (data / "tokens").write_bytes(tokens)
        (data / "tokens").chmod(0o600)
        self.pass_changes([{"type": "RotateValidatorKey", **replaced}], [node for node in self.voters if node is not lost])
        self.network.start(lost)
        self.wait_keys({lost["participant"]: replaced["key"]})
        self.wait_set(7)
        self.assertEqual(self.network.status(lost)["role"], "validator")

        pids = {node["participant"]: node["pid"] for node in self.nodes}
        self.rotate_all([node for node in self.nodes if node is not lost])
        self.wait_for_payments(50, "no payments with the new keys")

        # Two of the newcomers and one of the first go; they follow on. Whoever has gone votes no more: the last to go votes to the end.
        leaving = [self.nodes[4], self.nodes[5], self.nodes[0]]
        staying = [node for node in self.voters if node not in leaving]
        self.pass_changes([{"type": "RemoveValidator", "participant": node["participant"]} for node in leaving], [*staying, leaving[-1]])
        self.voters = staying
        self.wait_set(4)
        for node in self.nodes:
            expected = "observer" if node in leaving else "validator"
            self.assertEqual(self.network.status(node)["role"], expected, node["participant"])
        self.wait_for_payments(50, "no payments with the last four")

        # One of the four is cut off while an epoch begins without it.
        cut_off, rotated = staying[-1], staying[1]
        os.kill(cut_off["pid"], signal.SIGSTOP)
        key = members.new_key(rotated, "validator", "validator-3")
        members.set_key(rotated, "validator", "validator-2")
        members.set_key(rotated, "next_validator", "validator-3")
        members.read_again(rotated)
        self.clerks_without(cut_off)
        self.pass_changes([{"type": "RotateValidatorKey", **key}])
        self.wait_keys({rotated["participant"]: key["key"]}, [node for node in self.nodes if node is not cut_off])
        self.wait_for_payments(50, "no payments without the one that is cut off")
        os.kill(cut_off["pid"], signal.SIGCONT)
        self.wait_keys({rotated["participant"]: key["key"]})
        # Who votes no more and has no address of the newcomer stays without it, if its silence has ended their connection.
        self.wait_set(4, self.voters)
        self.stop_clerks()
        self.check_payments()
        self.check_receipts()
        self.assertEqual({node["participant"]: node["pid"] for node in self.nodes}, pids)
        self.assertTrue(all(is_alive(pid) for pid in pids.values()))
        # An auditor who has the genesis file alone follows every change of the validators.
        self.rest()
        report = self.audited(Path(self.nodes[2]["data_dir"]))
        self.assertEqual((report["holds"], report["counts"]["epochs"]), (True, self.network.status(self.nodes[2])["epoch"] + 1))
        print(f"{self.reported()} payments, epoch {self.network.status(self.nodes[2])['epoch']}", flush=True)


class F26(MembershipCase):
    """Goal: all are stopped and started in any order, an observer among them without its data, and the network goes on without hands.
    (A validator that has lost its data is refused its key: F9; it comes back with another one: F28.)"""

    def test_F26_all_are_stopped_and_an_observer_comes_back_emptied(self):
        observer, change = members.make_bank(self.network, BANKS[4])
        members.observe(observer)
        members.begin_anew(observer)
        self.pass_changes([change])
        self.start_clerks()
        self.nodes.append(observer)
        self.network.start(observer)
        for how in (signal.SIGTERM, signal.SIGKILL):
            self.wait_for_payments(100, "nothing settles")
            height = self.network.status(self.nodes[0])["height"]
            self.network.wait(lambda h=height: self.network.status(observer).get("height", 0) >= h, 60, "the observer does not follow")
            for node in self.random.sample(self.nodes, len(self.nodes)):
                self.network.stop(node, how)
            members.begin_anew(observer)
            for node in self.random.sample(self.nodes, len(self.nodes)):
                time.sleep(self.random.uniform(0, APART_S))  # how far apart is part of it
                self.network.start(node)
            began = time.monotonic()
            self.wait_for_payments(1, "nothing settles after the last start")
            settled = time.monotonic() - began
            self.network.wait(lambda h=height: self.network.status(observer).get("height", 0) >= h, 60, "the observer does not come back")
            print(f"settles {settled:.1f} s after the last start; the emptied observer has all {height} blocks after "
                  f"{time.monotonic() - began:.1f} s", flush=True)
        self.stop_clerks()
        self.check_payments()


class F27(MembershipCase):
    """Goal: a version of the protocol is in force when enough validators speak it and not before; whoever does not says so on every
    surface, and halts in order when it is; back to an older program nobody gets. Method: a program of a release to come, node by node."""

    def test_F27_a_new_version_waits_for_enough_and_outdated_nodes_say_so(self):
        proposal = self.pass_changes([{"type": "ActivateVersion", "version": 2}])[0]
        for node in self.nodes:
            self.assert_outdated(node)
        for index in (0, 1):
            self.upgrade(self.nodes[index])
            self.settle(index, self.signed_payment(index, 3, "1.00"))
        waits = self.network.wait(lambda: self.waits(proposal, ready=2), 60, "two do not report that they are ready")
        self.assertEqual((waits["what"], waits["needed"]), ("quorum", 3))
        self.assertEqual({self.network.status(node)["protocol_version"] for node in self.nodes}, {1})

        self.upgrade(self.nodes[2])
        behind, new = self.nodes[3], self.nodes[:3]
        for node in new:
            self.network.wait(lambda n=node: self.network.status(n).get("protocol_version") == 2, 60, "version 2 is not in force")
        halted = self.network.wait(lambda: self.network.status(behind).get("halted"), 60, "the outdated node does not halt")
        self.assertIn("protocol version 2", halted["reason"])
        self.assertTrue(is_alive(behind["pid"]))
        self.assertEqual(self.doctor_of(behind), [("fault", "outdated", self.bic(3))])
        self.assertEqual(ask(behind, "GET", "/readyz").status, 503)
        self.assertEqual(ask(behind, "GET", "/healthz").status, 503)
        self.assertEqual(self.metric(behind, "vostro_halted"), 1)
        self.assertEqual(ask(behind, "GET", f"/v1/accounts/{self.account(0)}").status, 200)
        settled = [self.settle(index, self.signed_payment(index, 3, "1.00")) for index in (0, 1, 2)]
        self.assertGreater(min(body["height"] for body in settled), self.network.status(behind)["height"])

        self.upgrade(behind)
        self.network.wait(lambda: self.network.status(behind).get("_ready"), 60, "the node does not come back with the new program")
        self.settle(3, self.signed_payment(3, 0, "1.00"))
        # The old program on the new ledger.
        self.network.stop(self.nodes[0])
        self.nodes[0]["program"] = str(self.network.program)
        self.network.start(self.nodes[0])
        self.network.wait(lambda: self.network.status(self.nodes[0]).get("halted"), 60, "an older program goes on")
        self.upgrade(self.nodes[0])
        self.wait_connected()
        states = self.network.wait(lambda: self.same_heads(), 60, "the nodes differ in height or state")
        self.assertEqual({(state["protocol_version"], state["outdated"]) for state in states}, {(2, None)})

    def upgrade(self, node):
        self.network.stop(node)
        node["program"] = str(bin_dir() / "vostro-node-next")
        self.network.start(node)
        self.network.wait_ready([node])

    def same_heads(self):
        states = [self.network.status(node) for node in self.nodes]
        return states if len({(s.get("height"), s.get("state_root")) for s in states}) == 1 else None

    def waits(self, proposal, ready):
        """What the passed change waits for, once so many validators are ready for it."""
        item = next(item for item in ask(self.nodes[0], "GET", "/v1/proposals").body["items"] if item["id"]["id"] == proposal)
        waits = item["waits_for"]
        return waits if waits and waits.get("ready") == ready else None

    def assert_outdated(self, node):
        status = self.network.wait(lambda: (s := self.network.status(node)) and s["outdated"] and s, 60, "the node does not say so")
        self.assertEqual((status["outdated"], status["_ready"], status["halted"]), ({"protocol_version": 2}, True, None))
        self.assertEqual(self.metric(node, "vostro_outdated"), 1)
        self.assertIn("a protocol version that this program does not speak was passed", Path(node["log"]).read_text(encoding="utf-8"))
        _, shown = self.network.wallet(node, "network", "status")
        self.assertEqual(shown["outdated"], {"protocol_version": 2})
        self.assertEqual(self.doctor_of(node), [("warning", "outdated", node["participant"])])

    def doctor_of(self, node):
        """What it says of that bank, asked through its own node: (severity, code, BIC)."""
        _, answer = self.network.wallet(node, "network", "doctor", keys=(), check=False)
        found = [(each["severity"], each["code"], each["about"]) for each in answer["findings"]]
        return [each for each in found if each[2] == node["participant"]]


if __name__ == "__main__":
    unittest.main()
