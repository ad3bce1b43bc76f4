"""Orders as the ledger takes them: written as JSON, signed by vostro-sign-orders, sent to any node, also to all at once."""

import http.client
import json
import subprocess
import threading
import time
import uuid
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from vostronet import NetError, bin_dir, inside

CANONICAL = "application/octet-stream"
ID_OFFSET = 34  # of an order's canonical encoding: version (2 bytes) and network id (32) stand before the id
LENGTH_SIZE = 4
VALID_FOR_S = 3600


class Answer(NamedTuple):
    status: int
    body: dict
    retry_after: str | None


class Client:
    """One connection to one node, kept open, for one thread. Raises OSError where there is no answer."""

    def __init__(self, node, timeout=60):
        url = urlsplit(node["api"])
        self.node = node
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)
        self.token = Path(node["token_file"]).read_text(encoding="utf-8").strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, path, body=None, kind=CANONICAL):
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = kind
        try:
            if self.connection.sock is None:
                with inside(self.node):
                    self.connection.connect()
            self.connection.request(method, path, body=body, headers=headers)
            answer = self.connection.getresponse()
            content = answer.read()
            return Answer(answer.status, json.loads(content) if content else {}, answer.getheader("Retry-After"))
        except http.client.HTTPException as error:
            self.connection.close()
            raise ConnectionError(f"{self.node['participant']}: {error!r}") from error
        except OSError:
            self.connection.close()
            raise

    def post(self, framed, wait=True):
        return self.ask("POST", "/v1/transactions" + ("?wait=final" if wait else ""), framed)

    def get(self, path):
        return self.ask("GET", path)


def ask(node, method, path, body=None, kind=CANONICAL):
    with Client(node) as client:
        return client.ask(method, path, body, kind)


def post(node, framed, wait=True):
    with Client(node) as client:
        return client.post(framed, wait)


def at_once(calls):
    """Runs the functions at the same moment, each in a thread; their results in order. The first exception is raised."""
    barrier = threading.Barrier(len(calls))
    results = [None] * len(calls)

    def run(index, call):
        barrier.wait()
        try:
            results[index] = call()
        except BaseException as error:  # noqa: BLE001 - raised again below
            results[index] = error

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def post_at_once(pairs):
    """[(node, order)]: posts each order to its node at the same moment and waits until all are final."""
    return at_once([lambda node=node, framed=framed: post(node, framed) for node, framed in pairs])


def new_uetr():
    return str(uuid.uuid4())


def time_text(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def money(amount, currency="EUR"):
    return {"currency": currency, "amount": str(amount)}


def terms(accept_by=None):
    """How a payment settles: at once, or held for acceptance until `accept_by` (seconds of the epoch)."""
    acceptance = "immediate" if accept_by is None else {"accept_by": time_text(accept_by)}
    return {"bearer": "SHAR", "acceptance": acceptance, "if_short": "reject"}


def payment(debtor, creditor, amount, currency="EUR", accept_by=None):
    return {"type": "Payment", "debtor": debtor, "creditor": creditor, "amount": money(amount, currency), **terms(accept_by)}


def order(network, body, uetr=None, valid_until=None):
    """One order of the network, not signed yet."""
    return {"version": 1, "network_id": network.info["network_id"], "id": uetr or new_uetr(),
            "valid_until": time_text(valid_until or time.time() + VALID_FOR_S), "body": body, "signatures": []}


def split(stream):
    """The orders of what vostro-sign-orders wrote, each with its length before it, as one POST takes it."""
    orders = []
    start = 0
    while start < len(stream):
        end = start + LENGTH_SIZE + int.from_bytes(stream[start:start + LENGTH_SIZE], "little")
        orders.append(stream[start:end])
        start = end
    return orders


def uetr_of(framed):
    start = LENGTH_SIZE + ID_OFFSET
    return str(uuid.UUID(bytes=framed[start:start + 16]))


def sign(node, orders, keys=("maker",), copies=0):
    """Signs with keys of the node's bank: the framed orders in their order; with `copies` so many of each, under new ids."""
    home = Path(node["token_file"]).parent
    command = [str(bin_dir() / "vostro-sign-orders"), "--passphrase-file", str(home / "passphrase")]
    for key in keys:
        command += ["--key", str(home / f"{key}.key")]
    if copies:
        command += ["--copies", str(copies)]
    lines = "".join(json.dumps(each) + "\n" for each in orders)
    done = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise NetError(done.stderr.decode().strip())
    return split(done.stdout)


def sign_one(node, one, keys=("maker",)):
    return sign(node, [one], keys)[0]
