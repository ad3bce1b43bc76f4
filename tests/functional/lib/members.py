"""Banks that join a running network, keys that change in it, and the votes for it: what an operator and a treasury do, from Python."""

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path

from network_case import LISTEN_MS
from orders import ask, at_once, order, post, sign, time_text
from ports import free_ports
from vostronet import bin_dir, private_dir, private_file, run

BOTH = ("maker", "checker")


def new_key(node, purpose, name):
    """A key beside the node's others, as `vostro-node key new` makes it; what a proposal needs to name it."""
    keys = Path(node["token_file"]).parent
    done = run([bin_dir() / "vostro-node", "key", "new", "--config", node["config"], "--purpose", purpose, "--out", keys / f"{name}.key",
                "--passphrase-file", keys / "passphrase", "--development"])
    return named(done.stdout)


def set_key(node, field, name):
    """Names the key file in the node's configuration, as `validator`, `next_validator`, `tls` or `next_tls`."""
    config = Path(node["config"])
    text = config.read_text(encoding="utf-8")
    text = re.sub(rf"(?m)^{field}(_passphrase_file)? = .*\n", "", text)
    text = text.replace("[keys]\n", f'[keys]\n{field} = "keys/{name}.key"\n{field}_passphrase_file = "keys/passphrase"\n')
    config.write_text(text, encoding="utf-8")


def observe(node):
    """The configuration of a node that votes with no key; it is not running."""
    config = Path(node["config"])
    lines = config.read_text(encoding="utf-8").replace('role = "validator"', 'role = "observer"').splitlines(keepends=True)
    config.write_text("".join(line for line in lines if not line.startswith("validator")), encoding="utf-8")


def begin_anew(node):
    """An empty data directory in place of the old one; its API tokens stay."""
    data = Path(node["data_dir"])
    token = (data / "tokens").read_bytes()
    shutil.rmtree(data)
    run([bin_dir() / "vostro-node", "init", "--config", node["config"]])
    private_file(data / "tokens", token.decode("utf-8"))


def read_again(node):
    """SIGHUP: the running node reads its configuration again."""
    os.kill(node["pid"], signal.SIGHUP)


def named(answer):
    """What `key new` and `key proof` print, as the fields of a change."""
    return {field: value for field, value in json.loads(answer).items() if field != "network_id"}


def key_proof(node):
    return named(run([bin_dir() / "vostro-node", "key", "proof", "--config", node["config"]]).stdout)


def make_bank(network, bank):
    """Keys, configuration and data directory of a bank that the genesis file does not name. Its node and the change that admits it.
    It knows where the others are; they know nothing of it."""
    bic, name, country = bank
    home = private_dir(network.dir / bic.lower())
    keys = private_dir(home / "keys")
    private_file(keys / "passphrase", f"devnet-{bic.lower()}\n")
    made = run([bin_dir() / "vostro-genesis", "keys", "--out", keys, "--bic", bic, "--role", "validator", "--cost", "development",
                "--key", "maker:p1:maker+service", "--key", "checker:p2:checker", "--passphrase-file", keys / "passphrase"])
    public = {line.split()[0]: line.split()[1] for line in made.stdout.splitlines()}
    api_port, p2p_port = free_ports(2)
    peers = "".join(f'[[peers.peer]]\nparticipant = "{node["participant"]}"\naddress = "{address_of(node)}"\n\n'
                    for node in network.info["nodes"])
    config = home / "node.toml"
    config.write_text(f"""[node]
data_dir = "data"
genesis = "../genesis.toml"
role = "validator"
participant = "{bic}"
joined_later = true

[keys]
validator = "keys/validator.key"
validator_passphrase_file = "keys/passphrase"
tls = "keys/tls.key"
tls_passphrase_file = "keys/passphrase"

[api]
listen = "127.0.0.1:{api_port}"

[consensus]
listen_ms = {LISTEN_MS}

[peers]
listen = "127.0.0.1:{p2p_port}"

{peers}""", encoding="utf-8")
    run([bin_dir() / "vostro-node", "init", "--config", config])
    token = run([bin_dir() / "vostro-node", "token", "create", "--config", config, "--role", "operate", "--name", "devnet",
                 "--rate", "100000"]).stdout.split()
    private_file(keys / "token", next(word for word in token if word.startswith("vst_")) + "\n")
    node = {"participant": bic, "role": "validator", "api": f"http://127.0.0.1:{api_port}", "token_file": str(keys / "token"),
            "config": str(config), "data_dir": str(home / "data"), "log": str(home / "node.log"), "pid": None}
    # The policy of a bank that is there, with this one's keys.
    like = ask(network.info["nodes"][0], "GET", "/v1/participants").body["items"][0]
    policy = json.loads(json.dumps(like["policy"]))
    for key in policy["keys"]:
        key["key"] = public["checker" if "checker" in key["roles"] else "maker"]
    policy["keys"].sort(key=lambda key: key["key"])
    change = {"type": "AddParticipant", "participant": {"bic": bic, "legal_name": name, "country": country, "roles": [],
                                                        "tls_key": public["tls"], "policy": policy}}
    return node, change


def address_of(node):
    text = Path(node["config"]).read_text(encoding="utf-8")
    return re.search(r'\[peers\]\nlisten = "(.*)"', text).group(1)


def post_until_taken(node, framed, seconds=30):
    """As a wallet does: a node that is out of reach of the others for a moment takes nothing, and says when to ask again."""
    end = time.monotonic() + seconds
    while True:
        answer = post(node, framed)
        if answer.status != 503 or time.monotonic() > end:
            return answer
        time.sleep(0.05)


def pass_changes(network, changes, voters, check):
    """Proposed by the first voter, passed by all of them at once. The ids of the proposals."""
    proposer, now = voters[0], time.time()
    framed = sign(proposer, [order(network, {"type": "Propose", "participant": proposer["participant"], "change": change,
                                             "not_before": time_text(now - 1), "closes_at": time_text(now + 3600)})
                             for change in changes], BOTH)
    ids = []
    for one in framed:
        answer = post_until_taken(proposer, one)
        check(answer.body.get("receipt", {}).get("status"), "done", answer)
        ids.append(answer.body["id"])

    def vote(voter):
        votes = sign(voter, [order(network, {"type": "Vote", "participant": voter["participant"], "yes": True,
                                             "proposal": {"owner": proposer["participant"], "id": each}}) for each in ids], BOTH)
        return [post_until_taken(voter, one) for one in votes]

    leaving = {change["participant"] for change in changes if change["type"] == "RemoveValidator"}
    for voter, answers in zip(voters, at_once([lambda v=voter: vote(v) for voter in voters])):
        # Enough may have voted already, and whoever is to go be gone by that.
        late = {"proposal_closed", "not_a_voter"} if voter["participant"] in leaving else {"proposal_closed"}
        for answer in answers:
            receipt = answer.body.get("receipt", {})
            check(receipt.get("status") == "done" or receipt.get("reason") in late, True, answer)
    return ids
