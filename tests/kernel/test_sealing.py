"""Secrets in rows are read only with the key and for what they were sealed for."""

import pytest

from kernel.sealing import opened, seal


@pytest.mark.parametrize("secret", ["123456", "", "ñ💥", "x" * 5000])
def test_what_is_sealed_can_be_opened(secret):
    sealed = seal(secret, purpose="a")
    assert opened(sealed, purpose="a") == secret
    assert not secret or secret not in sealed


def test_two_of_the_same_look_different():
    assert seal("123456", purpose="a") != seal("123456", purpose="a")


def test_nothing_else_opens_it(settings):
    sealed = seal("123456", purpose="a")
    assert opened(sealed, purpose="b") is None
    assert opened(sealed[:-4] + "AAA=", purpose="a") is None
    assert opened("", purpose="a") is None
    settings.SECRET_KEY = "another"
    assert opened(sealed, purpose="a") is None
