"""What is sent to drivers when they sign in: after the commit, and beside the request, whose time must say nothing."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from traceback import extract_tb

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.selectors import preferences_of
from drivers.models import Driver
from offers_project.kernel.sms import send_sms

logger = logging.getLogger(__name__)

executor: Executor = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sending")


def send_code(driver: Driver | None, *, address: str, code: str) -> None:
    """Send a code to the address it was asked for, in the driver's language. Without a driver all but the sending."""
    with translation.override(_language(driver or Driver(pk=0))):
        text = _("%(code)s is your code for Driver Offers. It works for %(minutes)d minutes. Do not share it.") % {
            "code": code,
            "minutes": settings.SIGN_IN_CODE_LIFETIME.total_seconds() // 60,
        }
        subject = _("Your code for Driver Offers")
    if driver is None:
        return
    if "@" in address:
        _after_commit(partial(send_mail, subject, text, None, [address]))
    else:
        _after_commit(partial(send_sms, phone=address, text=text))


def send_link(driver: Driver, *, phone: str, url: str) -> None:
    """Send a sign-in link to the driver's phone, in their language."""
    with translation.override(_language(driver)):
        text = _("Your offers at Driver Offers: %(url)s It is yours alone and works for %(days)d days.") % {
            "url": url,
            "days": settings.SIGN_IN_LINK_LIFETIME.days,
        }
    _after_commit(partial(send_sms, phone=phone, text=text))


def _language(driver: Driver) -> str:
    return preferences_of(driver.actor.key).language or translation.get_language() or settings.LANGUAGE_CODE


def _after_commit(send: Callable[[], object]) -> None:
    transaction.on_commit(lambda: executor.submit(_logged, send), robust=True)


def _logged(send: Callable[[], object]) -> None:
    """Nobody waits for the outcome, so that a failure would be seen by nobody.

    What carriers say of a failure often repeats the message, which has a code or a link in it: its kind must do.
    """
    try:
        send()
    except Exception as error:
        last = extract_tb(error.__traceback__)[-1]
        where = f"{last.filename}:{last.lineno}"
        logger.error("a message to a driver could not be sent: %s at %s", type(error).__name__, where)
