"""What `manage.py check --deploy` says of settings that will do on one's own machine alone."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from jobs.enums import Mode

KEY_BYTES = 32
"""What HS256 asks for; shorter ones can be found by trying once a token has been seen."""

YEAR_SECONDS = 31_536_000
"""What the browsers' own list of names with HTTPS asks for."""

OWN_KEYS = ("SECRET_KEY", "JWT_SIGNING_KEY")
PRINTED_SMS = "kernel.sms.ConsoleSms"
PRINTED_MAIL = "django.core.mail.backends.console.EmailBackend"


@register()
def jobs_are_run_somewhere(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.JOBS["MODE"] in Mode.values:
        return []
    message = f"TASKS is {settings.JOBS['MODE']!r}, and can be {' or '.join(Mode.values)}."
    return [Error(message, hint="`embedded` runs jobs in the servers.", id="offers_project.E002")]


@register(Tags.security, deploy=True)
def keys_are_long(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    short = [name for name in OWN_KEYS if len(getattr(settings, name).encode()) < KEY_BYTES]
    messages: list[CheckMessage] = [
        Error(
            f"{name} has fewer than {KEY_BYTES} bytes.",
            hint="Leave it out, and a good one is made in VAR_DIR; or set one of 64 random letters and digits.",
            id="offers_project.E001",
        )
        for name in short
    ]
    if 0 < len(settings.LEGACY_JWT_KEY.encode()) < KEY_BYTES:
        messages.append(
            Warning(
                f"LEGACY_JWT_KEY has fewer than {KEY_BYTES} bytes: it can be found by trying.",
                hint="Give the older system a longer one, and set the same here.",
                id="offers_project.W001",
            )
        )
    return messages


@register(Tags.security, deploy=True)
def nothing_is_printed(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    return list(_printed())


def _printed() -> Iterator[CheckMessage]:
    if settings.SMS_BACKEND == PRINTED_SMS:
        yield Warning(
            "Text messages are printed, sign-in codes and links too: they sign in every reader of the log.",
            hint="SMS_BACKEND names the class that sends them; kernel.sms.NoSms sends none.",
            id="offers_project.W002",
        )
    if settings.EMAIL_BACKEND == PRINTED_MAIL:
        yield Warning(
            "Mail is printed, sign-in codes too: they sign in every reader of the log.",
            hint="EMAIL_URL names the server that sends it; dummymail:// sends none.",
            id="offers_project.W003",
        )


@register(Tags.security, deploy=True)
def links_are_safe(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.SECURE and urlsplit(settings.PUBLIC_URL).scheme != "https":
        message = f"HTTPS is 1, and PUBLIC_URL, which sign-in links begin with, is {settings.PUBLIC_URL}"
        return [Warning(message, hint="Write it with https://", id="offers_project.W004")]
    return []


@register(Tags.security, deploy=True)
def preload_is_taken(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    has_the_rest = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS and settings.SECURE_HSTS_SECONDS >= YEAR_SECONDS
    if settings.SECURE and settings.SECURE_HSTS_PRELOAD and not has_the_rest:
        message = (
            "HSTS_PRELOAD is 1 without HSTS_SUBDOMAINS and a year of HSTS_SECONDS: the browsers' list refuses that."
        )
        return [Warning(message, hint=f"HSTS_SUBDOMAINS=1 and HSTS_SECONDS={YEAR_SECONDS}", id="offers_project.W005")]
    return []
