"""PostgreSQL's TPC-B on this machine, for vostro-bench: one server that flushes what it commits, pgbench's transfers one by one, and the
same in one statement for a thousand of them. Its data lies in a directory of its own that goes with it.

Writes what it found as JSON. Exit codes: 0; 1, it could not be measured, or its books are not balanced; 77, PostgreSQL is not installed.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "functional" / "lib"))
from postgresql import PROGRAMS, Postgresql, is_installed  # noqa: E402

SCALE = 10  # branches; 100,000 accounts each
BATCH = 1000
CLIENTS_OF_CORE = 4
SKIPPED = 77

# The five statements of TPC-B, each once for the whole batch. One client: two would wait for each other's branches in any order.
BATCH_SQL = f"""
WITH transfer AS MATERIALIZED (
  SELECT 1 + floor(random() * {SCALE * 100000})::int AS aid, 1 + floor(random() * {SCALE * 10})::int AS tid,
         1 + floor(random() * {SCALE})::int AS bid, floor(random() * 10001)::int - 5000 AS delta
  FROM generate_series(1, {BATCH})),
a AS (UPDATE pgbench_accounts o SET abalance = o.abalance + s.delta
  FROM (SELECT aid, sum(delta) AS delta FROM transfer GROUP BY aid) s WHERE o.aid = s.aid),
t AS (UPDATE pgbench_tellers o SET tbalance = o.tbalance + s.delta
  FROM (SELECT tid, sum(delta) AS delta FROM transfer GROUP BY tid) s WHERE o.tid = s.tid),
b AS (UPDATE pgbench_branches o SET bbalance = o.bbalance + s.delta
  FROM (SELECT bid, sum(delta) AS delta FROM transfer GROUP BY bid) s WHERE o.bid = s.bid)
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) SELECT tid, bid, aid, delta, CURRENT_TIMESTAMP FROM transfer;
""".replace("\n", " ")

SUMS_SQL = """SELECT (SELECT sum(abalance) FROM pgbench_accounts) = all_deltas AND (SELECT sum(tbalance) FROM pgbench_tellers) = all_deltas
AND (SELECT sum(bbalance) FROM pgbench_branches) = all_deltas, transfers
FROM (SELECT sum(delta) AS all_deltas, count(*) AS transfers FROM pgbench_history) h"""


class Server(Postgresql):
    settings = ("fsync=on", "synchronous_commit=on")  # as is the default; said all the same


def said_by(server, program, *words):
    return subprocess.run([str(PROGRAMS / program), "-h", str(server.home), "-U", "vostro", *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=True, timeout=600).stdout


def transfers_per_second(server, name, seconds, *words):
    """Of pgbench's transactions, and the time of one on average in ms."""
    out = said_by(server, "pgbench", "-n", "-T", seconds, *words, name)
    return float(re.search(r"tps = ([0-9.]+)", out)[1]), float(re.search(r"latency average = ([0-9.]+) ms", out)[1])


def measure(seconds):
    server = Server()
    try:
        name = server.new_database().split("dbname=")[1]
        said_by(server, "pgbench", "-i", "-q", "-s", SCALE, name)
        said_by(server, "psql", "-d", name, "-qc", "TRUNCATE pgbench_history")
        cores = os.cpu_count()
        single, single_ms = transfers_per_second(server, name, seconds, "-M", "prepared", "-c", CLIENTS_OF_CORE * cores, "-j", cores)
        script = server.home / "batch.sql"
        script.write_text(BATCH_SQL + "\n", encoding="ascii")
        batches, batch_ms = transfers_per_second(server, name, seconds, "-c", 1, "-f", script)
        balanced, transfers = said_by(server, "psql", "-d", name, "-qAtXc", SUMS_SQL).strip().split("|")
        return {"clients": CLIENTS_OF_CORE * cores, "transfers_per_s": single, "transfer_ms": single_ms, "batch": BATCH,
                "batch_transfers_per_s": batches * BATCH, "batch_ms": batch_ms, "transfers": int(transfers), "is_balanced": balanced == "t"}
    finally:
        server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20, help="of each of the two loads; default 20")
    parser.add_argument("--json", type=Path, required=True, help="file to write")
    args = parser.parse_args()
    if not is_installed():
        return SKIPPED
    # An exit like any other, so that the server and its directory go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        found = measure(args.seconds)
    except (subprocess.SubprocessError, OSError) as error:
        sys.stderr.write(f"tpcb: {error} {getattr(error, 'stderr', None) or ''}\n")
        return 1
    args.json.write_text(json.dumps(found) + "\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
