"""Reads sign-in links. Reading uses nothing up: programs that preview a message read them too."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from drivers import addresses
from drivers.models import Driver, SignInLink
from kernel import clock
from kernel.hashing import hash_of_secret


class LinkState(StrEnum):
    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReadLink:
    """`link` and `driver` are there only when the state is good."""

    state: LinkState
    link: SignInLink | None = None
    driver: Driver | None = None


def token_in(url: str) -> str:
    return url.rsplit("/", 1)[-1]


def read(token: str, *, among: QuerySet[SignInLink] | None = None) -> ReadLink:
    """The state of a link by its token. Another phone or mail of the driver, or an inactive truck, revokes it."""
    rows = SignInLink.objects.all() if among is None else among
    link = rows.filter(token_hash=hash_of_secret(token)).first()
    if link is None:
        return ReadLink(LinkState.UNKNOWN)
    driver = Driver.objects.filter(pk=link.driver_id, is_active=True).first()
    if link.revoked_at or driver is None or link.fingerprint != addresses.fingerprint(driver.cell_phone, driver.email):
        return ReadLink(LinkState.REVOKED)
    if link.expires_at <= clock.now():
        return ReadLink(LinkState.EXPIRED)
    return ReadLink(LinkState.GOOD, link, driver)
