"""Looking at a password costs the same whatever is kept of a person, and whether there is one."""

import bcrypt
import pytest

from accounts import passwords
from accounts.models import User
from tests.accounts.factories import make_user

ROUNDS = 6
RIGHT = "one long road home"


def stored(cost: int, prefix: str = "$2y") -> str:
    return prefix + bcrypt.hashpw(RIGHT.encode(), bcrypt.gensalt(cost)).decode()[3:]


STORED = {
    "the usual": stored(ROUNDS),
    "a cheaper one": stored(4),
    "a little cheaper": stored(ROUNDS - 1, "$2a"),
    "none": "",
    "locked": "!",
    "plain": "plain",
    "md5": "5f4dcc3b5aa765d61d8327deb882cf99",
    "crypt": "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
    "argon2": "$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub",
    "a short one": "$2y$04$short",
    "a cost that is not": "$2y$99$" + "a" * 53,
    "a cost too low": "$2y$03$" + "a" * 53,
    "no cost at all": "$2y$00$" + "a" * 53,
    "a cheap salt that is not": "$2y$04$" + "a" * 53,
    "a salt that is not": "$2y$06$" + "a" * 53,
    "of another crypt": "$2x$04$" + "a" * 53,
}
SHOWN = {
    "wrong": "wrong",
    "a null byte": "\0",
    "right with a null byte": f"{RIGHT}\0",
    "empty": "",
    "long": "x" * 1000,
    "long, of two bytes each": "é" * 1000,
    "half a pair": "\ud83d",
}


@pytest.fixture
def rounds(monkeypatch, settings) -> list[int]:
    """How many rounds of bcrypt were done, one entry a call."""
    settings.BCRYPT_ROUNDS = ROUNDS
    done: list[int] = []
    hashpw, checkpw = bcrypt.hashpw, bcrypt.checkpw

    def counted_hash(password: bytes, salt: bytes) -> bytes:
        answer = hashpw(password, salt)
        done.append(2 ** int(salt[4:6]))
        return answer

    def counted_check(password: bytes, encoded: bytes) -> bool:
        answer = checkpw(password, encoded)
        done.append(2 ** int(encoded[4:6]))
        return answer

    monkeypatch.setattr(bcrypt, "hashpw", counted_hash)
    monkeypatch.setattr(bcrypt, "checkpw", counted_check)
    return done


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize("kept", STORED.values(), ids=STORED)
def test_a_wrong_password_costs_as_much_as_an_unknown_name(kept, shown, rounds):
    assert not passwords.is_right(shown, None)
    unknown = sum(rounds)
    rounds.clear()
    assert not passwords.is_right(shown, User(username="dana", password=kept, is_active=True))
    assert (sum(rounds), unknown) == (2**ROUNDS, 2**ROUNDS)


@pytest.mark.parametrize("kept", ["the usual", "a cheaper one", "a little cheaper"])
def test_the_right_one_is_right_for_who_is_active(kept, rounds):
    assert passwords.is_right(RIGHT, User(username="dana", password=STORED[kept], is_active=True))
    rounds.clear()
    assert not passwords.is_right(RIGHT, User(username="dana", password=STORED[kept], is_active=False))


@pytest.mark.django_db
@pytest.mark.parametrize("shown", list(SHOWN.values())[:-1], ids=list(SHOWN)[:-1])
def test_the_page_tells_nothing_of_who_there_is(client, shown, rounds):
    """Known with the usual hash, known with a cheaper one, and unknown: the same answer at the same cost."""
    for name, kept in (("dana", STORED["the usual"]), ("eli", STORED["a cheaper one"])):
        user = make_user(username=name)
        User.objects.filter(pk=user.pk).update(password=kept)
    rounds.clear()
    said = set()
    for name in ("dana", "eli", "stranger"):
        answer = client.post("/sign-in", {"username": name, "password": shown})
        said.add((answer.status_code, sum(rounds), answer.context["error"]))
        rounds.clear()
    assert len(said) == 1
    assert said.pop()[0] == 401
