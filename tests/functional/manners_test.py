"""What is expected of any program at a terminal, of the programs as they are built: help, versions, exit codes, manual pages,
completion in real shells, colours and bars at terminals alone, the same bytes in every locale, times in UTC."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from page import Page, read_to_end, terminal  # noqa: E402
from vostronet import bin_dir, private_dir  # noqa: E402

PROGRAMS = ("vostro", "vostro-node", "vostro-genesis")
LOCALES = ("C", "C.UTF-8", "de_DE.UTF-8", "ar_EG.UTF-8", "ja_JP.EUC-JP", "no_SUCH")
ISO_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")


def run(args, **more):
    env = {"HOME": "/nonexistent", "PATH": f"{bin_dir()}:/usr/bin:/bin", **more.pop("env", {})}
    return subprocess.run([str(each) for each in args], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
                          env=env, **more)


class Programs(unittest.TestCase):
    def test_Manners_help_version_and_usage(self):
        for name in PROGRAMS:
            program = bin_dir() / name
            asked = run([program, "--help"])
            self.assertEqual((asked.returncode, asked.stderr), (0, ""), name)
            self.assertIn("--version", asked.stdout)
            version = run([program, "--version"])
            self.assertEqual((version.returncode, version.stderr), (0, ""), name)
            self.assertRegex(version.stdout, rf"^{name} \d+\.\d+\.\d+\n$")
            for wrong in ([], ["--frob"], ["frob"], ["man"], ["man", "a", "b"]):
                done = run([program, *wrong])
                self.assertEqual(done.returncode, 2, (name, wrong, done))
                self.assertEqual(done.stdout, "", (name, wrong))
                self.assertNotEqual(done.stderr, "", (name, wrong))

    def test_Manners_manual_pages_are_sound(self):
        with tempfile.TemporaryDirectory() as place:
            for name in PROGRAMS:
                self.assertEqual(run([bin_dir() / name, "man", place]).returncode, 0, name)
                failed = run([bin_dir() / name, "man", f"{place}/nowhere"])
                self.assertNotEqual(failed.returncode, 0, name)
                self.assertIn("nowhere is no directory", failed.stderr)
            pages = sorted(Path(place).iterdir())
            self.assertLess({f"{name}.1" for name in (*PROGRAMS, "vostro-pay", "vostro-account", "vostro-node-token", "vostro-genesis-seal")},
                            {page.name for page in pages})
            self.assertIn("\\fB\\-\\-pay\\-with\\fR", Path(place, "vostro-pay.1").read_text(encoding="utf-8"))
            if not shutil.which("groff"):
                self.skipTest("groff is not installed")
            for page in pages:
                done = run(["groff", "-man", "-ww", "-z", page])
                self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
            if shutil.which("man"):
                shown = run(["man", "--warnings", "-l", pages[0].with_name("vostro-account.1")],
                            env={"LC_ALL": "C.UTF-8", "MANWIDTH": "80", "PATH": "/usr/bin:/bin"})
                self.assertEqual((shown.returncode, shown.stderr), (0, ""))
                for expected in ("vostro account balance", "--currency", "SEE ALSO"):
                    self.assertIn(expected, shown.stdout)


class Pages(unittest.TestCase):
    """Goal: a page of the manual that is no longer true is found. Method: small pages about echo."""

    LINE = "echo id 6f9619ff-8b86-4d01-b42d-00cf4fc964ff at 2026-11-23T15:16:39.123Z height 12"
    TRUE = f"```console\nme$ {LINE}\nid $X at <time> height <number>\nme$ echo $X is 'two\nlines'\n$X is two\nlines\n```\n"

    def page(self, text):
        path = Path(self.place.name) / "page.md"
        path.write_text(text, encoding="utf-8")
        return Page(path, {"me": (self.place.name, {"PATH": "/usr/bin:/bin"})}, {}, lambda: None)

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.place.cleanup()

    def test_Manners_a_page_that_lies_is_found(self):
        self.assertEqual(self.page(self.TRUE).check(), [])
        for true, false in (("at <time>", "at noon"), ("height <number>", "height 13"), ("id $X", "id"), ("$X is two\nlines", "$X is two"),
                            ("lines\n```", "lines\nmore\n```"), ("is two", "is three"), ("\n$X is", "\n6f9619ff is"), ("is two", "is  two")):
            lie = self.TRUE.replace(true, false)
            self.assertNotEqual(lie, self.TRUE)
            self.assertNotEqual(self.page(lie).check(), [], lie)
        lying = self.page(self.TRUE.replace("at <time>", "at noon"))
        lying.rewrite()
        self.assertEqual(lying.path.read_text(encoding="utf-8"), self.TRUE)


class Shells(unittest.TestCase):
    """Goal: the tab key works in the shells themselves. Method: a home with a profile, keys and no network."""

    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="vostro-shells-")
        self.home = Path(self.place.name)
        place = private_dir(private_dir(self.home / ".config") / "vostro")
        (private_dir(place / "keys") / "anna.key").touch()
        (place / "keys" / "berta.key").touch()
        (place / "config.toml").write_text("[profile.default]\nparticipant = \"NORDDEFF\"\n[profile.night]\n", encoding="utf-8")
        (self.home / "credits.csv").touch()
        self.env = {"HOME": str(self.home), "PATH": f"{bin_dir()}:/usr/bin:/bin", "TERM": "dumb"}

    def tearDown(self):
        self.place.cleanup()

    def bash(self, line):
        """What bash would offer: its words are taken apart as bash does it, ':' and '=' being words of their own."""
        script = (f"source <(vostro completion bash) || exit 9; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
                  "$(complete -p vostro | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "--noprofile", "--norc", "-c", script], env=self.env, cwd=self.home, capture_output=True, text=True,
                              timeout=30, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_Manners_completion_in_bash(self):
        for line, expected in (
                ("vostro acc", ["account"]),
                ("vostro account bal", ["balance"]),
                ("vostro pay --from x --fr", []),
                ("vostro pay --charge-b", ["--charge-bearer"]),
                ("vostro pay --charge-bearer ''", ["CRED", "DEBT", "SHAR"]),
                ("vostro pay --api http : //127.0.0.1 : 8080 --charge-bearer D", ["DEBT"]),
                ("vostro inbox unblock x --to ''", ["pay", "release"]),
                ("vostro key show ''", ["anna", "berta"]),
                ("vostro --profile n", ["night"]),
                ("vostro pay --key b", ["berta"]),
                ("vostro pay-file cr", ["credits.csv"]),
                ("vostro pay --amount ''", [])):
            self.assertEqual(self.bash(line), expected, line)

    def test_Manners_completion_in_zsh(self):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        functions = private_dir(self.home / "functions")
        script = run([bin_dir() / "vostro", "completion", "zsh"])
        (functions / "_vostro").write_text(script.stdout, encoding="utf-8")
        process, leader = terminal(["zsh", "-f", "-i"], self.env, self.home)
        # Each line is typed with a tab in it, and carried out: only what was completed gives these answers.
        lines = [f"fpath=({functions} $fpath); autoload -U compinit; compinit -u -D; PROMPT=''; print rea''dy",
                 "vostro net\tstat\t--hel\t", "vostro --profile ni\tkey list", "vostro key show ber\t", "exit"]
        os.write(leader, "".join(line + "\n" for line in lines).encode())
        shown = read_to_end(process, leader)
        for expected in ("ready", "Show the node and its network", "no keys in", "berta.key: "):
            self.assertIn(expected, shown)


class Terminal(NetworkCase):
    nodes_count = 1

    def command(self, *args):
        node = self.nodes[0]
        keys = Path(node["token_file"]).parent
        return [str(each) for each in (bin_dir() / "vostro", *args, "--api", node["api"], "--token-file", node["token_file"], "--genesis",
                                       self.network.info["genesis"], "--participant", node["participant"], "--state-dir",
                                       private_dir(self.home / "state"), "--key", keys / "maker.key", "--passphrase-file", keys / "passphrase")]

    def at_terminal(self, *args, **env):
        return read_to_end(*terminal(self.command(*args), {"HOME": str(self.home), "PATH": "/usr/bin:/bin", **env}, self.home))

    def test_Manners_colours_and_bars_at_terminals_only(self):
        show = ("account", "show", self.account(0))
        self.assertIn("\x1b[32mopen\x1b[0m", self.at_terminal(*show))
        self.assertNotIn("\x1b", self.at_terminal(*show, NO_COLOR="1"))
        self.assertNotIn("\x1b", run(self.command(*show)).stdout)
        self.assertNotIn("\x1b", self.at_terminal(*show, "--json"))
        for number, (where, has_bar) in enumerate((("terminal", True), ("pipe", False))):
            file = self.home / f"credits{number}.csv"
            file.write_text("debtor,creditor,currency,amount\n" + f"{self.account(0)},{self.account(0, 'customers')},EUR,{number + 1}.00\n", encoding="utf-8")
            pay = ("pay-file", file, "--accept-by", "+1h", "--yes")
            shown = self.at_terminal(*pay) if where == "terminal" else run(self.command(*pay)).stdout
            self.assertIn("credits  1", shown)
            self.assertEqual("[####" in shown, has_bar, shown)

    def test_Manners_same_bytes_in_every_locale_and_times_in_utc(self):
        for args in (("account", "show", self.account(0)), ("network", "currencies"), ("account", "entries", self.account(0), "--json"),
                     ("track", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"), ("pay", "--amount", "1,5 EUR", "--from", "x", "--to", "y")):
            answers = {(done.returncode, done.stdout, done.stderr) for done in (
                run(self.command(*args), env={"LC_ALL": each, "LANG": each, "LANGUAGE": "de:fr", "TZ": "Asia/Tokyo"}) for each in LOCALES)}
            self.assertEqual(len(answers), 1, args)
        items = json.loads(run(self.command("account", "entries", self.account(0), "--json"), env={"TZ": "Asia/Tokyo"}).stdout)["items"]
        self.assertGreater(len(items), 0)
        for item in items:
            self.assertRegex(item["block_time"], ISO_TIME)


if __name__ == "__main__":
    unittest.main()
