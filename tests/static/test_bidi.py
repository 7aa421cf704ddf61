"""Where names stand on the screen, measured letter by letter in a real browser."""

import pytest

from tests.static.test_chat import DRAW, SYSTEM, message, proposal

ARABIC, HEBREW = "أحمد الخطيب", "דוד לוי"
# The words of a text on the screen from left to right, for each of the texts asked about.
ORDER = """(parts) => {
  const row = document.body.lastElementChild;
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const places = {};
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const part of parts) {
      const at = node.data.indexOf(part);
      if (at < 0) continue;
      range.setStart(node, at);
      range.setEnd(node, at + part.length);
      places[part] = range.getBoundingClientRect().left;
    }
  }
  return Object.entries(places).sort((one, other) => one[1] - other[1]).map(([part]) => part);
}"""


@pytest.mark.parametrize("name", [ARABIC, HEBREW, "Omar"])
def test_below_a_message_stand_name_comma_time(wire, name):
    sender = ("driver", 15, name)
    wire.page.evaluate(DRAW, [talk([message(1, sender)], viewer="dispatcher:3")])
    by = wire.page.locator(".msg__by")
    first = name.split(" ")[0]
    assert by.inner_text().startswith(f"{first}, ")
    time = by.inner_text().removeprefix(f"{first}, ").split()[0]
    assert wire.page.evaluate(ORDER, [first, ", ", time, "AM" if "AM" in by.inner_text() else "PM"])[0] == first
    assert wire.page.evaluate(ORDER, [first, time]) == [first, time]


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (f"Taken off the load by {ARABIC}: 3 hours.", ["Taken", ARABIC, "3 hours"]),
        (f"{ARABIC} accepts $850.", [ARABIC, "accepts", "$850"]),
        (f"{HEBREW}, 5 min", [HEBREW, "5", "min"]),
    ],
)
def test_a_line_of_the_system_keeps_its_order(wire, words, order):
    wire.page.evaluate(DRAW, [talk([message(1, SYSTEM, words, kind="system")])])
    assert wire.page.locator(".sys").inner_text().startswith(words)
    assert wire.page.evaluate(ORDER, order) == order


def test_who_asks_stands_before_the_verb(wire):
    asked = message(1, ("driver", 15, ARABIC), "990", "rate_proposal", proposed_rate="990.00")
    told = talk([asked], viewer="dispatcher:3", proposal=proposal("counter_offered", "850.00", "990.00"))
    wire.page.evaluate(DRAW, [told])
    assert wire.page.evaluate(ORDER, ["أحمد", " asks"]) == ["أحمد", " asks"]


def test_what_is_filled_in_stands_for_itself(wire):
    said = wire.page.evaluate(
        """async ([name]) => {
          const { interpolate } = await import("shared/i18n.js");
          const { isolated } = await import("shared/bidi.js");
          const fill = (name) => interpolate("Award #%(id)s to %(name)s for %(amount)s?", { id: 5, name, amount: "$5" });
          return [fill(name), fill("Ann"), isolated(isolated(name)), isolated(name + "\\u2069x")];
        }""",
        [ARABIC],
    )
    kept = f"\u2068{ARABIC}\u2069"
    assert said == [f"Award #5 to {kept} for $5?", "Award #5 to Ann for $5?", kept, f"\u2068{ARABIC}x\u2069"]


def test_a_toast_keeps_the_order_of_its_words(wire):
    wire.page.evaluate(
        """async ([name]) => {
          const { toast } = await import("shared/toasts.js");
          const { interpolate } = await import("shared/i18n.js");
          toast({ title: interpolate("%(name)s asks %(amount)s", { name, amount: "$940" }), words: name });
          document.body.append(document.querySelector(".toasts"));
        }""",
        [ARABIC],
    )
    assert wire.page.evaluate(ORDER, [" asks", "$940"]) == [" asks", "$940"]
    assert wire.page.locator(".toast bdi").count() == 2


def talk(messages, viewer="driver:15", **more):
    table = {status: {"turn": turn, "answers": []} for status, turn in (("viewed", "driver"), ("counter_offered", "office"))}
    return {
        "messages": messages,
        "outgoing": [],
        "viewer": viewer,
        "proposal": proposal("viewed"),
        "table": table,
        "newAfter": None,
        "up": True,
        "miles": 500,
    } | more


def test_the_words_for_states_are_those_of_the_page(wire):
    words = wire.page.evaluate(
        """async () => {
          const data = document.createElement("script");
          Object.assign(data, { id: "state-words", type: "application/json" });
          data.textContent = JSON.stringify({ lost: "Lost", "lost:covered": "Covered", sent: "Sent" });
          document.body.append(data);
          const { state, stateWord } = await import("shared/state.js");
          return [stateWord("lost", "covered"), stateWord("lost", "other"), stateWord("sent"), state("sent").textContent];
        }"""
    )
    assert words == ["Covered", "Lost", "Sent", "Sent"]
