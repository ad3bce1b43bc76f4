"""A development network of real node processes on loopback: made, started, stopped and looked at.

Used by scripts/devnet, scripts/demo and the functional tests. Standard library only. Everything about a network stands in
its directory, in devnet.json; nothing is kept in memory between calls.
"""

import contextlib
import ctypes
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from ports import free_ports

ROOT = Path(__file__).resolve().parents[2]

# Made-up institutions: BIC, legal name, country.
BANKS = [
    ("NORDDEFF", "Nordbank AG", "DE"),
    ("MERLSGSG", "Merlion Bank Ltd", "SG"),
    ("HARBUS33", "Harbour Trust NA", "US"),
    ("SUDBFRPP", "Banque du Sud SA", "FR"),
    ("ALBAGB2L", "Albany Bank plc", "GB"),
    ("PACIJPJT", "Pacific Bank KK", "JP"),
    ("ALPSCHZZ", "Alpenbank AG", "CH"),
    ("FJORNOKK", "Fjordbanken ASA", "NO"),
    ("ANDECLRM", "Banco Andes SA", "CL"),
    ("GULFBHBM", "Gulf Bank BSC", "BH"),
    ("SAVAZAJJ", "Savanna Bank Ltd", "ZA"),
    ("MAPLCATT", "Maple Bank", "CA"),
    ("KIWINZ22", "Kiwi Bank Ltd", "NZ"),
    ("LAGONGLA", "Lagoon Bank plc", "NG"),
    ("TULINL2A", "Tulip Bank NV", "NL"),
    ("BALTLT22", "Baltic Bank AB", "LT"),
]
CURRENCIES = ["EUR", "USD", "SGD"]
OPENING_UNITS = 10_000_000  # whole units of each currency for each bank's main account
BUSINESS_DATE = "2026-01-05"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
START_S = 120  # much more than a start takes, on a loaded machine too
STOP_S = 60  # much more than an orderly stop takes, on a loaded machine too
CLONE_NEWNET = 0x40000000  # linux/sched.h


class NetError(Exception):
    """One sentence for the person at the terminal."""


def bin_dir():
    return Path(os.environ.get("VOSTRO_BIN", ROOT / "build" / "release" / "bin"))


def run(args, check=True, timeout=120):
    """Runs a program of ours; its error is the error."""
    done = subprocess.run([str(a) for a in args], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout, check=False)
    if check and done.returncode != 0:
        raise NetError(f"{Path(str(args[0])).name} {args[1]}: {done.stderr.strip() or done.stdout.strip()}")
    return done


