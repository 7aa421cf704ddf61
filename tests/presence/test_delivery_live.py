"""What is told arrives: in order, without a gap, once, whatever becomes of the doorbell."""

from tests.presence import notes
from tests.presence.factories import connect, key, make_user


def test_what_is_told_arrives_in_order_and_numbered(server):
    olga = make_user()
    with connect(server, olga) as device:
        for number in (5, 6, 7):
            device.ask("note", number=number)
        device.wait_until(lambda it: len(it.durable) == 3)
    assert [event["data"]["id"] for event in device.durable] == [5, 6, 7]
    assert [event["seq"] for event in device.durable] == [1, 2, 3]
    assert [event["type"] for event in device.durable] == [notes.KIND] * 3


def test_what_another_process_tells_is_found_without_a_doorbell(server):
    olga = make_user()
    with connect(server, olga) as device:
        notes.write(to=[key(olga)], number=5, times=3)
        device.wait_until(lambda it: len(it.durable) == 3)
