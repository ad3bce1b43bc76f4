"""Stands between a program and a node: what is asked and answered goes through, and each answer is held against the API's description."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import http.client

PASSED_ON = ("Authorization", "Content-Type", "Accept")


class Recorder:
    """`caller`: of lib/description.py, for the node. What differs from the description is kept in `problems`."""

    def __init__(self, caller):
        recorder = self
        self.problems = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                connection = http.client.HTTPConnection(caller.api.hostname, caller.api.port, timeout=60)
                try:
                    headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
                    connection.request(self.command, self.path, body=body or None, headers=headers)
                    answer = connection.getresponse()
                    content = answer.read()
                finally:
                    connection.close()
                try:
                    caller.look(self.path, self.command, answer.status, answer.headers, content)
                except AssertionError as difference:
                    recorder.problems.append(str(difference))
                self.send_response(answer.status)
                for name in ("Content-Type", "Retry-After"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def api(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
