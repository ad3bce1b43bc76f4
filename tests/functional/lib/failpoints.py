"""Nodes that end at a point of their program: vostro-node-failpoints, which is the program that is installed, with the points that
base/failpoint.h describes."""

import re
from pathlib import Path

from network_case import ROOT

PROGRAM = "vostro-node-failpoints"


def failpoints():
    """The names in the sources. Each is there once."""
    names = []
    for folder in ("base", "chain", "node"):
        for path in sorted((ROOT / folder).rglob("*.cpp")):
            names += re.findall(r'VOSTRO_FAILPOINT\("([a-z-]+)"\)', path.read_text(encoding="utf-8"))
    return sorted(names)


def order_file(node):
    return Path(node["config"]).with_name("failpoint")


def environment(node):
    return {"VOSTRO_FAILPOINT_FILE": str(order_file(node))}


def arm(node, name, count=1, action="kill"):
    """It ends, or stands still, at the count-th time that it comes to the point from now on."""
    draft = order_file(node).with_suffix(".draft")
    draft.write_text(f"{name} {count} {action}\n", encoding="ascii")
    draft.replace(order_file(node))


def was_hit(node):
    return order_file(node).with_suffix(".hit").exists()


def forget_hit(node):
    order_file(node).with_suffix(".hit").unlink()
