"""static/shared/socket.js against a server that the test plays frame by frame."""

from uuid import UUID

import pytest

SECOND = 1000


def event(seq: int, kind: str = "offer_updated", data: dict | None = None) -> dict:
    return {"type": kind, "seq": seq, "at": "2026-11-21T14:05:00.000Z", "data": data or {"id": seq}}


DANA = {"type": "dispatcher", "id": 7, "name": "Dana Whitfield", "role": "dispatcher"}
MINE = {"type": "driver", "id": 15, "name": "Marisol Quintanilla"}


def message(seq: int, conversation_seq: int = 1, sender: dict = DANA, **fields: object) -> dict:
    data = {"id": 100 + conversation_seq, "offer_id": 1, "driver_id": 15, "seq": conversation_seq, "sender": sender}
    return event(seq, "new_message", data | {"delivered_at": None, "message": "Hello"} | fields)


def seqs(wire) -> list[int]:
    return [seq for _, seq, _ in wire.seen("offer_updated")]


def ack(wire, frame: dict, data: dict | None = None) -> None:
    wire.send({"type": "ack", "ref": frame["ref"], "data": data or {}})


# --- opening


def test_socket_authenticates_first_and_a_page_without_a_cursor_is_told_to_read(wire):
    wire.open(head=4)
    assert wire.frames[0] == {"type": "authenticate"}
    assert wire.seen("refetch") == [["refetch", None, {"reason": "first"}]]
    wire.send(event(5))
    wire.wait_for_seen("offer_updated")
    assert seqs(wire) == [5]


def test_socket_after_a_break_goes_on_from_its_cursor(wire):
    wire.open(head=4)
    wire.send(event(5), event(6))
    wire.wait_for_seen("offer_updated", 2)
    wire.connections[-1].close(code=4001)
    wire.page.wait_for_function("socket.state === 'retrying'")
    wire.page.clock.run_for(2 * SECOND)
    assert wire.frame("authenticate", 2)["cursor"] == {"epoch": "e1", "seq": 6}
    wire.ready(head=8, recovered=True)
    wire.send(event(7), event(8))
    wire.wait_for_seen("offer_updated", 4)
    assert seqs(wire) == [5, 6, 7, 8]
    assert len(wire.seen("refetch")) == 1


def test_socket_reads_the_state_again_when_its_cursor_cannot_be_served(wire):
    wire.open(head=4)
    wire.connections[-1].close(code=4010)
    wire.page.wait_for_function("socket.state === 'retrying'")
    wire.page.clock.run_for(2 * SECOND)
    wire.open(head=90, number=2, epoch="e2")
    assert [detail["reason"] for _, _, detail in wire.seen("refetch")] == ["first", "gap"]
    wire.send(event(90), event(91))
    wire.wait_for_seen("offer_updated")
    assert seqs(wire) == [91]


def test_next_page_of_the_tab_goes_on_where_the_last_one_was(wire):
    wire.open(head=4)
    wire.send(event(5))
    wire.wait_for_seen("offer_updated")
    wire.page.goto(wire.page.url + "next")
    assert wire.frame("authenticate", 2)["cursor"] == {"epoch": "e1", "seq": 5}
    wire.page.wait_for_selector("[data-loaded]", state="attached")
    wire.ready(head=5, recovered=True)
    assert wire.seen("refetch") == []


@pytest.mark.parametrize(("code", "reason"), [(4500, "signed_out"), (4501, "protocol"), (4503, "revoked")])
def test_final_close_ends_it(wire, code, reason):
    wire.open()
    wire.connections[-1].close(code=code)
    assert wire.wait_for_seen("ended") == [["ended", None, {"code": code, "reason": reason}]]
    wire.page.clock.run_for(120 * SECOND)
    assert len(wire.connections) == 1
    assert wire.page.evaluate("socket.command('get_stats').catch((error) => error.code)") == "not_authenticated"


@pytest.mark.parametrize("code", [4001, 4005, 4008, 4010, 1012])
def test_other_closes_are_tried_again(wire, code):
    wire.open()
    wire.connections[-1].close(code=code)
    wire.page.wait_for_function("socket.state === 'retrying'")
    wire.page.clock.run_for(2 * SECOND)
    wire.open(number=2, recovered=True)
    assert wire.seen("ended") == []


