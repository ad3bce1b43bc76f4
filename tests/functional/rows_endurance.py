"""Row F39 of the catalogue of faults: half of the load that the network bears, for as long as VOSTRO_TEST_MINUTES says (60 with the label
long). Memory and descriptors of the nodes stay flat after a third of the time; a run of some minutes prints the slope and holds what it can."""

import os
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from clerks import Clerk, ClerksCase  # noqa: E402 - first: it knows where scripts/lib is
from orders import order, payment, sign  # noqa: E402

MINUTES = float(os.environ.get("VOSTRO_TEST_MINUTES", "1"))
PEAK_S = 10
SAMPLE_S = 2
WARM_MINUTES = 45  # a third of which fills the caches of signatures and of verified transactions; before that they grow, up to their caps
CLERKS = 6
SIGNED_AT_ONCE = 500
PROMISED_MIB_PER_H = 1
RESIDENT_MIB_MAX = 300  # the store's caches, 112 MiB, and those
NOISE_MIB = 4  # what an allocator gives back late; over an hour it is no slope
DESCRIPTORS_MORE = 24  # files of the store come and go


class PacedClerk(Clerk):
    """One payment after the other, the next one not before its time: so many seconds apart, which may change."""

    def __init__(self, case, index):
        super().__init__(case.network, [], case.random.random())
        self.case = case
        self.index = index
        self.apart_s = 0.0
        self.paid = 0

    def run(self):
        due = time.monotonic()
        while not self.stopping.is_set():
            for framed in self.case.signed(self.index % len(self.nodes)):
                if self.stopping.wait(max(0.0, due - time.monotonic())):
                    return
                self.pay(framed)
                self.final.pop(framed, None)  # this program's memory is not what is measured
                self.paid += 1
                due = max(due + self.apart_s, time.monotonic() - 1)  # what was missed is not made up for


def slope_per_hour(samples):
    """Least squares over [(seconds, value)], per hour."""
    mean_t = sum(t for t, _ in samples) / len(samples)
    mean_v = sum(v for _, v in samples) / len(samples)
    spread = sum((t - mean_t) ** 2 for t, _ in samples)
    return 3600 * sum((t - mean_t) * (v - mean_v) for t, v in samples) / spread


class F39(ClerksCase):
    """Goal: nothing grows with time. Method: the rate of clerks without pause is taken, then half of it is offered. Of resident memory
    the store's caches are taken off, which fill up to their caps and are counted in them."""

    def signed(self, bank):
        body = payment(self.account(bank), self.account((bank + 1) % len(self.nodes)), "0.01")
        return sign(self.nodes[bank], [order(self.network, body)], copies=SIGNED_AT_ONCE)

    def sample(self):
        while not self.is_over.wait(SAMPLE_S):
            now = time.monotonic() - self.began
            for node in self.nodes:
                lines = Path(f"/proc/{node['pid']}/status").read_text(encoding="ascii").splitlines()
                resident = int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) / 1024
                store = self.metric(node, "vostro_store_memory_bytes") / 2**20
                descriptors = len(list(Path(f"/proc/{node['pid']}/fd").iterdir()))
                self.samples[node["participant"]].append((now, resident, resident - store, descriptors))

    def test_F39_nothing_grows_at_half_of_the_load(self):
        self.clerks = [PacedClerk(self, index) for index in range(CLERKS)]
        for clerk in self.clerks:
            clerk.start()
        self.network.wait(lambda: sum(clerk.paid for clerk in self.clerks) > 50, 60, "nothing settles")
        before = sum(clerk.paid for clerk in self.clerks)
        time.sleep(PEAK_S)
        peak = (sum(clerk.paid for clerk in self.clerks) - before) / PEAK_S
        for clerk in self.clerks:
            clerk.apart_s = CLERKS / (peak / 2)
        self.samples = {node["participant"]: [] for node in self.nodes}
        self.is_over = threading.Event()
        self.began = time.monotonic()
        sampler = threading.Thread(target=self.sample, daemon=True)
        sampler.start()
        paid = sum(clerk.paid for clerk in self.clerks)
        time.sleep(60 * MINUTES)
        self.is_over.set()
        sampler.join(30)
        rate = (sum(clerk.paid for clerk in self.clerks) - paid) / (60 * MINUTES)
        print(f"{peak:.0f} payments a second without pause; {rate:.0f} a second for {MINUTES:g} minutes", flush=True)
        self.assertGreater(rate, peak / 4)
        for clerk in self.clerks:
            clerk.stopping.set()
        for clerk in self.clerks:
            clerk.join(60)
            self.assertEqual(clerk.odd, [])
        for bank, samples in self.samples.items():
            late = [each for each in samples if each[0] > 60 * MINUTES / 3]
            self.assertGreater(len(late), 5)
            hours = (late[-1][0] - late[0][0]) / 3600
            slope = slope_per_hour([(t, own) for t, _, own, _ in late])
            print(f"{bank}: resident {late[0][1]:.1f} to {late[-1][1]:.1f} MiB, without the store's {late[0][2]:.1f} to {late[-1][2]:.1f} MiB: "
                  f"{slope:+.1f} MiB an hour (promised: {PROMISED_MIB_PER_H}); descriptors {late[0][3]} to {late[-1][3]}", flush=True)
            if MINUTES >= WARM_MINUTES:
                self.assertLess(slope * hours, PROMISED_MIB_PER_H * hours + NOISE_MIB, bank)
            self.assertLess(max(each[1] for each in samples), RESIDENT_MIB_MAX, bank)
            self.assertLessEqual(max(each[3] for each in late), late[0][3] + DESCRIPTORS_MORE, bank)
        self.assert_same_state_everywhere()


if __name__ == "__main__":
    unittest.main(warnings="ignore")
