"""What is told arrives: in order, without a gap, once, whatever becomes of the doorbell."""

import secrets
import socket
import threading

import pytest

from accounts.models import User
from presence import services
from presence.models import StreamEvent, StreamHead
from tests.client import Device, Refused
from tests.presence import notes
from tests.presence.factories import connect, key, make_user, token_of


def numbers(device: Device) -> list[int]:
    return [event["seq"] for event in device.durable]


def test_every_device_of_a_person_hears_everything_in_one_order(each_shared_server):
    olga = make_user()
    with connect(each_shared_server, olga) as phone, connect(each_shared_server, olga) as desk:
        for number in (5, 6, notes.HIDDEN, 7):
            phone.ask("note", number=number)
        for device in (phone, desk):
            device.wait_until(lambda it: len(it.durable) == 4)
    assert phone.durable == desk.durable
    assert numbers(desk) == [1, 2, 3, 4]
    assert desk.durable[2] == {"type": "redacted", "seq": 3}
    event = desk.durable[3]
    assert (event["type"], event["data"]) == (notes.KIND, {"id": 7, "for": olga.pk})
    assert event["at"].endswith("Z")


def test_nobody_hears_what_another_is_told(shared_server):
    olga, other = make_user(), make_user()
    with connect(shared_server, olga) as mine, connect(shared_server, other) as theirs:
        mine.ask("note", number=5)
        theirs.ask("note", number=6)
        mine.wait_until(lambda it: it.durable)
        theirs.wait_until(lambda it: it.durable)
    assert [event["data"]["id"] for event in theirs.durable] == [6]


def test_what_no_doorbell_announced_is_found_by_looking_at_the_heads(serve):
    server = serve(LOST_DOORBELLS=1)
    olga = make_user()
    with connect(server, olga) as device:
        for number in range(20, 25):
            device.ask("note", number=number)
        device.wait_until(lambda it: len(it.durable) == 5)
    assert [event["data"]["id"] for event in device.durable] == [20, 21, 22, 23, 24]


