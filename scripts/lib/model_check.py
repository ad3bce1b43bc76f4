"""Checks the SPIN models in consensus/model: scripts/model-check.

One line a check: what, the states it looked at, and what came of it. A check holds, or must fail: a mutant breaks one
rule, and a model that does not notice proves nothing. The last check is of the comments: each Engine::function that a
model names as the place of its rule must exist. Exit code 0: all came out as expected; 1: not; 77: no spin here.
"""

import argparse
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "consensus" / "model"
SKIPPED = 77

# Every variable is shared, so partial order reduction would spare nothing.
SAFETY = ["-DSAFETY", "-DNOREDUCE"]
# Cycles, under weak fairness unless a check says otherwise.
LIVENESS = ["-DNOREDUCE", "-DNFAIR=2"]


@dataclass(frozen=True)
class Check:
    name: str
    model: str
    defines: tuple
    holds: bool
    states: int = 0  # exactly so many, where it holds and is exhaustive; 0: not pinned
    live: bool = False
    fair: bool = True
    compile: tuple = ()
    run: tuple = ("-w20",)
    memory_mb: int = 1024


def mutant(name, model, *defines, **more):
    return Check(name, model, defines, False, **more)


CHECKS = [
    Check("safety, 2 views", "core", ("VIEWS=2",), True, states=78133),
    mutant("  reached: a block final in each view", "core", "VIEWS=2", "REACH_FINAL_TWICE"),
    mutant("  reached: a view skipped, the next final", "core", "VIEWS=2", "REACH_FINAL_AFTER_SKIP"),
    mutant("  mutant: FINALIZE and NULLIFY of one view", "core", "VIEWS=2", "MUTANT_NO_EXCLUSION"),
    mutant("  mutant: views skipped without nullification", "core", "VIEWS=2", "MUTANT_NO_NULLIFICATION_CHECK"),
    mutant("  mutant: NOTARIZE forgotten after a restart", "core", "VIEWS=2", "MUTANT_FORGOTTEN_NOTARIZE"),
    mutant("  mutant: quorum 2 of 4", "core", "VIEWS=2", "MUTANT_QUORUM_2"),
    Check("crash, 1 view, three that crash", "crash", ("VIEWS=1", "CRASHERS=3"), True, states=32941),
    mutant("  mutant: sent before it is in the journal", "crash", "VIEWS=1", "CRASHERS=3", "MUTANT_SEND_FIRST"),
    mutant("  mutant: certificate with an own vote not synced", "crash", "VIEWS=1", "CRASHERS=3",
           "MUTANT_CERTIFICATE_FIRST"),
    mutant("  mutant: FINALIZE forgotten after a restart", "crash", "VIEWS=1", "CRASHERS=3",
           "MUTANT_FORGOTTEN_FINALIZE"),
    Check("liveness, 1 bad view and a good one", "live", ("GOOD=2",), True, states=164745, live=True),
    mutant("  without fairness it fails", "live", "GOOD=2", live=True, fair=False),
    mutant("  mutant: certificates are not passed on", "live", "GOOD=2", "MUTANT_KEPT_CERTIFICATES", live=True),
    mutant("  mutant: no NULLIFY after an own NOTARIZE", "live", "GOOD=2", "MUTANT_NO_NULLIFY_AFTER_NOTARIZE",
           live=True),
    mutant("  mutant: the leader asks for no certificates", "live", "GOOD=3", "MUTANT_NO_GET_CERTS", live=True,
           compile=("-DT_REVERSE",)),  # the steps in the other order: found at once
]

LONG_CHECKS = [
    Check("safety, 2 views, in all names", "core", ("VIEWS=2", "ALL_NAMES"), True, states=161881),
    Check("safety, 3 views", "core", ("VIEWS=3",), True, run=("-w26",), memory_mb=8000),
    Check("safety, 4 views, a sample by bitstate", "core", ("VIEWS=4",), True, compile=("-DBITSTATE",),
          run=("-w30", "-k3"), memory_mb=1024),
    Check("crash, 2 views, one that crashes", "crash", ("VIEWS=2", "CRASHERS=1"), True, run=("-w24",), memory_mb=2048),
]


class Failure(Exception):
    """What spin, the compiler or the verifier said instead of a result."""


def must(command, folder):
    outcome = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if outcome.returncode != 0:
        raise Failure(f"{' '.join(command)}: {(outcome.stdout + outcome.stderr).strip()[-2000:]}")
    return outcome.stdout