def test_tries_come_later_and_later_and_the_light_says_offline(wire):
    wire.open()
    wire.refuse_with = 4001
    wire.answer("GET", "/api/events", lambda _: 503)
    wire.connections[-1].close(code=4001)
    waits = []
    for number in range(2, 6):
        wire.page.wait_for_function("socket.retryAt > Date.now()")
        waits.append(wire.page.evaluate("socket.retryAt - Date.now()"))
        wire.page.clock.run_for(waits[-1] + 50)
        wire.frame("authenticate", number)
        wire.page.wait_for_function("['retrying', 'offline'].includes(socket.state)")
    assert waits[0] <= 1000 < waits[2] < waits[3] <= 8000
    assert wire.page.evaluate("socket.state") == "offline"


def test_socket_of_another_person_ends_it(wire):
    wire.open(actor="driver:16")
    assert wire.wait_for_seen("ended")[0][2]["reason"] == "other_person"


# --- order


def test_events_are_applied_once_and_in_order(wire):
    wire.open(head=0)
    wire.send(event(1), event(1), event(3), event(2), event(2), event(4))
    wire.wait_for_seen("offer_updated", 4)
    assert seqs(wire) == [1, 2, 3, 4]


def test_gap_is_asked_for_on_the_open_connection(wire):
    wire.open(head=0)
    wire.send(event(1), event(4))
    resume = wire.frame("resume")
    assert resume["cursor"] == {"epoch": "e1", "seq": 1}
    assert seqs(wire) == [1]
    ack(wire, resume, {"epoch": "e1", "head": 5, "recovered": True})
    wire.send(event(2), {"type": "redacted", "seq": 3}, event(4), event(5))
    wire.wait_for_seen("offer_updated", 4)
    assert seqs(wire) == [1, 2, 4, 5]
    assert [seq for _, seq, _ in wire.seen("redacted")] == [3]
    assert len(wire.connections) == 1


def test_gap_that_cannot_be_filled_makes_the_page_read_again(wire):
    wire.open(head=0)
    wire.send(event(7))
    ack(wire, wire.frame("resume"), {"epoch": "e2", "head": 20, "recovered": False})
    wire.wait_for_seen("refetch", 2)
    wire.send(event(21))
    wire.wait_for_seen("offer_updated")
    assert seqs(wire) == [21]


def test_gap_that_stays_open_is_not_asked_for_ever(wire):
    wire.open(head=0)
    wire.send(event(7))
    for number in range(1, 4):
        ack(wire, wire.frame("resume", number), {"epoch": "e1", "head": 7, "recovered": True})
        wire.page.wait_for_timeout(50)
        wire.page.clock.run_for(2100)
    wire.page.clock.run_for(2 * SECOND)
    assert "cursor" not in wire.frame("authenticate", 2)
    assert wire.count("resume") == 3


def test_head_of_a_pong_reveals_what_never_came(wire):
    wire.open(head=3)
    wire.page.clock.run_for(25 * SECOND)
    wire.frame("heartbeat")
    wire.send({"type": "pong", "head": 4, "server_time": "2026-11-21T14:05:25.000Z"})
    wire.page.wait_for_timeout(50)
    wire.page.clock.run_for(2100)
    assert wire.frame("resume")["cursor"] == {"epoch": "e1", "seq": 3}


def test_connection_without_a_sign_of_life_is_replaced(wire):
    wire.open()
    wire.page.clock.run_for(25 * SECOND)
    wire.frame("heartbeat")
    wire.page.clock.run_for(10 * SECOND)
    wire.page.clock.run_for(2 * SECOND)
    wire.open(number=2, recovered=True)


# --- commands and messages


def test_command_answers_the_data_of_its_ack_and_refusals_by_code(wire):
    wire.open()
    wire.page.evaluate("""() => { window.asked = Promise.allSettled([
        socket.command("get_offer_details", { offer_id: 1 }),
        socket.command("driver_proposal", { proposal_id: 2, action: "accept", version: 1 })]); }""")
    details, answer = wire.frame("get_offer_details"), wire.frame("driver_proposal")
    refusal = {
        "type": "error",
        "ref": answer["ref"],
        "code": "stale_version",
        "message": "Changed.",
        "current": {"v": 2},
    }
    wire.send({**refusal, "retryable": False})
    ack(wire, details, {"id": 1})
    outcome = wire.page.evaluate("""async () => {
        const [one, two] = await asked;
        return [one.value, two.reason.code, two.reason.retryable, two.reason.error.current];
    }""")
    assert outcome == [{"id": 1}, "stale_version", False, {"v": 2}]


