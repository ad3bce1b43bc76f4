"""The API's description (openapi.json), and a caller that holds every answer of a node against it."""

import http.client
import json
from pathlib import Path
from urllib.parse import urlsplit

import schema

FILE = Path(__file__).resolve().parents[3] / "node" / "api" / "openapi.json"
OF_NO_OPERATION = {400: "BadQuery", 401: "NoToken", 404: "NotFound", 405: "MethodNotAllowed"}
METHODS = ("get", "head", "post", "put", "patch", "delete")
PROBLEM = "application/problem+json"


class Description:
    def __init__(self, text=None):
        self.root = json.loads(text or FILE.read_text(encoding="ascii"))
        #: {(METHOD, path): operation}
        self.operations = {(method.upper(), path): item[method] for path, item in self.root["paths"].items() for method in METHODS if method in item}

    def path_of(self, target):
        """The path in the description that the target is of; None: none."""
        wanted = target.split("?")[0].split("/")
        for path in self.root["paths"]:
            parts = path.split("/")
            if len(parts) == len(wanted) and all(part == given or (part.startswith("{") and given) for part, given in zip(parts, wanted)):
                return path
        return None

    def resolved(self, thing):
        return schema.resolve(thing["$ref"], self.root) if "$ref" in thing else thing

    def parameters(self, operation):
        return [self.resolved(each) for each in operation.get("parameters", [])]

    def example_path(self, path, operation):
        """The path with the examples of its parameters, and the query that must be there."""
        query = []
        for each in self.parameters(operation):
            if each["in"] == "path":
                path = path.replace("{" + each["name"] + "}", str(each["example"]))
            elif each["required"]:
                query.append(f"{each['name']}={each['example']}")
        return path + ("?" + "&".join(query) if query else "")

    def codes(self, response):
        """Problem codes that the response may have; none where it is no problem."""
        content = self.resolved(response).get("content", {}).get(PROBLEM)
        return set(content["schema"]["allOf"][1]["properties"]["code"]["enum"]) if content else set()

    def faults(self, value, rule, where="$"):
        return list(schema.faults(value, rule, self.root, where))

    def examples(self):
        """(where, value, schema) of every example in the file."""
        yield from self._examples_in(self.root["paths"], "paths")
        yield from self._examples_in(self.root["components"], "components")

    def _examples_in(self, at, where):
        if isinstance(at, list):
            for number, each in enumerate(at):
                yield from self._examples_in(each, f"{where}[{number}]")
        elif isinstance(at, dict):
            if "schema" in at and "example" in at:
                yield f"{where}.example", at["example"], at["schema"]
            if "schema" in at and "examples" in at:
                yield from ((f"{where}.examples.{name}", each["value"], at["schema"]) for name, each in at["examples"].items())
            for name, each in at.items():
                if name not in ("example", "examples"):
                    yield from self._examples_in(each, f"{where}.{name}")


class Caller:
    """Asks a node and holds each answer against the description. Raises AssertionError where they differ. `seen` gathers what was shown of it:
    (METHOD, path, status, code or None)."""

    def __init__(self, description, seen, api, token=""):
        self.description, self.seen, self.api, self.token = description, seen, urlsplit(api), token

    def ask(self, target, method="GET", body=None, kind=None, headers=(), token=None):
        """`headers`: pairs, which may repeat. `token`: instead of the caller's own; "" for none. The answer's value, or text where it is none
        of JSON; the rest stays in `status`, `headers` and `content`."""
        token = self.token if token is None else token
        fields = list(headers)
        if token:
            fields.append(("Authorization", f"Bearer {token}"))
        if kind:
            fields.append(("Content-Type", kind))
        if body is not None:
            body = body if isinstance(body, bytes) else body.encode()
            fields.append(("Content-Length", str(len(body))))
        connection = http.client.HTTPConnection(self.api.hostname, self.api.port, timeout=60)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in fields:
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.status, self.headers, self.content = answer.status, answer.headers, content
        return self.look(target, method, answer.status, answer.headers, content)

    def look(self, target, method, status, headers, content):
        """Holds one answer against the description."""
        rules = self.description
        template = rules.path_of(target)
        where = f"{method} {target}: {status}"
        operation = rules.operations.get((method, template))
        if operation is None:
            response = rules.root["components"]["responses"][OF_NO_OPERATION[status]]
        else:
            assert str(status) in operation["responses"], f"{where} is not described: {content[:300]!r}"
            response = rules.resolved(operation["responses"][str(status)])
        for name in response.get("headers", {}):
            assert headers.get(name) is not None, f"{where}: the header {name} is missing"
        contents = response.get("content", {})
        code = value = None
        if contents and method != "HEAD":
            kind = (headers.get("Content-Type") or "").split(";")[0].strip()
            assert kind in contents, f"{where}: {kind} is not described, {sorted(contents)} are"
            value = json.loads(content) if kind.endswith("json") else content.decode("utf-8", errors="replace")
            wrong = rules.faults(value, contents[kind]["schema"])
            assert not wrong, f"{where}: " + "\n".join(wrong)
            if kind == PROBLEM:
                code = value["code"]
                assert value["status"] == status and value["type"].endswith("/" + code), where
        else:
            assert not content, f"{where}: a body that is not described: {content[:100]!r}"
        self.seen.add((method, template, status, code))
        return value
