#!/usr/bin/env python3
"""Measures customers' payments from file to file: two banks' bridges with PostgreSQL, between them a network of real nodes.

  bench/bridge/bridge.py                          2,000 payments at once, then as many at four fifths of what was served
  bench/bridge/bridge.py --payments 500 --json out.json
  bench/bridge/bridge.py --rate 100               only at this rate
  bench/bridge/bridge.py --perf out.perf          with `perf record` of both bridges while the first load runs; --perf-of nodes, of those

Exit code 0: each payment was made once and the books agree, whatever the figures. 1: they do not, or the run could not be finished.
bench/README.md says what is measured and how.
"""

import argparse
import contextlib
import ctypes
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "functional" / "lib"), str(ROOT / "scripts" / "lib")]

from customer_case import A, B, BANKS, CustomerNetwork  # noqa: E402
from fiat import Bridge, CoreSystem, account_xml, agent_xml, bridge_config, make_channel, participant_parts, party_xml  # noqa: E402
from postgresql import PROGRAMS, Postgresql, is_installed  # noqa: E402
from vostronet import BANKS as OTHERS, NetError, is_alive, private_dir  # noqa: E402

CUSTOMERS = 50
OPENING = 1_000_000
ORDERS_OF_A_DEBTOR = 10  # in one PmtInf
PATIENCE_S = 600  # without any news
TARGET = 500
# What each payment's banks are told, once each.
TOLD_A, TOLD_B = ("pain.002 PDNG", "pain.002 ACSC", "pain.002 ACCC"), ("camt.054", "pacs.008")
TICKS = os.sysconf("SC_CLK_TCK")


# ---- limits of this machine ----

def verification_us():
    """CPU time of one Ed25519 verification by libsodium: the median of rounds."""
    sodium = ctypes.CDLL("libsodium.so.23")
    sodium.sodium_init()
    public, secret, signature = (ctypes.create_string_buffer(size) for size in (32, 64, 64))
    message = os.urandom(80)
    sodium.crypto_sign_keypair(public, secret)
    length = ctypes.c_ulonglong(len(message))
    sodium.crypto_sign_detached(signature, None, message, length, secret)
    rounds = []
    for _ in range(15):
        start = time.thread_time()
        for _ in range(200):
            if sodium.crypto_sign_verify_detached(signature, message, length, public) != 0:
                raise NetError("libsodium refuses its own signature")
        rounds.append((time.thread_time() - start) / 200 * 1e6)
    return sorted(rounds)[len(rounds) // 2]


def commits_per_second(server, seconds=3):
    """Transactions of one changed row, one after the other over one connection, each on disk before the next: pgbench."""
    address = server.new_database()
    name = address.split("dbname=")[1]
    server.query(name, "CREATE TABLE one (n BIGINT)", "INSERT INTO one VALUES (0)")
    script = server.home / "commit.sql"
    script.write_text("UPDATE one SET n = n + 1;\n", encoding="ascii")
    done = subprocess.run([str(PROGRAMS / "pgbench"), "-h", str(server.home), "-U", "vostro", "-n", "-c", "1", "-M", "prepared", "-T",
                           str(seconds), "-f", str(script), name], capture_output=True, text=True, check=True, timeout=60)
    return float(re.search(r"tps = ([0-9.]+)", done.stdout)[1])


# ---- what runs ----

class Server(Postgresql):
    """As a bank runs it: what is committed is on disk. It counts statements."""

    settings = ("fsync=on", "synchronous_commit=on", "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=on")

    def query(self, database, *statements):
        """Lines of the last one, its columns separated by "|"."""
        words = [word for each in statements for word in ("-c", each)]
        done = subprocess.run([str(PROGRAMS / "psql"), "-h", str(self.home), "-U", "vostro", "-d", database, "-qAtX", *words],
                              capture_output=True, text=True, check=False, timeout=120)
        if done.returncode != 0:
            raise NetError(f"psql: {done.stderr.strip()}")
        return done.stdout.split()

    def processes(self):
        return processes_of(int((self.home / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]))


def children_of(pid):
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text(encoding="ascii").split()]


def processes_of(pid):
    """The process and all below it."""
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            found += children_of(each)
    return found