def test_command_in_flight_when_the_connection_goes_may_be_tried_again(wire):
    wire.open()
    wire.page.evaluate("() => { window.asked = socket.command('get_stats').catch((e) => [e.code, e.retryable]); }")
    wire.frame("get_stats")
    wire.connections[-1].close(code=4001)
    assert wire.page.evaluate("asked") == ["connection_lost", True]


def test_message_is_sent_again_with_the_same_id_until_it_is_committed(wire):
    wire.page.evaluate("socket.send({ offer_id: 1, driver_id: 15, message: 'On my way' }).client_id")
    wire.open()
    first = wire.frame("send_message")
    wire.connections[-1].close(code=4001)
    wire.page.wait_for_function("socket.state === 'retrying'")
    assert wire.page.evaluate("[socket.waiting, localStorage.length]") == [1, 1]
    wire.page.clock.run_for(2 * SECOND)
    wire.open(number=2, recovered=True)
    again = wire.frame("send_message", 2)
    assert {**again, "ref": None} == {**first, "ref": None}
    ack(wire, again, {"id": 9, "client_id": first["client_id"]})
    wire.page.wait_for_function("socket.waiting === 0")
    assert [entry["state"] for _, _, entry in wire.seen("outbox")] == ["sending", "sent"]
    assert wire.seen("outbox")[-1][2]["stored"]["id"] == 9
    assert wire.page.evaluate("localStorage.length") == 0
    wire.page.clock.run_for(30 * SECOND)
    assert wire.count("send_message") == 2


def test_messages_go_in_the_order_they_were_written_and_survive_the_page(wire):
    wire.page.evaluate("""["one", "two", "three"].forEach((message) =>
        socket.send({ offer_id: 1, driver_id: 15, message }))""")
    wire.page.goto(wire.page.url + "next")
    wire.page.wait_for_selector("[data-loaded]", state="attached")
    wire.open(number=2)
    for number, words in enumerate(["one", "two", "three"], 1):
        sent = wire.frame("send_message", number)
        assert sent["message"] == words
        ack(wire, sent, {"id": number})
    wire.page.wait_for_function("socket.waiting === 0")


def test_a_message_with_half_an_emoji_goes_out_whole_and_what_is_refused_is_failed(wire):
    wire.open()
    wire.page.evaluate("""socket.send({ offer_id: 1, driver_id: 15, message: "On my way \\ud83d\\ude9a\\ud83d" })""")
    assert wire.frame("send_message")["message"] == "On my way \U0001f69a"
    ref = wire.frame("send_message")["ref"]
    wire.send({"type": "error", "ref": ref, "code": "malformed_frame", "message": "No.", "retryable": False})
    wire.wait_for_seen("outbox", 2)
    assert [entry["state"] for _, _, entry in wire.seen("outbox")] == ["sending", "failed"]


def test_message_that_is_refused_waits_for_its_person(wire):
    wire.open()
    client_id = wire.page.evaluate("socket.send({ offer_id: 1, driver_id: 15, message: 'Hello' }).client_id")
    sent = wire.frame("send_message")
    wire.send(
        {"type": "error", "ref": sent["ref"], "code": "conversation_closed", "message": "Closed.", "retryable": False}
    )
    wire.page.wait_for_function("socket.outgoing(1, 15)[0].state === 'failed'")
    assert wire.page.evaluate("socket.outgoing(1, 15)[0].error.code") == "conversation_closed"
    wire.page.evaluate("(id) => socket.retry(id)", client_id)
    again = wire.frame("send_message", 2)
    assert again["client_id"] == client_id
    wire.send(
        {"type": "error", "ref": again["ref"], "code": "conversation_closed", "message": "Closed.", "retryable": False}
    )
    wire.page.wait_for_function("socket.outgoing(1, 15)[0].state === 'failed'")
    wire.page.evaluate("(id) => socket.drop(id)", client_id)
    assert wire.page.evaluate("[socket.outgoing(1, 15).length, localStorage.length]") == [0, 0]


def test_message_that_waited_too_long_goes_only_when_its_writer_says_so(wire):
    """Fourteen minutes without a connection are a tunnel; after sixteen what was said may be true no more."""
    wire.open()
    wire.connections[-1].close(code=4001)
    wire.page.wait_for_function("socket.state === 'retrying'")
    wire.refuse_with = 4001
    write = "(message) => socket.send({ offer_id: 1, driver_id: 15, message }).client_id"
    old = wire.page.evaluate(write, "10 min away")
    wire.page.clock.run_for(120 * SECOND)
    wire.page.evaluate(write, "I am here")
    assert wire.page.evaluate("socket.outgoing(1, 15).map(({ state }) => state)") == ["sending", "sending"]
    wire.page.clock.run_for(14 * 60 * SECOND)
    assert wire.page.evaluate("socket.outgoing(1, 15).map(({ state }) => state)") == ["old", "sending"]
    wire.refuse_with = None
    wire.page.evaluate("window.dispatchEvent(new Event('online'))")
    wire.page.wait_for_timeout(100)
    wire.ready(recovered=True)
    sent = wire.frame("send_message")
    assert sent["message"] == "I am here"
    ack(wire, sent, {"id": 1})
    wire.page.wait_for_function("socket.waiting === 0")
    assert wire.count("send_message") == 1
    wire.page.evaluate("(id) => socket.retry(id)", old)
    assert wire.frame("send_message", 2)["client_id"] == old


