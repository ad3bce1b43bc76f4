"""Who may know whom: includes and link lists follow the houses, downwards only, and without circles."""

import re

from tree import house_of

# A house and the houses it may know. What is not listed here is no house.
MAY_KNOW = {
    "base": set(),
    "consensus": {"base"},
    "chain": {"base"},
    "genesis": {"base", "chain"},
    "net": {"base"},
    "p2p": {"base", "net"},
    "iso20022": {"base"},
    "node": {"base", "consensus", "chain", "genesis", "net", "p2p"},
    "client": {"base", "consensus", "chain", "genesis", "net"},
    "wallet-cli": {"base", "chain", "genesis", "iso20022", "client"},
    "bridge": {"base", "chain", "genesis", "net", "iso20022", "client"},
    "audit": {"base", "consensus", "chain", "genesis", "net", "iso20022", "client"},
}
# They use all houses, and no house uses them.
USERS = {"tests", "bench"}

# The edges of the pure chain: it owns the port and the types, they implement and print them.
CHAIN_EDGES = ("chain/store/", "chain/json/")

LINK_LIST = re.compile(r"(?:vostro_house|target_link_libraries)\s*\(\s*(\S+)(.*?)\)", re.DOTALL)
LINKED = re.compile(r"\bvostro_([a-z0-9_-]+)\b")
SPECIAL_TARGETS = {"options", "house"}


def known_house(target):
    """"chain_store" and "wallet" are targets of the houses chain and wallet-cli."""
    for house in MAY_KNOW:
        plain = house.replace("-", "_")
        if target.replace("-", "_") == plain or target.replace("-", "_").startswith(plain + "_"):
            return house
    return None


def check_include(name, number, included):
    house, other = house_of(name), house_of(included)
    here = f"{name}:{number}"
    if other == "tests" and house not in USERS:
        yield f"{here}: includes {included}: nothing but tests and bench uses tests/"
    elif other == "bench" and house not in USERS:
        yield f"{here}: includes {included}: nothing but bench and tests uses bench/"
    elif house in MAY_KNOW and other in MAY_KNOW and other != house and other not in MAY_KNOW[house]:
        yield f"{here}: includes {included}: {house} may know {sorted(MAY_KNOW[house]) or 'nobody'}"
    elif (
        house == "chain"
        and included.startswith(CHAIN_EDGES)
        and not name.startswith(CHAIN_EDGES)
    ):
        yield f"{here}: includes {included}: the pure part of chain knows neither its store nor its JSON"


def check_links(name, text):
    house = house_of(name)
    for match in LINK_LIST.finditer(re.sub(r"#[^\n]*", "", text)):
        for target in LINKED.findall(match.group(2)):
            other = known_house(target)
            if target in SPECIAL_TARGETS or other is None or other == house:
                continue
            if other not in MAY_KNOW[house]:
                yield f"{name}: {match.group(1)} links vostro_{target}: {house} may know {sorted(MAY_KNOW[house])}"


def circles(edges):
    """Files that include each other in a circle, each circle once."""
    done, path, found = set(), [], set()

    def visit(name):
        if name in path:
            circle = path[path.index(name):]
            start = circle.index(min(circle))
            found.add(" -> ".join(circle[start:] + circle[:start]))
            return
        if name in done:
            return
        path.append(name)
        for other in edges.get(name, ()):
            visit(other)
        path.pop()
        done.add(name)

    for name in sorted(edges):
        visit(name)
    return found


def check(tree):
    files = set(tree.cpp_files())
    edges = {}
    for name in files:
        for number, kind, included in tree.includes(name):
            if kind != "ours":
                continue
            if included not in tree.files:
                yield f"{name}:{number}: includes {included}: there is no such file under the root"
                continue
            edges.setdefault(name, []).append(included)
            yield from check_include(name, number, included)
    for circle in circles(edges):
        yield f"{circle}: include each other in a circle"
    for name in tree.files:
        if name.endswith("CMakeLists.txt") and house_of(name) in MAY_KNOW:
            yield from check_links(name, tree.text(name))


SAMPLES = [
    ("downwards", {"base/a.h": "", "consensus/b.cpp": '#include "base/a.h"\n'}, None),
    (
        "upwards",
        {"consensus/a.h": "", "base/b.cpp": '#include "consensus/a.h"\n'},
        "base/b.cpp:1: includes consensus/a.h",
    ),
    (
        "sideways",
        {"chain/a.h": "", "consensus/b.cpp": '\n#include "chain/a.h"\n'},
        "consensus/b.cpp:2: includes chain/a.h",
    ),
    (
        "from tests",
        {"tests/support/a.h": "", "node/b.cpp": '#include "tests/support/a.h"\n'},
        "nothing but tests and bench",
    ),
    ("tests from tests", {"tests/support/a.h": "", "tests/unit/b.cpp": '#include "tests/support/a.h"\n'}, None),
    ("circle", {"base/a.h": '#include "base/b.h"\n', "base/b.h": '#include "base/a.h"\n'}, "in a circle"),
    ("no such file", {"base/a.cpp": '#include "bytes.h"\n'}, "no such file"),
    (
        "pure part and store",
        {"chain/store/a.h": "", "chain/b.cpp": '#include "chain/store/a.h"\n'},
        "the pure part of chain",
    ),
    (
        "link list",
        {"consensus/CMakeLists.txt": "vostro_house(consensus a.cpp LINK vostro_base vostro_chain)\n"},
        "links vostro_chain",
    ),
    (
        "good link list",
        {"consensus/CMakeLists.txt": "vostro_house(consensus a.cpp LINK vostro_base)\n"},
        None,
    ),
]