def cpu_s(pids):
    """CPU time so far, of children that have ended too."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def node_counts(nodes):
    """What the nodes themselves have counted so far, of all of them: blocks of the first, and the rest in sum."""
    found = dict.fromkeys(("blocks", "orders", "frames", "kilobytes between nodes", "API answers"), 0.0)
    names = {"vostro_peer_frames_sent_total": ("frames", 1), "vostro_peer_bytes_sent_total": ("kilobytes between nodes", 1e-3),
             "vostro_api_requests_total": ("API answers", 1)}
    for each in nodes:
        with urllib.request.urlopen(each["api"] + "/metrics", timeout=30) as answer:
            lines = [line.split(" ") for line in answer.read().decode("utf-8").splitlines() if not line.startswith("#")]
        for name, *_, value in lines:
            key, factor = names.get(name.split("{")[0], (None, 0))
            if each is nodes[0] and name in ("vostro_height", "vostro_transactions_final_total"):
                found["blocks" if name == "vostro_height" else "orders"] = float(value)
            elif key:
                found[key] += float(value) * factor
    return found


class Bank:
    """A participant's bridge, with the core system at the other end of its files."""

    def __init__(self, network, node, server, home, customers):
        self.node = node
        self.home = private_dir(home / f"bridge-{node['participant'].lower()}")
        self.core = CoreSystem(self.home, make_channel(self.home), node["participant"])
        self.taken, self.taken_count = private_dir(self.home / "taken"), 0
        address = server.new_database()
        self.database = address.split("dbname=")[1]
        config = bridge_config(network, node, self.core, node["participant"], participant_parts(node), database=address)
        # All times as they are where nothing is said.
        text = config.read_text(encoding="utf-8")
        for key in ("lease_s", "poll_ms", "retry_s", "reconcile_s"):
            text, found = re.subn(rf"(?m)^{key} = \d+\n", "", text)
            if found != 1:
                raise NetError(f"{config} has no {key}")
        config.write_text(text, encoding="utf-8")
        self.bridge = Bridge(config, self.home / "bridge.log")
        self.bridge.load_customers(customers)
        self.bridge.start()

    def take(self):
        """What the core system does with `out`: it takes the files away, with their signatures. How many."""
        count = 0
        for path in (self.core.files / "out").glob("*.xml"):
            for each in (path, path.with_name(path.name + ".sig")):
                each.rename(self.taken / each.name)
            count += 1
        self.taken_count += count
        return count


class Clerk(threading.Thread):
    """Takes files away while they come."""

    def __init__(self, banks):
        super().__init__(daemon=True)
        self.banks, self.over, self.last_news, self.problem = banks, threading.Event(), time.monotonic(), None

    def run(self):
        try:
            while not self.over.wait(0.1):
                if sum(bank.take() for bank in self.banks):
                    self.last_news = time.monotonic()
        except Exception as error:  # pylint: disable=broad-except # told by whoever waits for it
            self.problem = error

    def end(self):
        self.over.set()
        self.join()


