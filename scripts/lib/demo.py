"""Four banks settle cross-border payments, before your eyes.

  scripts/demo [FILE]     FILE: credits as CSV or pain.001; scripts/demo-credits.csv where left out

Installs what is missing (as root, or with sudo), builds, makes a fresh network of four banks' nodes on this machine, sends
real payments through it while one node is killed, and compares all nodes at the end. Exits non-zero when anything differs. Ends by
telling where the web console is; at a terminal the network stays up for five minutes, or until Enter.
"""

import argparse
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from decimal import Decimal
from pathlib import Path

import credits as credit_files
from demo_fiat import FiatDemo
from fiat import POOL
from vostronet import BANKS, CURRENCIES, NetError, Network, bin_dir, run

SCRIPTS = Path(__file__).resolve().parent.parent

# Euro foreign exchange reference rates of the European Central Bank, 31 December 2025: units for one euro.
ECB_RATES = {"USD": "1.1750", "SGD": "1.5105", "JPY": "184.09", "GBP": "0.87260", "CHF": "0.9314"}
ECB_DATE = "2025-12-31"


def say(text=""):
    print(text, flush=True)


def step(title):
    say()
    say(f"== {title}")


def build():
    subprocess.run([str(SCRIPTS / "bootstrap")], check=True)
    root = SCRIPTS.parent
    directory = root / "build" / "release"
    if not (directory / "CMakeCache.txt").exists():
        subprocess.run(["cmake", "-S", str(root), "-B", str(directory), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                        "-DVOSTRO_BUILD_TESTS=OFF"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", str(directory), "--target", "vostro-node", "vostro", "vostro-genesis", "vostro-bridge"], check=True)


class Demo:
    def __init__(self, network):
        self.network = network
        self.settled = 0

    def bank(self, i):
        return self.network.info["nodes"][i]

    def pay(self, node, *args, keys=("maker", "checker")):
        """Pays and waits; (exit code, answer, milliseconds until final at that node)."""
        began = time.monotonic()
        code, answer = self.network.wallet(node, "pay", *args, "--another", "--wait", keys=keys, check=False)
        return code, answer, round((time.monotonic() - began) * 1000)

    def settle(self, node, debtor, creditor, amount, *more):
        code, answer, took = self.pay(node, "--from", debtor, "--to", creditor, "--amount", amount, *more)
        if code != 0 or answer.get("status") != "settled":
            raise NetError(f"{amount} from {debtor} to {creditor} did not settle: {answer}")
        self.settled += 1
        say(f"   {amount:>18}  {debtor} -> {creditor}: settled, final in {took} ms (program start to receipt)")
        return answer

    def credits(self, path, rows, played_by, unknown):
        step(f"The credits of {path}")
        for agent, bic in sorted(played_by.items()):
            if agent != bic:
                say(f"   {agent or '(no agent named)'} is played by {bic}")
        refused = 0
        for row in rows:
            what = f"{row['amount']} {row['currency']}"
            if row["currency"] in unknown:
                refused += 1
                say(f"   {what:>18}  {row['reference']}: refused, {unknown[row['currency']]}")
                continue
            debtor = played_by[row["debtor_agent"]]
            creditor = played_by[row["creditor_agent"]]
            to = f"{creditor}/main" if debtor != creditor else f"{creditor}/customers"
            options = ["--charge-bearer", credit_files.bearer_of(row), "--uetr", credit_files.uetr_of(row)]
            if len(row["purpose"]) == 4 and row["purpose"].isalpha() and row["purpose"].isupper():
                options += ["--purpose", row["purpose"]]
            code, answer, took = self.pay(self.network.node(debtor), "--from", f"{debtor}/main", "--to", to, "--amount", what,
                                          *options)
            if code == 2:
                refused += 1
                say(f"   {what:>18}  {row['reference']}: refused before it was signed, {answer['error']['message']}")
            elif code == 0 and answer.get("status") == "settled":
                self.settled += 1
                say(f"   {what:>18}  {debtor} -> {creditor}  {row['reference']}: settled, final in {took} ms")
            elif answer.get("reason_code"):
                say(f"   {what:>18}  {debtor} -> {creditor}  {row['reference']}: rejected, {answer['reason_code']}")
            else:
                raise NetError(f"{what}: {answer}")
        say(f"   {len(rows) - refused} carried, {refused} refused with a reason")

    def exchange(self):
        step("A payment across currencies: both legs settle together, or neither")
        provider, debtor, creditor = self.bank(0), self.bank(3), self.bank(1)
        rate = ECB_RATES["SGD"]
        desk = f"{provider['participant']}/main"
        say(f"   {provider['participant']}'s desk quotes EUR per SGD at the ECB's reference rate of {ECB_DATE}: 1 EUR = {rate} SGD")
        per_sgd = str((Decimal(1) / Decimal(rate)).quantize(Decimal("0.000001")))
        self.network.wallet(provider, "quote", "publish", "--provider", desk, "--sells", "SGD", "--buys", "EUR", "--rate",
                            per_sgd, "--limit", "1000000.00 SGD", "--expires", "+5m")
        self.network.wait(lambda: self.network.get(debtor, "/v1/quotes?sells=SGD&buys=EUR")["items"], 10,
                          "the quote has not reached the debtor's node")
        answer = self.settle(debtor, f"{debtor['participant']}/main", f"{creditor['participant']}/main", "20000.00 SGD",
                             "--pay-with", "EUR")
        paid = answer["debtor_amount"]
        say(f"   the debtor pays {paid['amount']} {paid['currency']}, the creditor gets exactly 20000.00 SGD, in one step")

    def held(self):
        step("A payment that waits for the creditor's bank")
        debtor, creditor = self.bank(0), self.bank(3)
        to = f"{creditor['participant']}/customers"
        code, answer, _ = self.pay(debtor, "--from", f"{debtor['participant']}/main", "--to", to, "--amount", "7500.00 EUR",
                                   "--accept-by", "+10m")
        if code != 0 or answer.get("status") != "held":
            raise NetError(f"the payment is not held: {answer}")
        say(f"   7500.00 EUR for {to} is held: the money has left the payer and not arrived")
        name = ["--agent", debtor["participant"]]
        self.wait_payment(creditor, answer["uetr"], debtor, "held")
        _, accepted = self.network.wallet(creditor, "inbox", "accept", answer["uetr"], *name, keys=("maker", "checker"))
        say(f"   {creditor['participant']} has screened it and accepts: {accepted.get('status')}")
        self.settled += 1
        code, late, _ = self.pay(debtor, "--from", f"{debtor['participant']}/main", "--to", to, "--amount", "99.00 EUR",
                                 "--accept-by", "+3s")
        if code != 0 or late.get("status") != "held":
            raise NetError(f"the payment is not held: {late}")
        say("   99.00 EUR is held for three seconds, and nobody answers ...")
        payment = self.wait_payment(debtor, late["uetr"], debtor, "released")
        if payment["reason_code"] != "AB05":
            raise NetError(f"released with {payment['reason_code']}, not AB05")
        say("   released with AB05: the deadline woke the idle network, and the money is back")

    def wait_payment(self, node, uetr, debtor, status):
        path = f"/v1/payments/{uetr}?agent={debtor['participant']}"

        def look():
            try:
                payment = self.network.get(node, path)
            except OSError:  # not there yet
                return None
            return payment if payment["status"] == status else None
        return self.network.wait(look, 20, f"payment {uetr} is not {status} on {node['participant']}")

    def refused(self):
        step("A payment above the balance")
        debtor, creditor = self.bank(2), self.bank(0)
        code, answer, _ = self.pay(debtor, "--from", f"{debtor['participant']}/main", "--to", f"{creditor['participant']}/main",
                                   "--amount", "99000000.00 USD")
        if answer.get("reason_code") != "AM04":
            raise NetError(f"not refused with AM04: exit {code}, {answer}")
        for node in self.network.info["nodes"]:
            payment = self.wait_payment(node, answer["uetr"], debtor, "rejected")
            if payment["reason_code"] != "AM04":
                raise NetError(f"{node['participant']} says {payment['reason_code']}")
        say("   99000000.00 USD: rejected with AM04 (insufficient funds) on every node, with a receipt")

    def twice(self):
        step("The same UETR twice")
        debtor, creditor = self.bank(1), self.bank(2)
        uetr = str(uuid.uuid4())
        order = ["--from", f"{debtor['participant']}/main", "--to", f"{creditor['participant']}/main", "--amount", "333.00 USD",
                 "--uetr", uetr]
        first = self.pay(debtor, *order)[1]
        second = self.pay(debtor, *order)[1]
        self.settled += 1
        path = f"/v1/payments/{uetr}?agent={debtor['participant']}"
        receipts = [self.network.get(node, path)["receipts"] for node in (debtor, creditor)]
        if first.get("status") != "settled" or len(receipts[0]) != 1 or receipts[0] != receipts[1]:
            raise NetError(f"sent twice: {first}, {second}, receipts {receipts}")
        say(f"   {uetr}: settled once, in block {receipts[0][0]['height']}; asking again gives the same receipt")

    def two_persons(self):
        step("A bulk of 1 000 credits, which one person alone cannot pay")
        bank = self.bank(0)
        debtor = f"{bank['participant']}/main"
        creditors = [f"{self.bank(i)['participant']}/main" for i in (1, 2, 3)]
        amounts = [Decimal(20000 + 25 * i) / 100 for i in range(1000)]
        path = self.network.dir.parent / "bulk.csv"
        path.write_text("debtor,creditor,currency,amount,reference\n" + "".join(
            f"{debtor},{creditors[i % len(creditors)]},EUR,{amount},salary {i + 1}\n" for i, amount in enumerate(amounts)), encoding="utf-8")
        say(f"   {bank['participant']}'s policy: above 100000.00 EUR a maker enters and a checker, another person, approves")
        before = self.balance(bank, debtor)
        code, entered = self.network.wallet(bank, "pay-file", path, keys=("maker",), check=False)
        waiting = self.network.wallet(bank, "approve", "list", keys=())[1]["items"]
        if code != 10 or entered.get("counts") != {"awaiting_approval": 1000} or len(waiting) != 1:
            raise NetError(f"the bulk does not wait: exit {code}, {entered}, {waiting}")
        bulk = waiting[0]
        say(f"   the maker signs {bulk['amount']['amount']} EUR in {bulk['credits']} credits: it waits on {bank['participant']}'s own node, nowhere else")
        if self.balance(bank, debtor) != before:
            raise NetError("money has moved with one person's signature")
        alone = self.network.wallet(bank, "approve", "sign", bulk["id"], keys=("maker",))[1]
        if alone["state"] != "waiting":
            raise NetError(f"the maker approves his own request: {alone}")
        say("   the maker approves it too: still one person, still waiting")
        began = time.monotonic()
        signed = self.network.wallet(bank, "approve", "sign", bulk["id"], keys=("checker",))[1]
        steps = ", ".join(f"{each['kind']} by {each['signers'][0]['person']}" for each in signed["steps"] if each["signers"])
        _, paid = self.network.wallet(bank, "pay-file", path, keys=("maker",), check=False)
        if paid["counts"] != {"settled": 1000} or self.balance(bank, debtor) != before - sum(amounts):
            raise NetError(f"the bulk did not settle: {paid.get('counts', paid)}")
        self.settled += 1000
        say(f"   the checker looks at it and signs ({steps}): 1 000 credits are final, each with a receipt, in {time.monotonic() - began:.1f} s")

    def balance(self, node, account):
        balances = self.network.get(node, f"/v1/accounts/{account}")["balances"]
        return next(Decimal(each["amount"]) for each in balances if each["currency"] == "EUR")

    def crash(self):
        victim = self.bank(2)
        step(f"{victim['participant']}'s node is killed (SIGKILL), the others settle on")
        self.network.stop(victim, signal.SIGKILL)
        for i in range(4):
            self.settle(self.bank(i % 2), f"{self.bank(i % 2)['participant']}/main", f"{self.bank(3)['participant']}/main",
                        f"{1000 + i}.00 EUR")
        step(f"{victim['participant']}'s node comes back and catches up")
        began = time.monotonic()
        self.network.start(victim)
        target = self.network.status(self.bank(0))["height"]
        self.network.wait(lambda: self.network.status(victim).get("height", 0) >= target, 60, "it has not caught up")
        self.network.wait_ready([victim])
        say(f"   back at height {target} after {time.monotonic() - began:.1f} s, with everything that it missed")

    def fiat(self):
        """Afterwards its bridges are down: payments to customers' accounts are answered by hand again."""
        step("Fiat in, fiat out: a customer's pain.001 becomes a camt.054 at another bank")
        flow = FiatDemo(self.network, self.bank(0), self.bank(3), say)
        try:
            flow.run()
        finally:
            flow.stop()
        self.settled += 1

    def compare(self):
        step("All nodes compared")
        def heads():
            states = [self.network.status(node) for node in self.network.info["nodes"]]
            return states if len({(s.get("height"), s.get("state_root")) for s in states}) == 1 else None
        states = self.network.wait(heads, 60, "the nodes differ in height or state root")
        say(f"   height {states[0]['height']} and state root {states[0]['state_root'][:16]}... on all {len(states)} nodes")
        for node in self.network.info["nodes"]:
            self.check_books(node)
        say("   books balanced on every node: balances and held money equal what was issued, in each currency")

    def check_books(self, node):
        total = {}
        for account in self.network.info["accounts"]:
            bic, label = account["id"].split("/")
            for balance in self.network.get(node, f"/v1/accounts/{bic}/{label}")["balances"]:
                total.setdefault(balance["currency"], Decimal(0))
                total[balance["currency"]] += Decimal(balance["amount"]) + Decimal(balance["held"])
        for currency in self.network.get(node, "/v1/currencies?limit=100")["items"]:
            code = currency["currency"]
            amount = lambda field: Decimal(currency[field]["amount"] if isinstance(currency[field], dict) else currency[field])
            issued = amount("issued") - amount("redeemed")
            if total.get(code, Decimal(0)) != issued:
                raise NetError(f"{node['participant']}: {code} in accounts {total.get(code)}, issued {issued}")


def currencies_of(rows, directory):
    """Currencies of the file that a ledger can have, and why not for the others."""
    wanted = []
    unknown = {}
    for code in dict.fromkeys(row["currency"] for row in rows):
        draft = directory / f"try-{len(wanted) + len(unknown)}.toml"
        done = run([bin_dir() / "vostro-genesis", "new", "--name", "try", "--development", "--currency",
                    f"{code}:{BANKS[0][0]}:2026-01-05", "--out", draft], check=False)
        if done.returncode == 0:
            wanted.append(code)
        else:
            unknown[code] = (done.stderr.strip() or "no such currency").splitlines()[-1]
    return wanted, unknown


def play(agents, banks):
    """The demo's banks play the agents that the file names; a bank that is named plays itself."""
    names = [bank[0] for bank in banks]
    played = {}
    free = [name for name in names if name not in agents]
    for agent in dict.fromkeys(agents):
        short = agent[:8] if agent.endswith("XXX") and len(agent) == 11 else agent
        played[agent] = short if short in names else (free.pop(0) if free else names[len(played) % len(names)])
    return played


def look_around(network, kept):
    """Where the console is. With somebody at the terminal the network stays up until they have seen it."""
    node = network.info["nodes"][0]
    say()
    say(f"The console: {node['api']}/console in a browser, with the token in {node['token_file']}")
    if sys.stdin.isatty() and sys.stdout.isatty():
        say("   The network stays up for five minutes, or until you press Enter.")
        try:
            select.select([sys.stdin], [], [], 300)
        except KeyboardInterrupt:
            say()
    elif kept:
        say(f"   The network stops now; scripts/devnet up --dir {network.dir} starts it again.")
    else:
        say("   The network ends now: nobody is at the terminal. --keep DIR keeps it.")


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", default=str(SCRIPTS / "demo-credits.csv"), help="credits as CSV or pain.001")
    parser.add_argument("--keep", metavar="DIR", help="keep the network's directory here, stopped")
    args = parser.parse_args()
    rows = credit_files.read(args.file)
    if "VOSTRO_BIN" not in os.environ:
        build()
    began = time.monotonic()
    directory = Path(args.keep or tempfile.mkdtemp(prefix="vostro-demo-"))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    network = Network(directory / "net")
    try:
        banks = BANKS[:4]
        wanted, unknown = currencies_of(rows, directory)
        step("A fresh network of four banks")
        network.create(4, wanted)
        say(f"   {', '.join(bank[0] for bank in banks)}; each made its own keys and signed its own entry")
        say(f"   network {network.info['network_id'][:16]}..., currencies {', '.join(c['currency'] for c in network.info['currencies'])}")
        network.up()
        say("   four nodes are up: every payment needs three of them to agree")
        network.fund({"EUR": POOL})
        say("   settlement agents have issued opening balances against the fiat they hold")
        demo = Demo(network)
        demo.fiat()
        agents = [row["debtor_agent"] for row in rows] + [row["creditor_agent"] for row in rows]
        demo.credits(args.file, rows, play(agents, banks), unknown)
        demo.exchange()
        demo.held()
        demo.refused()
        demo.twice()
        demo.two_persons()
        demo.crash()
        demo.compare()
        say()
        say(f"{demo.settled} payments settled, everything agrees. {time.monotonic() - began:.0f} s after the build.")
        look_around(network, args.keep)
    finally:
        if network.info:
            network.down()
        if not args.keep:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except (NetError, credit_files.FileError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"demo: {error}")
