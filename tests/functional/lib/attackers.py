"""Strangers and clients who mean no good, as a program of its own, so that what they cost is not the honest client's thread:

  attackers.py KIND HOST PORT [TOKEN-FILE]

goes on until its standard input ends, then prints what it did as JSON. They come from addresses 127.0.0.2 and above: limits are per address."""

import base64
import json
import os
import random
import select
import socket
import struct
import sys
import threading
import time
from pathlib import Path

STRANGERS = [f"127.0.0.{host}" for host in range(2, 250)]


class Attack:
    """`each` is one hostile act; `threads` of them go on, at most `per_second` in all."""

    threads = 4
    per_second = 200

    def __init__(self, host, port, token):
        self.place = (host, port)
        self.token = token
        self.random = random.Random(7)
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.done = {"acts": 0, "refused": 0}

    def count(self, what, more=1):
        with self.lock:
            self.done[what] = self.done.get(what, 0) + more

    def connect(self, timeout=5):
        s = socket.socket()
        s.settimeout(timeout)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((self.random.choice(STRANGERS), 0))
        s.connect(self.place)
        return s

    def run(self):
        while not self.over.is_set():
            began = time.monotonic()
            try:
                self.each()
                self.count("acts")
            except OSError:
                self.count("refused")
            self.over.wait(max(0.0, self.threads / self.per_second - (time.monotonic() - began)))

    def start(self):
        for _ in range(self.threads):
            threading.Thread(target=self.run, daemon=True).start()

    def answer_to(self, request):
        """What comes back, to its end or for a second."""
        with self.connect() as s:
            s.sendall(request)
            s.settimeout(1)
            got = b""
            try:
                while part := s.recv(65536):
                    got += part
            except TimeoutError:
                self.count("left open")
            self.count(got[9:12].decode("ascii", "replace") or "closed without a word")


class Trickle(Attack):
    """Holds connections open, as many as it can, and says one byte of something now and then."""

    connections = 1000
    threads = 1
    text = b"\x16\x03\x01\x02\x00\x01\x00\x01"  # of a client's TLS greeting
    pause_s = 5.0

    def run(self):
        held = {}  # socket: bytes said
        poll = select.poll()
        last = 0.0
        while not self.over.is_set():
            for _ in range(50):
                if len(held) >= self.connections:
                    break
                try:
                    s = self.connect(1)
                    s.setblocking(False)
                except OSError:
                    self.count("refused")
                    continue
                self.count("acts")
                held[s.fileno()] = [s, 0]
                poll.register(s, select.POLLIN | select.POLLHUP)
            says = time.monotonic() - last > self.pause_s
            if says:
                last = time.monotonic()
                for fd, entry in list(held.items()):
                    self.say(held, poll, fd, entry)
            for fd, _ in poll.poll(100):
                self.drop(held, poll, fd)
            self.done["most held"] = max(self.done.get("most held", 0), len(held))

    def say(self, held, poll, fd, entry):
        try:
            entry[0].send(self.text[entry[1] % len(self.text):][:1])
            entry[1] += 1
        except OSError:
            self.drop(held, poll, fd)

    def drop(self, held, poll, fd):
        """The node has said something, or closed it."""
        poll.unregister(fd)
        held.pop(fd)[0].close()
        self.count("closed by the node")


class Slowloris(Trickle):
    connections = 240
    text = b"GET /v1/status HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 200
    pause_s = 1.0


class Garbage(Attack):
    """At the peer port: HTTP, an old TLS, lengths that announce gigabytes, noise."""

    def each(self):
        kind = self.random.randrange(5)
        noise = self.random.randbytes(self.random.randrange(1, 4000))
        self.answer_to([b"GET /consensus HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x03\xff\xff" + noise,
                        b"\x82\xff" + struct.pack("!Q", 2**62), noise][kind])


