"""A bank's system that takes webhooks, as docs/api.md tells to write one: it checks signature and time, keeps what is new by its
cursor, and answers when it has it. And it misbehaves on demand."""

import base64
import hashlib
import hmac
import json
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ports import free_port
from stream import place

TOLERANCE_S = 300


def signature_of(secret, headers, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


class Receiver:
    """`mode`: ok; fail (500); redirect; hang (no answer until the mode changes); forget (takes, and cuts the connection instead of
    answering); endless (answers with a body that does not end)."""

    def __init__(self, tls=None):
        """`tls`: an ssl.SSLContext with a certificate. Its port stays its own while it is dead."""
        self.tls = tls
        self.secret = None
        self.mode = "ok"
        self.elsewhere = ""
        self.events = []
        self.repeats = 0
        self.problems = []
        self.requests = 0
        self.seen = dict.fromkeys(("ok", "fail", "redirect", "hang", "forget", "endless"), 0)
        self.changed = threading.Condition()
        self.server = None
        self.port = free_port()
        self.start()

    def start(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.take(self)

            def do_GET(self):
                receiver.problems.append("a redirection was followed")

            def log_message(self, *_):
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        ThreadingHTTPServer.daemon_threads = True
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        if self.tls:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = self.note_error
        self.server.connections = []
        accept = self.server.get_request
        self.server.get_request = lambda: self.note_connection(accept())
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def note_error(self, *_):
        """Connections break all the time here; anything else is a fault of this receiver."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.problems.append(repr(sys.exc_info()[1]))

    def note_connection(self, accepted):
        self.server.connections.append(accepted[0])
        return accepted

    def die(self):
        """As a process that is killed: nobody listens, and open connections break."""
        self.server.shutdown()
        self.server.server_close()
        for connection in self.server.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was over before

    def set_mode(self, mode):
        with self.changed:
            self.mode = mode
            self.changed.notify_all()

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/vostro/events?desk=1"

    def wait(self, condition, seconds, what):
        with self.changed:
            if not self.changed.wait_for(condition, seconds):
                raise AssertionError(f"{what}: {len(self.events)} events, {self.requests} requests, seen {self.seen}")

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        with self.changed:
            mode = self.mode
            self.requests += 1
            self.seen[mode] += 1
            self.changed.notify_all()
            if mode == "hang":
                self.changed.wait_for(lambda: self.mode != "hang", 60)
                request.close_connection = True
                return None
            if mode in ("ok", "forget", "endless") and not self.keep(request.headers, body):
                return self.answer(request, 400)
        if mode == "fail":
            return self.answer(request, 500)
        if mode == "redirect":
            request.send_response(302)
            request.send_header("Location", self.elsewhere)
            request.send_header("Content-Length", "0")
            return request.end_headers()
        if mode == "forget":
            request.close_connection = True
            return None
        if mode == "endless":
            request.send_response(200)
            request.end_headers()
            try:
                while True:
                    request.wfile.write(b"x" * 65536)
            except OSError:
                return None  # the node has had enough
        return self.answer(request, 200)

    @staticmethod
    def answer(request, status):
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def keep(self, headers, body):
        """Where cursor and events are in one transaction of a database, here they are under one lock."""
        if self.secret is None:
            return False  # whoever made the webhook has not told it yet
        if not hmac.compare_digest(headers["webhook-signature"], signature_of(self.secret, headers, body)):
            self.problems.append("wrong signature")
        elif abs(time.time() - int(headers["webhook-timestamp"])) > TOLERANCE_S:
            self.problems.append("old")
        else:
            content = json.loads(body)
            last = place(self.events[-1]["cursor"]) if self.events else (-1, 0)
            if self.events and place(content["after"]) > last:
                self.problems.append(f"a gap before {content['after']}")
            for event in content["events"]:
                if place(event["cursor"]) > last:
                    self.events.append(event)
                else:
                    self.repeats += 1
            self.changed.notify_all()
            return True
        return False
