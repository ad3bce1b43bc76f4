"""Rows S1, S2, S3, F7, F8 and F9 with whole nodes: files of a stopped node that are changed, lost, older or another's. The same rows file by
file, and thousands of changes, are in tests/unit. VOSTRO_TEST_EDITS is the number of changes here, VOSTRO_TEST_SEED repeats them."""

import os
import random
import shutil
import signal
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
import members  # noqa: E402
from orders import Client, order, payment, post, sign, uetr_of  # noqa: E402
from vostronet import bin_dir, run  # noqa: E402

EDITS = int(os.environ.get("VOSTRO_TEST_EDITS", "10"))
AMNESIA = "must not vote again"


class StorageCase(NetworkCase):
    """The victim is stopped while its files are changed."""

    def setUp(self):
        super().setUp()
        self.victim = self.nodes[3]
        self.data = Path(self.victim["data_dir"])

    def pay(self, count, node=0):
        """So many payments of bank 0 to bank 3, four at a time; order and answer of each."""
        orders = sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(3), "1.00"))], copies=count)
        done = {}

        def clerk(mine):
            with Client(self.nodes[node]) as client:
                for framed in mine:
                    done[framed] = client.post(framed)

        clerks = [threading.Thread(target=clerk, args=(orders[i::4],), daemon=True) for i in range(4)]
        for each in clerks:
            each.start()
        for each in clerks:
            each.join(120)
        self.assertEqual({answer.status for answer in done.values()}, {200})
        self.assertEqual(len(done), count)
        return {framed: answer.body for framed, answer in done.items()}

    def refusal(self):
        """The sentence with which the victim refuses to start. It has sent nothing."""
        done = run([bin_dir() / "vostro-node", "run", "--config", self.victim["config"]], check=False, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        sentence = done.stderr.splitlines()[-1]
        self.assertIn("vostro-node: ", sentence)
        return sentence

    def vote_is_needed(self):
        """Another validator is down: what settles has the victim's vote."""
        self.network.stop(self.nodes[2])
        self.pay(3)
        self.network.start(self.nodes[2])
        self.wait_connected()

    def assert_no_evidence(self):
        for node in self.nodes:
            self.assertEqual((Path(node["data_dir"]) / "evidence").stat().st_size, 0, node["participant"])

    def assert_knows(self, node, settled):
        with Client(node) as client:
            for framed, body in settled.items():
                path = f"/v1/payments/{uetr_of(framed)}?agent={body['owner']}"
                # A node that was refilled may still be on its way to the newest block.
                self.network.wait(lambda at=path: client.get(at).status != 404, 60, f"{node['participant']} does not know {path}")
                answer = client.get(path)
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual([(r["height"], r["receipt"]) for r in answer.body["receipts"]], [(body["height"], body["receipt"])])

    def refill(self):
        """As the runbook says for a store that is damaged or behind its mark."""
        shutil.rmtree(self.data / "store")
        self.network.start(self.victim)
        self.wait_connected()


def end_of_content(path):
    """Where the zeros begin that the journal's segments are filled up with."""
    return len(path.read_bytes().rstrip(b"\0"))


def flip(path, at, mask=0x20):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ mask]))


