"""Webhooks against receivers that fail, hang, forget, are killed and return, while the node is killed too: what a receiver keeps by
cursor is the ledger. And catalogue row A11: where a webhook may not call."""

import signal
import ssl
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import Client, order, payment, post, sign, uetr_of  # noqa: E402
from receiver import Receiver  # noqa: E402
from stream import read_until  # noqa: E402
from vostronet import bin_dir, run  # noqa: E402

JSON = "application/json"
PAYMENTS = 30  # of one round
# A receiver that is not done in time is asked again, which these tests count: only one that hangs may be too late.
CONFIG = """
[webhooks]
allowed_networks = ["127.0.0.1/32"]
timeout_ms = 5000
retry_min_ms = 20
retry_max_ms = 100
"""


class WebhookCase(NetworkCase):
    def register(self, receiver, after=None):
        body = f'{{"url":"{receiver.url}"' + (f',"after":"{after}"' if after else "") + "}"
        with Client(self.nodes[0]) as client:
            answer = client.ask("POST", "/v1/webhooks", body, JSON)
        self.assertEqual(answer.status, 201, answer)
        receiver.secret = answer.body["secret"]
        return answer.body["id"]

    def ask(self, method, path, body=None):
        with Client(self.nodes[0]) as client:
            return client.ask(method, path, body, JSON)

    def failing(self, webhook):
        """The webhook, once it has failed more than once."""
        shown = self.ask("GET", f"/v1/webhooks/{webhook}").body
        return shown if shown["failures_in_row"] > 1 else None


class Webhooks(WebhookCase):
    config = CONFIG

    def pay(self, through=1):
        """A round of payments of node 0's bank, final when this returns; through another node, for its own may be down."""
        body = payment(self.account(0), self.account(1), "0.01")
        orders = sign(self.nodes[0], [order(self.network, body)], copies=PAYMENTS)
        answer = post(self.nodes[through], b"".join(orders))
        self.assertTrue(all(item["status_code"] == 200 for item in answer.body["items"]), answer)
        return [uetr_of(each) for each in orders]

    def metric_of(self, name, webhook):
        return self.metric(self.nodes[0], f'{name}{{webhook="{webhook}"}}')

    def test_webhooks_lose_and_repeat_nothing(self):
        receiver, hanging = Receiver(), Receiver()
        hanging.mode = "hang"
        webhook = self.register(receiver, after="0.0")
        self.register(hanging)
        paid = self.pay()
        receiver.wait(lambda: self.has(receiver, paid), 60, "beside one that hangs")

        # Each fault until it was met, and payments meanwhile.
        receiver.elsewhere = hanging.url
        for mode in ("fail", "redirect", "hang", "forget", "endless"):
            receiver.set_mode(mode)
            paid += self.pay()
            wanted = 1 if mode == "endless" else 2  # that one is an answer, and not asked again
            receiver.wait(lambda: receiver.seen[mode] >= wanted, 60, mode)
        receiver.set_mode("ok")
        receiver.wait(lambda: self.has(receiver, paid), 60, "after its faults")
        self.assertGreater(receiver.repeats, 0, "forgetting was not met with a repeat")

        # Both ends are killed: the receiver first, so that something waits, then the node, then both return.
        receiver.die()
        paid += self.pay()
        self.network.wait(lambda: self.ask("GET", f"/v1/webhooks/{webhook}").body["state"] == "retrying", 60, "nobody listens")
        self.network.stop(self.nodes[0], signal.SIGKILL)
        paid += self.pay()
        receiver.start()
        self.network.start(self.nodes[0])
        receiver.wait(lambda: self.has(receiver, paid), 60, "after both were killed")
        self.wait_connected()

        # In the middle of deliveries.
        for _ in range(3):
            before = len(receiver.events)
            paid += self.pay()
            receiver.wait(lambda: len(receiver.events) > before, 60, "a delivery before the kill")
            self.network.stop(self.nodes[0], signal.SIGKILL)
            self.network.start(self.nodes[0])
        # An orderly stop goes on exactly where it stood.
        receiver.wait(lambda: self.has(receiver, paid), 60, "after the kills")
        self.wait_connected()
        repeats = receiver.repeats
        self.network.stop(self.nodes[0])
        self.network.start(self.nodes[0])
        self.wait_connected()
        paid += self.pay()
        receiver.wait(lambda: self.has(receiver, paid), 60, "after an orderly stop")
        self.assertEqual(receiver.repeats, repeats)

        self.assertEqual(receiver.problems + hanging.problems, [])
        self.assertEqual(hanging.events, [])
        self.network.wait(lambda: self.metric_of("vostro_webhook_blocks_behind", webhook) == 0, 60, "it stays behind")
        self.assertGreater(self.metric_of("vostro_webhook_events_total", webhook), 0)
        self.compare_with_ledger(receiver, paid)

        # The one that hung has lost nothing by it.
        hanging.set_mode("ok")
        hanging.wait(lambda: self.has(hanging, paid), 60, "when it hangs no more")
        self.assertEqual(hanging.events, [e for e in receiver.events if e["height"] >= hanging.events[0]["height"]])

        # Removed, it is called no more.
        self.assertEqual(self.ask("DELETE", f"/v1/webhooks/{webhook}").status, 200)
        self.assertEqual(self.ask("GET", f"/v1/webhooks/{webhook}").status, 404)
        requests, count = receiver.requests, len(hanging.events)
        self.pay()
        hanging.wait(lambda: len(hanging.events) >= count + PAYMENTS, 60, "the other one is called")
        self.assertEqual(receiver.requests, requests)

    @staticmethod
    def has(receiver, paid):
        return {event.get("uetr") for event in receiver.events} >= set(paid)

    def compare_with_ledger(self, receiver, paid):
        """The same events, byte for byte, as the event stream gives a token of this bank from the first block on."""
        height = self.ask("GET", "/v1/status").body["height"]
        made = run([bin_dir() / "vostro-node", "token", "create", "--config", self.nodes[0]["config"], "--role", "read"])
        token = next(word for word in made.stdout.split() if word.startswith("vst_"))
        events = read_until(self.nodes[0], token, "?from_height=0", height)
        self.assertEqual(receiver.events, [event for event in events if event["type"] != "block"])
        self.assertGreaterEqual(len(receiver.events), len(paid))


