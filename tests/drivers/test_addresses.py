import hashlib

from drivers import addresses


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
    assert addresses.fingerprint("701\u2013555\u20130100", None) == addresses.fingerprint("+1 (701) 555-0100", None)
    assert addresses.fingerprint("52 656 123 4567", None) != addresses.fingerprint("+1 656 123 4567", None)


def test_a_fingerprint_from_before_is_still_good():
    """Sign-ins and links keep it in the database: it is made of the numbers in E.164 and the mails, a line for each."""
    lines = "+15555550123\n+15555550199\nana@example.com"
    kept = hashlib.sha256(lines.encode()).hexdigest()
    assert addresses.fingerprint("(555) 555-0123 / 555-0199", "Ana@example.com") == kept
    assert addresses.fingerprint("ask Maria", None) == hashlib.sha256(b"ask Maria\n").hexdigest()
