"""The texts and mails that sign drivers in, with their words. They are sent by jobs, so that the time that a request
takes does not tell whether a number is known.

A job holds the id of a code or a link. The row has the secret, encrypted, until it is sent; the table of jobs has
neither the secret nor a number.
"""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from accounts.selectors import preferences_of
from drivers import links, phones, selectors
from drivers.models import Driver, SignInCode, SignInLink
from jobs.errors import GiveUp
from kernel import clock, sealing
from kernel.sms import NoCarrier, send_sms

CODE, LINK = "drivers.sign_in_code", "drivers.sign_in_link"
"""What the secrets are sealed for."""


def language() -> str:
    """The language of the request, for drivers who have chosen none."""
    return translation.get_language() or settings.LANGUAGE_CODE


@task(queue_name="outside", tries=7, first_wait=3)
def send_code(code_id: int, language: str) -> None:
    """Send a code to its address, in the driver's language; to an address that no driver has, nothing.

    Tried for three to five minutes: a code is good for ten.
    """
    row = SignInCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=clock.now()).first()
    if row is None or row.sealed is None:
        return  # It has been sent, was used or has run out.
    drivers = selectors.signing_in_by(row.address)
    if drivers:
        code = _opened(row.sealed, purpose=CODE)
        with translation.override(_language_of(drivers[0], language)):
            text = _("%(code)s is your code for Driver Offers. It works for %(minutes)d minutes. Do not share it.") % {
                "code": code,
                "minutes": settings.SIGN_IN_CODE_LIFETIME.total_seconds() // 60,
            }
            subject = _("Your code for Driver Offers")
        if "@" in row.address:
            send_mail(subject, text, None, [row.address])
        else:
            _text(row.address, text)
    SignInCode.objects.filter(pk=row.pk).update(sealed=None)


@task(queue_name="outside", tries=10, first_wait=5)
def send_link(link_id: int, language: str) -> None:
    """Send a sign-in link to the driver's phone, in their language. Tried for about an hour."""
    row = SignInLink.objects.filter(pk=link_id).first()
    if row is None or row.sealed is None:
        return
    token = _opened(row.sealed, purpose=LINK)
    driver = links.read(token).driver
    numbers = phones.numbers(driver.cell_phone) if driver else []
    if driver is None or not numbers:
        return  # Revoked or run out since, or the truck has another number or none.
    with translation.override(_language_of(driver, language)):
        text = _("Your offers at Driver Offers: %(url)s It is yours alone and works for %(days)d days.") % {
            "url": address_of(token),
            "days": settings.SIGN_IN_LINK_LIFETIME.days,
        }
    _text(numbers[0], text)
    SignInLink.objects.filter(pk=row.pk).update(sealed=None)


def address_of(token: str) -> str:
    """The address that a link's token makes."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("driver-link", args=[token])


def _text(phone: str, text: str) -> None:
    try:
        send_sms(phone=phone, text=text)
    except NoCarrier as none:
        raise GiveUp("There is no carrier for text messages: SMS_BACKEND names none.") from none


def _opened(sealed: str, *, purpose: str) -> str:
    secret = sealing.opened(sealed, purpose=purpose)
    if secret is None:
        raise GiveUp("It can no longer be read: SECRET_KEY is another one than when it was made.")
    return secret


def _language_of(driver: Driver, otherwise: str) -> str:
    return preferences_of(driver.actor.key).language or otherwise
