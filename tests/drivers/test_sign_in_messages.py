"""Codes and links go out by jobs, which hold ids; what is secret is in its row, encrypted, until it has been sent."""

import re
from datetime import timedelta

import pytest
from django.core import serializers
from django.test import Client
from django.utils import translation

from drivers import services, sign_in_messages
from drivers.links import token_in
from drivers.models import Driver, SignInCode, SignInLink
from jobs import waking
from jobs.enums import State
from jobs.models import Job
from jobs.worker import Worker
from kernel import clock, sms
from kernel.hashing import hash_of_secret
from tests.accounts.factories import make_user

PHONE = "+12125550142"


@pytest.fixture(autouse=True)
def by_a_worker(texts, monkeypatch):
    """Here jobs wait for a worker."""
    monkeypatch.setattr(waking, "wake", lambda queue: None)


def work() -> int:
    return Worker({"outside": 1}).do_all()


def ask(address=PHONE):
    services.request_code(address=address, client="x")
    return SignInCode.objects.order_by("-pk")[0]


def link(driver):
    services.send_link(actor=make_user().actor, driver_id=driver.pk)
    return SignInLink.objects.order_by("-pk")[0]


def code_in(text):
    return re.search(r"\b\d{6}\b", text)[0]


def test_a_code_waits_for_its_job_and_is_forgotten_when_it_is_sent(luz, texts):
    row = ask()
    assert texts == []
    assert row.sealed
    assert work() == 1
    ((phone, text),) = texts
    assert phone == PHONE
    assert SignInCode.objects.get().sealed is None
    assert services.redeem_code(address=PHONE, code=code_in(text), client="x") == luz


def test_no_row_says_a_code_a_link_or_a_number(luz, texts):
    ask()
    link(luz)
    jobs = serializers.serialize("json", Job.objects.all())
    rows = serializers.serialize("json", [*SignInCode.objects.all(), *SignInLink.objects.all()])
    work()
    (_, code_text), (_, link_text) = texts
    code, token = code_in(code_text), token_in(re.search(r"http\S+", link_text)[0])
    assert token not in jobs + rows
    assert not re.search(rf"\b{code}\b", jobs + rows)
    assert [[type(each) for each in job.arguments["args"]] for job in Job.objects.all()] == [[int, str], [int, str]]
    assert "2125550142" not in jobs


def test_an_unknown_address_has_a_job_that_sends_nothing(luz, texts, mailoutbox):
    ask("+12125550177")
    ask("unknown@example.com")
    assert work() == 2
    assert (texts, mailoutbox) == ([], [])
    assert not SignInCode.objects.filter(sealed__isnull=False).exists()


def test_a_code_goes_by_mail_in_the_language_of_the_request(luz, mailoutbox):
    with translation.override("es"):
        ask("luz@example.com")
    work()
    (mail,) = mailoutbox
    assert mail.to == ["luz@example.com"]
    assert "es su código" in mail.body


def test_a_carrier_that_fails_once_is_tried_again(luz, texts, monkeypatch):
    faults, real = [ConnectionError()], sms.ConsoleSms.send

    def send(self, *, phone, text):
        if faults:
            raise faults.pop()
        real(self, phone=phone, text=text)

    monkeypatch.setattr(sms.ConsoleSms, "send", send)
    ask()
    assert work() == 0
    assert SignInCode.objects.get().sealed
    Job.objects.update(due_at=clock.now())
    assert work() == 1
    assert len(texts) == 1


@pytest.mark.parametrize("over", [{"used_at": True}, {"expires_at": True}, {"sealed": None}])
def test_a_code_that_is_over_is_not_sent(luz, texts, over):
    ask()
    SignInCode.objects.update(**{name: value and clock.now() for name, value in over.items()})
    assert work() == 1
    assert texts == []


def test_without_a_carrier_it_has_failed_at_once(luz, settings):
    settings.SMS_BACKEND = "kernel.sms.NoSms"
    ask()
    work()
    job = Job.objects.get()
    assert (job.state, job.tries) == (State.FAILED, 1)
    assert "SMS_BACKEND" in job.last_error


def test_with_another_key_it_has_failed_with_a_reason(luz, texts, settings):
    ask()
    settings.SECRET_KEY = "another"
    work()
    job = Job.objects.get()
    assert job.state == State.FAILED
    assert "SECRET_KEY" in job.last_error
    assert texts == []


def test_a_link_is_sent_to_the_drivers_phone(luz, texts):
    row = link(luz)
    work()
    ((phone, text),) = texts
    assert phone == PHONE
    url = re.search(r"http\S+", text)[0]
    assert hash_of_secret(token_in(url)) == row.token_hash
    assert services.use_link(token=token_in(url)) == luz
    assert Client().get(url.partition("8000")[2] or url).status_code == 200
    assert SignInLink.objects.get().sealed is None


def test_a_link_goes_to_no_number_that_came_later(luz, texts):
    link(luz)
    Driver.objects.update(cell_phone="+13125550100")
    assert work() == 1
    assert texts == []


def test_a_link_that_was_revoked_is_not_sent_and_not_kept(luz, texts):
    link(luz)
    services.revoke_links(actor=make_user(role="manager").actor, driver_id=luz.pk)
    assert SignInLink.objects.get().sealed is None
    assert work() == 1
    assert texts == []


def test_the_newer_of_two_links_is_sent(luz, texts):
    link(luz)
    newer = link(luz)
    assert work() == 2
    ((_, text),) = texts
    assert hash_of_secret(token_in(re.search(r"http\S+", text)[0])) == newer.token_hash


def test_a_link_that_is_shown_is_not_kept(luz):
    services.create_link(actor=make_user(role="manager").actor, driver_id=luz.pk)
    assert SignInLink.objects.get().sealed is None
    assert not Job.objects.exists()


def test_secrets_that_will_not_be_sent_any_more_are_forgotten(luz):
    ask()
    link(luz)
    services.prune()
    assert SignInCode.objects.get().sealed
    assert SignInLink.objects.get().sealed
    SignInCode.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    SignInLink.objects.update(created_at=clock.now() - timedelta(days=1, seconds=1))
    services.prune()
    assert SignInCode.objects.get().sealed is None
    assert SignInLink.objects.get().sealed is None


def test_jobs_are_tried_for_as_long_as_it_makes_sense():
    for task, least, most in ((sign_in_messages.send_code, 90, 600), (sign_in_messages.send_link, 1200, 7200)):
        seconds = sum(task.first_wait * 2**number for number in range(task.tries - 1))
        assert least < seconds / 2
        assert seconds * 1.5 < most
