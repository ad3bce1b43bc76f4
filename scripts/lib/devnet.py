"""Keeps a local network of real nodes for playing with.

  scripts/devnet up -n 4 --dir D [--currency JPY]...   make it (first time) and start it
  scripts/devnet status --dir D                        who runs, at which height
  scripts/devnet stop|start|logs [NODE] --dir D        one node (number or BIC), or all
  scripts/devnet kill NODE --dir D                     SIGKILL, as a crash
  scripts/devnet down --dir D                          stop everything; the directory stays

Everything a program needs to know stands in D/devnet.json.
"""

import argparse
import signal
import sys
from pathlib import Path

from vostronet import NetError, Network, is_alive


def parse():
    parser = argparse.ArgumentParser(prog="scripts/devnet", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, text, takes_node=False):
        sub = commands.add_parser(name, help=text)
        sub.add_argument("--dir", required=True, help="directory of the network")
        if takes_node:
            sub.add_argument("node", nargs="?", help="number or BIC; all where left out")
        return sub

    up = command("up", "make the network where it is not there yet, and start it")
    up.add_argument("-n", "--nodes", type=int, default=4, help="number of banks, default 4")
    up.add_argument("--currency", action="append", default=[], help="a further currency, beside EUR, USD and SGD")
    up.add_argument("--rate", type=int, default=1000, help="API requests a second of the tokens it makes")
    up.add_argument("--no-funds", action="store_true", help="issue no opening balances")
    command("status", "one line a node")
    command("stop", "orderly stop", True)
    command("start", "start again", True)
    command("kill", "SIGKILL", True)
    command("logs", "print a node's log", True)
    command("down", "stop all nodes")
    return parser.parse_args()


def show_status(network):
    for i, node in enumerate(network.require()["nodes"]):
        status = network.status(node) if is_alive(node["pid"]) else {}
        if not status:
            print(f"{i}  {node['participant']}  down")
            continue
        halted = f"  HALTED: {status['halted']['reason']}" if status.get("halted") else ""
        print(f"{i}  {node['participant']}  height {status['height']}  view {status['view']}  "
              f"{status['connected_validators']} of {status['validators']} validators  "
              f"{'ready' if status['_ready'] else 'not ready'}  pid {node['pid']}  {node['api']}{halted}")


def main():
    args = parse()
    network = Network(args.dir)
    if args.command == "up":
        is_new = network.info is None
        if is_new:
            network.create(args.nodes, args.currency, requests_per_second=args.rate)
        network.up()
        if is_new and not args.no_funds:
            network.fund()
        show_status(network)
        print(f"network {network.info['network_id']}, described in {network.file}")
        return
    if args.command == "status":
        show_status(network)
        return
    if args.command == "down":
        network.down()
        return
    chosen = [network.node(args.node)] if args.node is not None else network.require()["nodes"]
    for node in chosen:
        if args.command == "stop":
            network.stop(node)
        elif args.command == "kill":
            network.stop(node, signal.SIGKILL)
        elif args.command == "start":
            network.start(node)
        elif args.command == "logs":
            sys.stdout.write(Path(node["log"]).read_text(encoding="utf-8", errors="replace"))
    if args.command == "start":
        network.wait_ready(chosen)


if __name__ == "__main__":
    try:
        main()
    except (NetError, OSError) as error:
        sys.exit(f"devnet: {error}")
