"""Rows G1 and G2 of the catalogue of bad input: nodes of networks that differ in one byte keep apart and say why; a wrong genesis
file or configuration stops the node before anything starts, in one sentence that names what is wrong."""

import re
import shutil
import socket
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import order, payment, post, sign_one  # noqa: E402
from vostronet import Network, bin_dir, private_dir, private_file, run  # noqa: E402

BAD_CONFIG = 2  # exit code of the node: arguments, configuration, genesis file, keys
FAILED = 1


def file_tree(directory):
    return sorted(str(path.relative_to(directory)) for path in Path(directory).rglob("*"))


class G1Networks(NetworkCase):
    """Goal: one byte in the genesis file makes another network, in which nodes refuse each other and say so."""

    def twin(self, node):
        """The node as its bank would set it up with another genesis file: same keys, addresses and banks; one byte more."""
        other = self.network.dir / "other-genesis.toml"
        other.write_bytes(Path(self.network.info["genesis"]).read_bytes() + b"\n")
        self.assertEqual(run([bin_dir() / "vostro-genesis", "check", other]).returncode, 0)
        home = private_dir(self.network.dir / "twin")
        keys = private_dir(home / "keys")
        for path in Path(node["token_file"]).parent.iterdir():
            if path.suffix == ".key" or path.name == "passphrase":
                shutil.copy2(path, keys)
        config = home / "node.toml"
        text = Path(node["config"]).read_text(encoding="utf-8")
        config.write_text(text.replace("../genesis.toml", "../other-genesis.toml"), encoding="utf-8")
        run([bin_dir() / "vostro-node", "init", "--config", config])
        made = run([bin_dir() / "vostro-node", "token", "create", "--config", config, "--role", "operate"])
        private_file(keys / "token", next(word for word in made.stdout.split() if word.startswith("vst_")) + "\n")
        return {**node, "config": str(config), "data_dir": str(home / "data"), "log": str(home / "node.log"),
                "token_file": str(keys / "token"), "pid": None}

    def wait_line(self, node, *words):
        """A line of the node's log that holds these words."""
        def look():
            lines = Path(node["log"]).read_text(encoding="utf-8", errors="replace").splitlines()
            return next((line for line in lines if all(word in line for word in words)), None)
        return self.network.wait(look, 30, f"{node['participant']} does not say {words}")

    def test_G1_one_byte_between_nodes_makes_two_networks(self):
        original = self.nodes[3]
        self.network.stop(original)
        twin = self.twin(original)
        ours = self.network.info["network_id"]
        theirs = run([bin_dir() / "vostro-genesis", "id", self.network.dir / "other-genesis.toml"]).stdout.strip()
        self.assertNotEqual(ours, theirs)
        self.network.info["nodes"][3] = twin
        self.network.start(twin)

        # Who dials sees the refusal, who is dialled refuses: between them each pair says it at least once, with both hashes.
        for node in self.nodes[:3]:
            self.wait_line(node, f"peer={twin['participant']}", "runs another network")
            self.wait_line(twin, f"peer={node['participant']}", "runs another network")
        self.assertRegex(self.wait_line(twin, "runs another network", "genesis hash"), f"{ours}.*{theirs}|{theirs}.*{ours}")
        statuses = [self.network.status(node) for node in self.nodes]
        self.assertEqual([s["connected_validators"] for s in statuses], [3, 3, 3, 1])
        self.assertEqual([s["_ready"] for s in statuses], [True, True, True, False])
        self.assertEqual([s["network_id"] for s in statuses], [ours] * 3 + [theirs])

        code, answer = self.network.wallet(twin, "network", "status", keys=(), check=False)
        self.assertEqual(code, 6, answer)
        self.assertIn("network", answer["error"]["message"])
        framed = self.signed_payment(0, 1, "4.00")
        refused = post(twin, framed)
        self.assertEqual((refused.status, refused.body["code"]), (400, "wrong_network"), refused)
        body = payment(self.account(3), self.account(0), "4.00")
        foreign = sign_one(twin, {**order(self.network, body), "network_id": theirs})
        alone = post(twin, foreign)
        self.assertEqual((alone.status, alone.body["code"], alone.retry_after), (503, "not-ready", "1"), alone)
        self.settle(2, framed)

        # With the right file the same bank takes its place.
        self.network.stop(twin)
        self.network.info["nodes"][3] = original
        self.network.start(original)
        self.wait_connected()
        self.settle(3, self.signed_payment(0, 1, "4.00"))
        self.assert_same_state_everywhere()


class Refusals(NetworkCase):
    """A network that is made and never started."""

    def setUp(self):
        self.network = Network(self.home / "net", outlives_us=False)
        self.network.create(4)

    def refused(self, config, code, *words):
        """`run` and, where the code is that of a bad configuration, `init` end with it and one sentence that holds the words."""
        data = self.nodes[0]["data_dir"]
        before = file_tree(data)
        for command in ("run", "init") if code == BAD_CONFIG else ("run",):
            done = run([bin_dir() / "vostro-node", command, "--config", config], check=False, timeout=30)
            lines = [line for line in done.stderr.splitlines() if not re.match(r"\d{4}-", line)]
            self.assertEqual(done.returncode, code, (command, done.stderr))
            self.assertEqual(len(lines), 1, (command, done.stderr))
            for word in words:
                self.assertIn(word, lines[0])
        if code == BAD_CONFIG:
            self.assertEqual(file_tree(data), before)