def test_gaps_are_filled_when_doorbells_are_lost_at_random(serve):
    server = serve(LOST_DOORBELLS=0.3)
    people = [make_user() for _ in range(3)]
    devices = [connect(server, person) for person in people for _ in range(2)]

    def write(device: Device, to: User) -> None:
        for number in range(20, 60):
            device.ask("note", number=number, to=to.pk)

    writers = [
        threading.Thread(target=write, args=(device, people[(place + 1) % 3])) for place, device in enumerate(devices)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for device in devices:
        device.wait_until(lambda it: len(it.durable) == 80)
        device.close()
        assert device.faults == []
        assert numbers(device) == list(range(1, 81))


def test_resuming_after_a_break_tells_all_that_was_missed_and_nothing_twice(each_shared_server):
    olga = make_user()
    with connect(each_shared_server, olga) as writer:
        heard: list[int] = []
        cursor = {"epoch": writer.ready["epoch"], "seq": 0}
        thread = threading.Thread(target=lambda: [writer.ask("note", number=number) for number in range(100, 300)])
        thread.start()
        while True:
            with connect(each_shared_server, olga, cursor=cursor) as device:
                assert device.ready["recovered"]
                device.wait_until(lambda it, seen=len(heard): len(it.durable) >= min(30, 200 - seen))
            heard += numbers(device)
            cursor = device.cursor
            if len(heard) >= 200:
                break
        thread.join()
    assert heard == list(range(1, 201))


def test_resume_on_the_open_connection_tells_again_from_there(shared_server):
    olga = make_user()
    with connect(shared_server, olga) as device:
        for number in range(20, 30):
            device.ask("note", number=number)
        device.wait_until(lambda it: len(it.durable) == 10)
        epoch = device.ready["epoch"]
        assert device.resume({"epoch": epoch, "seq": 4}) | {"ref": 0} == {
            "epoch": epoch,
            "head": 10,
            "recovered": True,
            "ref": 0,
        }
        device.wait_until(lambda it: len(it.durable) == 16)
        assert numbers(device)[10:] == [5, 6, 7, 8, 9, 10]
        for cursor in ({"epoch": "another", "seq": 4}, {"epoch": epoch, "seq": 11}):
            assert device.resume(cursor) == {"epoch": epoch, "head": 10, "recovered": False}
        device.ask("note", number=5)
        device.wait_until(lambda it: len(it.durable) == 17)


def test_pruned_past_is_not_recovered(shared_server):
    olga = make_user()
    notes.write(to=[key(olga)], number=5, times=6)
    StreamEvent.objects.filter(seq__lte=4).update(at="2020-01-01T00:00:00Z")
    assert services.prune() == 4
    with connect(shared_server, olga, cursor={"epoch": "x", "seq": 0}) as device:
        epoch = device.ready["epoch"]
        assert not device.ready["recovered"]
    for seq, recovered in ((3, False), (4, True)):
        with connect(shared_server, olga, cursor={"epoch": epoch, "seq": seq}) as device:
            assert device.ready["recovered"] is recovered


def test_another_epoch_lets_everybody_come_again(server):
    olga = make_user()
    with connect(server, olga) as device:
        device.ask("note", number=5)
        device.wait_until(lambda it: it.durable)
        services.new_epoch()
        assert device.wait_until_closed() == 4010
    with connect(server, olga, cursor=device.cursor) as again:
        assert not again.ready["recovered"]
        assert again.ready["epoch"] != device.ready["epoch"]


def test_restored_backup_lets_those_who_know_more_come_again(server):
    olga = make_user()
    with connect(server, olga) as device:
        for _ in range(3):
            device.ask("note", number=5)
        device.wait_until(lambda it: len(it.durable) == 3)
        StreamEvent.objects.filter(seq__gt=1).delete()
        StreamHead.objects.update(seq=1)
        assert device.wait_until_closed() == 4010


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_reader_that_stays_behind_is_closed_as_too_slow_and_others_are_not(serve, kind):
    server = serve(kind, QUEUE_MAX=50)
    olga = make_user()
    url = server.socket_url
    with connect(server, olga) as writer:
        slow = Device(url, token=token_of(olga.actor), receive_buffer=65_536)
        slow.stop_reading()
        padding = secrets.token_hex(30_000)  # Not to be compressed to nothing.
        for number in range(300):
            writer.ask("note", number=number + 20, text=padding)
        writer.wait_until(lambda it: len(it.durable) == 300)
        slow.go_on_reading()
        assert slow.wait_until_closed() == 4008
        assert len(slow.durable) < 300
        assert slow.faults == []


def test_frame_cut_in_the_middle_harms_nobody_else(each_shared_server):
    olga = make_user()
    with connect(each_shared_server, olga) as device:
        cut = Device(each_shared_server.socket_url, token=token_of(olga.actor))
        cut._socket.socket.sendall(b"\x81\xfe\x10\x00abcd{")
        cut._socket.socket.shutdown(socket.SHUT_RDWR)
        assert device.ask("note", number=5)
        device.wait_until(lambda it: it.durable)


def test_passing_events_reach_those_who_joined_and_end_when_nobody_renews_them(shared_server):
    with (
        connect(shared_server, make_user()) as one,
        connect(shared_server, make_user()) as two,
        connect(shared_server, make_user()) as out,
    ):
        for device in (one, two):
            device.ask("listen")
        one.ask("hum")
        assert two.wait_for("humming")["data"] == {"by": one.ready["user"]["id"]}
        two.wait_for("humming_ended")
        before = len(two.frames)
        one.ask("hum")
        one.ask("stop_humming")
        two.wait_for("humming_ended", since=before)
        one.ask("stop_humming")
        two.ask("hush")
        one.ask("hum")
        two.ask("listen")
        before = len(two.frames)
        one.ask("hum")
        one.close()
        two.wait_for("humming_ended", since=before)
        kinds = [frame["type"] for frame in two.passing if frame["type"] != "presence_changed"]
        assert kinds == ["humming", "humming_ended"] * 3
        assert not [frame for frame in out.passing if frame["type"].startswith("humming")]
        assert not [frame for frame in one.passing if frame["type"].startswith("humming")]


def test_refused_command_tells_nothing(shared_server):
    olga = make_user()
    with connect(shared_server, olga) as device:
        with pytest.raises(Refused):
            device.ask("refuse")
        with pytest.raises(Refused):
            device.ask("note_together", number=666)
        device.ask("note", number=5)
        device.wait_until(lambda it: it.durable)
    assert numbers(device) == [1]
    assert StreamEvent.objects.count() == 1


@pytest.mark.services
def test_two_processes_tell_each_other_and_ring_from_outside(serve):
    first, second = serve(HEADS_SECONDS=600), serve("daphne", HEADS_SECONDS=600)
    olga = make_user()
    with connect(first, olga) as one, connect(second, olga) as two:
        for number in range(20, 40):
            (one, two)[number % 2].ask("note", number=number)
        notes.write(to=[key(olga)], number=5)
        for device in (one, two):
            device.wait_until(lambda it: len(it.durable) == 21)
        one.ask("listen")
        two.ask("listen")
        other = connect(first, make_user())
        other.ask("hum")
        two.wait_for("humming")
        other.close()
    assert one.durable == two.durable
