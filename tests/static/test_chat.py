"""How a conversation looks from either side, drawn in a real browser from data alone."""

import pytest

TABLE = {
    "sent": {"turn": "driver", "answers": ["accept", "counter", "reject"]},
    "viewed": {"turn": "driver", "answers": ["accept", "counter", "reject"]},
    "counter_offered": {"turn": "office", "answers": ["accept", "counter", "reject"]},
    "accepted": {"turn": "office", "answers": ["retract"]},
    "rejected": {"turn": None, "answers": []},
}
OFFICE_TABLE = TABLE | {
    "sent": {"turn": "driver", "answers": []},
    "viewed": {"turn": "driver", "answers": []},
    "accepted": {"turn": "office", "answers": ["award"]},
}
DRIVER, OFFICE, LEO = ("driver", 15, "Marisol Q"), ("dispatcher", 3, "Dana W"), ("dispatcher", 4, "Leo M")
SYSTEM = ("system", None, "Driver Offers")
DRAW = """async ([talk]) => {
  const { itemsOf } = await import("chat/bubbles.js");
  const { keep } = await import("chat/keep.js");
  const list = (window.list ??= document.body.appendChild(document.createElement("div")));
  window.pressed = [];
  const press = (what) => pressed.push(what);
  const act = { answer: press, retry: press, drop: press };
  for (const child of list.children) child.seenBefore = true;
  keep(list, itemsOf(talk, act));
  return [...list.children].map((row) => ({
    looks: row.className,
    words: row.innerText.replace(/\\s+/g, " ").trim(),
    buttons: [...row.querySelectorAll("button")].map((button) => button.innerText),
    stayed: Boolean(row.seenBefore),
  }));
}"""


def message(seq, sender, text="Words", kind="text", minute=0, **fields):
    return {
        "id": seq,
        "seq": seq,
        "sender": dict(zip(("type", "id", "name"), sender, strict=True)),
        "message": text,
        "message_type": kind,
        "proposed_rate": None,
        "currency": "USD",
        "client_id": None,
        "created_at": f"2026-11-20T14:{minute:02d}:05.000Z",
        "delivered_at": None,
        "read_at": None,
        "removed_at": None,
        **fields,
    }


def rate(seq, sender, amount, **fields):
    return message(seq, sender, f"{amount} USD", "rate_proposal", proposed_rate=amount, **fields)


def proposal(status, offered="1150.00", asked=None, agreed=None, version=1):
    return {
        "status": status,
        "offered_rate": offered,
        "driver_proposed_rate": asked,
        "agreed_rate": agreed,
        "currency": "USD",
        "version": version,
    }


@pytest.fixture
def draw(wire):
    def drawn(messages, viewer="driver:15", **talk):
        office = viewer.startswith("dispatcher")
        whole = {
            "messages": messages,
            "outgoing": [],
            "viewer": viewer,
            "proposal": proposal("viewed"),
            "table": OFFICE_TABLE if office else TABLE,
            "newAfter": None,
            "up": True,
            "miles": 500,
        }
        rows = wire.page.evaluate(DRAW, [whole | talk])
        return [row for row in rows if row["looks"] != "day"]

    return drawn


def test_what_is_mine_goes_out_and_the_rest_comes_in(draw):
    talk = [message(1, DRIVER), message(2, OFFICE), message(3, LEO), message(4, SYSTEM, kind="system")]
    assert [row["looks"] for row in draw(talk)] == ["msg msg--out", "msg", "msg", "sys"]
    office = draw(talk, viewer="dispatcher:3")
    assert [row["looks"] for row in office] == ["msg", "msg msg--out", "msg msg--out", "sys"]
    assert ["You" in row["words"] for row in office] == [False, True, False, False]


def test_a_third_side_comes_in_for_both_others_and_a_rate_of_it_waits_for_nobody(draw):
    customer = ("customer", 15, "Cora C")
    talk = [message(1, DRIVER), message(2, OFFICE), message(3, customer), rate(4, customer, "1150.00")]
    for viewer, looks in (
        ("driver:15", ["msg msg--out", "msg", "msg", "msg"]),
        ("dispatcher:3", ["msg", "msg msg--out", "msg", "msg"]),
        ("customer:15", ["msg", "msg", "msg msg--out", "msg msg--out"]),
    ):
        rows = draw(talk, viewer=viewer)
        assert [row["looks"].replace(" msg--same", "") for row in rows] == looks
        assert not any(row["buttons"] for row in rows)


def test_messages_of_one_person_and_minute_share_a_line(draw):
    rows = draw([message(1, OFFICE), message(2, OFFICE), message(3, OFFICE, minute=1), message(4, DRIVER, minute=1)])
    assert [row["looks"] for row in rows] == ["msg", "msg msg--same", "msg", "msg msg--out"]
    assert ["Dana" in row["words"] for row in rows] == [False, True, True, False]


