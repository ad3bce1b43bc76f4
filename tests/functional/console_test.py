"""The console in a real browser against a network of real nodes: what is on the screen is what the API says, now and a moment after
it has changed; it can be walked by keyboard and on a phone; it says what is wrong; and its security policy never has to refuse
anything. Pictures of every view are left in the build directory, under screenshots/."""

import json
import sys
import time
import unittest
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import ask, new_uetr, post  # noqa: E402
from vostronet import bin_dir, run  # noqa: E402
import browser as browsers  # noqa: E402

VIEWS = ("overview", "payments", "held", "approvals", "positions", "quotes", "validators", "blocks")
PHONE = (360, 740)
DATA_DRAWN = "document.querySelector('#data')?.getAttribute('aria-busy') === 'false'"


class ConsoleCase(NetworkCase):
    """A network with payments of each kind, a token that may only read, and a browser."""

    def setUp(self):
        super().setUp()
        self.node = self.nodes[0]
        self.settled = self.settle(0, self.signed_payment(0, 1, "1250.00"))["id"]
        self.incoming = self.settle(1, self.signed_payment(1, 0, "0.07", "USD"))["id"]
        self.held = new_uetr()
        post(self.node, self.signed_payment(0, 3, "7500.50", creditor_label="customers", uetr=self.held, accept_by=int(time.time()) + 3000,
                                            keys=("maker", "checker")))
        self.rejected = new_uetr()
        post(self.node, self.signed_payment(0, 2, "99000000.00", uetr=self.rejected, keys=("maker", "checker")))
        self.network.wallet(self.nodes[1], "quote", "publish", "--provider", self.account(1), "--sells", "SGD", "--buys", "EUR",
                            "--rate", "0.662032", "--limit", "1000000.00 SGD", "--expires", "+10m")
        self.from_all("/v1/quotes", lambda body: len(body["items"]) == 1)
        self.waiting = new_uetr()  # above what one person may pay
        self.network.wallet(self.node, "pay", "--from", self.account(0), "--to", self.account(1), "--amount", "250000.00 EUR", "--uetr", self.waiting,
                            "--another", check=False)
        self.token = self.new_token("read")
        self.pictures = bin_dir().parent / "screenshots"
        self.pictures.mkdir(exist_ok=True)
        self.browser = browsers.Browser()
        self.addCleanup(self.browser.close)

    def new_token(self, role):
        said = run([bin_dir() / "vostro-node", "token", "create", "--config", self.node["config"], "--role", role]).stdout.split()
        token = next(word for word in said if word.startswith("vst_"))
        node = {**self.node, "token_file": str(self.home / f"{role}-token")}
        Path(node["token_file"]).write_text(token + "\n", encoding="utf-8")
        self.assertEqual(ask(node, "GET", "/v1/status").status, 200, "the new token is not taken")
        self.reader = node
        return token

    def api(self, path):
        answer = ask(self.reader, "GET", path)
        self.assertEqual(answer.status, 200, answer)
        return answer.body

    # ---- the page ----

    def enter_token(self, token):
        self.browser.wait("document.activeElement.id === 'token'", "the token is asked for")
        self.browser.type(token)
        self.browser.press("Enter")

    def open_console(self):
        self.browser.open(self.node["api"] + "/console")
        self.enter_token(self.token)
        self.browser.wait("document.querySelector('#title').textContent === 'Overview'", "the console opens")

    def show(self, address):
        # The page hears of the new address before we do.
        self.browser.js(f"""new Promise(done => {{
            const before = location.href;
            addEventListener('hashchange', () => done(true), {{once: true}});
            location.hash = {json.dumps('#/' + address)};
            if (location.href === before) done(false);
        }})""")
        self.browser.wait(DATA_DRAWN, f"{address} is drawn")

    def rows(self, table="#data table"):
        return self.browser.js(f"[...document.querySelectorAll({json.dumps(table + ' > tbody > tr')})].map("
                               "row => [...row.cells].map(cell => cell.textContent.trim()))")

    def fact(self, name):
        return self.browser.js(f"document.querySelector('[data-fact={name}]')?.textContent.trim()")

    def picture(self, name):
        self.browser.screenshot(self.pictures / f"{name}.png")

    def assert_no_faults(self, expected=()):
        """Nothing but what is named: (part of the text, part of the address)."""
        self.browser.js("0")  # what was said until now has arrived
        strange = [fault for fault in self.browser.faults
                   if not any(text in fault[1] and place in fault[2] for text, place in expected)]
        self.assertEqual(strange, [])