class Flood(Attack):
    """Requests without or with a wrong token, and unknown places, as fast as asked for."""

    per_second = 1000
    threads = 8

    def each(self):
        with self.connect() as s:
            for _ in range(20):
                path = self.random.choice(["/v1/status", "/v1/accounts", "/metrics", "/v1/" + "a" * self.random.randrange(200), "/v1/payments?x=%00"])
                token = self.random.choice(["", f"Authorization: Bearer vst_{'B' * 43}\r\n"])
                s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{token}\r\n".encode())
                answer = s.recv(65536)
                if not answer:
                    return
                self.count(answer[9:12].decode("ascii", "replace"))
                while b"\r\n\r\n" not in answer or len(answer.split(b"\r\n\r\n", 1)[1]) < length_of(answer):
                    more = s.recv(65536)
                    if not more:
                        return
                    answer += more


def length_of(answer):
    for line in answer.split(b"\r\n\r\n", 1)[0].lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


class Malformed(Attack):
    """Requests that are too long, have two lengths, a chunk of 2^68, no end, or no sense."""

    def each(self):
        auth = f"Authorization: Bearer {self.token}\r\n"
        post = f"POST /v1/transactions HTTP/1.1\r\nHost: x\r\n{auth}Content-Type: application/octet-stream\r\n"
        self.answer_to(self.random.choice([
            f"GET /v1/status HTTP/1.1\r\nHost: x\r\nX-Long: {'a' * 9000}\r\n\r\n".encode(),
            ("GET /v1/status HTTP/1.1\r\nHost: x\r\n" + "".join(f"X-{i}: y\r\n" for i in range(80)) + "\r\n").encode(),
            (post + "Content-Length: 5242880\r\n\r\n").encode() + bytes(300_000),
            (post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").encode(),
            (post + "Transfer-Encoding: chunked\r\n\r\n100000000000000000\r\n").encode(),
            (post + "Content-Length: 60000\r\n\r\n").encode() + self.random.randbytes(60_000),
            (post.replace("octet-stream", "json") + "Content-Length: 4000\r\n\r\n").encode() + b"[" * 4000,
            b"\x00" * 100 + b"\r\n\r\n", b"GET /v1/status HTTP/1.1\nHost: x\n\n", self.random.randbytes(2000) + b"\r\n\r\n",
        ]))


class WebSocket(Attack):
    """Event streams that are sent what no client sends, or that nobody reads."""

    def each(self):
        with self.connect() as s:
            key = base64.b64encode(os.urandom(16)).decode()
            s.sendall((f"GET /v1/events?from_height=0 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       f"Sec-WebSocket-Key: {key}\r\nAuthorization: Bearer {self.token}\r\n\r\n").encode())
            answer = s.recv(4096)
            self.count(answer[9:12].decode("ascii", "replace"))
            if b" 101 " not in answer:
                return
            kind = self.random.randrange(5)
            mask = bytes(4)
            if kind == 0:
                s.sendall(b"\x82\xff" + struct.pack("!Q", 70_000) + mask + bytes(70_000))
            elif kind == 1:
                s.sendall(b"\x82\x05hello")  # not masked
            elif kind == 2:
                s.sendall(b"\x8f\x80" + mask)  # no such opcode
            elif kind == 3:
                s.sendall(b"\x82\xff" + struct.pack("!Q", 2**63 - 1) + mask)
            else:
                self.over.wait(2)  # reads nothing
                return
            s.settimeout(2)
            while s.recv(65536):
                pass
            self.count("closed by the node")


KINDS = {kind.__name__.lower(): kind for kind in (Trickle, Slowloris, Garbage, Flood, Malformed, WebSocket)}


def main():
    kind, host, port, *token = sys.argv[1:]
    attack = KINDS[kind](host, int(port), Path(token[0]).read_text(encoding="utf-8").strip() if token else "")
    attack.start()
    sys.stdin.read()
    attack.over.set()
    print(json.dumps(attack.done), flush=True)
    os._exit(0)  # threads may wait for answers


if __name__ == "__main__":
    main()
