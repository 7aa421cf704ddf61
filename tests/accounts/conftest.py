from collections.abc import Iterator
from typing import Any

import pytest

from accounts import facts, kinds
from kernel import facts as kernel_facts
from tests.accounts.factories import Customers


@pytest.fixture
def customers(monkeypatch) -> Customers:
    """A kind of actor beside the office: what holds for them holds for drivers."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    made = Customers()
    made.register()
    return made


@pytest.fixture
def published(monkeypatch) -> Iterator[list[Any]]:
    """The facts of this room that were published, in order; nobody else answers them."""
    heard: list[Any] = []
    answers = {fact: [heard.append] for fact in (facts.SessionsEnded, facts.RoleChanged)}
    for fact, listeners in answers.items():
        monkeypatch.setitem(kernel_facts._answers, fact, listeners)
    return heard
