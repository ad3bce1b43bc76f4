"""Rows F33, F35 and F36 of the fault catalogue, beyond what rows_bridge.py has: node and database are killed while money moves, the disk
is full, the book is restored to an older copy, the channel is away; and orders that need a second person."""

import os
import random
import shutil
import signal
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import postgresql  # noqa: E402
from bridge_case import BridgeCase  # noqa: E402
from network_case import ROOT  # noqa: E402
from rows_bridge import REDEEMED, Bookkeeping  # noqa: E402
from vostronet import Network, private_dir  # noqa: E402


class Surroundings(Bookkeeping):
    """F33: not the bridge dies, but what it works with. Method: node or database are killed at once after each step's beginning, and
    started again; the step must come to its end."""

    def kill_during(self, kill, revive):
        seed = os.environ.get("VOSTRO_TEST_SEED") or str(random.randrange(1 << 32))
        print(f"VOSTRO_TEST_SEED={seed}", flush=True)
        chance = random.Random(seed)

        def struck(step):
            step()
            moment = chance.choice(("at once", "when the bridge has noted it"))
            if moment != "at once":
                before = self.bridge.ask("status", check=False)[1].get("outbox", 0)
                self.wait_for(lambda: self.bridge.ask("status", check=False)[1].get("outbox", 0) != before or
                              not list((self.bank.files / "in").glob("*.xml")), "the bridge does not move")
            kill()
            revive()
        for is_paid in (True, False, True):
            struck(self.fund)
            self.wait_funded()
            known = self.bank.collect()
            struck(lambda: self.redeem(REDEEMED))
            payout = self.wait_payout(known)
            struck(lambda: self.answer(payout, is_paid))  # pylint: disable=cell-var-from-loop
            self.check()
        self.assertIsNone(self.bridge.process.poll())
        self.assertEqual(self.alarms(self.bridge), [])

    def test_F33_node_killed_while_money_moves(self):
        self.begin()

        def revive():
            self.network.start(self.nodes[0])
            self.wait_connected()
        self.kill_during(lambda: self.network.stop(self.nodes[0], signal.SIGKILL), revive)

    def test_F33_database_killed_while_money_moves(self):
        server = self.postgresql()
        self.begin(server.new_database())
        self.kill_during(server.stop, server.start)


class FullDisk(Bookkeeping):
    """F35: the book's disk is full. Method: it lies on a small file system, which is filled; later there is room again."""

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("mounting needs root")
        super().setUp()
        self.disk = private_dir(self.home / "disk")

    def mount(self, megabytes, mode):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode={mode}", "tmpfs", str(self.disk)], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.disk)], check=False)

    def fill(self, database):
        self.begin(database)
        self.fund()
        self.wait_funded()
        ballast = self.disk / "ballast"
        with open(ballast, "wb", buffering=0) as file, self.assertRaises(OSError):
            while file.write(b"\0" * 4096) == 4096:
                pass
            file.write(b"\0")

        def is_noticed():
            if "the book does not answer" in self.log_of(self.bridge):
                return True
            self.fund()  # there may be room in pages that the database has
            return False
        self.wait_for(is_noticed, "the bridge does not notice")
        self.redeem(REDEEMED)  # the chain goes on
        self.fund()
        self.assertIsNone(self.bridge.process.poll())
        ballast.unlink()  # what was taken and is not in the book would be missing in the end
        payout = self.wait_payout([])
        self.answer(payout, True)
        self.check()

    def test_F35_disk_full_SQLite(self):
        self.mount(6, "0700")
        self.fill(f"sqlite:{self.disk}/book.db")

    def test_F35_disk_full_PostgreSQL(self):
        if not postgresql.is_installed():
            self.skipTest("PostgreSQL 15 is not installed: scripts/bootstrap --tests")
        self.home.chmod(0o711)
        self.mount(160, "0711")
        home = self.disk / "server"
        home.mkdir()
        server = postgresql.Postgresql(home)
        self.addCleanup(server.close)
        self.fill(server.new_database())


