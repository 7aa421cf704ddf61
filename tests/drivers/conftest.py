import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.facts import SessionsEnded
from drivers.models import Driver
from kernel import facts, sms
from tests.accounts.factories import api_client, make_user, post
from tests.drivers.factories import driver_client, make_driver
from tests.jobs.at_once import do_jobs_at_once


@pytest.fixture(autouse=True)
def texts(monkeypatch) -> list[tuple[str, str]]:
    """The text messages that were sent, `(phone, text)`. Mails are in Django's `mailoutbox`."""
    sent: list[tuple[str, str]] = []
    do_jobs_at_once(monkeypatch)
    monkeypatch.setattr(sms.ConsoleSms, "send", lambda self, *, phone, text: sent.append((phone, text)))
    return sent


@pytest.fixture
def ask(texts, mailoutbox, django_capture_on_commit_callbacks):
    """Ask for a code by REST: gives the answer, and the code that was sent, if any."""

    def ask(**body):
        texts.clear()
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            answer = post(Client(), "/api/auth/driver/code", body)
        sent = [text for _, text in texts] + [mail.body for mail in mailoutbox]
        return answer, re.search(r"\b[0-9]{6}\b", sent[0])[0] if sent else None

    return ask


@pytest.fixture
def luz(db) -> Driver:
    return make_driver(
        driver_name="Luz", cell_phone="(212) 555-0142 / 555-0199", email="Luz@Example.com; boss@example.com"
    )


@pytest.fixture
def published(monkeypatch) -> Iterator[list[Any]]:
    """The facts about sign-ins that were published, in order; nothing else answers them."""
    heard: list[Any] = []
    monkeypatch.setitem(facts._answers, SessionsEnded, [heard.append])
    return heard


@pytest.fixture
def office(db) -> Client:
    return api_client(make_user(full_name="Dana Dispatcher"))


@pytest.fixture
def driver(db):
    return make_driver()


@pytest.fixture
def phone(driver) -> Client:
    """A client that is signed in as `driver`."""
    return driver_client(driver)
