"""The port for text messages. `SMS_BACKEND` names the class that sends them, from a job: it may take its time, and
calls a carrier by `kernel.http_out`.
"""

import logging
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from kernel.errors import Unavailable

logger = logging.getLogger(__name__)


class SmsBackend(Protocol):
    def send(self, *, phone: str, text: str) -> None:
        """Send `text` to `phone`, or raise `Unavailable`."""


class NoCarrier(Unavailable):
    """There is none, and there will be none until the settings say otherwise: trying again would not help."""


class ConsoleSms:
    """Prints instead of sending: nothing leaves the machine until a real backend is configured."""

    def send(self, *, phone: str, text: str) -> None:
        print(f"SMS to {phone}: {text}", flush=True)  # noqa: T201 -- printing is what it is for


class NoSms:
    """Sends nothing and prints nothing: for an installation without a carrier. That one was wanted is logged."""

    def send(self, *, phone: str, text: str) -> None:
        raise NoCarrier()


def send_sms(*, phone: str, text: str) -> None:
    backend: SmsBackend = import_string(settings.SMS_BACKEND)()
    backend.send(phone=phone, text=text)