def test_message_that_waited_too_long_is_asked_about_on_the_next_page_and_deleted_for_good(wire):
    kept = """(age) => localStorage.setItem("offers:driver:15:outbox:c-1", JSON.stringify({ client_id: "c-1",
        offer_id: 1, driver_id: 15, message: "10 min away", state: "sending", error: null, place: 1,
        created_at: new Date(Date.now() - age).toISOString() }))"""
    wire.page.evaluate(kept, 8 * 24 * 3600 * SECOND)
    for number in (2, 3):
        wire.page.goto(f"{wire.page.url}next")
        wire.page.wait_for_selector("[data-loaded]", state="attached")
        wire.open(number=number)
        assert wire.wait_for_seen("outbox")[-1][2]["state"] == "old"
    wire.page.evaluate("socket.drop('c-1')")
    assert wire.page.evaluate("[socket.outgoing(1, 15).length, localStorage.length]") == [0, 0]
    assert wire.count("send_message") == 0


def test_message_that_is_stored_already_is_not_asked_about(wire):
    kept = """() => localStorage.setItem("offers:driver:15:outbox:c-1", JSON.stringify({ client_id: "c-1",
        offer_id: 1, driver_id: 15, message: "10 min away", state: "old", error: null, place: 1,
        created_at: new Date(0).toISOString() }))"""
    wire.page.evaluate(kept)
    wire.page.goto(f"{wire.page.url}next")
    wire.page.wait_for_selector("[data-loaded]", state="attached")
    wire.page.evaluate("socket.stored([{ id: 1, seq: 1, client_id: 'c-1' }])")
    assert wire.page.evaluate("[socket.outgoing(1, 15).length, localStorage.length]") == [0, 0]


def test_message_whose_event_came_and_not_its_ack_waits_no_more(wire):
    """Else a phone without signal counts it as waiting, and later says that it may not have arrived."""
    wire.open()
    wire.page.evaluate("socket.send({ offer_id: 1, driver_id: 15, message: 'Hello' })")
    client_id = wire.frame("send_message")["client_id"]
    wire.send(message(1, sender=MINE, client_id=client_id))
    wire.page.wait_for_function("seen.some(([name]) => name === 'new_message')")
    assert wire.page.evaluate("[socket.waiting, localStorage.length]") == [0, 0]
    assert [entry["state"] for _, _, entry in wire.seen("outbox")] == ["sending", "sent"]
    assert wire.seen("outbox")[-1][2]["stored"]["id"] == 101
    wire.connections[-1].close(code=4001)
    wire.page.wait_for_function("socket.state === 'retrying'")
    wire.page.evaluate("socket.send({ offer_id: 1, driver_id: 15, message: 'Again' })")
    wire.page.clock.run_for(2 * SECOND)
    wire.open(head=1, number=2, recovered=True)
    assert wire.frame("send_message", 2)["message"] == "Again"


def test_message_that_came_too_fast_goes_a_little_later(wire):
    wire.open()
    wire.page.evaluate("socket.send({ offer_id: 1, driver_id: 15, message: 'Hello' }).client_id")
    sent = wire.frame("send_message")
    wire.send({"type": "error", "ref": sent["ref"], "code": "rate_limited", "message": "Wait.", "retryable": True})
    wire.page.wait_for_timeout(50)
    assert wire.page.evaluate("socket.outgoing(1, 15)[0].state") == "sending"
    wire.page.clock.run_for(2100)
    assert wire.frame("send_message", 2)["client_id"] == sent["client_id"]