def pain001(number, orders):
    """One file: orders of several customers, [(debtor, [(uetr, creditor, cents)])]."""
    count = sum(len(each) for _, each in orders)
    parts = []
    for index, (debtor, transfers) in enumerate(orders):
        transactions = "".join(
            f"<CdtTrfTxInf><PmtId><InstrId>I-{number}-{index}-{place}</InstrId><EndToEndId>INV-{number}-{index}-{place}</EndToEndId>"
            f'<UETR>{uetr}</UETR></PmtId><Amt><InstdAmt Ccy="EUR">{cents / 100:.2f}</InstdAmt></Amt><CdtrAgt>{agent_xml(B)}</CdtrAgt>'
            f"<Cdtr>{party_xml('Atelier ' + creditor, 'FR')}</Cdtr><CdtrAcct>{account_xml(creditor)}</CdtrAcct>"
            f"<Purp><Cd>SUPP</Cd></Purp><RmtInf><Ustrd>Invoice 2026-{number}-{place}</Ustrd></RmtInf></CdtTrfTxInf>\n"
            for place, (uetr, creditor, cents) in enumerate(transfers))
        parts.append(f"<PmtInf><PmtInfId>P-{number}-{index}</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt>"
                     f"<Dbtr>{party_xml('Muster ' + debtor, 'DE')}</Dbtr><DbtrAcct>{account_xml(debtor)}</DbtrAcct>"
                     f"<DbtrAgt>{agent_xml(A)}</DbtrAgt><ChrgBr>SHAR</ChrgBr>\n{transactions}</PmtInf>\n")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>BENCH-{number}</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm><NbOfTxs>{count}</NbOfTxs><InitgPty><Nm>Bench</Nm></InitgPty></GrpHdr>
{"".join(parts)}</CstmrCdtTrfInitn></Document>
""".encode()


class Load:
    """Payments in signed files, made before the first is put in."""

    number = 0

    def __init__(self, core, payments, per_file, chance):
        self.core, self.per_file = core, per_file
        self.payments = {}  # uetr: (debtor, creditor, cents)
        self.files = []  # (name, content, signature, uetrs)
        while payments > 0:
            count = min(per_file, payments)
            payments -= count
            uetrs, orders = [], []
            while count > 0:
                debtor, transfers = f"DE-{chance.randrange(CUSTOMERS)}", []
                for _ in range(min(ORDERS_OF_A_DEBTOR, count)):
                    uetr = str(uuid.UUID(int=chance.getrandbits(128), version=4))
                    creditor, cents = f"FR-{chance.randrange(CUSTOMERS)}", chance.randrange(1, 1000)
                    transfers.append((uetr, creditor, cents))
                    self.payments[uetr] = (debtor, creditor, cents)
                    uetrs.append(uetr)
                count -= len(transfers)
                orders.append((debtor, transfers))
            Load.number += 1
            content = pain001(Load.number, orders)
            self.files.append((f"load-{Load.number}.xml", content, core.sign(content), uetrs))
        self.put_in = {}  # uetr: seconds since 1970

    def offer(self, rate):
        """Puts the files in: at once, or `rate` payments a second."""
        start = time.time()
        for place, (name, content, signature, uetrs) in enumerate(self.files):
            due = start + (place * self.per_file / rate if rate else 0)
            time.sleep(max(0, due - time.time()))
            self.core.put(content, name=name, signature=signature)
            # From when it was due: a driver that is late flatters nothing.
            self.put_in.update(dict.fromkeys(uetrs, min(due, time.time())))


# ---- what is read ----

def files_of(bank):
    """{(what, uetr): [when the file was there]}; what is "camt.054", or "pain.002 ACCC"."""
    found = {}
    for path in bank.taken.glob("*.xml"):
        text = path.read_text(encoding="utf-8")
        what = re.search(r"tech:xsd:((?:pain|pacs|camt)\.\d{3})\.", text)[1]
        if what == "pain.002":
            what += " " + re.search(r"<TxSts>(\w+)</TxSts>", text)[1]
        uetr = re.search(r"<(?:Orgnl)?UETR>([0-9a-f-]{36})</", text)[1]
        found.setdefault((what, uetr), []).append(path.stat().st_mtime)
    return found


def spread(values):
    values = sorted(values)
    at = lambda share: values[min(len(values) - 1, int(share * len(values)))]  # noqa: E731
    return {"least": values[0], "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "most": values[-1], "count": len(values)}


class Bench:
    def __init__(self, args, home):
        self.args, self.home, self.chance = args, home, random.Random(args.seed)
        self.loads = []
        self.network = None
        self.server = None
        self.a = self.b = None

    def set_up(self):
        self.server = Server(private_dir(self.home / "postgresql"))
        self.limits = {"verification_us": verification_us(), "commits_per_second": commits_per_second(self.server)}
        banks = BANKS + [bank for bank in OTHERS if bank[0] not in (A, B)][:self.args.nodes - len(BANKS)]
        self.network = CustomerNetwork(self.home / "net", outlives_us=False)
        self.network.create(self.args.nodes, banks=banks, requests_per_second=1_000_000)
        self.network.up()
        agent = self.network.node(next(each["agent"] for each in self.network.info["currencies"] if each["currency"] == "EUR"))
        for bic in (A, B):
            self.network.wallet(agent, "issue", "--to", f"{bic}/customers", "--amount", f"{OPENING * CUSTOMERS}.00 EUR", "--reference", bic)
        nodes = self.network.info["nodes"]
        self.a = Bank(self.network, nodes[0], self.server, self.home,
                      [(f"DE-{each}", f"Muster DE-{each}", "EUR", f"{OPENING}.00") for each in range(CUSTOMERS)])
        self.b = Bank(self.network, nodes[1], self.server, self.home,
                      [(f"FR-{each}", f"Atelier FR-{each}", "EUR", "0.00") for each in range(CUSTOMERS)])
        for bank in (self.a, self.b):
            self.server.query(bank.database, "CREATE EXTENSION pg_stat_statements")

    def tear_down(self):
        for bank in (self.a, self.b):
            if bank:
                bank.bridge.stop(signal.SIGKILL)
        if self.network and self.network.info:
            self.network.down()
        if self.server:
            self.server.close()

    # ---- one load ----

    def usage(self):
        found = {"driver": cpu_s([os.getpid()]), "PostgreSQL": cpu_s(self.server.processes())}
        for name, bank in (("bridge of the debtor's bank", self.a), ("bridge of the creditor's bank", self.b)):
            found[name] = cpu_s(processes_of(bank.bridge.process.pid))
        found[f"{len(self.network.info['nodes'])} nodes"] = cpu_s([node["pid"] for node in self.network.info["nodes"]])
        return found

    def database_counts(self, bank):
        """(statements, transactions) so far."""
        statements = int(self.server.query(bank.database, "SELECT COALESCE(SUM(calls), 0) FROM pg_stat_statements WHERE dbid = (SELECT oid FROM"
                                                          " pg_database WHERE datname = current_database())")[0])
        transactions = int(self.server.query(bank.database, "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname ="
                                                            " current_database()")[0])
        return statements, transactions

    def run_load(self, rate, perf=None):
        load = Load(self.a.core, self.args.payments, self.args.per_file, self.chance)
        self.loads.append(load)
        # No question to the database while it is measured: each would be a connection more.
        awaited = [(bank, bank.taken_count + len(kinds) * self.args.payments) for bank, kinds in ((self.a, TOLD_A), (self.b, TOLD_B))]
        counts = [self.database_counts(bank) for bank in (self.a, self.b)]
        counted = node_counts(self.network.info["nodes"])
        usage, began = self.usage(), time.time()
        clerk = Clerk((self.a, self.b))
        clerk.start()
        profiler = None
        if perf:
            pids = {"bridges": [bank.bridge.process.pid for bank in (self.a, self.b)], "nodes": [node["pid"] for node in self.network.info["nodes"]],
                    "postgresql": self.server.processes()}[self.args.perf_of]
            profiler = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", "499", "--call-graph", "dwarf,16384", "-o", perf, "-p",
                                         ",".join(map(str, pids))])
        load.offer(rate)
        while any(bank.taken_count < count for bank, count in awaited):
            for bank in (self.a, self.b):
                if not is_alive(bank.bridge.process.pid):
                    raise NetError(f"a bridge has ended: {bank.bridge.log.read_text(encoding='utf-8')[-2000:]}")
            if clerk.problem or time.monotonic() > clerk.last_news + PATIENCE_S:
                raise NetError(f"the payments do not come to their end: {clerk.problem or 'no file comes out'}")
            time.sleep(0.1)
        spent = {name: value - usage[name] for name, value in self.usage().items()}
        ended = time.time()
        if profiler:
            profiler.send_signal(signal.SIGINT)
            profiler.wait(60)
        counted = {name: value - counted[name] for name, value in node_counts(self.network.info["nodes"]).items()}
        clerk.end()
        for bank in (self.a, self.b):
            self.network.wait(lambda bank=bank: self.server.query(bank.database, "SELECT COUNT(*) FROM outbox") == ["0"], 60,
                              "the outbox is not empty")
            bank.take()
        return self.measured(load, rate, ended - began, spent, counts) | {"nodes": {"blocks": counted.pop("blocks")} | {
            name: value / self.args.payments for name, value in counted.items()}}

    def measured(self, load, rate, wall, spent, counts):
        told_a, told_b = files_of(self.a), files_of(self.b)
        self.check_files(load, told_a, told_b)
        credited = {uetr: told_b["camt.054", uetr][0] for uetr in load.payments}
        confirmed = {uetr: told_a["pain.002 ACCC", uetr][0] for uetr in load.payments}
        first, count = min(load.put_in.values()), len(load.payments)
        served = count / (max(confirmed.values()) - first)
        after = [self.database_counts(bank) for bank in (self.a, self.b)]
        return {
            "offered_per_second": rate,
            "payments": count,
            "files": len(load.files),
            "served_per_second": served,
            "credited_per_second": count / (max(credited.values()) - first),
            "share_of_commit_rate": served / self.limits["commits_per_second"],
            "to_credited_s": spread([credited[uetr] - at for uetr, at in load.put_in.items()]),
            "to_confirmed_s": spread([confirmed[uetr] - at for uetr, at in load.put_in.items()]),
            "cpu_ms_per_payment": {name: each / count * 1000 for name, each in spent.items()},
            "cpu_cores": sum(spent.values()) / wall,
            "at_most_per_second": os.cpu_count() / (sum(each for name, each in spent.items() if name != "driver") / count),
            "database": {name: {"statements": (new[0] - old[0]) / count, "transactions": (new[1] - old[1]) / count}
                         for name, old, new in zip(("debtor's bank", "creditor's bank"), counts, after)},
            "stages": self.stages(load),
        }

    def stages(self, load):
        """Median seconds from when a payment's file was put in, to each state that it reached, by the books."""
        found = {}
        for bank, side in ((self.a, "outgoing"), (self.b, "incoming")):
            for line in self.server.query(bank.database, f"SELECT right(key, 36), state, MIN(at_ms) FROM transitions WHERE flow = 'payment' AND key LIKE"
                                                         f" '{side}/%' GROUP BY 1, 2"):
                uetr, state, at_ms = line.split("|")
                if uetr in load.put_in:
                    found.setdefault(f"{side} {state}", []).append(int(at_ms) / 1000 - load.put_in[uetr])
        return dict(sorted(((name, sorted(values)[len(values) // 2]) for name, values in found.items()), key=lambda each: each[1]))

    # ---- whether it was real ----

    def check_files(self, load, told_a, told_b):
        for told, kinds in ((told_a, TOLD_A), (told_b, TOLD_B)):
            for kind in kinds:
                wrong = [uetr for uetr in load.payments if len(told.get((kind, uetr), [])) != 1]
                if wrong:
                    raise NetError(f"{len(wrong)} payments without exactly one {kind}, {wrong[0]} among them")

    def check(self):
        """Each payment was debited once and credited once; books and ledger agree to the cent."""
        count = sum(len(load.payments) for load in self.loads)
        for bank, kind in ((self.a, "ordered"), (self.b, "credited")):
            entries = self.server.query(bank.database, f"SELECT COUNT(*), COUNT(DISTINCT reference) FROM entries WHERE kind = '{kind}'")
            if entries != [f"{count}|{count}"]:
                raise NetError(f"{bank.node['participant']} has {entries} entries \"{kind}\" (of different payments), not {count}")
            off = self.server.query(bank.database, "SELECT entry FROM postings GROUP BY entry, currency HAVING SUM(amount) <> 0")
            if off:
                raise NetError(f"{len(off)} entries do not sum to zero")
        expected = {}
        for load in self.loads:
            for debtor, creditor, cents in load.payments.values():
                expected[debtor] = expected.get(debtor, OPENING * 100) - cents
                expected[creditor] = expected.get(creditor, 0) + cents
        for bank in (self.a, self.b):
            for each in bank.bridge.ask("customers", "list")[1]["items"]:
                start = OPENING * 100 if each["account"].startswith("DE") else 0
                if Decimal(each["balance"]) * 100 != expected.get(each["account"], start):
                    raise NetError(f"{each['account']} has {each['balance']}, and not {expected[each['account']]} cents")
            report = self.network.wait(lambda bank=bank: self.reconciled(bank), 30, f"{bank.node['participant']} does not reconcile")
            euro = next(each for each in report["positions"] if each["currency"] == "EUR")
            if (euro["difference"], euro["outgoing"], euro["incoming"], report["book"]["faults"]) != ("0.00", "0.00", "0.00", []):
                raise NetError(f"{bank.node['participant']}: {euro}, {report['book']}")

    @staticmethod
    def reconciled(bank):
        code, report = bank.bridge.ask("reconcile", check=False)
        return report if code == 0 else None


# ---- the report ----

def show_load(found):
    offered = f"{found['offered_per_second']:.0f} a second" if found["offered_per_second"] else "at once"
    print(f"\n{found['payments']} payments in {found['files']} files, offered {offered}")
    print(f"  served, file to confirmed          {found['served_per_second']:8.1f} /s   {found['share_of_commit_rate']:.3f} of the commits that"
          f" PostgreSQL can do one by one")
    print("                                       least      p50      p90      p99     most   seconds")
    for name, key in (("file in to customer credited", "to_credited_s"), ("file in to payer told so", "to_confirmed_s")):
        print(f"  {name:34}" + "".join(f"{found[key][each]:9.2f}" for each in ("least", "p50", "p90", "p99", "most")))
    print(f"  CPU, ms a payment; all of it on {os.cpu_count()} cores of their own: {found['at_most_per_second']:.1f} payments a second at most; "
          f"got {found['cpu_cores']:.2f} cores")
    for name, value in found["cpu_ms_per_payment"].items():
        print(f"    {name:32}{value:9.2f}")
    for name, value in found["database"].items():
        print(f"  {name:32}{value['statements']:9.1f} statements, {value['transactions']:.2f} transactions a payment")
    nodes = dict(found["nodes"])
    print(f"  nodes: {nodes.pop('blocks'):.0f} blocks; a payment: " + ", ".join(f"{value:.1f} {name}" for name, value in nodes.items()))
    print("  median seconds to each state: " + ", ".join(f"{name} {value:.2f}" for name, value in found["stages"].items()))


def parse():
    parser = argparse.ArgumentParser(prog="bench/bridge/bridge.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payments", type=int, default=2000, help="of each load, default 2000")
    parser.add_argument("--per-file", type=int, default=100, help="payments of one file, default 100")
    parser.add_argument("--nodes", type=int, default=4, help="default 4, as scripts/devnet")
    parser.add_argument("--rate", type=float, help="offer only this many payments a second")
    parser.add_argument("--only-full", action="store_true", help="only the load that comes at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="write all figures there")
    parser.add_argument("--perf", help="`perf record` in the first load, into this file")
    parser.add_argument("--perf-of", choices=("bridges", "nodes", "postgresql"), default="bridges", help="of whom; default the bridges")
    parser.add_argument("--statements", action="store_true", help="show the statements that took most")
    args = parser.parse_args()
    if not 2 <= args.nodes <= len(OTHERS) or args.payments < 1 or not 1 <= args.per_file <= 1000:
        parser.error("--nodes 2 to 16, --payments at least 1, --per-file 1 to 1000")
    return args


def show_statements(bench):
    for bank in (bench.a, bench.b):
        print(f"\nstatements of {bank.node['participant']}: calls, ms in all, rows")
        done = subprocess.run([str(PROGRAMS / "psql"), "-h", str(bench.server.home), "-U", "vostro", "-d", bank.database, "-qAtX", "-c",
                               "SELECT calls, round(total_exec_time), rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 110) FROM pg_stat_statements"
                               " WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY total_exec_time DESC LIMIT 25"],
                              capture_output=True, text=True, check=True, timeout=60)
        print(done.stdout)


def main():
    args = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    if not is_installed():
        raise NetError("PostgreSQL 15 is not installed: scripts/bootstrap --tests")
    with tempfile.TemporaryDirectory(prefix="vostro-bench-bridge-") as home:
        os.chmod(home, 0o755)  # PostgreSQL runs as another user where we are root
        bench = Bench(args, Path(home))
        try:
            bench.set_up()
            print(f"{os.cpu_count()} cores, {args.nodes} nodes; one verification {bench.limits['verification_us']:.0f} us, "
                  f"PostgreSQL {bench.limits['commits_per_second']:.0f} commits a second, one by one", flush=True)
            results = [bench.run_load(args.rate, args.perf)]
            show_load(results[0])
            if not args.rate and not args.only_full:
                results.append(bench.run_load(results[0]["served_per_second"] * 0.8))
                show_load(results[1])
            bench.check()
            if args.statements:
                show_statements(bench)
            print("\neach payment was debited once and credited once; books and ledger agree to the cent")
            full = results[0]["served_per_second"]
            print(f"  {full:.1f} payments a second; target {TARGET}: {'met' if full >= TARGET else 'MISSED'}")
            if args.json:
                Path(args.json).write_text(json.dumps({"cores": os.cpu_count(), "nodes": args.nodes, "limits": bench.limits, "loads": results},
                                                      indent=2) + "\n", encoding="utf-8")
        finally:
            bench.tear_down()


if __name__ == "__main__":
    try:
        main()
    except NetError as error:
        sys.exit(f"bench/bridge/bridge.py: {error}")
