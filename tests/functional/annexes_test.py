"""Sealed annexes with real nodes: a name in a thousand payments is read by the payee's bank and the supervisor, and stands nowhere else; each
copy is erased, and receipts and replay still verify; what a node missed while it was away it gets when it is back."""

import csv
import sys
import time
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import LISTEN_MS, NetworkCase, fund  # noqa: E402
from orders import ask, new_uetr, time_text  # noqa: E402
from vostronet import BANKS, Network  # noqa: E402

MARKER = "Quendoline Zwyxhammer"
CREDITS = 1_000
REFUSED, NOT_AUTHORISED = 1, 5
PAYER, PAYEE, STRANGER, SUPERVISOR = range(4)


def sealed_files(node, kind="kept"):
    return sorted((Path(node["data_dir"]) / "annex" / kind).glob("*.annex"))


def memory_of(pid):
    """What the process can write to, piece by piece."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw") or "[v" in line:
                continue
            begin, end = (int(each, 16) for each in span.split("-"))
            try:
                memory.seek(begin)
                yield memory.read(end - begin)
            except OSError:
                continue  # guarded pages


class Annexes(NetworkCase):
    def new_network(self, name, count):
        network = Network(self.home / name, outlives_us=False, program=self.program)
        network.create(count, requests_per_second=100_000, options={"listen_ms": LISTEN_MS}, supervisor=BANKS[SUPERVISOR][0])
        self.networks.append(network)
        network.up()
        self.wait_connected(network)
        fund(network)
        return network

    def wallet(self, index, *args, exit_code=0, **more):
        code, answer = self.network.wallet(self.nodes[index], *args, check=False, timeout=240, **more)
        self.assertEqual(code, exit_code, answer)
        return answer

    def metric(self, node, name):
        with urllib.request.urlopen(node["api"] + "/metrics", timeout=10) as answer:
            return next(float(line.split()[1]) for line in answer.read().decode().splitlines() if line.startswith(name + " "))

    def wait_annexes(self, index, count):
        self.network.wait(lambda: len(sealed_files(self.nodes[index])) >= count and self.metric(self.nodes[index], "vostro_annexes_wanted") == 0, 120,
                          f"{self.bic(index)} has not got its annexes")

    def places_of(self, needle):
        """Where it stands: files of all nodes (data, logs, configuration), their memory, metrics, and what they tell of all payments."""
        found = []
        for node in self.nodes:
            home = Path(node["config"]).parent
            for path in [home / "node.log", *(each for each in (home / "data").rglob("*") if each.is_file())]:
                if needle in path.read_bytes():
                    found.append(str(path))
            if node["pid"] and any(needle in piece for piece in memory_of(node["pid"])):
                found.append(f"memory of {node['participant']}")
            if node["pid"]:
                with urllib.request.urlopen(node["api"] + "/metrics", timeout=10) as answer:
                    if needle in answer.read():
                        found.append(node["api"] + "/metrics")
            for target in ("/v1/payments?limit=100", f"/v1/payments?limit=100&agent={self.bic(PAYER)}", "/v1/blocks/latest"):
                if node["pid"] and needle in str(ask(node, "GET", target).body).encode():
                    found.append(node["api"] + target)
        return found

    def pay_a_thousand(self):
        path = self.home / "credits.csv"
        with open(path, "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["uetr", "debtor", "creditor", "currency", "amount", "accept_by", "reference"])
            accept_by = time_text(int(time.time()) + 3600)
            self.uetrs = [new_uetr() for _ in range(CREDITS)]
            for i, uetr in enumerate(self.uetrs):
                rows.writerow([uetr, self.account(PAYER), self.account(PAYEE, "customers"), "EUR", "1.00", accept_by, f"{MARKER} {i}"])
        answer = self.wallet(PAYER, "pay-file", path, keys=("maker", "checker"))
        self.assertEqual(answer["counts"], {"held": CREDITS}, answer["counts"])

    def test_A_name_in_a_thousand_payments_is_read_where_it_is_meant_and_stands_nowhere_else(self):
        self.pay_a_thousand()
        for index in (PAYER, PAYEE, SUPERVISOR):
            self.wait_annexes(index, CREDITS)
        self.assertEqual(sealed_files(self.nodes[STRANGER]), [], "a bank that it does not concern")
        # It is there: the payee's bank reads each, and so does the supervisor.
        items = self.wallet(PAYEE, "inbox", "list")["items"]
        self.assertEqual({each["annex"]["content"]["end_to_end_id"] for each in items if each["annex"]["state"] == "opened"},
                         {f"{MARKER} {i}" for i in range(CREDITS)})
        one = self.uetrs[7]
        for index in (PAYER, PAYEE, SUPERVISOR):
            shown = self.wallet(index, "annex", "show", one, "--agent", self.bic(PAYER))
            self.assertEqual(shown["annex"]["content"]["end_to_end_id"], f"{MARKER} 7")
        answer = ask(self.nodes[STRANGER], "GET", f"/v1/annexes/{one}?agent={self.bic(PAYER)}")
        self.assertEqual((answer.status, answer.body["code"]), (404, "unknown-annex"))
        self.rest()  # the stranger's node has them all, too
        # And it stands nowhere. That the search sees anything the UETR shows, which stands in all of these places.
        seen = self.places_of(one.encode()) + self.places_of(bytes.fromhex(one.replace("-", "")))
        for node in self.nodes:
            self.assertTrue(any(str(Path(node["config"]).parent) in each for each in seen), (node["participant"], seen))
            self.assertIn(f"memory of {node['participant']}", seen)
        self.assertEqual(self.places_of(MARKER.encode()), [])
        self.wallet(PAYEE, "inbox", "accept", one)

        self.erase_everywhere()
        receipt = self.home / "receipt.vrx"
        self.wallet(PAYER, "receipt", one, "-o", receipt)
        self.assertTrue(self.wallet(STRANGER, "verify", receipt)["genuine"])
        self.rest()
        height = self.assert_same_state_everywhere()
        for node in self.nodes:
            self.network.stop(node)
        for node in self.nodes:
            report = self.audited(node["data_dir"])
            self.assertEqual((report["holds"], report["checked_to"]), (True, height))
        self.assertEqual(self.places_of(MARKER.encode()), [])

    def erase_everywhere(self):
        for index in (PAYER, PAYEE, SUPERVISOR):
            node = self.nodes[index]
            sample = sealed_files(node)[3].read_bytes()
            self.assertGreater(len(sample), 1_000)
            for uetr in self.uetrs:
                answer = ask(node, "DELETE", f"/v1/annexes/{uetr}?agent={self.bic(PAYER)}")
                self.assertEqual(answer.status, 200, answer)
            self.assertEqual({path.stat().st_size for path in sealed_files(node)}, {0})
            self.assertEqual(sealed_files(node, "early"), [])
            answer = ask(node, "GET", f"/v1/annexes/{self.uetrs[7]}?agent={self.bic(PAYER)}")
            self.assertEqual((answer.status, answer.body["code"]), (410, "annex-erased"))
        self.assertEqual(self.wallet(PAYEE, "annex", "show", self.uetrs[7], exit_code=REFUSED)["error"]["code"], "annex_missing")
        # No node asks for it again, also after it has come back.
        self.network.stop(self.nodes[PAYEE])
        self.network.start(self.nodes[PAYEE])
        self.wait_connected()
        self.assertEqual(self.metric(self.nodes[PAYEE], "vostro_annexes_wanted"), 0)
        self.assertEqual({path.stat().st_size for path in sealed_files(self.nodes[PAYEE])}, {0})

    def pay_held(self, *more):
        uetr = new_uetr()
        self.wallet(PAYER, "pay", "--from", self.account(PAYER), "--to", self.account(PAYEE, "customers"), "--amount", "12.50 EUR", "--accept-by",
                    "+1h", "--uetr", uetr, "--another", "--wait", *more)
        return uetr

    def test_What_a_node_missed_it_gets_when_it_is_back_and_nothing_is_accepted_unread(self):
        self.network.stop(self.nodes[PAYEE])
        uetr = self.pay_held("--remittance", "invoice 4711", "--debtor-name", MARKER)
        # The payee's node is back, and learns of the payment from the others; who has the annex is away.
        self.network.stop(self.nodes[PAYER])
        self.network.start(self.nodes[PAYEE])
        self.network.wait(lambda: [each for each in self.wallet(PAYEE, "inbox", "list")["items"] if each["uetr"] == uetr], 60, "the payment is not there")
        self.assertEqual([each["annex"]["state"] for each in self.wallet(PAYEE, "inbox", "list")["items"]], ["missing"])
        self.assertEqual(self.wallet(PAYEE, "inbox", "accept", uetr, exit_code=REFUSED)["error"]["code"], "annex_missing")
        # Killed meanwhile, it still knows what it lacks.
        self.network.wait(lambda: self.metric(self.nodes[PAYEE], "vostro_annexes_wanted") == 1, 30, "nothing is wanted")
        self.network.stop(self.nodes[PAYEE], how=9)
        self.network.start(self.nodes[PAYEE])
        self.network.start(self.nodes[PAYER])
        self.wait_connected()
        self.wait_annexes(PAYEE, 1)
        shown = self.wallet(PAYEE, "inbox", "show", uetr)["annex"]
        self.assertEqual((shown["state"], shown["content"]["debtor"]["name"], shown["content"]["remittance"]), ("opened", MARKER, ["invoice 4711"]))
        self.assertEqual(self.wallet(PAYEE, "inbox", "accept", uetr)["status"], "settled")
        self.rest()
        self.assert_same_state_everywhere()

    def test_Payout_instructions_reach_the_settlement_agent_and_nobody_else(self):
        agent = next(i for i, node in enumerate(self.nodes)
                     if node["participant"] == next(c["agent"] for c in self.network.info["currencies"] if c["currency"] == "USD"))
        payer = (agent + 1) % 3
        redeemed = self.wallet(payer, "redeem", "--from", self.account(payer), "--amount", "5.00 USD", "--creditor-name", MARKER, "--remittance",
                               "to account 42", keys=("maker", "checker"))
        self.assertEqual(len(redeemed["annex"]), 64)
        self.wait_annexes(agent, 1)
        shown = self.wallet(agent, "annex", "show", redeemed["id"], "--agent", self.bic(payer))["annex"]["content"]
        self.assertEqual((shown["creditor"]["name"], shown["remittance"]), (MARKER, ["to account 42"]))
        other = next(i for i in range(3) if i not in (agent, payer))
        self.assertEqual(sealed_files(self.nodes[other]), [])
        self.assertEqual(self.places_of(MARKER.encode()), [])

    def test_Why_money_comes_back_is_told_to_the_payers_bank(self):
        paid = self.wallet(PAYER, "pay", "--from", self.account(PAYER), "--to", self.account(PAYEE), "--amount", "5.00 EUR", keys=("maker", "checker"))
        self.payment_everywhere(PAYER, paid["uetr"])
        back = self.wallet(PAYEE, "return", paid["uetr"], "--agent", self.bic(PAYER), "--reason", "AC04", "--creditor-name", MARKER, "--remittance",
                           "the account was closed in May", keys=("maker", "checker"))
        self.assertEqual((back["status"], len(back["annex"])), ("returned", 64), back)
        self.wait_annexes(PAYER, 1)
        shown = self.wallet(PAYER, "annex", "show", back["id"], "--agent", self.bic(PAYEE))["annex"]["content"]
        self.assertEqual((shown["creditor"]["name"], shown["remittance"]), (MARKER, ["the account was closed in May"]))
        self.assertEqual(self.places_of(MARKER.encode()), [])


if __name__ == "__main__":
    unittest.main()