def test_chats_are_joined_again_after_a_break(wire):
    wire.open()
    wire.page.evaluate("() => { window.joined = socket.join(1, 15); }")
    ack(wire, wire.frame("join_offer_chat"), {"conversation": {}, "messages": [], "last_seq": 3, "has_more": False})
    wire.page.evaluate("joined")
    wire.connections[-1].close(code=4001)
    wire.page.wait_for_function("socket.state === 'retrying'")
    wire.page.clock.run_for(2 * SECOND)
    wire.open(number=2, recovered=True)
    again = wire.frame("join_offer_chat", 2)
    assert (again["offer_id"], again["driver_id"], again["after"]) == (1, 15, 3)


def test_delivered_is_told_once_for_the_furthest_message(wire):
    wire.open(head=0)
    wire.send(message(1, 1), message(2, 2), message(3, 3))
    wire.wait_for_seen("new_message", 3)
    wire.page.clock.run_for(200)
    told = wire.frame("mark_message_delivered")
    assert (told["offer_id"], told["driver_id"], told["seq"]) == (1, 15, 3)
    ack(wire, told)
    wire.page.clock.run_for(SECOND)
    assert wire.count("mark_message_delivered") == 1


def test_typing_is_told_seldom_and_ends_by_itself(wire):
    wire.open()
    wire.page.evaluate("for (let key = 0; key < 5; key += 1) socket.typing(1, 15)")
    wire.frame("typing_start")
    wire.page.clock.run_for(4100)
    wire.frame("typing_stop")
    assert wire.count("typing_start") == 1


def test_typist_who_says_nothing_more_has_stopped(wire):
    wire.open()
    typist = {"conversation_id": 3, "offer_id": 1, "driver_id": 15, "actor": {"type": "dispatcher", "id": 7}}
    wire.send({"type": "user_typing", "data": typist})
    wire.wait_for_seen("user_typing")
    wire.page.clock.run_for(5900)
    assert wire.seen("user_stopped_typing") == []
    wire.page.clock.run_for(200)
    assert wire.wait_for_seen("user_stopped_typing")[0][2] == typist


# --- without WebSockets


def test_blocked_websockets_give_way_to_polling_and_rest(wire):
    turns = iter(
        [
            {"epoch": "e1", "head": 4, "recovered": False, "events": []},
            {"epoch": "e1", "head": 7, "recovered": True, "events": [event(5), event(6), message(7)]},
        ]
    )
    wire.answer("GET", "/api/events", lambda _: next(turns, None))
    wire.answer("POST", "/api/offers/1/chat/15", lambda _: {"id": 9})
    wire.refuse_with = 4001
    wire.frame("authenticate")
    for number in (2, 3):
        wire.page.wait_for_function("socket.state === 'retrying'")
        wire.page.clock.run_for(3 * SECOND)
        wire.frame("authenticate", number)
    wire.wait_for_seen("offer_updated", 2)
    assert seqs(wire) == [5, 6]
    assert wire.page.evaluate("socket.state") == "polling"
    asked = [url for method, url, _ in wire.requests if method == "GET"]
    assert asked[:2] == ["/api/events?wait=0", "/api/events?epoch=e1&after=4&wait=25"]

    client_id = wire.page.evaluate("socket.send({ offer_id: 1, driver_id: 15, message: 'Hello' }).client_id")
    assert UUID(client_id).version == 4
    wire.page.wait_for_function("socket.waiting === 0")
    assert ("POST", "/api/offers/1/chat/15", {"message": "Hello", "client_id": client_id}) in wire.requests

    # Once in a while a WebSocket is tried again; when one opens, polling ends.
    wire.refuse_with = None
    wire.page.clock.run_for(61 * SECOND)
    assert wire.frame("authenticate", 4)["cursor"] == {"epoch": "e1", "seq": 7}
    wire.ready(head=7, recovered=True)
    assert wire.frame("mark_message_delivered")["seq"] == 1
    assert len(wire.seen("refetch")) == 1


def test_page_seen_again_after_long_reads_its_state(wire):
    wire.open()
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    for seconds, refetches in [(30, 1), (61, 2)]:
        wire.page.evaluate(hide, True)
        wire.page.clock.fast_forward(seconds * SECOND)
        wire.send({"type": "pong", "head": 0, "server_time": "2026-11-21T14:05:00.000Z"})
        wire.page.wait_for_timeout(50)
        wire.page.evaluate(hide, False)
        assert len(wire.seen("refetch")) == refetches
    assert wire.seen("refetch")[-1][2] == {"reason": "hidden"}


def test_signing_out_leaves_nothing_of_the_person(wire):
    wire.open(head=3)
    wire.page.evaluate("socket.send({ offer_id: 1, driver_id: 15, message: 'Hello' }); socket.forget()")
    assert wire.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert wire.seen("ended") == []
