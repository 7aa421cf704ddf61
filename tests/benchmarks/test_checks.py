"""One pair, so that messages 0, 2, 4 … are by the office and 1, 3, 5 … by the driver."""

import pytest

from benchmarks.checks import Faults, Tally
from benchmarks.schedule import Side, sender

NO_FAULT = Faults(lost=0, doubled=0, misordered=0, unanswered=0)


@pytest.fixture
def tally():
    return Tally([0.0, 1.0, 2.0, 3.0], pairs=1)


def deliver(tally, *numbers, at=0.5):
    for number in numbers:
        tally.sent(number, tally.moments[number])
        tally.accepted(number, tally.moments[number] + at)
        for side in Side:
            tally.received(number, side, tally.moments[number] + at)


def test_the_fixture_is_as_it_says():
    assert [sender(number, 1)[1] for number in range(4)] == [Side.OFFICE, Side.DRIVER, Side.OFFICE, Side.DRIVER]


def test_what_arrives_once_in_order_is_no_fault(tally):
    deliver(tally, 0, 1, 2, 3)
    assert tally.is_complete
    assert tally.faults() == NO_FAULT
    assert tally.accepted_count == 4


def test_what_one_side_does_not_get_is_lost(tally):
    deliver(tally, 0, 1, 2)
    tally.accepted(3, 3.1)
    tally.received(3, Side.DRIVER, 3.1)
    assert not tally.is_complete
    assert tally.faults().lost == 1
    tally.received(3, Side.OFFICE, 3.2)
    assert tally.is_complete
    assert tally.faults() == NO_FAULT


def test_what_arrives_before_its_acknowledgement_is_complete_with_it(tally):
    deliver(tally, 0, 1, 2)
    for side in Side:
        tally.received(3, side, 3.1)
    assert not tally.is_complete
    assert tally.faults().unanswered == 1
    tally.accepted(3, 3.2)
    assert tally.is_complete


def test_what_is_refused_is_answered_and_never_lost(tally):
    deliver(tally, 0, 1, 2)
    tally.refused(3, "rate_limited")
    tally.refused(3, "rate_limited")
    assert tally.is_complete
    assert tally.faults() == NO_FAULT
    assert tally.refusals == {"rate_limited": 1}
    assert tally.accepted_count == 3


def test_what_comes_again_is_doubled(tally):
    deliver(tally, 0, 1, 2, 3)
    tally.received(2, Side.DRIVER, 4.0)
    tally.accepted(2, 4.0)
    assert tally.faults() == Faults(lost=0, doubled=2, misordered=0, unanswered=0)


def test_what_a_sender_said_later_may_not_come_first(tally):
    deliver(tally, 2, 1)
    assert tally.faults().misordered == 0  # Of different senders.
    deliver(tally, 0)
    assert tally.faults().misordered == 2  # Both sides heard the office's second message first.


def test_a_gap_in_a_stream_counts(tally):
    tally.out_of_order()
    assert tally.faults().misordered == 1


def test_latency_is_from_the_scheduled_moment_to_the_other_side(tally):
    tally.sent(0, 0.25)
    tally.received(0, Side.OFFICE, 0.3)
    assert tally.latencies() == []
    tally.received(0, Side.DRIVER, 0.75)
    assert tally.latencies() == [0.75]
    assert tally.lateness() == [0.25]


def test_what_is_accepted_after_the_time_is_not_accepted_within_it(tally):
    deliver(tally, 0, 1)
    deliver(tally, 2, at=5)
    assert tally.accepted_within(3) == 2
    assert tally.accepted_count == 3
