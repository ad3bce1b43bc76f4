"""What befalls a network of real nodes: small named classes, one a kind, each with its row of the catalogue of faults. A trouble draws what
it does from the seed when it is made; who leads is looked up when it strikes. It leaves the network whole."""

import random
import time


SILENT_S = 12  # until a validator that went down counts as silent: 10 s after its last word


class Trouble:
    """`row` of the catalogue; `network`: least number of validators it makes sense for; `hold_s`: from, to."""

    row = "F?"
    validators_min = 4
    hold_s = (3, 6)

    def __init__(self, rng, count, stretch=1.0, **chosen):
        """`chosen`: what is not left to chance."""
        self.random = random.Random(rng.random())
        self.count = count
        self.faulty = (count - 1) // 3
        self.quorum = count - self.faulty
        self.hold = self.random.uniform(*self.hold_s) * stretch
        self.order = self.random.sample(range(count), count)  # of all nodes, by chance
        self.draw()
        for name, value in chosen.items():
            if not hasattr(self, name):
                raise ValueError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)

    def draw(self):
        """What it does, as far as it is chance."""

    def describe(self):
        return f"{type(self).__name__}: {self.what()}, {self.hold:.1f} s"

    def all(self):
        return list(range(self.count))

    def others(self, nodes):
        return [index for index in self.all() if index not in nodes]

    def links(self, senders, receivers):
        return [(a, b) for a in senders for b in receivers if a != b]

    def both_ways(self, some, others):
        return self.links(some, others) + self.links(others, some)


class LeaderCrash(Trouble):
    """Whoever leads next. Views pass in milliseconds and all lead in turn, so it is the leader of one of the next views."""

    row = "F10"

    def what(self):
        return "kill -9 of the leader of the next view"

    def victims(self, stage):
        turns = stage.leaders() or self.order
        return turns[1:2]

    def play(self, stage):
        down = self.victims(stage)
        for index in down:
            stage.kill(index)
        stage.say(f"    down: {', '.join(stage.bic(index) for index in down)}")
        stage.measure(self.row, "settles without them", self.others(down), self.promised_s)
        stage.hold(self.hold)
        for index in down:
            stage.start(index)
        stage.measure(self.row, "settles at all nodes after the restart", self.all(), 15)

    promised_s = 5


class TwoLeadersCrash(LeaderCrash):
    validators_min = 7
    promised_s = 10

    def what(self):
        return "kill -9 of two leaders of views that follow each other"

    def victims(self, stage):
        turns = stage.leaders() or self.order
        return turns[1:3]


class FewDown(Trouble):
    row = "F11"
    hold_s = (6, 9)

    def what(self):
        return f"{self.faulty} stopped in order; how long payments take with and without"

    def play(self, stage):
        usual = self.latencies(stage, self.hold)
        down = self.order[:self.faulty]
        for index in down:
            stage.network.stop(stage.nodes[index])
        stage.measure(self.row, "settles without them", self.others(down), 5)
        # A view waits for a leader that is not there until that one was silent for 10 s; from then on a round trip.
        at_first = self.latencies(stage, SILENT_S)
        for_good = self.latencies(stage, self.hold)
        stage.say(f"    usual: {spread(usual)}; with {self.faulty} down: {spread(at_first)} at first, {spread(for_good)} for good")
        stage.compare(self.row, f"p99 with {self.faulty} down for good", p99_ms(usual), p99_ms(for_good), 2)
        for index in down:
            stage.start(index)
        stage.measure(self.row, "settles at all nodes after the restart", self.all(), 15)


    @staticmethod
    def latencies(stage, seconds):
        since = time.monotonic()
        stage.hold(seconds)
        return stage.latencies(since, time.monotonic())


def quantile_ms(seconds, part):
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000 if ordered else 0.0


def p99_ms(seconds):
    return quantile_ms(seconds, 0.99)


def spread(seconds):
    if not seconds:
        return "no payment"
    return f"{len(seconds)} payments, p50 {quantile_ms(seconds, 0.5):.0f} ms, p99 {p99_ms(seconds):.0f} ms"


