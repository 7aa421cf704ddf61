"""What `check --deploy` says of settings."""

import re
from pathlib import Path

import environ
import pytest
from django.core.checks import run_checks
from django.core.checks.messages import ERROR, WARNING

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "SECRET_KEY": "s" * 32,
    "JWT_SIGNING_KEY": "j" * 32,
    "LEGACY_JWT_KEY": "",
    "SMS_BACKEND": "kernel.sms.NoSms",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "SECURE": True,
    "PUBLIC_URL": "https://offers.example.com",
}
PRELOAD = {"SECURE_HSTS_PRELOAD": True, "SECURE_HSTS_INCLUDE_SUBDOMAINS": True}


@pytest.fixture
def said(settings):
    """Ids and levels of what is said of these settings, by our own checks."""

    def said(**changes):
        for name, value in (GOOD | changes).items():
            setattr(settings, name, value)
        messages = run_checks(include_deployment_checks=True)
        return {(each.id, each.level) for each in messages if each.id.startswith("offers_project.")}

    return said


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        ({"JOBS": {"MODE": "elsewhere"}}, {("offers_project.E002", ERROR)}),
        ({"JWT_SIGNING_KEY": "abc"}, {("offers_project.E001", ERROR)}),
        ({"SECRET_KEY": "s" * 31}, {("offers_project.E001", ERROR)}),
        ({"JWT_SIGNING_KEY": "é" * 16}, set()),
        ({"LEGACY_JWT_KEY": "their-secret"}, {("offers_project.W001", WARNING)}),
        ({"LEGACY_JWT_KEY": "l" * 32}, set()),
        ({"SMS_BACKEND": "kernel.sms.ConsoleSms"}, {("offers_project.W002", WARNING)}),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, {("offers_project.W003", WARNING)}),
        ({"PUBLIC_URL": "http://offers.example.com"}, {("offers_project.W004", WARNING)}),
        ({"PUBLIC_URL": "http://localhost:8000", "SECURE": False}, set()),
        ({"SECURE_HSTS_PRELOAD": True, "SECURE_HSTS_SECONDS": 31_536_000}, {("offers_project.W005", WARNING)}),
        (PRELOAD | {"SECURE_HSTS_SECONDS": 3600}, {("offers_project.W005", WARNING)}),
        (PRELOAD | {"SECURE_HSTS_SECONDS": 31_536_000}, set()),
    ],
)
def test_what_is_not_for_a_real_installation_is_named(changes, expected, said):
    assert said(**changes) == expected


def test_each_key_is_named(settings, said):
    said(SECRET_KEY="a", JWT_SIGNING_KEY="b")
    messages = [each.msg for each in run_checks(include_deployment_checks=True) if each.id == "offers_project.E001"]
    assert [each.split()[0] for each in messages] == ["SECRET_KEY", "JWT_SIGNING_KEY"]


def test_the_settings_that_readme_shows_have_nothing_to_be_said_of(said, monkeypatch):
    example = re.search(r"cat > \.env <<'END'\n(.*?)END\n", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    shown = dict(line.split("=", 1) for line in example.splitlines())
    assert shown["HTTPS"] == "1"
    mail = environ.Env.email_url_config(shown["EMAIL_URL"])
    given = {"SMS_BACKEND": shown["SMS_BACKEND"], "PUBLIC_URL": shown["PUBLIC_URL"]}
    assert said(**given, EMAIL_BACKEND=mail["EMAIL_BACKEND"]) == set()