class Figures(ConsoleCase):
    """Goal: every figure is the API's, and new ones come by themselves."""

    def test_console_shows_what_the_api_says(self):
        self.open_console()
        self.check_overview()
        self.check_payments()
        self.check_payment()
        self.check_positions()
        self.check_approvals()
        self.check_quotes()
        self.check_validators()
        self.check_blocks()
        self.check_news()
        self.assert_no_faults()

    def check_overview(self):
        status = self.api("/v1/status")
        self.browser.wait(f"document.querySelector('[data-fact=height]')?.textContent === '{status['height']}'", "the height")
        self.assertEqual(self.fact("state_root"), status["state_root"])
        self.assertEqual(self.fact("connected"), f"{status['connected_validators']} of {status['validators']}")
        self.assertEqual((self.fact("held"), self.fact("blocked"), self.fact("pending"), self.fact("approvals")), ("1", "0", "0", "1"))
        self.assertEqual(self.fact("participant"), self.bic(0))
        state = self.browser.js("document.querySelector('#state').textContent")
        self.assertEqual(state, f"ready, height {status['height']}")
        self.picture("overview")

    def listed(self, query=""):
        """The API's payments as the table should show them: UETR, debtor, creditor, amount, status with reason."""
        return [[p["uetr"], p["debtor"], p["creditor"], f"{p['amount']['amount']} {p['amount']['currency']}",
                 " ".join(filter(None, [p["status"], p["reason_code"]]))] for p in self.api(f"/v1/payments?limit=25{query}")["items"]]

    def check_payments(self):
        for filters, query, count in (("", "", 4), ("?status=held", "&status=held", 1), ("?role=creditor", "&role=creditor", 1),
                                      ("?status=settled&role=debtor", "&status=settled&role=debtor", 1),
                                      ("?currency=USD", "&currency=USD", 1)):
            self.show("payments" + filters)
            wanted = self.listed(query)
            self.assertEqual(len(wanted), count, (filters, wanted))
            self.browser.wait(f"document.querySelectorAll('#data tbody tr').length === {count}", f"payments{filters}")
            self.assertEqual([row[1:] for row in self.rows()], wanted, filters)
        self.show("payments?status=returned")
        self.browser.wait("document.querySelector('#data .empty')?.textContent.includes('No payment is like this')", "an empty list says so")
        self.show("payments")
        self.picture("payments")

    def check_payment(self):
        for wrong in ("x", "12345678-1234"):
            self.find(wrong)
            self.assertIn("8-4-4-4-12", self.browser.js("document.querySelector('#uetr-problem').textContent"))
        self.find(f"  {self.held.upper()} ")
        self.browser.wait("document.querySelector('[data-fact=status]')", "the payment is found")
        payment = self.api(f"/v1/payments/{self.held}?agent={self.bic(0)}")
        self.assertEqual(self.fact("amount"), "7500.50 EUR")
        self.assertEqual(self.fact("status"), "held PDNG")
        self.assertEqual((self.fact("debtor"), self.fact("creditor")), (payment["debtor"], payment["creditor"]))
        steps = self.browser.js("[...document.querySelectorAll('#timeline > li')].map(s => [s.dataset.status, s.querySelector('time').dateTime,"
                                " [...s.querySelectorAll('[data-amount]')].map(a => a.dataset.amount)])")
        self.assertEqual(steps, [[r["receipt"]["status"], r["block_time"], [e["amount"]["amount"] for e in r["receipt"]["entries"]]]
                                 for r in payment["receipts"]])
        self.picture("payment-held")
        self.show(f"payments/{self.rejected}?agent={self.bic(0)}")
        self.assertEqual(self.fact("status"), "rejected RJCT reason AM04")
        self.show("held")
        self.assertEqual([row[1] for row in self.rows("#waiting-held table")], [self.held])
        self.assertIn("7500.50 EUR", self.browser.js("document.querySelector('#waiting-held .small').textContent"))
        self.picture("held")

    def find(self, text):
        self.browser.js("document.querySelector('#uetr').value = ''; document.querySelector('#uetr').focus()")
        self.browser.type(text)
        self.browser.press("Enter")

    def check_positions(self):
        self.show("positions")
        own = self.api("/v1/accounts")["items"]
        wanted = {}
        for account in own:
            for balance in account["balances"]:
                wanted.setdefault(balance["currency"], []).append([account["account"], balance["amount"], balance["held"]])
        self.assertGreaterEqual(len(wanted), 3)
        drawn = self.browser.js("document.querySelectorAll('.position').length")
        self.assertEqual(drawn, len(wanted))
        for currency, lines in wanted.items():
            part = f".position[data-currency={currency}]"
            rows = self.rows(f"{part} table")
            self.assertEqual(rows[:-1], lines, currency)
            total = str(sum(int(line[1].replace(".", "")) for line in lines))
            self.assertEqual(self.browser.js(f"document.querySelector('{part} .headline .figure').textContent.replace('.', '')"), total)
            bars = self.browser.js(f"[...document.querySelectorAll('{part} rect:not(.ground)')].map(r => Number(r.getAttribute('width')))")
            self.assertEqual(len(bars), sum(1 for line in lines if line[1].strip("0.")) + (1 if any(l[2].strip("0.") for l in lines) else 0))
        self.assertEqual([line[2] for line in wanted["EUR"] if line[2].strip("0.")], ["7500.50"])
        self.picture("positions")

    def check_quotes(self):
        self.show("quotes")
        [row] = self.rows()
        self.assertEqual(row[:5], ["EUR per SGD", "0.662032", "1000000.00 SGD", "1000000.00 SGD", self.account(1)])
        self.picture("quotes")
        self.show("quotes?sells=USD")
        self.browser.wait("document.querySelector('#data .empty')", "no quote sells USD")

    def check_validators(self):
        self.show("validators")
        self.assertEqual({row[0].split(" ")[0] for row in self.rows()}, {node["participant"] for node in self.nodes})
        self.assertEqual({row[1] for row in self.rows()}, {"this node", "connected"})
        self.check_told()
        signers = self.api("/v1/blocks/latest")["finality"]["signers"]
        self.assertEqual({row[0].split(" ")[0] for row in self.rows() if row[7] == "signed"}, set(signers))
        self.network.stop(self.nodes[3])
        self.browser.wait("[...document.querySelectorAll('#data .pill')].filter(p => p.textContent === 'not connected').length === 1",
                          "the validator that has gone is shown so", 60)
        row = next(row for row in self.rows() if row[0].startswith(self.bic(3)))
        self.assertEqual(row[1], "not connected")
        self.picture("validators")
        self.network.start(self.nodes[3])
        self.wait_connected()

    def check_told(self):
        """Height and view are those that the API has of each validator; of all but this node there are a round trip, a clock and a last sight.
        Peers tell their height now and then: at first it may be one from before the last blocks."""
        def agree():
            told = {v["participant"]: [str(v["finalized_height"]), str(v["view"])] for v in self.api("/v1/validators")["items"]}
            is_newest = {height for height, _ in told.values()} == {str(self.api("/v1/status")["height"])}
            return is_newest and told == {row[0].split(" ")[0]: row[2:4] for row in self.rows()}
        self.network.wait(agree, 60, "the heights and views on the screen are not the API's, or not those of the newest block")
        for row in self.rows():
            is_own = row[0].startswith(self.bic(0))
            for cell, form in zip(row[4:7], (r"[0-9.]+ (\u00b5s|ms)", r"[+\u2212]?\d+ ms", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}")):
                self.assertRegex(cell, "^\u2013$" if is_own else f"^{form}$", row)

    def check_approvals(self):
        self.show("approvals")
        [row] = self.rows()
        self.assertEqual(row[:7], [self.waiting, "Payment", self.account(0), self.account(1), "250000.00 EUR", "1 of 2", "p1"])
        self.picture("approvals")
        self.show(f"payments/{self.waiting}?agent={self.bic(0)}")
        self.assertEqual(self.fact("status"), "awaiting approval")
        self.assertEqual(self.browser.js("[...document.querySelectorAll('#timeline > li')].map(s => s.dataset.event)"), ["entered"])
        self.show(f"approvals/{self.waiting}")
        self.assertEqual((self.fact("amount"), self.fact("signatures")), ("250000.00 EUR", "1 of 2"))
        steps = "[...document.querySelectorAll('#steps > li')].map(s => s.dataset.step)"
        self.assertEqual(self.browser.js(steps), ["entered"])
        self.network.wallet(self.node, "approve", "reject", self.waiting, "--reason", "not <b>ordered</b>", keys=("checker",))
        self.browser.wait(f"JSON.stringify({steps}) === '[\"entered\",\"refused\"]'", "the refusal is shown")
        self.assertIn("by p2: not <b>ordered</b>", self.browser.js("document.querySelector('#steps').textContent"))
        self.picture("approval")
        self.show("approvals")
        self.browser.wait("document.querySelector('#data .empty')", "no order waits any more")
        self.show("approvals?state=refused")
        self.assertEqual([row[0] for row in self.rows()], [self.waiting])

    def check_blocks(self):
        self.show("blocks")
        rows = self.rows()
        newest = self.api("/v1/blocks/latest")["height"]
        self.assertEqual([row[0] for row in rows], [str(newest - i) for i in range(min(15, newest + 1))])
        for row in rows[:3]:
            block = self.api(f"/v1/blocks/{row[0]}")
            self.assertEqual(row[2:], [block["proposer"], str(block["view"]), str(block["transaction_count"]), str(block["receipt_count"]),
                                       block["block_id"]])
        self.picture("blocks")
        height = self.api(f"/v1/payments/{self.settled}?agent={self.bic(0)}")["height"]
        self.show(f"blocks/{height}")
        self.assertEqual(self.fact("height"), str(height))
        self.assertIn(self.settled, [row[2] for row in self.rows()])
        self.picture("block")

    def check_news(self):
        """Changes come without a hand: a new payment in the list, a balance, the state of the payment on the screen."""
        self.show("payments")
        made = self.settle(0, self.signed_payment(0, 2, "3.21"))["id"]
        self.browser.wait(f"document.querySelector('#data tbody tr')?.textContent.includes('{made}')", "a new payment appears")
        self.show("positions")
        self.settle(0, self.signed_payment(0, 2, "0.04"))
        wanted = self.api(f"/v1/accounts/{self.account(0)}")["balances"]
        euros = next(b["amount"] for b in wanted if b["currency"] == "EUR")
        self.browser.wait(f"document.querySelector('.position[data-currency=EUR] .balances td.number').textContent === '{euros}'",
                          "the balance follows")
        self.show(f"payments/{self.held}?agent={self.bic(0)}")
        self.network.wallet(self.nodes[3], "inbox", "accept", self.held, "--agent", self.bic(0), keys=("maker", "checker"))
        self.browser.wait("document.querySelector('[data-fact=status]').textContent === 'settled ACSC'", "the payment's state follows")
        self.assertEqual(self.browser.js("document.querySelectorAll('#timeline > li').length"), 2)
        self.assertEqual(self.browser.js("document.querySelector('#voice').textContent"), "Payment is settled")
        self.picture("payment-settled")


class Manners(ConsoleCase):
    """Goal: usable by keyboard and on a phone, in light and in dark; says what is wrong, and keeps a token no longer than it should."""

    def test_console_keyboard_phone_and_errors(self):
        self.check_door()
        self.check_keyboard()
        self.check_phone()
        self.check_dark()
        self.check_lost_node()
        self.check_revoked()
        self.assert_no_faults([("401", "/v1/status"), ("404", "/v1/payments/"), ("ERR_", "/v1/")])

    def check_door(self):
        self.browser.open(self.node["api"] + "/console/")
        self.enter_token("vst_" + "0" * 64)
        self.browser.wait("document.querySelector('#door-problem').textContent.includes('does not know this token')", "a wrong token is refused")
        self.assertEqual(self.browser.js("sessionStorage.length"), 0, "what was refused is not kept")
        self.assertTrue(self.browser.js("document.querySelector('#room').hidden"))
        self.picture("door-refused")
        self.browser.js("document.querySelector('#token').value = ''")
        self.browser.type("\u20ac uro")
        self.browser.press("Enter")
        self.browser.wait("document.querySelector('#door-problem').textContent.includes('vst_')", "what is no token is not sent")
        self.browser.js("document.querySelector('#token').value = ''")
        self.enter_token(self.token)
        self.browser.wait(DATA_DRAWN, "the console opens")
        kept = self.browser.js("[sessionStorage.length, localStorage.length, document.cookie, document.querySelector('#token').value]")
        self.assertEqual(kept, [1, 0, "", ""])
        self.assertNotIn("vst_", self.browser.js("location.href"))
        self.browser.command("Page.reload")
        self.browser.wait(f"document.querySelector('#title')?.textContent === 'Overview' && {DATA_DRAWN}", "a reload keeps the token")

    def focused(self):
        return self.browser.js("(() => { const e = document.activeElement; return [e.tagName, e.id || e.getAttribute('href') || '',"
                               " e.matches(':focus-visible') && getComputedStyle(e).outlineStyle !== 'none']; })()")

    def check_keyboard(self):
        """From the top: the skip link, then every view, in order, with the focus to be seen; a view and a payment by Enter."""
        self.browser.js("document.activeElement.blur(); scrollTo(0, 0)")
        self.browser.open(self.node["api"] + "/console")
        self.browser.wait(DATA_DRAWN, "the console opens again")
        self.browser.js("document.querySelector('#skip').focus()")
        seen = []
        for _ in range(len(VIEWS) + 1):
            self.browser.press("Tab")
            seen.append(self.focused())
        self.assertEqual([each[1] for each in seen], ["leave", *[f"#/{view}" for view in VIEWS]])
        self.assertTrue(all(each[2] for each in seen), f"the focus cannot be seen: {seen}")
        for _ in range(len(VIEWS) - 2):
            self.browser.press("Tab", shift=True)
        self.browser.press("Enter")
        self.browser.wait(f"document.querySelector('#title').textContent === 'Payments' && {DATA_DRAWN}", "Enter opens the payments")
        self.assertEqual(self.focused()[:2], ["H1", "title"])
        for _ in range(30):
            self.browser.press("Tab")
            tag, name, is_seen = self.focused()
            self.assertTrue(is_seen, (tag, name))
            if name.startswith("#/payments/"):
                break
        # The list is drawn again under the keyboard, and the keyboard stays where it was.
        self.settle(0, self.signed_payment(0, 1, "0.01"))
        self.browser.wait("document.querySelectorAll('#data tbody tr').length === 5", "the list is drawn again")
        self.assertEqual(self.focused()[1], name)
        self.browser.press("Enter")
        self.browser.wait("document.querySelector('#title').textContent === 'Payment' && document.querySelector('#timeline')", "Enter opens it")
        self.browser.js("document.querySelector('#skip').focus()")
        self.browser.press("Enter")
        self.assertEqual(self.focused()[1], "content")
        self.assertIn("/payments/", self.browser.js("location.hash"), "skipping does not leave the view")
        unnamed = self.browser.js("[...document.querySelectorAll('input, select')].filter(e => !e.labels.length).map(e => e.id)")
        self.assertEqual(unnamed, [])

    def check_phone(self):
        self.browser.viewport(*PHONE, phone=True)
        pages = [*VIEWS, f"payments/{self.held}?agent={self.bic(0)}", "blocks/3"]
        for page in pages:
            self.show(page)
            wide = self.browser.js("[document.documentElement.scrollWidth, [...document.querySelectorAll('main *')].filter(e =>"
                                   " !e.closest('.unseen') && !e.closest('thead') && e.getBoundingClientRect().right > innerWidth + 1)"
                                   ".map(e => e.tagName + '.' + e.className)]")
            self.assertEqual(wide, [PHONE[0], []], page)
            self.picture(f"phone-{page.split('?')[0].split('/')[0]}{'-one' if '/' in page else ''}")
        # As tables for those who listen, though they look like cards.
        self.show("payments")
        self.assertEqual(self.browser.js("[...new Set([...document.querySelectorAll('#data tr')].map(e => e.getAttribute('role')))]"), ["row"])
        self.browser.viewport(1280, 900)

    def check_dark(self):
        light = self.browser.js("getComputedStyle(document.body).backgroundColor")
        self.browser.scheme("dark")
        self.assertNotEqual(self.browser.js("getComputedStyle(document.body).backgroundColor"), light)
        for page in ("overview", "positions", f"payments/{self.held}?agent={self.bic(0)}"):
            self.show(page)
            self.picture(f"dark-{page.split('/')[0].replace('payments', 'payment')}")
        self.browser.scheme("light")

    def check_lost_node(self):
        """What is on the screen stays, and is marked; what is new says that it cannot be had; both heal."""
        self.show(f"payments/{new_uetr()}")
        self.assertIn("knows no such payment", self.browser.js("document.querySelector('#data').textContent"))
        self.show("payments")
        self.network.stop(self.node)
        self.browser.wait("document.querySelector('#state').textContent === 'The node does not answer'", "the loss is shown")
        self.browser.wait("!document.querySelector('#stale').hidden", "the data is marked as old")
        self.assertEqual(len(self.rows()), 5)
        self.picture("lost-stale")
        self.browser.js("location.hash = '#/blocks'")
        self.browser.wait("document.querySelector('#data .note.bad button')", "a view that cannot be had says so")
        self.picture("lost-error")
        self.network.start(self.node)
        self.browser.wait("document.querySelectorAll('#data .blocks tbody tr').length > 5", "it comes back by itself", 60)
        self.browser.wait("document.querySelector('#state').textContent.startsWith('ready')", "the node is ready again", 60)

    def check_revoked(self):
        book = run([bin_dir() / "vostro-node", "token", "list", "--config", self.node["config"]]).stdout
        line = next(line for line in book.splitlines() if " read " in f" {line} ")
        run([bin_dir() / "vostro-node", "token", "revoke", line.split()[0], "--config", self.node["config"]])
        self.browser.wait("document.querySelector('#door-problem').textContent.includes('revoked')", "a revoked token ends the view", 20)
        self.assertEqual(self.browser.js("[sessionStorage.length, document.querySelector('#data').children.length]"), [0, 0])


class Hostile(ConsoleCase):
    """Goal: what stands in the ledger or the address is shown as text and never becomes part of the page."""

    def test_console_runs_no_data(self):
        self.open_console()
        evil = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
        for page in (f"payments/{quote(evil)}", f"payments?status={quote(evil)}", f"nowhere/{quote(evil)}", f"positions?bank={quote(evil)}",
                     f"blocks?from={quote(evil)}"):
            self.show(page)
            self.assertEqual(self.browser.js("document.querySelectorAll('#room img, #room script').length"), 0, page)
            self.assertNotEqual(self.browser.js("document.title"), "run", page)
        # And the policy holds where a fault would let it in: markup set from outside runs nothing, and nothing goes elsewhere.
        self.show("overview")
        refused = self.browser.js("""new Promise(resolve => {
            const refused = [];
            document.addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));
            const box = document.body.appendChild(document.createElement('div'));
            box.innerHTML = '<img src=x onerror="document.title=\\'run\\'"><p style="color:red">';
            fetch('http://127.0.0.2:9/').catch(() => setTimeout(() => resolve(refused.sort()), 100));
        })""")
        self.assertEqual(refused, ["connect-src", "script-src-attr", "style-src-attr"])
        self.assertNotEqual(self.browser.js("document.title"), "run")


if __name__ == "__main__":
    if browsers.program() is None:
        print(f"skipped: there is no Chromium; install it with: apt-get install {browsers.PACKAGE} (scripts/bootstrap --tests does)")
        sys.exit(77)
    unittest.main()
