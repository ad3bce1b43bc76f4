"""docs/integrate.md runs: each curl command, and what it shows. `integrate_test.py --rewrite` puts what is shown now into the page."""

import shutil
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import ROOT, NetworkCase  # noqa: E402
from page import Page  # noqa: E402
from vostronet import bin_dir, private_dir  # noqa: E402

REWRITE = "--rewrite" in sys.argv
PAGE = ROOT / "docs" / "integrate.md"


class Integrate(NetworkCase):
    """Goal: who follows the page is connected. Method: an operator's machine, a developer's directory, and every line."""

    def page(self):
        node = self.nodes[0]
        keys = Path(node["token_file"]).parent
        home = private_dir(self.home / "dev")
        shutil.copy(self.network.info["genesis"], home / "genesis.toml")
        shutil.copy(keys / "passphrase", home / "passphrase")
        shutil.copy(keys / "maker.key", home / "service.key")
        env = {"HOME": str(home), "PATH": f"{bin_dir()}:/usr/bin:/bin", "API": node["api"], "NO_COLOR": "1", "TERM": "dumb"}
        actors = {"dev": (home, env), "op": (Path(node["config"]).parent, env)}
        return Page(PAGE, actors, {}, self.rest)

    def test_Integrate_curl_commands_are_as_the_page_tells(self):
        for program in ("curl", "jq"):
            if not shutil.which(program):
                self.skipTest(f"{program} is not installed")
        page = self.page()
        if REWRITE:
            page.rewrite()
            return
        self.assertGreater(len(page.steps), 15)
        found = page.check()
        self.assertEqual(found, [], "\n" + "\n".join(found))


if __name__ == "__main__":
    unittest.main(argv=[each for each in sys.argv if each != "--rewrite"])
