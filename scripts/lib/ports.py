"""Ports for processes on loopback that nobody else takes, also while nobody listens on them.

Used by development networks and the functional tests. Standard library only. They lie below the range that the kernel takes the ports of
outgoing connections from, and of `bind` to port 0; and each process has a block of its own, so that tests that run at the same time cannot
give out the same one. A block is held by a name (an abstract Unix socket, unix(7)): it is known where the ports are, in the network
namespace, leaves no file, and ends with the process. Networks that outlive the process that made them listen on: such ports are passed over.
"""

import contextlib
import errno
import functools
import itertools
import random
import socket
from pathlib import Path

FIRST = 10_000  # below it stand well-known services
BLOCK = 200  # a process with more ports than that begins again with those that are not in use
BLOCKS_MIN = 20


def _end():
    """The first port that is the kernel's to give out. Where that leaves us nothing, as some hosts are set, the usual one: then only
    other users of this module keep away."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    return first if first >= FIRST + BLOCKS_MIN * BLOCK else 32_768


class _Block:
    """Of this process, from its first port on until it ends."""

    def __init__(self):
        starts = list(range(FIRST, _end() - BLOCK + 1, BLOCK))
        random.shuffle(starts)  # a block that was just left may be another's again soon: a devnet's that is down for a moment
        for start in starts:
            self.holder = socket.socket(socket.AF_UNIX)
            try:
                self.holder.bind(f"\0vostro-ports-{start}")
            except OSError as error:
                self.holder.close()
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            self.ports = itertools.cycle(range(start, start + BLOCK))
            return
        raise RuntimeError(f"all {len(starts)} blocks of ports are held: see vostro-ports in /proc/net/unix")


_block = functools.cache(_Block)


def _is_free(port):
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as nodes do: connections that ended do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


def free_ports(count):
    """So many different ports of this process. None is given out again before all others of the block were."""
    found = list(itertools.islice(filter(_is_free, itertools.islice(_block().ports, BLOCK)), count))
    if len(found) < count:
        raise RuntimeError(f"of {BLOCK} ports no {count} are free")
    return found


def free_port():
    return free_ports(1)[0]
