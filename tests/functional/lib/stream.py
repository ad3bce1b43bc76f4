"""The node's event stream as a bank's own system would read it: WebSocket by hand (RFC 6455), so that it can be cut at any byte."""

import base64
import json
import os
import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

TEXT, CLOSE, PING = 1, 8, 9


class Cut(Exception):
    """The connection is over, by us or by the node."""


class EventReader:
    """One connection. Reads at most `bytes_max` bytes, then cuts it without a goodbye; nothing for `quiet_s` is a cut as well."""

    def __init__(self, node, token, query, bytes_max=None, quiet_s=30):
        url = urlsplit(node["api"])
        self.left = bytes_max
        self.buffer = b""
        self.socket = socket.create_connection((url.hostname, url.port), timeout=quiet_s)
        # Closing resets the connection: what is under way is lost, as on a line that breaks.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /v1/events{query} HTTP/1.1\r\nHost: {url.hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nAuthorization: Bearer {token}\r\n\r\n").encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def more(self):
        if self.left == 0:
            raise Cut("by us")
        try:
            part = self.socket.recv(65536 if self.left is None else min(self.left, 65536))
        except OSError as error:
            raise Cut(str(error)) from error
        if not part:
            raise Cut("by the node")
        if self.left is not None:
            self.left -= len(part)
        self.buffer += part

    def take(self, size):
        while len(self.buffer) < size:
            self.more()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def shake_hands(self):
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101 "):
            raise Cut(head.split(b"\r\n")[0].decode())

    def events(self):
        """Events as they come, whole ones only; ends with Cut."""
        self.shake_hands()
        while True:
            first, second = self.take(2)
            size = second & 0x7F
            if size == 126:
                size = int.from_bytes(self.take(2), "big")
            elif size == 127:
                size = int.from_bytes(self.take(8), "big")
            payload = self.take(size)
            kind = first & 0x0F
            if kind == TEXT:
                yield json.loads(payload)
            elif kind == CLOSE:
                raise Cut(f"by the node, code {int.from_bytes(payload[:2], 'big')}")
            elif kind == PING:
                self.socket.sendall(bytes([0x8A, 0x80 | size]) + bytes(4) + payload)  # masked with zeros


def token_of(node):
    return Path(node["token_file"]).read_text(encoding="utf-8").strip()


def read_until(node, token, query, height):
    """All events up to the end of the block at `height`, over one connection."""
    events = []
    with EventReader(node, token, query) as reader:
        for event in reader.events():
            events.append(event)
            if event["type"] == "block" and event["height"] >= height:
                break
    return events


def place(cursor):
    """Cursors compare as pairs of numbers."""
    height, index = cursor.split(".")
    return int(height), int(index)
