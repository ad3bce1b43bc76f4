"""Troubles of all kinds, one after the other, befall a network of real nodes under steady load: kills, freezes, splits, one-way and missing
links, flapping, loss, disorder, delay, low rates, resets. At the end every payment that was reported final is on every node exactly once,
heights and state roots agree, the books balance, memory is flat, and each recovery is inside its promise; all times are printed.

  scripts/chaos [--minutes N] [--seed S] [--validators 4|7]

As a test: VOSTRO_TEST_SEED, VOSTRO_CHAOS_MINUTES and VOSTRO_CHAOS_VALIDATORS say the same."""

import argparse
import os
import random
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import troubles  # noqa: E402
from stage import Stage  # noqa: E402

LONG_MINUTES = 10  # a run that lasts longer has troubles that do, too: idle and silence timers of 10 to 30 s run out


def validators():
    return int(os.environ.get("VOSTRO_CHAOS_VALIDATORS", "4"))


class Chaos(Stage):
    nodes_count = validators()

    def test_chaos_loses_and_forks_nothing(self):
        minutes = float(os.environ.get("VOSTRO_CHAOS_MINUTES", "2.2"))
        print(f"{self.nodes_count} validators, {minutes} minutes, VOSTRO_TEST_SEED={self.seed}", flush=True)
        stretch = (lambda rng: rng.choice([1, 1, 3, 8])) if minutes >= LONG_MINUTES else (lambda rng: 1.0)
        self.play(troubles.for_minutes(troubles.schedule(self.seed, self.nodes_count, stretch), minutes, time.monotonic()))
        self.assertGreater(self.reported(), 100)


def main():
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3, help="as long as new troubles begin; default 3")
    parser.add_argument("--seed", type=int, help="repeats the troubles of a run, not its timing; default by chance")
    parser.add_argument("--validators", type=int, choices=range(4, 17), default=4, metavar="N", help="4 to 16; default 4")
    args = parser.parse_args()
    os.environ["VOSTRO_CHAOS_MINUTES"] = str(args.minutes)
    os.environ["VOSTRO_TEST_SEED"] = str(random.SystemRandom().randrange(2**32) if args.seed is None else args.seed)
    Chaos.nodes_count = args.validators
    result = unittest.TextTestRunner(verbosity=0, warnings="ignore").run(Chaos("test_chaos_loses_and_forks_nothing"))
    sys.exit(77 if result.skipped else not result.wasSuccessful())


if __name__ == "__main__":
    if os.environ.get("VOSTRO_CHAOS_BY_HAND") == "1":
        main()
    unittest.main(warnings="ignore")
