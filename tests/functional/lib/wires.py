"""A network of a test's own for nodes: each has its network namespace with one wire, and all wires end in vostro-relay, which delays, loses,
doubles and reorders packets under a seed. nft cuts within the namespaces, tbf limits their rates. Needs root.

Nothing has a name on this machine: the namespaces are held by open files of this program and its children alone. However it ends, SIGKILL
included, the kernel takes the nodes, then the relay, then the namespaces with their devices and rules."""

import contextlib
import ctypes
import fcntl
import os
import shutil
import struct
import subprocess
import threading
import unittest

from vostronet import bin_dir, die_with_parent, inside

CLONE_NEWNET = 0x40000000  # linux/sched.h
TUNSETIFF = 0x400454CA  # linux/if_tun.h
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
WIRE = "wire"
PORT = 7400
SBIN = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
RELAY = "vostro-relay"
MILLION = 1_000_000


def need():
    """Skips the test where this machine cannot have such a network."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root, to make network namespaces of its own")
    missing = [name for name in ("ip", "tc", "nft") if shutil.which(name, path=SBIN["PATH"]) is None]
    if missing:
        raise unittest.SkipTest(f"needs {' and '.join(missing)}: scripts/bootstrap --tests installs them")
    try:
        Wires(1, 0).close()
    except OSError as error:
        raise unittest.SkipTest(f"cannot make a network namespace with a wire here: {error}") from error


def address(index):
    return f"10.77.0.{index + 1}"


def libc(call, *arguments):
    if call(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def new_namespace():
    """An open file of a fresh network namespace; this thread stays where it is."""
    c = ctypes.CDLL(None, use_errno=True)
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        libc(c.unshare, CLONE_NEWNET)
        try:
            return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            libc(c.setns, here, CLONE_NEWNET)
    finally:
        os.close(here)


class Wires:
    """Of `count` nodes. `links` are pairs (from, to) of their indices; without them all."""

    def __init__(self, count, seed):
        self.count = count
        self.lock = threading.Lock()
        self.relay = None
        self.namespaces = []
        devices = []
        try:
            for index in range(count):
                self.namespaces.append(new_namespace())
                devices.append(self._plug_in(index))
            self.relay = subprocess.Popen([str(bin_dir() / RELAY), str(seed), *map(str, devices)], stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, text=True, pass_fds=devices, preexec_fn=die_with_parent)
        except BaseException:
            self.close()
            raise
        finally:
            for device in devices:
                os.close(device)

    def close(self):
        if self.relay:
            self.relay.stdin.close()
            self.relay.wait(20)
            self.relay.stdout.close()
        for each in self.namespaces:
            os.close(each)
        self.namespaces = []

    def _plug_in(self, index):
        with inside(self.place(index)):
            device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", WIRE.encode(), IFF_TUN | IFF_NO_PI))
        self.command(index, "ip", "link", "set", "lo", "up")
        self.command(index, "ip", "address", "add", f"{address(index)}/24", "dev", WIRE)
        self.command(index, "ip", "link", "set", WIRE, "up")
        return device

    def place(self, index):
        """What a node's description says of where it is."""
        return {"netns": f"/proc/{os.getpid()}/fd/{self.namespaces[index]}"}

    def command(self, index, *words, text=None):
        """Runs a program in the node's namespace."""
        with inside(self.place(index)):
            done = subprocess.run(words, input=text, capture_output=True, text=True, env=SBIN, timeout=60, check=False)
        if done.returncode != 0:
            raise OSError(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()} {text or ''}")
        return done.stdout

    # ---- the relay ----

    def _tell(self, line):
        with self.lock:
            self.relay.stdin.write(line + "\n")
            self.relay.stdin.flush()
            return self.relay.stdout.readline().strip()

    def all_links(self):
        return [(a, b) for a in range(self.count) for b in range(self.count) if a != b]

    def shape(self, links=None, delay_ms=0.0, jitter_ms=0.0, loss=0.0, double=0.0, reorder=0.0):
        """From now on, of packets on these links; the last three are parts of one. Without words: a good wire."""
        words = [round(delay_ms * 1000), round(jitter_ms * 1000), *(round(part * MILLION) for part in (loss, double, reorder))]
        for a, b in self.all_links() if links is None else links:
            answer = self._tell(f"set {a} {b} " + " ".join(map(str, words)))
            if answer != "ok":
                raise OSError(f"{RELAY}: {answer}")

    def counts(self):
        """What became of all packets so far."""
        return dict(zip(("passed", "lost", "doubled", "reordered", "overflowed"), map(int, self._tell("count").split())))

    # ---- rules and rates within the namespaces ----

    def cut(self, links, how="drop"):
        """nft at the receiver: what comes over these links is dropped, or `how` says: "reject with tcp reset"."""
        for receiver in sorted({b for _, b in links}):
            senders = ", ".join(address(a) for a, b in links if b == receiver)
            protocol = "meta l4proto tcp " if "tcp" in how else ""
            self.command(receiver, "nft", "-f", "-", text="table ip cuts { chain incoming { type filter hook input priority 0; }; }\n"
                         f"add rule ip cuts incoming ip saddr {{ {senders} }} {protocol}{how}\n")

    def split(self, *sides):
        """No packet passes between nodes of different sides."""
        side_of = {node: number for number, side in enumerate(sides) for node in side}
        self.cut([(a, b) for a, b in self.all_links() if side_of[a] != side_of[b]])

    def rate(self, index, words):
        """tbf of what the node sends, as "rate 1mbit burst 16kb latency 200ms"; None takes it away."""
        if words:
            self.command(index, "tc", "qdisc", "replace", "dev", WIRE, "root", "tbf", *words.split())
        else:
            self.command(index, "tc", "qdisc", "del", "dev", WIRE, "root")

    def unplug(self, index):
        self.command(index, "ip", "link", "set", WIRE, "down")

    def plug(self, index):
        self.command(index, "ip", "link", "set", WIRE, "up")

    def mend(self):
        """All cuts end; the relay is left as it is."""
        for index in range(self.count):
            self.command(index, "nft", "flush", "ruleset")

    @contextlib.contextmanager
    def cutting(self, links, how="drop"):
        self.cut(links, how)
        try:
            yield
        finally:
            self.mend()

    # ---- nodes on these wires ----

    def connect(self, network):
        """Changes the configurations of a network that was made and not started: each node in its namespace, peers over the wires."""
        nodes = network.info["nodes"]
        listens = []
        for node in nodes:
            with open(node["config"], encoding="utf-8") as file:
                text = file.read()
            listens.append(text.split('[peers]\nlisten = "')[1].split('"')[0])
        for index, node in enumerate(nodes):
            with open(node["config"], encoding="utf-8") as file:
                text = file.read()
            for other, listen in enumerate(listens):
                text = text.replace(f'"{listen}"', f'"{address(other)}:{PORT}"')
            with open(node["config"], "w", encoding="utf-8") as file:
                file.write(text)
            node.update(self.place(index))
        network.save()