def private_dir(path):
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def private_file(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def write_json(path, content):
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def is_alive(pid):
    """True while the process runs; a zombie of ours is collected first."""
    if not pid:
        return False
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def die_with_parent():
    """In the child: the kernel kills it when the thread that started it ends, however that comes."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def inside(node):
    """This thread, and what it starts, is where the node is: in the network namespace that a test gave it, if any. Sockets stay where
    they were made."""
    if "netns" not in node:
        yield
        return
    c = ctypes.CDLL(None, use_errno=True)
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    there = os.open(node["netns"], os.O_RDONLY | os.O_CLOEXEC)
    try:
        if c.setns(there, CLONE_NEWNET) != 0:
            raise NetError(f"cannot enter {node['netns']}: {os.strerror(ctypes.get_errno())}")
        try:
            yield
        finally:
            if c.setns(here, CLONE_NEWNET) != 0:
                raise NetError(f"cannot leave {node['netns']}: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(there)
        os.close(here)


class Network:
    """`outlives_us`: whether its processes run on after this program. `program`: the node's; a test may use another one."""

    def __init__(self, directory, outlives_us=True, program="vostro-node"):
        self.outlives_us = outlives_us
        self.program = bin_dir() / program
        self.environment = lambda node: {}  # of a node, beside ours
        self.dir = Path(directory).resolve()
        self.file = self.dir / "devnet.json"
        self.info = None
        if self.file.exists():
            self.info = json.loads(self.file.read_text(encoding="utf-8"))

    # ---- making ----

    def create(self, count, currencies=(), banks=None, requests_per_second=1000, options=None, supervisor=None,
               parameters=None):
        """Makes keys, genesis file and configurations of `count` banks; starts nothing. The bank `supervisor`, a BIC, watches the others.
        `parameters`: numbers of the genesis file's table of that name, in place of what vostro-genesis writes."""
        if self.info:
            raise NetError(f"there is a network in {self.dir} already: take it down first")
        banks = banks or BANKS[:count]
        if not 1 <= count <= len(BANKS) or len(banks) != count:
            raise NetError(f"a devnet has 1 to {len(BANKS)} nodes")
        private_dir(self.dir)
        all_currencies = list(CURRENCIES) + [c for c in currencies if c not in CURRENCIES]
        ports = free_ports(2 * count)
        new = [bin_dir() / "vostro-genesis", "new", "--name", "devnet", "--development", "--out", self.dir / "network.toml"]
        for i, currency in enumerate(all_currencies):
            new += ["--currency", f"{currency}:{banks[i % count][0]}:{BUSINESS_DATE}"]
        run(new)
        draft = self.dir / "network.toml"
        for name, value in (parameters or {}).items():
            text, found = re.subn(rf"(?m)^{name} = \d+$", f"{name} = {value}", draft.read_text(encoding="utf-8"))
            if found != 1:
                raise NetError(f"{draft} has no number {name}")
            draft.write_text(text, encoding="utf-8")
        entries = [self._make_bank(bank, bank[0] == supervisor) for bank in banks]
        genesis = self.dir / "genesis.toml"
        run([bin_dir() / "vostro-genesis", "seal", "--network", self.dir / "network.toml", *entries, "--out", genesis])
        network_id = run([bin_dir() / "vostro-genesis", "id", genesis]).stdout.strip()
        self.info = {
            "network_id": network_id,
            "genesis": str(genesis),
            "currencies": [{"currency": c, "agent": banks[i % count][0]} for i, c in enumerate(all_currencies)],
            "nodes": [],
            "wallets": [],
            "accounts": [],
        }
        for i, bank in enumerate(banks):
            self._make_node(bank, banks, ports[2 * i], [ports[2 * j + 1] for j in range(count)], i, requests_per_second,
                            options or {})
        self.save()

    def _make_bank(self, bank, is_supervisor):
        """Its entry. Maker and checker are two persons, and the maker's key may also be a program's."""
        return self._enter_bank(bank, ("maker:p1:maker+service", "checker:p2:checker"),
                                "validator,settlement-agent,fx-provider" + (",supervisor" if is_supervisor else ""),
                                ("main:accepts=all", "customers:accepts=none"))

    def _enter_bank(self, bank, keys, roles, accounts, has_annex_key=True):
        bic, name, country = bank
        home = private_dir(private_dir(self.dir / bic.lower()) / "keys")
        passphrase = ("--passphrase-file", home / "passphrase")
        private_file(home / "passphrase", f"devnet-{bic.lower()}\n")
        words = [word for key in keys for word in ("--key", key)]
        run([bin_dir() / "vostro-genesis", "keys", "--out", home, "--bic", bic, "--role", "validator", "--cost", "development", *words, *passphrase])
        words = [word for account in accounts for word in ("--account", account)]
        if has_annex_key:
            made = run([bin_dir() / "vostro", "--json", "--key-dir", home, *passphrase, "key", "new", "annex", "--annex", "--cost", "development"])
            words += ["--annex-key", json.loads(made.stdout)["annex_key"]]
        entry = self.dir / f"{bic.lower()}.entry.toml"
        run([bin_dir() / "vostro-genesis", "entry", "--network", self.dir / "network.toml", "--bic", bic, "--legal-name", name, "--country",
             country, "--keys", home, *passphrase, "--roles", roles, *words, "--out", entry])
        return entry

    def _make_node(self, bank, banks, api_port, p2p_ports, index, requests_per_second, options):
        bic = bank[0]
        home = self.dir / bic.lower()
        keys = home / "keys"
        peers = "".join(f'[[peers.peer]]\nparticipant = "{other[0]}"\naddress = "127.0.0.1:{p2p_ports[j]}"\n\n'
                        for j, other in enumerate(banks) if j != index)
        consensus = {"listen_ms": 1000, **options}
        timing = "".join(f"{key} = {value}\n" for key, value in consensus.items())
        config = home / "node.toml"
        config.write_text(f"""# A node of a development network, made by scripts/devnet.
[node]
data_dir = "data"
genesis = "../genesis.toml"
role = "validator"
participant = "{bic}"

[keys]
validator = "keys/validator.key"
validator_passphrase_file = "keys/passphrase"
tls = "keys/tls.key"
tls_passphrase_file = "keys/passphrase"

[api]
listen = "127.0.0.1:{api_port}"

[log]
level = "info"
format = "text"

[consensus]
{timing}
[peers]
listen = "127.0.0.1:{p2p_ports[index]}"

{peers}""", encoding="utf-8")
        run([self.program, "init", "--config", config])
        token = run([self.program, "token", "create", "--config", config, "--role", "operate", "--name",
                     "devnet", "--rate", str(requests_per_second)]).stdout.split()
        secret = next(word for word in token if word.startswith("vst_"))
        private_file(keys / "token", secret + "\n")
        self.info["nodes"].append({
            "participant": bic,
            "role": "validator",
            "api": f"http://127.0.0.1:{api_port}",
            "token_file": str(keys / "token"),
            "config": str(config),
            "data_dir": str(home / "data"),
            "log": str(home / "node.log"),
            "pid": None,
        })
        for key in ("maker", "checker"):
            self.info["wallets"].append({
                "participant": bic,
                "key": key,
                "key_file": str(keys / f"{key}.key"),
                "passphrase_file": str(keys / "passphrase"),
                "accounts": [f"{bic}/main", f"{bic}/customers"],
            })
        self.info["accounts"] += [{"id": f"{bic}/main", "balances": {}}, {"id": f"{bic}/customers", "balances": {}}]

    def save(self):
        write_json(self.file, self.info)

    # ---- processes ----

    def node(self, which):
        """By index or BIC."""
        for i, node in enumerate(self.require()["nodes"]):
            if str(which) == str(i) or str(which).upper() == node["participant"]:
                return node
        raise NetError(f"no node {which} in this network: it has 0 to {len(self.info['nodes']) - 1}, or BICs")

    def require(self):
        if not self.info:
            raise NetError(f"there is no network in {self.dir}: scripts/devnet up --dir {self.dir}")
        return self.info

    def start(self, node):
        if is_alive(node["pid"]):
            return
        process = self.spawn(node)
        ready = ready_file(node)
        end = time.monotonic() + START_S
        while not ready.exists():
            if process.poll() is not None:
                node["pid"] = None
                self.save()
                raise NetError(f"node {node['participant']} did not start: {last_line(node['log'])}")
            if time.monotonic() > end:
                raise NetError(f"node {node['participant']} is not up after {START_S} s: see {node['log']}")
            time.sleep(0.02)

    def spawn(self, node):
        """Starts the process and waits for nothing."""
        ready_file(node).unlink(missing_ok=True)
        with open(node["log"], "ab") as log, inside(node):
            process = subprocess.Popen(
                [str(node.get("program", self.program)), "run", "--config", node["config"], "--ready-file", str(ready_file(node))],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **self.environment(node)},
                preexec_fn=None if self.outlives_us else die_with_parent)
        node["pid"] = process.pid
        self.save()
        return process

    def stop(self, node, how=signal.SIGTERM):
        """Until it has ended. One that does not end by itself is killed, and said to have been."""
        pid, is_stuck = node["pid"], False
        if is_alive(pid):
            os.kill(pid, how)
            end = time.monotonic() + STOP_S
            while is_alive(pid):
                if time.monotonic() > end:
                    is_stuck = True
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.02)
        node["pid"] = None
        self.save()
        if is_stuck:
            raise NetError(f"node {node['participant']} did not end within {STOP_S} s of {signal.Signals(how).name}, and was killed: "
                           f"{last_line(node['log'])}")

    def up(self):
        for node in self.require()["nodes"]:
            self.start(node)
        self.wait_ready()

    def down(self):
        stuck = []
        for node in self.require()["nodes"]:
            try:
                self.stop(node)
            except NetError as error:  # the others are stopped all the same
                stuck.append(str(error))
        if stuck:
            raise NetError("; ".join(stuck))

    def wait_ready(self, nodes=None, seconds=60):
        for node in nodes or self.info["nodes"]:
            self.wait(lambda n=node: self.status(n).get("_ready"), seconds, f"{node['participant']} is not ready")

    @staticmethod
    def wait(condition, seconds, what):
        """The condition's value, once it is true; `what` says what was not so, or is a function that says it then."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise NetError(f"{what() if callable(what) else what} after {seconds} s")
            time.sleep(0.03)

    # ---- talking ----

    def get(self, node, path, timeout=10):
        """JSON of a GET; raises urllib's errors."""
        token = Path(node["token_file"]).read_text(encoding="utf-8").strip()
        request = urllib.request.Request(node["api"] + path, headers={"Authorization": f"Bearer {token}"})
        with inside(node), urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer)

    def status(self, node):
        """/v1/status with `_ready`; empty while the node cannot be reached."""
        try:
            status = self.get(node, "/v1/status", timeout=5)
        except (urllib.error.URLError, OSError, ValueError):
            return {}
        try:
            with inside(node), urllib.request.urlopen(node["api"] + "/readyz", timeout=5) as answer:
                status["_ready"] = answer.status == 200
        except (urllib.error.URLError, OSError):
            status["_ready"] = False
        return status

    def wallet(self, node, *args, keys=("maker",), check=True, timeout=60):
        """Runs `vostro ... --json` as the node's bank; (exit code, JSON or text)."""
        keys_dir = Path(node["token_file"]).parent
        command = [bin_dir() / "vostro", "--api", node["api"], "--token-file", node["token_file"], "--key-dir", keys_dir, "--genesis",
                   self.info["genesis"], "--participant", node["participant"], "--state-dir",
                   private_dir(keys_dir.parent / "wallet"), "--json", "--yes"]
        for key in keys:
            command += ["--key", keys_dir / f"{key}.key"]
        if keys:
            command += ["--passphrase-file", keys_dir / "passphrase"]
        with inside(node):
            done = run([*command, *args], check=False, timeout=timeout)
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = {"error": (done.stderr or done.stdout).strip()}
        if check and done.returncode != 0:
            raise NetError(f"vostro {' '.join(str(a) for a in args)}: exit {done.returncode}: "
                           f"{done.stderr.strip() or done.stdout.strip()}")
        return done.returncode, answer

    def fund(self, fiat_accounts=None):
        """Each agent issues opening balances of its currency to every bank's main account, against entries on its fiat account of that
        currency, where `fiat_accounts` has one."""
        for entry in self.info["currencies"]:
            agent = self.node(entry["agent"])
            for node in self.info["nodes"]:
                fiat = (fiat_accounts or {}).get(entry["currency"])
                self.wallet(agent, "issue", *(("--fiat-account", fiat) if fiat else ()), "--to", f"{node['participant']}/main", "--amount",
                            f"{OPENING_UNITS} {entry['currency']}", "--reference",
                            f"opening {entry['currency']} {node['participant']}", keys=("maker", "checker"))
        self.refresh_balances()

    def refresh_balances(self):
        for account in self.info["accounts"]:
            bic, label = account["id"].split("/")
            answer = self.get(self.node(bic), f"/v1/accounts/{bic}/{label}")
            account["balances"] = {b["currency"]: b["amount"] for b in answer["balances"]}
        self.save()


def ready_file(node):
    return Path(node["config"]).with_name("ready.json")


def last_line(path):
    lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else "its log is empty"
