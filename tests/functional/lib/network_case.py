"""A test with a network of its own: four banks' nodes as real processes, with money, and what must hold at the end."""

import json
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts" / "lib"))

from orders import Client, ask, money, order, payment, post, sign, sign_one  # noqa: E402
from vostronet import NetError, Network, OPENING_UNITS, bin_dir, is_alive  # noqa: E402

LOG_LINES_SHOWN = 40
# Silence before the first vote after a start: short, for nobody else has these keys.
LISTEN_MS = 200


def fund(network):
    """Opening balances as scripts/devnet issues them, in one POST a currency; on all nodes when this returns."""
    for entry in network.info["currencies"]:
        agent = network.node(entry["agent"])
        issues = [issue(network, agent, f"{node['participant']}/main", f"{OPENING_UNITS}.00", entry["currency"])
                  for node in network.info["nodes"]]
        answer = post(agent, b"".join(sign(agent, issues, ("maker", "checker"))))
        items = answer.body.get("items", [answer.body])
        if any(item.get("receipt", {}).get("status") != "done" for item in items):
            raise NetError(f"opening balances: {answer}")
    def is_everywhere():
        heights = {network.status(node).get("height") for node in network.info["nodes"]}
        return len(heights) == 1 and None not in heights
    network.wait(is_everywhere, 60, "the opening balances are not everywhere")


def issue(network, agent, account, amount, currency):
    body = {"type": "Issue", "agent": agent["participant"], "account": account, "amount": money(amount, currency),
            "entry": Path("/proc/sys/kernel/random/uuid").read_text(encoding="ascii").strip().replace("-", "") * 2}
    return order(network, body)