@pytest.mark.parametrize(
    ("marks", "word"),
    [({}, "Sent"), ({"delivered_at": "x"}, "Delivered"), ({"delivered_at": "x", "read_at": "x"}, "Read")],
)
def test_receipts_are_words_beside_what_is_mine(draw, marks, word):
    mine, theirs = draw([message(1, DRIVER, **marks), message(2, OFFICE, **marks)])
    assert word in mine["words"]
    assert word not in theirs["words"]


def test_text_is_text_whatever_it_looks_like(draw, wire):
    (row,) = draw([message(1, OFFICE, "<img src=x onerror=alert(1)>")])
    assert "<img" in row["words"]
    assert wire.page.locator("img").count() == 0


def test_what_was_removed_leaves_its_place(draw):
    (row,) = draw([message(1, OFFICE, "", removed_at="2026-11-20T15:00:00Z")])
    assert "Message removed" in row["words"]


def test_kinds_that_are_not_known_are_passed_over(draw):
    assert len(draw([message(1, OFFICE, kind="hologram"), message(2, OFFICE)])) == 1


def test_what_is_new_stands_below_a_line_that_counts_it(draw):
    talk = [message(1, OFFICE), message(2, SYSTEM, kind="system"), message(3, OFFICE), message(4, OFFICE)]
    rows = draw(talk, newAfter=1)
    assert [row["words"] for row in rows if "day--new" in row["looks"]] == ["2 new"]
    assert "day--new" in rows[2]["looks"]


def test_the_rate_on_the_table_has_the_answers_of_whose_turn_it_is(draw):
    talk = [rate(1, OFFICE, "1100.00"), rate(2, DRIVER, "1240.00", minute=1)]
    asked = proposal("counter_offered", "1100.00", "1240.00")
    old, now = draw(talk, viewer="dispatcher:3", proposal=asked)
    assert (old["buttons"], "rate--past" in old["looks"]) == ([], False)
    assert now["buttons"] == ["Accept $1,240", "Counter back", "Decline"]
    assert all(row["buttons"] == [] for row in draw(talk, proposal=asked))


def test_a_counter_of_the_office_is_the_drivers_to_answer(draw):
    talk = [rate(1, DRIVER, "1240.00"), rate(2, OFFICE, "1190.00", minute=1)]
    stands = proposal("sent", "1190.00", "1240.00")
    assert draw(talk, proposal=stands)[1]["buttons"] == ["Accept $1,190", "Counter back", "Decline"]
    assert draw(talk, viewer="dispatcher:3", proposal=stands)[1]["buttons"] == []


def test_what_both_agree_on_is_awarded_or_taken_back(draw):
    talk = [rate(1, DRIVER, "1240.00")]
    agreed = proposal("accepted", asked="1240.00", agreed="1240.00")
    assert draw(talk, viewer="dispatcher:3", proposal=agreed)[0]["buttons"] == ["Award $1,240"]
    assert draw(talk, proposal=agreed)[0]["buttons"] == ["Take back"]


def test_terms_that_have_changed_take_the_buttons_away(draw):
    talk = [rate(1, DRIVER, "1240.00")]
    assert draw(talk, viewer="dispatcher:3", proposal=proposal("sent", "1300.00", "1240.00"))[0]["buttons"] == []


def test_without_a_connection_nothing_can_be_answered(draw):
    asked = proposal("counter_offered", asked="1240.00")
    (row,) = draw([rate(1, DRIVER, "1240.00")], viewer="dispatcher:3", proposal=asked, up=False)
    assert row["buttons"] == []
    assert "needs a connection" in row["words"]


def test_what_is_on_its_way_comes_last_until_it_is_there(draw):
    waiting = {"client_id": "a", "message": "One", "state": "sending", "error": None}
    failed = {"client_id": "b", "message": "Two", "state": "failed", "error": {"message": "Closed."}}
    rows = draw([message(1, OFFICE)], outgoing=[waiting, failed])
    assert [row["buttons"] for row in rows] == [[], [], ["Retry", "Delete"]]
    assert "Sending" in rows[1]["words"]
    assert "Closed." in rows[2]["words"]
    there = draw([message(1, OFFICE), message(2, DRIVER, "One", client_id="a")], outgoing=[waiting])
    assert [row["words"].split()[0] for row in there] == ["Words", "One"]


def test_what_has_not_changed_keeps_its_element(draw):
    talk = [message(1, DRIVER), message(2, OFFICE, minute=1)]
    draw(talk)
    talk[0]["read_at"] = "x"
    assert [row["stayed"] for row in draw([*talk, message(3, DRIVER, minute=2)])] == [False, True, False]
