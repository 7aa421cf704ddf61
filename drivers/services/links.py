"""Links that sign one driver in: `docs/decisions/driver-sign-in.md` says what they may, and why."""

import secrets

from django.conf import settings

import journal.services
from drivers import addresses, links, phones, selectors, sign_in_messages
from drivers.enums import TruckVerb
from drivers.errors import DeadLink, NoPhone, NotActive, TooManyLinks
from drivers.models import Driver, SignInLink
from drivers.rules import require_can_change_trucks, require_can_see_links, require_can_send_links
from kernel import clock, sealing
from kernel.actors import Actor
from kernel.errors import NotFound, RateLimited, Refusal
from kernel.hashing import hash_of_secret
from kernel.limits import Bucket
from kernel.unit_of_work import service


@service
def create_link(*, actor: Actor, driver_id: int) -> str:
    """A new link for a driver, as an address to open. Only for those who may act as a driver: managers, the system."""
    require_can_see_links(actor)
    driver = _active_driver(actor, driver_id)
    token = secrets.token_urlsafe(32)
    _new_link(actor, driver, token)
    _record(actor, TruckVerb.CREATE_LINK, driver.pk)
    return sign_in_messages.address_of(token)


def send_link(*, actor: Actor, driver_id: int) -> None:
    """Send a new link to the driver's own phone. The sender does not see it.

    Raises `NoPhone` where there is no number that is sure, and `TooManyLinks`.
    """
    require_can_send_links(actor)
    try:
        _sent_to_driver().take(driver_id)
    except RateLimited as limited:
        raise TooManyLinks(limited.retry_after) from limited
    try:
        _send_link(actor=actor, driver_id=driver_id)
    except Refusal:
        _sent_to_driver().give(driver_id)
        raise


@service
def _send_link(*, actor: Actor, driver_id: int) -> None:
    driver = _active_driver(actor, driver_id)
    if not phones.numbers(driver.cell_phone):
        raise NoPhone()
    token = secrets.token_urlsafe(32)
    link = _new_link(actor, driver, token, sealed=sealing.seal(token, purpose=sign_in_messages.LINK))
    sign_in_messages.send_link.enqueue(link.pk, sign_in_messages.language())
    _record(actor, TruckVerb.SEND_LINK, driver.pk)


@service
def use_link(*, token: str) -> Driver:
    """The driver who a link signs in. It can be used again until it expires. Raises `DeadLink`."""
    found = links.read(token, among=SignInLink.objects.select_for_update())
    if found.link is None or found.driver is None:
        raise DeadLink()
    SignInLink.objects.filter(pk=found.link.pk).update(used_at=clock.now())
    return found.driver


@service
def revoke_link(*, actor: Actor, link_id: int) -> None:
    """Let a link sign in no more. People who have signed in with it stay signed in."""
    require_can_change_trucks(actor)
    link = SignInLink.objects.select_for_update().filter(pk=link_id).first()
    if link is None:
        raise NotFound()
    if link.revoked_at is None:
        SignInLink.objects.filter(pk=link.pk).update(revoked_at=clock.now(), sealed=None)
        _record(actor, TruckVerb.REVOKE_LINK, link.driver_id)


@service
def revoke_links(*, actor: Actor, driver_id: int) -> int:
    """Revoke all links of a driver. Returns how many there were."""
    require_can_change_trucks(actor)
    revoked = SignInLink.objects.filter(driver_id=driver_id, revoked_at=None).update(
        revoked_at=clock.now(), sealed=None
    )
    if revoked:
        _record(actor, TruckVerb.REVOKE_LINK, driver_id)
    return revoked


def _active_driver(actor: Actor, driver_id: int) -> Driver:
    driver = selectors.drivers_for(actor).filter(pk=driver_id).first()
    if driver is None:
        raise NotFound()
    if not driver.is_active:
        raise NotActive()
    return driver


def _new_link(actor: Actor, driver: Driver, token: str, *, sealed: str | None = None) -> SignInLink:
    """A new link, which replaces those that have not been used yet."""
    now = clock.now()
    unused = SignInLink.objects.filter(driver_id=driver.pk, used_at=None, revoked_at=None)
    unused.update(revoked_at=now, sealed=None)
    return SignInLink.objects.create(
        driver_id=driver.pk,
        token_hash=hash_of_secret(token),
        sealed=sealed,
        fingerprint=addresses.fingerprint(driver.cell_phone, driver.email),
        created_by=actor.name,
        created_at=now,
        expires_at=now + settings.SIGN_IN_LINK_LIFETIME,
    )


def _sent_to_driver() -> Bucket:
    return Bucket("sign-in-link", settings.SIGN_IN_LINKS_BURST, settings.SIGN_IN_LINKS_PER_HOUR / 3600)


def _record(actor: Actor, verb: TruckVerb, driver_id: int) -> None:
    journal.services.record(actor, verb, object_type="driver", object_id=driver_id)
