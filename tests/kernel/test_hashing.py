import secrets

from kernel.hashing import hash_of_secret


def test_the_same_secret_has_one_hash_that_says_nothing_of_it():
    secret = secrets.token_urlsafe(32)
    assert hash_of_secret(secret) == hash_of_secret(str(secret))
    assert hash_of_secret(secret) != hash_of_secret(secret + "a")
    assert secret not in hash_of_secret(secret)
    assert len(hash_of_secret(secret)) == 64


def test_rows_written_before_are_still_found():
    assert hash_of_secret("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_what_a_client_makes_up_has_a_hash_too():
    assert len(hash_of_secret("\ud800")) == 64