class Restored(Bookkeeping):
    """F35: yesterday's backup. Method: the book is copied, money moves on in all ways, the copy is put in its place; chain and archive
    make it whole again, and the bank is told nothing that it was not told before."""

    def go_back(self, database, save, restore):
        self.begin(database)
        self.fund()
        self.wait_funded()
        self.redeem(REDEEMED)
        first = self.wait_payout([])
        self.bridge.stop()
        save()
        self.bridge.start()
        self.answer(first, True)  # known to the backup, and decided after it
        for _ in range(3):
            self.fund()
        self.wait_funded()
        known = self.bank.collect()
        for is_paid in (True, False):
            self.redeem(REDEEMED)
            payout = self.wait_payout(known)
            known.append(payout)
            self.answer(payout, is_paid)
            self.check()
        self.redeem(REDEEMED)
        last = self.wait_payout(known)  # the bank has not answered yet
        sent = set(self.bank.collect())
        self.bridge.stop()
        restore()
        self.bridge.start()
        self.wait_for(lambda: "the book has read chain and archive again" in self.log_of(self.bridge), "the book is not made whole")
        self.assertIn("the book was restored", self.log_of(self.bridge))
        self.assertEqual(set(self.bank.collect()), sent)
        self.answer(last, True)
        self.check()
        self.fund()
        self.wait_funded()
        self.check()
        self.assertEqual(self.alarms(self.bridge), [])

    def test_F35_restored_to_yesterday_SQLite(self):
        def files():
            return [path for path in self.bridge.config.parent.glob("book.db*") if path.suffix != ".saved"]

        def save():
            for path in files():
                shutil.copy2(path, f"{path}.saved")

        def restore():
            for path in files():
                path.unlink()
            for path in self.bridge.config.parent.glob("book.db*.saved"):
                shutil.copy2(path, path.with_suffix(""))
        self.go_back("sqlite:book.db", save, restore)

    def test_F35_restored_to_yesterday_PostgreSQL(self):
        server = self.postgresql()
        database = server.new_database()
        self.go_back(database, lambda: server.copy(database, "yesterday"), lambda: server.replace(database, "yesterday"))

    def test_F35_a_lost_book_is_made_anew(self):
        self.go_back("sqlite:book.db", lambda: None,
                     lambda: [path.unlink() for path in self.bridge.config.parent.glob("book.db*")])


class ChannelAway(Bookkeeping):
    """F36, the reverse: fiat stands still while the chain goes on."""

    def test_F36_channel_away_while_the_chain_goes_on(self):
        self.begin()
        self.bridge.stop()
        config = self.bridge.config
        config.write_text(config.read_text(encoding="utf-8").replace("answer_within_s = 600", "answer_within_s = 1"), encoding="utf-8")
        self.bridge.start()
        self.fund()
        self.wait_funded()
        out = self.bank.files / "out"
        away = out.rename(out.with_name("away"))
        for _ in range(2):
            self.redeem(REDEEMED)
        self.wait_for(lambda: {"send", "late"} <= set(self.alarms(self.bridge)), "no alarm")
        self.assertEqual(len(self.bridge.ask("status")[1]["redemptions"]), 2)
        self.assertIsNone(self.bridge.process.poll())
        away.rename(out)
        known = []
        for is_paid in (True, False):
            known.append(self.wait_payout(known))
            self.answer(known[-1], is_paid)
        self.check()
        self.assertEqual(self.alarms(self.bridge), [])


class SecondPerson(BridgeCase):
    """An `Issue` and a `RedeemOutcome` of the bridge, where the currency's policy wants two persons: they wait among the approvals of the
    agent's node. Method: the usual bank of a development network, whose bridge has the maker's key; its checker signs or refuses."""

    network_type = Network

    def waiting(self):
        return [each["id"] for each in self.wallet("approve", "list", "--state", "waiting")["items"]]

    def wallet(self, *args, keys=()):
        return self.network.wallet(self.nodes[0], *args, keys=keys)[1]

    def wait_one(self, kind):
        found = self.wait_for(self.waiting, "nothing waits for approval")
        self.assertEqual(len(found), 1)
        self.assertEqual(self.wallet("approve", "show", found[0])["kind"], kind)
        return found[0]

    def test_Bridge_orders_wait_for_a_second_person(self):
        bridge = self.make_bridge().start()
        self.bank.put(self.bank.notice("REF-1", "250.00"))
        first = self.wait_one("Issue")
        self.wait_for(lambda: "order" in self.alarms(bridge), "no alarm")
        self.assertEqual(self.on_ledger(), 0)
        self.assert_in_balance(bridge, "250.00", "0.00")  # it is on its way
        self.wallet("approve", "sign", first, keys=("checker",))
        self.wait_on_ledger("250.00")
        self.wait_until_over(bridge)
        self.assert_in_balance(bridge, "250.00", "250.00")
        self.assertEqual(self.alarms(bridge), [])

        self.bank.put(self.bank.notice("REF-2", "3.00"))
        self.wallet("approve", "reject", self.wait_one("Issue"), "--reason", "not ours", keys=("checker",))
        self.wait_for(lambda: [each["reason"] for each in bridge.ask("suspense", "list")[1]["items"]] == ["approval_refused"],
                      "the credit is not in suspense")
        self.assertEqual(self.on_ledger(), 250)

        self.redeem("50.00")
        payout = self.wait_for(self.bank.payouts, "no pacs.009 comes out").popitem()[0]
        self.bank.put(self.bank.status(payout, "ACSC"))
        outcome = self.wait_one("RedeemOutcome")
        self.assertEqual(bridge.ask("status")[1]["redemptions"][0]["state"], "paid")
        self.wallet("approve", "sign", outcome, keys=("checker",))
        self.wait_until_over(bridge)
        self.assert_in_balance(bridge, "203.00", "200.00", suspense="3.00")


if __name__ == "__main__":
    os.environ.setdefault("VOSTRO_BIN", str(ROOT / "build" / "release" / "bin"))
    unittest.main()
