from dataclasses import dataclass

import pytest

from benchmarks.search import Search


@dataclass(frozen=True)
class Outcome:
    rate: float
    holds: bool


class Server:
    """Holds up to `most`; what it was asked for is in `asked`."""

    def __init__(self, most, hiccups=()):
        self.most = most
        self.hiccups = list(hiccups)
        self.asked = []

    def attempt(self, rate):
        self.asked.append(rate)
        if len(self.asked) - 1 in self.hiccups:
            return Outcome(rate, holds=False)
        return Outcome(rate, holds=rate <= self.most)


@pytest.mark.parametrize(("start", "found"), [(100, 800), (800, 800), (6400, 800), (1600, 800)])
def test_finds_the_highest_step_from_either_side(start, found):
    server = Server(1000)
    assert Search(server.attempt).highest(start, 2).rate == found


def test_one_failure_is_tried_again():
    server = Server(1000, hiccups=[0, 2])
    assert Search(server.attempt).highest(400, 2).rate == 800
    assert server.asked == [400, 400, 800, 800, 1600, 1600]


def test_gives_what_failed_where_nothing_holds():
    outcome = Search(Server(0).attempt, least=50).highest(800, 2)
    assert not outcome.holds
    assert outcome.rate == 50


def test_grows_finer():
    server = Server(1000)
    outcome = Search(server.attempt).narrowed(100, steps=(2, 1.1))
    assert outcome.rate == pytest.approx(800 * 1.1**2)
    assert len(set(server.asked)) == len({100, 200, 400, 800, 1600} | {880, 968, 1065})


def test_does_not_ask_twice_for_what_the_coarse_steps_have_shown_to_fail():
    server = Server(1599)
    Search(server.attempt, tries=1).narrowed(100, steps=(2, 2**0.5))
    assert server.asked.count(1600) == 1
    assert max(server.asked) == 1600


def test_nothing_finer_where_nothing_holds():
    server = Server(0)
    outcome = Search(server.attempt, least=50, tries=1).narrowed(200, steps=(2, 1.1))
    assert not outcome.holds
    assert server.asked == [200, 100, 50]