class WebhookAddresses(WebhookCase):
    nodes_count = 1
    config = CONFIG

    def test_A11_callbacks_into_the_own_network(self):
        receiver = Receiver()
        for url in (f"http://127.0.0.2:{receiver.port}/", "https://10.0.0.1/",
                    "https://169.254.169.254/latest/meta-data/", "http://[::1]/", "https://[::ffff:10.1.2.3]/", "https://0.0.0.0/",
                    "https://2130706434/", "http://192.0.2.1/", "https://[fd00:ec2::254]/"):
            answer = self.ask("POST", "/v1/webhooks", f'{{"url":"{url}"}}')
            self.assertEqual((answer.status, answer.body["code"]), (422, "callback-refused"), url)
        for url in ("ftp://receiver.example/", "https://user@receiver.example/", "https://receiver.example/#part", "https://x:0/"):
            answer = self.ask("POST", "/v1/webhooks", f'{{"url":"{url}"}}')
            self.assertEqual((answer.status, answer.body["code"]), (400, "bad_value"), url)
        self.assertEqual(self.ask("GET", "/v1/webhooks").body["items"], [])

        # What was allowed once and is not any more is not called either: judged at each connection.
        webhook = self.register(receiver, after="0.0")
        receiver.wait(lambda: receiver.events, 60, "it is allowed")
        self.network.stop(self.nodes[0])
        config = Path(self.nodes[0]["config"])
        config.write_text(config.read_text(encoding="utf-8").replace('"127.0.0.1/32"', ""), encoding="utf-8")
        self.network.start(self.nodes[0])
        self.wait_connected()
        requests = receiver.requests
        self.give(self.account(0), "1.00")
        shown = self.network.wait(lambda: self.failing(webhook), 60, "it does not fail")
        self.assertIn("not public", shown["last_failure"])
        self.assertEqual(receiver.requests, requests)


def certificate(home, name, subject, signer=None):
    """Of a key made here, signed by itself or by that of the name `signer`: the path without its ending."""
    path = home / name
    command = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", f"/CN={name}",
               "-keyout", f"{path}.key", "-out", f"{path}.pem", "-addext", f"subjectAltName=IP:{subject}"]
    run(command + (["-CA", f"{home / signer}.pem", "-CAkey", f"{home / signer}.key"] if signer else []))
    return path


class WebhookCertificates(WebhookCase):
    nodes_count = 1

    def setUp(self):
        certificate(self.home, "authority", "192.0.2.1")
        self.config = CONFIG + f'ca_file = "{self.home / "authority"}.pem"\n'
        super().setUp()

    def receiver(self, name, subject, signer):
        path = certificate(self.home, name, subject, signer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{path}.pem", f"{path}.key")
        return Receiver(tls=context)

    def test_webhooks_verify_certificates(self):
        good = self.receiver("good", "127.0.0.1", "authority")
        other = self.receiver("other", "127.0.0.2", "authority")  # another's, as after a name was taken over
        unknown = self.receiver("unknown", "127.0.0.1", None)
        webhooks = [self.register(each, after="0.0") for each in (good, other, unknown)]
        good.wait(lambda: good.events, 60, "over TLS")
        for webhook in webhooks[1:]:
            shown = self.network.wait(lambda: self.failing(webhook), 60, "it does not fail")
            self.assertIn("certificate verify failed", shown["last_failure"])
        self.assertEqual((other.requests, unknown.requests), (0, 0))
        self.assertEqual(good.problems, [])


if __name__ == "__main__":
    unittest.main()
