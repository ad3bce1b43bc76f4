"""docs/treasury-day.md runs: each command on its person's machine, and what it shows. `treasury_day_test.py --rewrite` puts what is
shown now into the page; then read it."""

import shutil
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import ROOT, NetworkCase  # noqa: E402
from page import Page  # noqa: E402
from vostronet import bin_dir, private_dir, private_file, run  # noqa: E402

REWRITE = "--rewrite" in sys.argv
PAGE = ROOT / "docs" / "treasury-day.md"
CREDITS = """debtor,creditor,currency,amount,reference
NORDDEFF/main,SUDBFRPP/main,EUR,1200.00,INV-1
NORDDEFF/main,MERLSGSG/main,EUR,75.50,INV-2
NORDDEFF/main,HARBUS33/main,USD,9.99,INV-3
"""
# who: the bank's node, the key, whether there is a network
PEOPLE = {"anna": (0, "maker", True), "carl": (0, "checker", True), "vault": (0, "checker", False), "mei": (1, "maker", True)}


class TreasuryDay(NetworkCase):
    """Goal: the page is the truth. Method: machines as it describes them (home directories with a profile), a terminal, and every line."""

    def machine(self, name):
        node_index, key, has_network = PEOPLE[name]
        node = self.nodes[node_index]
        keys = Path(node["token_file"]).parent
        home = private_dir(self.home / name)
        place = private_dir(private_dir(home / ".config") / "vostro")
        private_dir(place / "keys")
        profile = 'genesis = "~/.config/vostro/genesis.toml"\n' + f'participant = "{node["participant"]}"\n' + f'keys = ["{name}"]\n'
        if has_network:
            profile = f'api = "{node["api"]}"\ntoken_file = "~/.config/vostro/token"\n' + profile
            private_file(place / "token", self.token(node, name) + "\n")
        profile += 'passphrase_files = ["~/.config/vostro/passphrase"]\n'
        private_file(place / "config.toml", "[profile.default]\n" + profile)
        private_file(place / "passphrase", (keys / "passphrase").read_text(encoding="utf-8"))
        shutil.copy(self.network.info["genesis"], place / "genesis.toml")
        shutil.copy(keys / f"{key}.key", place / "keys" / f"{name}.key")
        if name == "anna":
            private_file(home / "credits.csv", CREDITS)
        return home, {"HOME": str(home), "PATH": f"{bin_dir()}:/usr/bin:/bin", "NO_COLOR": "1", "TERM": "dumb"}

    def token(self, node, name):
        """A token of the person's own, which sees their bank's objects alone."""
        made = run([bin_dir() / "vostro-node", "token", "create", "--config", node["config"], "--role", "write", "--name", name])
        token = next(word for word in made.stdout.split() if word.startswith("vst_"))
        return token

    def page(self):
        stick = private_dir(self.home / "stick")
        return Page(PAGE, {name: self.machine(name) for name in PEOPLE}, {"STICK": str(stick)}, self.rest)

    def test_Treasury_day_is_as_the_page_tells(self):
        page = self.page()
        if REWRITE:
            page.rewrite()
            return
        self.assertGreater(len(page.steps), 30)
        found = page.check()
        self.assertEqual(found, [], "\n" + "\n".join(found))
        self.assert_same_state_everywhere()


if __name__ == "__main__":
    unittest.main(argv=[each for each in sys.argv if each != "--rewrite"])
