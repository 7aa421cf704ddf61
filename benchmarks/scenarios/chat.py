"""Both products carry the same chat, in turn: the highest rate of each, and how each does at half the reference's."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.load import Run
from benchmarks.scenarios.base import Bench, Chat
from benchmarks.search import Search
from benchmarks.servers import Kind, Server, serving


@dataclass(frozen=True)
class Turn:
    highest: Run
    half: Run


@dataclass(frozen=True)
class Duel:
    ours: list[Turn]
    reference: list[Turn]
    half_rate: float


def duel(bench: Bench, ours: Kind, reference: Kind, say: Callable[[str], None]) -> Duel:
    """A B A B …: what else happens on the machine befalls both."""
    with serving(ours, bench.ground) as ours_server, serving(reference, bench.ground) as reference_server:
        our_top = found_top(bench, ours_server)
        reference_top = found_top(bench, reference_server)
        say(f"about {our_top:.0f} and {reference_top:.0f} a second; now in turn")
        result = Duel([], [], half_rate=reference_top / 2)
        for number in range(bench.plan.pairs):
            result.ours.append(_turn(bench, ours_server, our_top, result.half_rate))
            result.reference.append(_turn(bench, reference_server, reference_top, result.half_rate))
            mine, other = result.ours[-1].highest.rate, result.reference[-1].highest.rate
            say(f"pair {number + 1}: {mine:.0f} and {other:.0f} a second, {mine / other:.2f}")
        return result


def found_top(bench: Bench, server: Server) -> float:
    """About the highest rate, found without knowing anything."""
    with bench.chatting(server) as chat:
        chat.warm_up()
        return _search(chat).narrowed(bench.plan.first_rate, steps=bench.plan.coarse).rate


def _turn(bench: Bench, server: Server, near: float, half_rate: float) -> Turn:
    with bench.chatting(server) as chat:
        chat.warm_up()
        highest = _search(chat).highest(near, bench.plan.fine)
        return Turn(highest=highest, half=chat.run(half_rate, bench.plan.half_window))


def _search(chat: Chat) -> Search[Run]:
    return Search(lambda rate: chat.run(rate, chat.bench.plan.window), least=50)