def verify(check, folder):
    """What the verifier of this check prints."""
    must(["spin", *(f"-D{define}" for define in check.defines), "-a", str(MODELS / f"{check.model}.pml")], folder)
    flags = LIVENESS if check.live else SAFETY
    must(["cc", "-O2" if check.holds else "-O0", "-w", *flags, *check.compile, f"-DMEMLIM={check.memory_mb}", "-o",
          "pan", "pan.c"], folder)
    how = ["-a", "-f"] if check.live and check.fair else ["-a"] if check.live else []
    return must(["./pan", *how, "-m100000", *check.run], folder)


def read(text):
    """(errors, states, memory in MB, complaint) of a verifier's output."""
    errors = re.search(r"errors: (\d+)", text)
    # Fairness looks at a state more than once; the number before it is that of the states.
    states = re.search(r"^ *([\d.e+]+) states, stored", text, re.MULTILINE)
    memory = re.search(r"([\d.]+)\ttotal actual memory usage", text)
    if not errors or not states or not memory:
        raise Failure(f"the verifier says: {text.strip()[-2000:]}")
    complaint = ""
    # Only whole searches say so; "max search depth too small" and "out of memory" are no errors to it.
    if "Search not completed" in text and int(errors.group(1)) == 0:
        complaint = "the search was not completed"
    elif "max search depth too small" in text:
        complaint = "the search did not go to the end of each run"
    return int(errors.group(1)), float(states.group(1)), float(memory.group(1)), complaint


def unreached(text):
    """Lines of the model that no run gets to: a rule that is never applied is not checked."""
    return re.findall(r"^\t\S+?:(\d+), state \d+, \"(?!-end-)([^\"]*)\"", text.split("unreached in claim")[0],
                      re.MULTILINE)


def judge(check, text):
    """(states, memory in MB, what came of it, whether as expected)"""
    errors, states, memory, complaint = read(text)
    if not check.holds:
        return states, memory, "fails, as it must" if errors else "HOLDS, but must fail", errors > 0
    if errors:
        return states, memory, "FAILS", False
    if complaint:
        return states, memory, complaint, False
    dead = unreached(text)
    if dead:
        return states, memory, f"line {dead[0][0]} is never reached: {dead[0][1]}", False
    if check.states and states != check.states:
        return states, memory, f"holds, in other states than the {check.states} on record", False
    return states, memory, "holds", True


def run(check):
    """Prints the line of one check; true if it came out as expected."""
    start = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory(prefix="vostro-model-") as folder:
        try:
            states, memory, result, as_expected = judge(check, verify(check, folder))
        except Failure as failure:
            states, memory, result, as_expected = 0, 0, f"CANNOT CHECK: {failure}", False
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{check.name:<50} {states:>13,.0f} states {memory:>6,.0f} MB {cpu:>6.1f} s CPU {time.monotonic() - start:>6.1f} s"
          f"  {result}", flush=True)
    return as_expected


def names_what_exists():
    """Each Engine::function and Table::function that a model gives as the place of its rule is one of consensus/."""
    declared = "\n".join(path.read_text() for path in sorted((ROOT / "consensus").glob("*.[hc]*")))
    named = set()
    for model in sorted(MODELS.glob("*.pml")):
        named |= {(model.name, name) for name in re.findall(r"\b[A-Z]\w+::(\w+)", model.read_text())}
    gone = sorted(f"{model} names {name}" for model, name in named if not re.search(rf"\b{name}\(", declared))
    found = "all are in consensus/" if not gone else "not in consensus/: " + "; ".join(gone)
    print(f"{'functions that the models name':<50} {len({name for _, name in named}):>13,} names   {found}")
    return bool(named) and not gone


def main():
    parser = argparse.ArgumentParser(prog="scripts/model-check", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="the larger instances only: minutes, gigabytes")
    arguments = parser.parse_args()
    for tool in ("spin", "cc"):
        if shutil.which(tool) is None:
            print(f"model-check: {tool} is missing (scripts/bootstrap --tests installs it)")
            return SKIPPED
    outcomes = [run(check) for check in (LONG_CHECKS if arguments.long else CHECKS)]
    outcomes.append(names_what_exists())
    print("all as expected" if all(outcomes) else "NOT AS EXPECTED")
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