class G1Files(Refusals):
    """Goal: a genesis file that no network may have is refused by the tool and by the node, with the same sentence."""

    def check_file(self, text, *words):
        file = self.network.dir / "genesis-bad.toml"
        file.write_text(text, encoding="utf-8")
        done = run([bin_dir() / "vostro-genesis", "check", file], check=False)
        self.assertEqual(done.returncode, FAILED, done)
        for word in words:
            self.assertIn(word, done.stderr)
        config = Path(self.nodes[0]["config"])
        bad = config.with_name("bad.toml")
        bad.write_text(config.read_text(encoding="utf-8").replace("../genesis.toml", "../genesis-bad.toml"), encoding="utf-8")
        self.refused(bad, BAD_CONFIG, "genesis-bad.toml", *words)

    def test_G1_wrong_genesis_files_are_refused_by_tool_and_node(self):
        good = Path(self.network.info["genesis"]).read_text(encoding="utf-8")
        self.assertEqual(run([bin_dir() / "vostro-genesis", "check", self.network.info["genesis"]]).returncode, 0)
        keys = re.findall(r'^validator_key = ".*"$', good, re.MULTILINE)
        self.assertEqual(len(keys), 4)
        hexadecimal = keys[0].split(":")[1].strip('"')
        in_earnest = good.replace("development = true", "development = false")
        self.assertNotEqual(in_earnest, good)
        for text, words in (
                (in_earnest.replace(keys[3] + "\n", ""), ["3 validators", "4", "development"]),
                (good.replace(keys[1], keys[0]), ["serves twice", hexadecimal]),
                (good.replace("exponent = 2", "exponent = 20", 1), ["exponent", "20", "line "]),
                (good.replace("format = 1", "format = 1\ncolour = 1", 1), ["colour", "unknown", "line "]),
                (good.replace('country = "DE"', 'country = "DE"\nmood = "fine"'), ["mood", "unknown", "NORDDEFF"]),
                (good.replace('legal_name = "Nordbank AG"', 'legal_name = "Nordbank AB"'), ["signature", "NORDDEFF"]),
                (good.replace('heartbeat = "0s"', 'heartbeat = "9s"'), ["signature"]),
                (good[:len(good) // 2], ["genesis-bad.toml"]),
                ("", ["genesis-bad.toml"])):
            self.assertNotEqual(text, good)
            with self.subTest(words=words):
                self.check_file(text, *words)


class G2(Refusals):
    """Goal: a configuration that cannot work is refused before anything starts; the sentence names file and key."""

    def test_G2_wrong_configurations_are_refused(self):
        config = Path(self.nodes[0]["config"])
        good = config.read_text(encoding="utf-8")
        api = re.search(r'\[api\]\nlisten = "(.*)"', good).group(1)
        peers = re.search(r'\[peers\]\nlisten = "(.*)"', good).group(1)
        peer = re.search(r'\naddress = "(.*)"', good).group(1)
        bad = config.with_name("bad.toml")
        for text, words in (
                (good.replace("[node]\n", '[node]\ncolour = "red"\n'), ["colour", "[node]", "line "]),
                (good + '\n[colours]\nred = 1\n', ["colours"]),
                (good.replace("[api]\n", "[api]\nthreads = 1\nthreads = 2\n"), ["threads"]),
                (good.replace(api, "127.0.0.1:65536"), ["listen", "[api]"]),
                (good.replace(api, "127.0.0.1"), ["listen", "[api]"]),
                (good.replace(peers, "127.0.0.1:-1"), ["listen", "[peers]"]),
                (good.replace(peer, "127.0.0.1:0", 1), ["address", "[[peers.peer]]"]),
                (good.replace(api, api.replace("127.0.0.1", "0.0.0.0")), ["listen", "TLS", "[api]"]),
                (good.replace(api, api.replace("127.0.0.1", "[::]")), ["listen", "TLS", "[api]"]),
                (good.replace("[api]\n", '[api]\ntls_key = "keys/tls.key"\n'), ["tls_certificate"]),
                (good + "\n[limits]\nmemory_budget_mib = 64\n", ["memory_budget_mib", "MiB"]),
                (good + "\n[limits]\npending_mib = 4096\n", ["memory_budget_mib", "MiB"]),
                (good.replace('role = "validator"', 'role = "king"'), ["role"]),
                (good.replace('participant = "NORDDEFF"', 'participant = "NORDDEFX"', 1), ["participant", "NORDDEFX"]),
                (good.replace('genesis = "../genesis.toml"', 'genesis = "../nowhere.toml"'), ["nowhere.toml"])):
            self.assertNotEqual(text, good)
            bad.write_text(text, encoding="utf-8")
            with self.subTest(words=words):
                self.refused(bad, BAD_CONFIG, "bad.toml" if "nowhere.toml" not in words else "nowhere.toml", *words)

    def test_G2_ports_in_use_are_refused(self):
        config = Path(self.nodes[0]["config"])
        good = config.read_text(encoding="utf-8")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            bad = config.with_name("bad.toml")
            for section in ("api", "peers"):
                bad.write_text(re.sub(rf'\[{section}\]\nlisten = ".*"', f'[{section}]\nlisten = "127.0.0.1:{port}"', good),
                               encoding="utf-8")
                self.refused(bad, FAILED, "cannot listen on 127.0.0.1", port)


if __name__ == "__main__":
    unittest.main()
