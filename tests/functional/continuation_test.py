"""More validators than a network can bear are lost for good, with machines and keys. The drill of docs/operating/continuation.md."""

import json
import shutil
import signal
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import members  # noqa: E402
from network_case import NetworkCase  # noqa: E402
from orders import ask, post, uetr_of  # noqa: E402
from vostronet import bin_dir, private_dir, run  # noqa: E402

LOST = (2, 3)
LEFT = (0, 1)


class Continuation(NetworkCase):
    """Goal: with a quorum gone for good nothing is lost that was final, nothing is made twice, and only a mandate of the banks lets the
    network go on. Method: real nodes, whose data and keys are deleted; the commands of the page; a payment of before, and one after."""

    def node_command(self, node, command):
        done = subprocess.run([bin_dir() / "vostro-node", command, "--config", node["config"]], capture_output=True, text=True, timeout=60,
                              check=False)
        return done.returncode, done.stdout + done.stderr

    def new_keys(self, node):
        """As at the beginning, in a directory of their own: (validator key, TLS key)."""
        keys = Path(node["token_file"]).parent
        made = run([bin_dir() / "vostro-genesis", "keys", "--out", keys / "second", "--bic", node["participant"], "--role", "validator",
                    "--cost", "development", "--passphrase-file", keys / "passphrase"])
        public = {line.split()[0]: line.split()[1] for line in made.stdout.splitlines() if " ed25519:" in line}
        return public["validator"], public["tls"]

    def successors(self):
        """BIC:KEY:KEY of every node, as --validator takes them. Who lost everything has a new TLS key too."""
        shown = json.loads(run([bin_dir() / "vostro-genesis", "inspect", "--json", self.network.info["genesis"]]).stdout)
        was = {each["bic"]: each["tls_key"] for each in shown["participants"]}
        made = []
        for index, node in enumerate(self.nodes):
            validator, tls = self.new_keys(node)
            members.set_key(node, "validator", "second/validator")
            if index in LOST:
                members.set_key(node, "tls", "second/tls")
            else:
                tls = was[node["participant"]]
            made.append(f"{node['participant']}:{validator}:{tls}")
        return made

    def agree(self, path, index):
        node = self.nodes[index]
        keys = Path(node["token_file"]).parent
        for person in ("maker", "checker"):
            run([bin_dir() / "vostro-genesis", "agree", "--bic", node["participant"], "--key", keys / f"{person}.key", "--passphrase-file",
                 keys / "passphrase", path])

    def lose(self, index):
        node = self.nodes[index]
        self.network.stop(node, signal.SIGKILL)
        shutil.rmtree(node["data_dir"])
        for name in ("validator.key", "tls.key"):
            (Path(node["token_file"]).parent / name).unlink()

    def use_file(self, path):
        for node in self.nodes:
            config = Path(node["config"])
            config.write_text(config.read_text(encoding="utf-8").replace('genesis = "../genesis.toml"', f'genesis = "{path}"'), encoding="utf-8")
        self.network.info["genesis"] = str(path)
        self.network.info["network_id"] = run([bin_dir() / "vostro-genesis", "id", path]).stdout.strip()

    def test_quorum_lost_for_good_goes_on_from_the_last_block(self):
        paid = self.signed_payment(0, 1, "1250.00")
        uetr = uetr_of(paid)
        self.settle(0, paid)
        self.rest()
        for index in LOST:
            self.lose(index)
        void = self.signed_payment(0, 1, "7.00")
        post(self.nodes[0], void, wait=False)  # is taken or not: final it cannot be

        # 1, 2: the same end at all that are left; a store for those that have none.
        ends = [self.network.status(self.nodes[index]) for index in LEFT]
        end = {key: ends[0][key] for key in ("height", "epoch", "block_id", "state_root")}
        self.assertEqual(end, {key: ends[1][key] for key in end})
        before = [self.balance(self.account(index)) for index in LEFT]
        for index in LEFT:
            self.network.stop(self.nodes[index])
        for index in LOST[:1]:  # with it there is a quorum again; the other one joins that
            data = private_dir(Path(self.nodes[index]["data_dir"]))
            shutil.copytree(Path(self.nodes[0]["data_dir"]) / "store", data / "store")

        # 3, 4: keys that never voted, and a file that two banks have agreed to: one too few.
        second = self.home / "genesis-2.toml"
        validators = [word for each in self.successors() for word in ("--validator", each)]
        run([bin_dir() / "vostro-genesis", "continue", "--genesis", self.network.info["genesis"], "--height", str(end["height"]), "--epoch",
             str(end["epoch"]), "--block", end["block_id"], "--state-root", end["state_root"], *validators, "--out", second])
        self.agree(second, 0)
        self.agree(second, 1)
        self.use_file(second)
        code, said = self.node_command(self.nodes[0], "continue")
        self.assertEqual((code, "it takes 3" in said), (1, True), said)
        # A bank whose machine is gone still has its treasury's keys.
        self.agree(second, 2)
        self.use_file(second)

        # 5: each node takes over, once; then the network is there again.
        for node in self.nodes:
            if node is not self.nodes[LOST[1]]:
                code, said = self.node_command(node, "continue")
                self.assertEqual((code, said.startswith("continued: ")), (0, True), said)
                code, said = self.node_command(node, "continue")
                self.assertEqual((code, said.startswith("was continued before: ")), (0, True), said)
            code, said = self.node_command(node, "init")
            self.assertEqual(code, 0, said)
        for index in LOST:
            self.new_token(index)
        for index in (*LEFT, LOST[0]):
            self.network.start(self.nodes[index])
        # A block of the network that goes on, which whoever has no ledger can be shown to be final.
        self.network.wait(lambda: all(self.network.status(self.nodes[index]).get("_ready") for index in (*LEFT, LOST[0])), 60,
                          "the three do not find each other")
        self.settle(0, self.signed_payment(0, 1, "1.00"))
        # The one without a ledger cannot begin to fetch it at first. It tries again, though nothing else in it goes on meanwhile.
        last = self.nodes[LOST[1]]
        obstacle = Path(last["data_dir"]) / "store.joining"
        obstacle.write_text("in the way", encoding="utf-8")
        self.network.start(last)
        self.network.wait(lambda: b"joining by a newer ledger cannot begin" in Path(last["log"]).read_bytes(), 60, "it does not say so")
        obstacle.unlink()
        self.network.wait(lambda: self.network.status(last).get("history_begins", 0) > 1, 120, "it does not try again")
        self.network.up()
        self.wait_connected()
        self.rest()

        status = self.network.status(self.nodes[3])
        self.assertEqual(status["network_id"], self.network.info["network_id"])
        self.assertEqual([self.balance(self.account(index), node=3) + sign for index, sign in zip(LEFT, (1, -1))], before)
        self.assertEqual(ask(self.nodes[2], "GET", f"/v1/payments/{uetr}?agent={self.bic(0)}").body["status"], "settled")
        # What was signed for the network before is void, final or not; its ids stay used.
        for old in (paid, void):
            self.assertEqual(post(self.nodes[0], old).status, 400)
        again = post(self.nodes[0], self.signed_payment(0, 1, "1250.00", uetr=uetr))
        self.assertEqual(again.status, 409, again)
        self.settle(0, self.signed_payment(0, 1, "7.00", uetr=uetr_of(void)))
        self.settle(2, self.signed_payment(2, 3, "1.00"))
        block = ask(self.nodes[1], "GET", "/v1/blocks/latest").body
        self.assertEqual((block["epoch"], len(block["finality"]["signers"])), (end["epoch"] + 1, 3))
        self.assert_same_state_everywhere()

        # 6: one file shows payments of before and after.
        for index, name in enumerate((uetr, uetr_of(void))):
            path = self.home / f"{index}.receipt"
            _, made = self.network.wallet(self.nodes[0], "receipt", name, "-o", path)
            _, shown = self.network.wallet(self.nodes[0], "verify", path)
            self.assertEqual((made["status"], shown["genuine"]), ("settled", True))

        # An auditor checks both networks with the newer file.
        self.rest()
        report = self.audited(Path(self.nodes[0]["data_dir"]))
        self.assertEqual((report["holds"], report["tables_compared"], report["counts"]["epochs"]), (True, True, end["epoch"] + 2))

    def new_token(self, index):
        node = self.nodes[index]
        words = run([bin_dir() / "vostro-node", "token", "create", "--config", node["config"], "--role", "operate", "--name", "second",
                     "--rate", "100000"]).stdout.split()
        path = Path(node["token_file"])
        path.unlink()
        path.touch(mode=0o600)
        path.write_text(next(word for word in words if word.startswith("vst_")) + "\n", encoding="ascii")


if __name__ == "__main__":
    unittest.main()