class Journal(StorageCase):
    def change(self, how):
        segment = max((self.data / "journal").glob("*/segment-*"))
        size, end = segment.stat().st_size, end_of_content(segment)
        if how == "missing":
            segment.unlink()
        elif how == "cut in the middle of what it holds":
            os.truncate(segment, end // 2)
        elif how == "one byte shorter":
            os.truncate(segment, size - 1)
        elif how == "one byte longer":
            os.truncate(segment, size + 1)
        elif how == "a group's CRC is wrong":
            flip(segment, end // 2)
        elif how == "its head is wrong":
            flip(segment, 9)
        elif how == "emptied":
            os.truncate(segment, 0)
        elif how == "another validator's":
            shutil.copy2(max((Path(self.nodes[2]["data_dir"]) / "journal").glob("*/segment-*")), segment)

    def test_S2_a_journal_that_is_not_what_was_written_silences_the_node(self):
        self.pay(8)
        self.network.stop(self.victim)
        journal, kept = self.data / "journal", self.data / "journal-kept"
        shutil.copytree(journal, kept)
        for how in ("missing", "cut in the middle of what it holds", "one byte shorter", "one byte longer", "a group's CRC is wrong",
                    "its head is wrong", "emptied", "another validator's"):
            with self.subTest(how):
                self.change(how)
                before = {path.name: path.read_bytes() for path in journal.glob("*/segment-*")}
                sentence = self.refusal()
                self.assertIn("belongs to another key or network" if how.startswith("another") else AMNESIA, sentence)
                after = {path.name: path.read_bytes() for path in journal.glob("*/segment-*")}
                self.assertEqual(after, before, "the node changed the journal that it did not believe")
                shutil.rmtree(journal)
                shutil.copytree(kept, journal)
        self.pay(2)
        self.network.start(self.victim)
        self.wait_connected()
        self.vote_is_needed()
        self.assert_no_evidence()
        self.assert_same_state_everywhere()

    def test_F8_a_torn_last_write_of_the_journal_is_dropped(self):
        settled = self.pay(8)
        self.network.stop(self.victim, signal.SIGKILL)
        segment = max((self.data / "journal").glob("*/segment-*"))
        end = end_of_content(segment)
        with open(segment, "r+b") as file:
            file.seek(end - 40)
            file.write(bytes(40))
        self.network.start(self.victim)
        self.wait_connected()
        self.assertIn("a torn last group of the vote journal was dropped", Path(self.victim["log"]).read_text(encoding="utf-8"))
        self.assert_knows(self.victim, settled)
        self.vote_is_needed()
        self.assert_no_evidence()
        self.assert_same_state_everywhere()


class Images(StorageCase):
    def test_F8_a_store_that_lost_its_tail_is_refused_and_refilled_before_voting(self):
        settled = self.pay(8)
        self.network.stop(self.victim, signal.SIGKILL)
        log = max((self.data / "store" / "db").glob("*.log"))
        os.truncate(log, log.stat().st_size * 2 // 3)
        self.assertIn("behind_mark", self.refusal())
        settled |= self.pay(4)
        self.refill()
        self.assert_knows(self.victim, settled)
        self.vote_is_needed()
        self.assert_no_evidence()
        self.assert_same_state_everywhere()

    def test_F8_a_whole_image_of_before_takes_part_only_after_it_has_caught_up(self):
        """Store, mark and journal of one moment fit each other, and are old. The node hears of what came since before it votes."""
        self.network.stop(self.victim)
        old = self.data.with_name("data-old")
        shutil.copytree(self.data, old)
        self.network.start(self.victim)
        self.wait_connected()
        settled = self.pay(20)
        self.vote_is_needed()
        self.network.stop(self.victim, signal.SIGKILL)
        shutil.rmtree(self.data)
        shutil.move(old, self.data)
        # Its vote is needed at once.
        self.network.stop(self.nodes[2])
        self.network.start(self.victim)
        self.wait_connected()
        settled |= self.pay(4)
        self.network.start(self.nodes[2])
        self.wait_connected()
        self.assert_knows(self.victim, settled)
        self.assert_no_evidence()
        self.assert_same_state_everywhere()

    def test_S3_a_store_of_another_genesis_is_refused(self):
        self.network.stop(self.victim)
        genesis = Path(self.network.info["genesis"])
        other = genesis.with_name("other-genesis.toml")
        other.write_bytes(genesis.read_bytes() + b"\n")
        config = Path(self.victim["config"])
        ours = config.read_text(encoding="utf-8")
        config.write_text(ours.replace("../genesis.toml", "../other-genesis.toml"), encoding="utf-8")
        self.assertIn("other_network", self.refusal())
        config.write_text(ours, encoding="utf-8")
        self.network.start(self.victim)
        self.wait_connected()
        self.vote_is_needed()
        self.assert_same_state_everywhere()

    def test_F9_a_lost_data_directory_leaves_a_node_that_follows_and_does_not_vote(self):
        settled = self.pay(150)
        self.network.stop(self.victim, signal.SIGKILL)
        token = (self.data / "tokens").read_bytes()
        shutil.rmtree(self.data)
        self.assertIn(AMNESIA, self.refusal())
        init = run([bin_dir() / "vostro-node", "init", "--config", self.victim["config"]], check=False)
        self.assertNotEqual(init.returncode, 0)
        self.assertIn("a key whose journal is lost must be rotated", init.stderr)
        (self.data / "tokens").write_bytes(token)
        members.observe(self.victim)
        members.begin_anew(self.victim)
        target = self.network.status(self.nodes[0])["height"]
        began = time.monotonic()
        self.network.start(self.victim)
        self.network.wait(lambda: self.network.status(self.victim).get("height", 0) >= target, 120, "the node does not catch up")
        took = time.monotonic() - began
        print(f"{target} blocks in {took:.1f} s: {100_000 * took / target / 60:.1f} minutes for 100 000 at this rate", flush=True)
        self.assert_knows(self.victim, settled)
        refused = post(self.victim, self.signed_payment(0, 3, "1.00"))
        self.assertEqual((refused.status, refused.body["code"]), (503, "not-ready"), refused)
        self.assertFalse((self.data / "journal").exists())
        # The three others are a quorum, of which it is no part; it follows.
        settled = self.pay(2)
        height = max(body["height"] for body in settled.values())
        self.network.wait(lambda: self.network.status(self.victim)["height"] >= height, 60, "the node does not follow")
        self.assert_knows(self.victim, settled)
        self.assert_no_evidence()


class Edits(StorageCase):
    """A changed file halts the node or is filled up again; what the node answers meanwhile is right, or an error."""

    def edit(self, chance):
        """One change of one file, as a sentence."""
        files = [path for path in self.data.rglob("*") if path.is_file() and path.stat().st_size > 0 and path.name not in ("LOCK", "lock", "tokens")
                 and not path.name.startswith(("LOG", "MANIFEST")) and "journal" not in path.relative_to(self.data).parts]
        path = chance.choice(sorted(files))
        size = path.stat().st_size
        how = chance.choice(("flip", "cut", "delete", "empty", "zeros", "swap"))
        other = Path(self.nodes[2]["data_dir"]) / path.relative_to(self.data)
        if how == "flip":
            for _ in range(chance.choice((1, 1, 20))):
                flip(path, chance.randrange(size), 1 << chance.randrange(8))
        elif how == "cut":
            os.truncate(path, chance.randrange(size))
        elif how == "delete":
            path.unlink()
        elif how == "empty":
            os.truncate(path, 0)
        elif how == "swap" and other.is_file():
            shutil.copyfile(other, path)
        else:
            how = "zeros"
            with open(path, "r+b") as file:
                file.seek(chance.randrange(size))
                file.write(bytes(min(512, size)))
        return f"{how} {path.relative_to(self.data)}"

    def look(self, settled):
        """Asks for everything; how many answers there were."""
        right = 0
        with Client(self.victim) as client:
            for framed, body in settled.items():
                answer = client.get(f"/v1/payments/{uetr_of(framed)}?agent={body['owner']}")
                if answer.status >= 500:
                    continue  # it says that it cannot
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual([(r["height"], r["receipt"]) for r in answer.body["receipts"]], [(body["height"], body["receipt"])])
                right += 1
            for account in ("main", "customers"):
                answer = client.get(f"/v1/accounts/{self.bic(3)}/{account}")
                if answer.status < 500:
                    self.assertEqual((answer.status, answer.body["balances"]), (200, self.balances[account]), answer)
        return right

    def test_S1_F7_changed_files_give_no_wrong_answer(self):
        seed = int(os.environ.get("VOSTRO_TEST_SEED", random.SystemRandom().randrange(2**32)))
        print(f"VOSTRO_TEST_SEED={seed}", flush=True)
        chance = random.Random(seed)
        settled = self.pay(12)
        height = max(body["height"] for body in settled.values())
        for node in self.nodes[2:]:
            self.network.wait(lambda n=node: self.network.status(n)["height"] >= height, 30, f"{node['participant']} lags")
        with Client(self.victim) as client:
            self.balances = {name: client.get(f"/v1/accounts/{self.bic(3)}/{name}").body["balances"] for name in ("main", "customers")}
        self.network.stop(self.victim, chance.choice((signal.SIGTERM, signal.SIGKILL)))
        pristine = self.data.with_name("data-pristine")
        shutil.copytree(self.data, pristine)
        refused = edits = 0
        while edits < EDITS or (refused == 0 and edits < 4 * EDITS):  # where chance has found none that a start sees, some more
            edits += 1
            what = self.edit(chance)
            process = self.network.spawn(self.victim)
            with self.subTest(what):
                self.network.wait(lambda: process.poll() is not None or self.network.status(self.victim), 60, "neither ends nor answers")
                if process.poll() is not None:
                    self.assertEqual(process.returncode, 1)
                    refused += 1
                    result = Path(self.victim["log"]).read_text(encoding="utf-8").splitlines()[-1]
                    self.assertIn("vostro-node: ", result)
                else:
                    result = f"{self.look(settled)} of {len(settled)} answered"
                print(f"{what}: {result[:160]}", flush=True)
            self.network.stop(self.victim, signal.SIGKILL)
            # All but the journal: a vote that it gave meanwhile must stay.
            for path in self.data.iterdir():
                if path.name != "journal":
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            shutil.copytree(pristine, self.data, dirs_exist_ok=True, ignore=lambda folder, names: ["journal"])
        self.assertGreater(refused, 0, "no change was noticed at the start")
        self.network.start(self.victim)
        self.wait_connected()
        self.vote_is_needed()
        self.assert_no_evidence()


if __name__ == "__main__":
    unittest.main()
