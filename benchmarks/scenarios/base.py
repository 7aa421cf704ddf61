"""What every scenario works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.ground import Ground
from benchmarks.load import Load, Run
from benchmarks.people import People
from benchmarks.plan import Plan
from benchmarks.servers import Kind, Server, serving


@dataclass(frozen=True)
class Bench:
    ground: Ground
    load: Load
    ours: People
    reference: People
    plan: Plan

    def people(self, server: Server) -> People:
        return self.ours if server.product == "ours" else self.reference

    @contextmanager
    def chatting(self, *servers: Server) -> Iterator["Chat"]:
        """All pairs and desks connected; with two servers, a pair's sides are connected to different ones."""
        people = self.people(servers[0])
        addresses = [server.address for server in servers]
        self.load.call("open_chat", servers[0].product, addresses, people.pairs, people.desks)
        try:
            yield Chat(self, servers)
        finally:
            self.load.call("close")

    @contextmanager
    def chat_on(self, kind: Kind) -> Iterator["Chat"]:
        with serving(kind, self.ground) as server, self.chatting(server) as chat:
            yield chat


@dataclass(frozen=True)
class Chat:
    bench: Bench
    servers: tuple[Server, ...]

    def run(self, rate: float, seconds: float, *, patience: float | None = None) -> Run:
        pids = {"server": [server.pid for server in self.servers], **self.bench.ground.pids}
        wait = self.bench.plan.patience if patience is None else patience
        run: Run = self.bench.load.call("run", rate, seconds, wait, pids)
        return run

    def warm_up(self) -> None:
        """What is compiled, cached and connected at first is not what is measured."""
        self.run(self.bench.plan.warm_up_rate, self.bench.plan.warm_up_seconds)
