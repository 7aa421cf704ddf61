import pytest

from drivers import addresses


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(555) 555-0123", ["+15555550123"]),
        ("(555) 555-0123 / 555-0199", ["+15555550123", "+15555550199"]),
        ("555.555.0123", ["+15555550123"]),
        ("+1 555 555 0123", ["+15555550123"]),
        ("15555550123", ["+15555550123"]),
        ("1-555-555-0123 ext 22", ["+15555550123"]),
        ("c:555-555-0123 h:555-555-0144", ["+15555550123", "+15555550144"]),
        ("5555550123 5555550123", ["+15555550123"]),
        ("+52 1 55 1234 5678", ["+5215512345678"]),
        ("５５５-555-0123", ["+15555550123"]),
        ("555-0123", []),
        ("ask Maria", []),
        ("", []),
        (None, []),
        ("1" * 50, []),
    ],
)
def test_phones_as_people_write_them(text, numbers):
    assert addresses.phones(text) == numbers


def test_mails_as_people_write_them():
    assert addresses.mails("A@X.com; <b@y.org>, not a mail") == ["a@x.com", "b@y.org"]
    assert addresses.mails(None) == []


def test_a_fingerprint_changes_with_the_person_not_with_the_spelling():
    first = addresses.fingerprint("(555) 555-0123", "Ana@example.com")
    assert first == addresses.fingerprint("555.555.0123", " ana@EXAMPLE.com ")
    assert first != addresses.fingerprint("(555) 555-0124", "ana@example.com")
    assert first != addresses.fingerprint("(555) 555-0123", "bea@example.com")
    assert addresses.fingerprint("ask Maria", None) != addresses.fingerprint("ask Luz", None)
    assert addresses.fingerprint(None, None) == addresses.fingerprint("", "")