class TooManyDown(Trouble):
    row = "F12"

    def draw(self):
        self.number = self.random.choice(sorted({self.faulty + 1, self.count - self.faulty - 1, self.count - 1}))

    def what(self):
        return f"kill -9 of {self.number} at once, which return one by one"

    def play(self, stage):
        down = self.order[:self.number]
        for index in down:
            stage.kill(index)
        left = self.others(down)
        stage.stands(left, self.hold)
        stage.says_not_ready(left)
        for index in down:
            stage.start(index)
            left.append(index)
            if len(left) == self.quorum:
                stage.measure(self.row, "settles after the quorum's return", left, 10)
            elif len(left) < self.quorum:
                stage.stands(left, 1)
        stage.measure(self.row, "settles at all nodes after the restart", self.all(), 15)


class Split(Trouble):
    """Two sides that cannot hear each other; three where the seed says so."""

    row = "F13"

    def draw(self):
        cut = self.random.choice([self.count // 2, self.faulty])
        self.sizes = [cut, self.count - cut]
        if self.random.random() < 0.2:
            self.sizes = [cut, 1, self.count - cut - 1]

    def what(self):
        return "split into " + "/".join(str(size) for size in self.sizes)

    def sides(self):
        begins = [sum(self.sizes[:i]) for i in range(len(self.sizes))]
        return [self.order[begin:begin + size] for begin, size in zip(begins, self.sizes)]

    def play(self, stage):
        sides = self.sides()
        stage.wires.split(*sides)
        major = next((side for side in sides if len(side) >= self.quorum), None)
        if major:
            stage.measure(self.row, "settles on the side with the quorum", major, 10)
        stage.stands([index for side in sides if side is not major for index in side], self.hold)
        stage.wires.mend()
        stage.measure(self.row, "settles at all nodes after the healing", self.all(), 10)


class OneWay(Trouble):
    row = "F14"

    def draw(self):
        self.is_deaf = self.random.random() < 0.5

    def what(self):
        return f"the leader is {'deaf' if self.is_deaf else 'mute'}"

    def play(self, stage):
        victim = [(stage.leaders() or self.order)[1]]
        others = self.others(victim)
        stage.wires.cut(self.links(others, victim) if self.is_deaf else self.links(victim, others))
        stage.measure(self.row, "settles without it", others, 5)
        stage.hold(self.hold)
        stage.wires.mend()
        stage.measure(self.row, "settles at all nodes after the healing", self.all(), 10)


class MissingLinks(Trouble):
    row = "F15"

    def what(self):
        pairs = ", ".join(f"{a}-{b}" for a, b in self.pairs())
        return f"no link between {pairs}"

    def pairs(self):
        """f pairs of which no node is in two: each node misses one other."""
        return [(self.order[2 * i], self.order[2 * i + 1]) for i in range(self.faulty)]

    def play(self, stage):
        stage.wires.cut([link for a, b in self.pairs() for link in ((a, b), (b, a))])
        stage.measure(self.row, "settles at all nodes without these links", self.all(), 10)
        stage.hold(self.hold)
        stage.wires.mend()
        stage.measure(self.row, "settles at all nodes after the healing", self.all(), 10)


class Flapping(Trouble):
    row = "F16"
    hold_s = (8, 12)

    def what(self):
        return "links come and go every 0.5 to 5 s"

    def play(self, stage):
        end = time.monotonic() + self.hold
        while time.monotonic() < end:
            some = self.random.sample(stage.wires.all_links(), self.random.randrange(1, self.count * (self.count - 1) // 2))
            stage.wires.cut(some)
            stage.hold(self.random.uniform(0.5, min(5, self.hold / 2)))
            stage.wires.mend()
            stage.hold(self.random.uniform(0.5, min(5, self.hold / 4)))
        stage.measure(self.row, "settles at all nodes after the healing", self.all(), 10)


class BadWires(Trouble):
    """Each kind of its own, and all together."""

    row = "F17"
    KINDS = {
        "1 % loss": (10, {"loss": 0.01}),
        "10 % loss": (15, {"loss": 0.10}),
        "30 % loss": (None, {"loss": 0.30}),
        "10 % out of order, 10 % doubled": (10, {"reorder": 0.1, "double": 0.1}),
        "200 ms +- 100 ms": (15, {"delay_ms": 200, "jitter_ms": 100}),
        "5 % loss, 5 % doubled, 20 ms +- 20 ms": (15, {"loss": 0.05, "double": 0.05, "delay_ms": 20, "jitter_ms": 20}),
    }

    def draw(self):
        self.kind = self.random.choice(list(self.KINDS))

    def what(self):
        return f"{self.kind} on all links"

    def play(self, stage):
        promised, words = self.KINDS[self.kind]
        stage.wires.shape(**words)
        if promised:
            stage.measure(self.row, f"settles at all nodes with {self.kind}", self.all(), promised)
        stage.hold(self.hold)
        stage.wires.shape()
        stage.measure(self.row, "settles at all nodes after the healing", self.all(), 10)


class SlowWires(Trouble):
    row = "F17"

    def what(self):
        return "1 Mbit/s for all"

    def play(self, stage):
        for index in self.all():
            stage.wires.rate(index, "rate 1mbit burst 16kb latency 400ms")
        stage.measure(self.row, "settles at all nodes with 1 Mbit/s", self.all(), 15)
        stage.hold(self.hold)
        for index in self.all():
            stage.wires.rate(index, None)
        stage.measure(self.row, "settles at all nodes after the healing", self.all(), 10)


class Unplugged(Trouble):
    """Its connections are half open: nobody hears that they ended."""

    row = "F18"

    def what(self):
        return "one node's cable is pulled"

    def play(self, stage):
        victim = self.order[0]
        stage.wires.unplug(victim)
        stage.measure(self.row, "settles without it", self.others([victim]), 5)
        stage.hold(self.hold)
        stage.wires.plug(victim)
        stage.measure(self.row, "settles at all nodes after the healing", self.all(), 10)


class Resets(Trouble):
    """Each packet to one node is answered with a reset, in bursts; in between it can be dialled."""

    row = "F18"

    def what(self):
        return "a storm of resets around one node"

    def play(self, stage):
        victim = [self.order[0]]
        end = time.monotonic() + self.hold
        while time.monotonic() < end:
            with stage.wires.cutting(self.links(self.others(victim), victim), "reject with tcp reset"):
                stage.hold(0.3)
            stage.hold(0.2)
        stage.measure(self.row, "settles at all nodes after the healing", self.all(), 10)


class Frozen(Trouble):
    """The kernel goes on to answer for it: connections stay up and fill."""

    row = "F19"
    hold_s = (5, 8)

    def what(self):
        return f"SIGSTOP of {self.faulty}, the next leader among them"

    def play(self, stage):
        victims = (stage.leaders() or self.order)[1:1 + self.faulty]
        for index in victims:
            stage.pause(index)
        stage.measure(self.row, "settles without them", self.others(victims), 5 if self.faulty == 1 else 10)
        stage.hold(self.hold)
        for index in victims:
            stage.resume(index)
        stage.measure(self.row, "settles at all nodes after SIGCONT", self.all(), 10)


class RandomKills(Trouble):
    row = "F25"
    hold_s = (9, 12)

    def what(self):
        return "kill -9 of one every 1 to 3 s, started again at once"

    def play(self, stage):
        end = time.monotonic() + self.hold
        while time.monotonic() < end:
            victim = self.random.randrange(self.count)
            stage.kill(victim)
            stage.start(victim)
            stage.hold(self.random.uniform(1, 3))
        stage.measure(self.row, "settles at all nodes after the last kill", self.all(), 10)


class AllStopped(Trouble):
    row = "F26"
    hold_s = (3, 5)

    def draw(self):
        self.by_kill = self.random.random() < 0.5
        self.starts = self.random.sample(range(self.count), self.count)
        self.gaps = [self.random.uniform(0, self.hold / 2) for _ in range(self.count)]

    def what(self):
        return f"all {'killed' if self.by_kill else 'stopped'}, started again in another order, apart"

    def play(self, stage):
        for index in self.order:
            if self.by_kill:
                stage.kill(index)
            else:
                stage.network.stop(stage.nodes[index])
        for index, gap in zip(self.starts, self.gaps):
            stage.hold(gap)
            stage.start(index)
        stage.measure(self.row, "settles at all nodes after the last start", self.all(), 15)


KINDS = [LeaderCrash, TwoLeadersCrash, FewDown, TooManyDown, Split, OneWay, MissingLinks, Flapping, BadWires, SlowWires, Unplugged, Resets,
         Frozen, RandomKills, AllStopped]


def schedule(seed, count, stretch=lambda rng: 1.0):
    """Without end: each kind once in a random order, then again, and so on. The same for the same words."""
    rng = random.Random(seed)
    while True:
        kinds = [kind for kind in KINDS if count >= kind.validators_min]
        rng.shuffle(kinds)
        for kind in kinds:
            yield kind(rng, count, stretch(rng))


def for_minutes(troubles, minutes, begun):
    """As long as there is time for the next one."""
    for trouble in troubles:
        if time.monotonic() - begun > 60 * minutes:
            return
        yield trouble
