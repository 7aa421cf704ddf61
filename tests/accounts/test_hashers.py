"""Passwords as PHP's password_hash and password_verify have them."""

import re

import bcrypt
import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password

# Made with PHP 8: password_hash('correct horse', PASSWORD_BCRYPT, ['cost' => 4]) gives this form.
PLAIN = re.compile(r"\$2y\$04\$[./A-Za-z0-9]{53}")


def test_a_new_password_is_written_as_php_writes_it():
    encoded = make_password("correct horse")
    assert PLAIN.fullmatch(encoded)
    assert bcrypt.checkpw(b"correct horse", encoded.encode())


def test_the_cost_is_a_setting_and_12_when_unset(settings):
    settings.BCRYPT_ROUNDS = 5
    assert make_password("x").startswith("$2y$05$")
    del settings.BCRYPT_ROUNDS
    assert identify_hasher(make_password("x")).rounds == 12


@pytest.mark.parametrize("prefix", ["$2y", "$2a", "$2b"])
def test_every_bcrypt_of_php_is_read(prefix):
    encoded = prefix + bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()[3:]
    assert check_password("correct horse", encoded)
    assert not check_password("correct horse!", encoded)


def test_what_php_does_not_read_of_a_long_password_does_not_matter():
    encoded = make_password("a" * 80)
    assert check_password("a" * 72, encoded)
    assert not check_password("a" * 71, encoded)


def test_a_character_cut_in_two_at_the_limit_is_read_as_php_reads_it():
    encoded = bcrypt.hashpw(("a" * 71 + "é").encode()[:72], bcrypt.gensalt(4)).decode()
    assert check_password("a" * 71 + "é", encoded)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "!",
        "plain",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub",
        "$2y$04$short",
        "$2y$99$" + "a" * 53,
        "$2x$04$" + "a" * 53,
    ],
)
def test_what_is_no_bcrypt_lets_nobody_in(stored):
    assert not check_password("", stored)
    assert not check_password("plain", stored)


def test_a_null_byte_is_never_a_match():
    assert not check_password("correct\0", make_password("correct"))
    with pytest.raises(ValueError, match="null byte"):
        make_password("correct\0")


def test_a_cheaper_hash_is_to_be_made_anew_a_dearer_one_is_left(settings):
    cheap = make_password("x")
    settings.BCRYPT_ROUNDS = 5
    hasher = identify_hasher(cheap)
    assert hasher.must_update(cheap)
    dear = make_password("x")
    settings.BCRYPT_ROUNDS = 4
    assert not hasher.must_update(dear)


def test_the_summary_hides_the_hash():
    encoded = make_password("x")
    summary = identify_hasher(encoded).safe_summary(encoded)
    assert encoded[30:] not in str(summary)