class NetworkCase(unittest.TestCase):
    """Each test gets a network of `nodes_count` nodes; where a test fails the last lines of their logs are shown."""

    nodes_count = 4
    limits = {}  # keys of the table [limits] of their configurations
    config = ""  # further tables
    parameters = {}  # numbers of the genesis file's [parameters]
    program = "vostro-node"

    def run(self, result=None):
        result = result or self.defaultTestResult()
        with tempfile.TemporaryDirectory(prefix="vostro-test-") as home:
            self.home = Path(home)
            self.networks = []
            problems = len(result.failures) + len(result.errors)
            try:
                super().run(result)
            finally:
                for network in self.networks:
                    if len(result.failures) + len(result.errors) > problems:
                        self.show_logs(network)
                    self.take_down(network, result)
        return result

    def take_down(self, network, result):
        try:
            network.down()
        except NetError:
            result.addError(self, sys.exc_info())  # a node that does not end when it is told to is a fault of any test
            self.show_logs(network)

    def show_logs(self, network):
        for node in (network.info or {}).get("nodes", []):
            show_log(f"{node['participant']}, pid {node['pid']}, {'runs' if is_alive(node['pid']) else 'down'}", Path(node["log"]))

    def setUp(self):
        self.network = self.new_network("net", self.nodes_count)

    def new_network(self, name, count):
        """A network that runs, with opening balances. It dies with this program."""
        network = Network(self.home / name, outlives_us=False, program=self.program)
        network.create(count, requests_per_second=100_000, options={"listen_ms": LISTEN_MS}, parameters=self.parameters)
        self.networks.append(network)
        for node in network.info["nodes"]:
            with open(node["config"], "a", encoding="utf-8") as config:
                config.write("\n[limits]\n" + "".join(f"{key} = {value}\n" for key, value in self.limits.items()) + self.config)
        self.prepare(network)
        network.up()
        self.wait_connected(network)
        fund(network)
        return network

    def prepare(self, network):
        """What a test does to a network that is made, before it is started."""

    @property
    def nodes(self):
        return self.network.info["nodes"]

    def wait_connected(self, network=None):
        """Until all nodes that run are ready and connected to each other: a peer that came back is dialled again only after a while."""
        network = network or self.network
        running = [node for node in network.info["nodes"] if node["pid"]]

        def look():
            states = [network.status(node) for node in running]
            return all(s.get("_ready") and s["connected_validators"] == len(running) for s in states)
        network.wait(look, 60, "the nodes do not find each other")

    def rest(self):
        """Until all nodes stand at one height and nothing is pending."""
        def look():
            states = [self.network.status(node) for node in self.nodes]
            return all(states) and not any(s["pending_transactions"] for s in states) and len({s["height"] for s in states}) == 1
        self.network.wait(look, 60, "the network does not come to rest")

    # ---- orders ----

    def bic(self, index):
        return self.nodes[index]["participant"]

    def account(self, index, label="main"):
        return f"{self.bic(index)}/{label}"

    def signed_payment(self, debtor, creditor, amount, currency="EUR", uetr=None, accept_by=None, keys=("maker",),
                       debtor_label="main", creditor_label="main"):
        body = payment(self.account(debtor, debtor_label), self.account(creditor, creditor_label), amount, currency, accept_by)
        return sign_one(self.nodes[debtor], order(self.network, body, uetr), keys)

    def settle(self, node, framed):
        """Posts to the node and demands that it settles; the answer's body."""
        answer = post(self.nodes[node], framed)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.body["receipt"]["status"], "settled", answer)
        return answer.body

    def give(self, account, amount, currency="EUR"):
        agent = self.network.node(next(c["agent"] for c in self.network.info["currencies"] if c["currency"] == currency))
        framed = sign_one(agent, issue(self.network, agent, account, amount, currency), ("maker", "checker"))
        answer = post(agent, framed)
        self.assertEqual(answer.body.get("receipt", {}).get("status"), "done", answer)

    # ---- what nodes say ----

    def audited(self, source, *args, expect=0):
        """The report of vostro-audit on a data directory."""
        done = subprocess.run([str(bin_dir() / "vostro-audit"), "replay", str(source), "--genesis", str(self.network.info["genesis"]), "--json", *args],
                              capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def balance(self, account, currency="EUR", node=0):
        bic, label = account.split("/")
        answer = ask(self.nodes[node], "GET", f"/v1/accounts/{bic}/{label}")
        self.assertEqual(answer.status, 200, answer)
        return next((Decimal(b["amount"]) for b in answer.body["balances"] if b["currency"] == currency), Decimal(0))

    def metric(self, node, name):
        with urllib.request.urlopen(node["api"] + "/metrics", timeout=10) as answer:
            lines = answer.read().decode("utf-8").splitlines()
        return float(next(line for line in lines if line.startswith(name + " ")).split()[1])

    def from_all(self, path, until=lambda body: True):
        """The answers of all nodes to a GET, each once it is 200 and as wanted; they must be the same. That one.
        Who signed before an order was in a block is known to its own bank's node alone, and left out."""
        def look(node):
            answer = ask(node, "GET", path)
            if answer.status != 200 or not until(answer.body):
                return None
            if "timeline" in answer.body:
                answer.body["timeline"] = [step for step in answer.body["timeline"] if step["height"] is not None]
            return answer.body

        answers = [self.network.wait(lambda n=node: look(n), 60, f"{node['participant']} does not answer {path} as wanted")
                   for node in self.nodes]
        for node, answer in zip(self.nodes, answers):
            self.assertEqual(answer, answers[0], node["participant"])
        return answers[0]

    def payment_everywhere(self, agent, uetr, receipts=1):
        """The payment as all nodes show it, alike, with so many receipts."""
        return self.from_all(f"/v1/payments/{uetr}?agent={self.bic(agent)}", lambda body: len(body["receipts"]) >= receipts)

    def transaction_everywhere(self, owner, uetr):
        return self.from_all(f"/v1/transactions/{self.bic(owner)}/{uetr}", lambda body: body["status"] == "final")

    def assert_same_state_everywhere(self):
        """All nodes that run stand at one height with one state root, books balanced, and no log line tells of a halt."""
        def heads():
            states = [self.network.status(node) for node in self.nodes]
            same = len({(s.get("height"), s.get("block_id"), s.get("state_root")) for s in states}) == 1
            return states if same and states[0] and not any(s["syncing"] for s in states) else None

        states = self.network.wait(heads, 60, "the nodes differ in height or state")
        self.assertTrue(all(s["halted"] is None for s in states), states)
        for node in self.nodes:
            self.assert_books_balanced(node)
            self.assert_quiet_log(node)
        return states[0]["height"]

    def assert_books_balanced(self, node):
        total = {}
        with Client(node) as client:
            for account in self.network.info["accounts"]:
                for balance in client.get(f"/v1/accounts/{account['id']}").body["balances"]:
                    before = total.get(balance["currency"], Decimal(0))
                    total[balance["currency"]] = before + Decimal(balance["amount"]) + Decimal(balance["held"])
            currencies = client.get("/v1/currencies?limit=100").body["items"]
        self.assertGreater(len(currencies), 0)
        for currency in currencies:
            issued = Decimal(currency["issued"]["amount"]) - Decimal(currency["redeemed"]["amount"])
            self.assertEqual(total.get(currency["currency"], Decimal(0)), issued, (node["participant"], currency))

    forgiven = ()  # words of errors that what was done to the nodes may lead to

    def assert_quiet_log(self, node):
        """No line of level error: that is where halts, evidence and contradictions are told."""
        lines = Path(node["log"]).read_text(encoding="utf-8", errors="replace").splitlines()
        loud = [line for line in lines if line.split(" ")[1:2] == ["error"] or not line[:4].isdigit()]
        loud = [line for line in loud if not any(words in line for words in self.forgiven)]
        self.assertEqual(loud, [], node["participant"])


def show_log(title, path):
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    print(f"---- {title}", *lines[-LOG_LINES_SHOWN:], sep="\n", file=sys.stderr)
