"""What each command of the live connection takes, what its service is given, and in which words the rest is refused."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.utils import translation

from kernel.errors import Invalid
from offers.enums import Action, OfferStatus
from presence.live import builtin, commands
from presence.live.builtin import CursorSaid

LARGEST = 2**63 - 1
NEEDED = "This field is required."
NULL = "This field may not be null."
NO_NUMBER = "A valid integer is required."
NO_DECIMAL = "A valid number is required."
NO_TEXT = "Not a valid string."
BLANK = "This field may not be blank."
UNSTORABLE = "This has characters that cannot be kept."
NO_FIELD = "There is no such field."
RANGE = "This time is out of range."
FORMS = "YYYY-MM-DDThh:mm[:ss[.uuuuuu]]"
SPANISH = {
    NEEDED: "Este campo es requerido.",
    NULL: "Este campo no puede ser nulo.",
    NO_NUMBER: "Introduzca un número entero válido.",
    NO_DECIMAL: "Se requiere un número válido.",
    NO_TEXT: "No es una cadena válida.",
    BLANK: "Este campo no puede estar en blanco.",
    UNSTORABLE: "Hay caracteres que no se pueden guardar.",
    NO_FIELD: "No existe ese campo.",
    RANGE: "Esta hora está fuera de rango.",
    "Ensure this value is greater than or equal to": "Asegúrese de que este valor es mayor o igual a",
    "Ensure this value is less than or equal to": "Asegúrese de que este valor es menor o igual a",
    "Ensure this field has no more than": "Asegúrese de que este campo no tenga más de",
    " characters.": " caracteres.",
    "is not a valid choice.": "no es una elección válida.",
    "Invalid data. Expected a dictionary, but got": "Datos inválidos. Se esperaba un diccionario pero es un",
    "Datetime has wrong format. Use one of these formats instead": (
        "Fecha/hora con formato erróneo. Use uno de los siguientes formatos en su lugar"
    ),
    "Datetime value out of range.": "Valor de fecha y hora fuera de rango.",
    "This must be more than nothing.": "Debe ser mayor que cero.",
    "This is at most": "Es como máximo",
    "Name it in whole cents.": "Indíquelo en centavos enteros.",
}
"""Words and their Spanish, whole or as far as a number or what was sent stands in them."""


class Kind(NamedTuple):
    """`taken` are values with what is made of them, `refused` values with the words against them. A value may stand for
    another field of the same form; a mapping of words is by the name of the field.
    """

    taken: list[tuple[Any, Any]]
    refused: list[tuple[Any, Any]]
    may_be_null: bool = False


def whole(least: int, most: int | None, *, may_be_null: bool = False) -> Kind:
    middle = max(least, 5)
    taken = [(least, least), (middle, middle), (float(middle), middle)]
    refused = [(each, NO_NUMBER) for each in (True, False, 5.5, 1e16, 1e40, float("nan"), "5", "", "\ud800", [5], {})]
    refused.append((least - 1, f"Ensure this value is greater than or equal to {least}."))
    if most is not None:
        taken.append((most, most))
        refused += [(each, f"Ensure this value is less than or equal to {most}.") for each in (most + 1, 10**40)]
    return Kind(taken, refused, may_be_null)


def text(most: int | None, *, is_trimmed: bool = True, may_be_null: bool = False, may_be_blank: bool = False) -> Kind:
    taken = [("a", "a"), ("a b\n👍", "a b\n👍"), (" a\n", "a" if is_trimmed else " a\n"), ("\u200b", "\u200b")]
    refused = [(each, NO_TEXT) for each in (5, 5.0, True, ["a"], {"a": 1})]
    refused += [(each, UNSTORABLE) for each in ("a\x00", " \x00 ", "\ud800", "\ud800" * 9000)]
    blanks = ["", " ", "\n\u3000 "] if is_trimmed else [""]
    if may_be_blank:
        taken += [(each, "") for each in blanks]
    else:
        refused += [(each, BLANK) for each in blanks]
    if most is not None:
        padded = f" {'é' * most} " if is_trimmed else "é" * most
        taken.append((padded, "é" * most))
        refused.append(("é" * (most + 1), f"Ensure this field has no more than {most} characters."))
    return Kind(taken, refused, may_be_null)


def choice(*choices: Any, refused: list[Any]) -> Kind:
    strange = [*refused, 0, True, [str(choices[-1])], f" {choices[-1]}", str(choices[-1]).upper()]
    return Kind(
        [(str(each), each) for each in choices], [(each, f'"{each}" is not a valid choice.') for each in strange]
    )


ID = whole(1, LARGEST)
VERSIONS = {least: whole(least, 2**31 - 1) for least in (0, 1)}
SEQ = whole(0, LARGEST)
RATE = Kind(
    [
        *((each, Decimal("850.00")) for each in (850, 850.0, "850", " 850.0\n", "850.00", 850.0000000001)),
        (0.1 + 0.2, Decimal("0.30")),
        ("9999999.99", Decimal("9999999.99")),
    ],
    [
        *(
            (each, NO_DECIMAL)
            for each in (True, [], {}, "1e3", "1,250.50", "$850", "８５０", "NaN", float("inf"), "5.")
        ),
        *((each, "This must be more than nothing.") for each in (0, -5, "0.00", "-0.001")),
        *((each, "This is at most 9,999,999.99.") for each in (10_000_000, 1e22, "9" * 20)),
        *((each, "Name it in whole cents.") for each in ("850.000", "0.001", 850.005)),
    ],
    may_be_null=True,
)
MOMENT = Kind(
    [
        *((each, datetime(2026, 11, 21, 14, 5, tzinfo=UTC)) for each in ("2026-11-21T14:05", "2026-11-21 15:05+01:00")),
        ("2026-11-21T14:05:00.123Z", datetime(2026, 11, 21, 14, 5, 0, 123000, tzinfo=UTC)),
    ],
    [
        *(
            (each, f"Datetime has wrong format. Use one of these formats instead: {FORMS}Z.")
            for each in (5, True, [], "2026-11-21T14:05:00Z" + " " * 21)
        ),
        *(
            (each, f"Datetime has wrong format. Use one of these formats instead: {FORMS}[+HH:MM|-HH:MM|Z].")
            for each in ("", "now", "2026-13-01T00:00:00Z")
        ),
        *((each, RANGE) for each in ("1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "2099-12-31T23:59:59-01:00")),
        ("0001-01-01T00:00:00+14:00", "Datetime value out of range."),
    ],
    may_be_null=True,
)
CURSOR = Kind(
    [
        ({"epoch": "e", "seq": 0}, CursorSaid("e", 0)),
        ({"epoch": " " + "e" * 64, "seq": float(5)}, CursorSaid("e" * 64, 5)),
        ({"epoch": "e", "seq": 2**64 - 1}, CursorSaid("e", 2**64 - 1)),
    ],
    [
        *(
            (each, f"Invalid data. Expected a dictionary, but got {type(each).__name__}.")
            for each in (5, "e", ["e", 4], True, 1.5)
        ),
        ({}, {"cursor.epoch": NEEDED, "cursor.seq": NEEDED}),
        ({"epoch": None, "seq": True}, {"cursor.epoch": NULL, "cursor.seq": NO_NUMBER}),
        ({"epoch": "", "seq": "4"}, {"cursor.epoch": BLANK, "cursor.seq": NO_NUMBER}),
        ({"epoch": "e", "seq": -1}, {"cursor.seq": "Ensure this value is greater than or equal to 0."}),
        ({"epoch": "e" * 65, "seq": 1}, {"cursor.epoch": "Ensure this field has no more than 64 characters."}),
        ({"epoch": "e", "x": 1, "n" * 80: 1}, {"cursor.x": NO_FIELD, f"cursor.{'n' * 56}…": NO_FIELD}),
    ],
)
ANYTHING = Kind(
    [(each, each) for each in (5, "", [], {"epoch": 5}, {"epoch": "e", "seq": 4, "x": [None]}, True)], [], True
)
REASONS = ["rate_too_low", "too_far", "hours", "equipment", "cargo_size", "home_time", "already_loaded", "other"]
CHAT = {"offer_id": ID, "driver_id": ID}

FIELDS: dict[str, dict[str, Kind]] = {
    "authenticate": {"token?": text(8192, may_be_null=True), "cursor?": ANYTHING},
    "heartbeat": {},
    "resume": {"cursor": CURSOR},
    "join_offer_chat": CHAT | {"after?": whole(0, LARGEST, may_be_null=True)},
    "leave_offer_chat": CHAT,
    "send_message": CHAT | {"message": text(None, is_trimmed=False), "client_id": text(64)},
    "typing_start": CHAT,
    "typing_stop": CHAT,
    "mark_message_delivered": CHAT | {"seq?": SEQ, "message_id?": ID},
    "mark_message_read": CHAT | {"seq?": SEQ, "message_id?": ID},
    "driver_proposal": {
        "action": choice(Action.VIEW, Action.ACCEPT, Action.REJECT, Action.RETRACT, refused=["send", "award", ""]),
        "version": VERSIONS[0],
        "rate?": RATE,
        "reason?": choice("", *REASONS, refused=["covered", " "]),
        "note?": text(500, may_be_blank=True),
        "pressed_at?": MOMENT,
        "proposal_id": ID,
    },
    "offer_status_change": {
        "offer_id": ID,
        "status": choice(*(OfferStatus(each) for each in ("active", "completed", "cancelled")), refused=["draft", ""]),
        "version": VERSIONS[1],
    },
    "get_offer_details": {"offer_id": ID},
    "get_stats": {},
    "get_activity": {"limit?": whole(1, 200), "offset?": whole(0, 10_000_000)},
}
"""A field with `?` may be left out."""
NAMES = [(command, field) for command, fields in FIELDS.items() for field in fields]


def least(command: str) -> dict[str, Any]:
    """A body with what is needed and nothing else."""
    return {name: kind.taken[0][0] for name, kind in FIELDS[command].items() if not name.endswith("?")}


def read(command: str, body: Any) -> Any:
    found = builtin.find(command) or commands.find(command)
    assert found is not None
    return dict(found.read(body))


def refusal(command: str, body: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        read(command, body)
    english = refused.value.as_dict()["fields"]
    with translation.override("es"):
        spanish = refused.value.as_dict()["fields"]
    assert {name: list(map(in_spanish, words)) for name, words in english.items()} == spanish
    return english


def in_spanish(words: str) -> str:
    for english, spanish in SPANISH.items():
        words = words.replace(english, spanish)
    return words


def test_every_command_is_here():
    rooms = {
        name for name, command in commands._commands.items() if command.fields.__module__.startswith(("chat", "offers"))
    }
    assert set(FIELDS) == rooms | set(builtin._own)


@pytest.mark.parametrize("command", FIELDS)
def test_what_is_left_out_is_not_given_and_what_is_needed_is_asked_for(command):
    body = least(command)
    assert read(command, body).keys() == body.keys()
    if body:
        assert refusal(command, {}) == {name: [NEEDED] for name in body}


@pytest.mark.parametrize("command", FIELDS)
def test_unknown_fields_are_named_and_nothing_else(command):
    assert refusal(command, least(command) | {"colour": None, "": 1}) == {
        "non_field_errors": [NO_FIELD],
        "colour": [NO_FIELD],
    }
    assert refusal(command, {"colour": 1}) == {"colour": [NO_FIELD]}


@pytest.mark.parametrize(("command", "field"), NAMES)
def test_what_is_taken_is_given_as_it_is_meant(command, field):
    kind, name = FIELDS[command][field], field.rstrip("?")
    for value, meant in [*kind.taken, *([(None, None)] if kind.may_be_null else [])]:
        given = read(command, least(command) | {name: value})
        assert (given[name], type(given[name])) == (meant, type(meant))
        assert given.keys() == least(command).keys() | {name}


@pytest.mark.parametrize(("command", "field"), NAMES)
def test_what_is_refused_is_named_in_words(command, field):
    kind, name = FIELDS[command][field], field.rstrip("?")
    for value, words in [*kind.refused, *([] if kind.may_be_null else [(None, NULL)])]:
        expected = words if isinstance(words, dict) else {name: words}
        assert refusal(command, least(command) | {name: value}) == {name: [each] for name, each in expected.items()}


@pytest.mark.parametrize("command", [command for command, fields in FIELDS.items() if len(fields) > 1])
def test_every_field_at_fault_is_named(command):
    faulty = {name.rstrip("?"): kind.refused[0] for name, kind in FIELDS[command].items() if kind.refused}
    body = {name: value for name, (value, _words) in faulty.items()}
    assert refusal(command, body) == {name: [words] for name, (_value, words) in faulty.items()}


def test_a_counter_names_its_rate():
    counter = least("driver_proposal") | {"action": "counter"}
    for nothing in ({}, {"rate": None}, {"rate": " "}):
        assert refusal("driver_proposal", counter | nothing) == {"rate": [NEEDED]}
        assert read("driver_proposal", least("driver_proposal") | nothing).get("rate") is None
    assert refusal("driver_proposal", counter | {"version": -1}).keys() == {"version"}
    assert read("driver_proposal", counter | {"rate": 5})["action"] is Action.COUNTER


def test_the_length_of_a_message_is_for_the_service_to_judge():
    long = "x" * (settings.MESSAGE_MAX_LENGTH + 1)
    assert read("send_message", least("send_message") | {"message": long})["message"] == long
