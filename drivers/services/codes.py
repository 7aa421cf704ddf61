"""Six-digit codes that sign a driver in.

Known or not, an address takes the same path: a row is written, and only whether something is sent differs, which
happens beside the request. So neither the answer nor its time says who drives for us.
"""

import secrets

from django.conf import settings
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.metrics import SIGN_IN_FAILED
from drivers import selectors, sending
from drivers.errors import ChooseDriver, WrongCode
from drivers.models import Driver, SignInCode
from offers_project.kernel import clock
from offers_project.kernel.errors import Invalid
from offers_project.kernel.limits import Bucket
from presence.telling import service


def request_code(*, address: str, client: str) -> None:
    """Send a code to an address (`+15555550123`, or a mail in lower case) when an active driver has it.

    Raises `RateLimited` for too many to one address, or from one client.
    """
    _asked_by_client().take(client)
    _asked_for_address().take(address)
    _new_code(address=address)


def redeem_code(*, address: str, code: str, client: str, driver_id: int | None = None) -> Driver:
    """The driver who a code signs in; the code is used up by it.

    Raises `WrongCode`, which spends one of its tries, and `ChooseDriver` where several trucks have the address, which
    spends nothing. `RateLimited` for a client that guesses.
    """
    _guessed_by_client().take(client)  # Before it is looked at, or many at once would all be.
    row_id = _try(address=address, code=code)
    if row_id is None:
        SIGN_IN_FAILED.labels("code").inc()
        raise WrongCode()
    _guessed_by_client().give(client)
    drivers = selectors.signing_in_by(address)
    if not drivers:
        raise WrongCode()
    driver = _chosen(drivers, driver_id)
    _use_up(row_id=row_id)
    return driver


@service
def _new_code(*, address: str) -> None:
    now = clock.now()
    code = f"{secrets.randbelow(1_000_000):06}"
    # The newest is the only good one: five tries are five tries, however many were sent.
    SignInCode.objects.filter(address=address, used_at=None, expires_at__gt=now).update(expires_at=now)
    SignInCode.objects.create(
        address=address,
        code_hash=_hash(address, code),
        created_at=now,
        expires_at=now + settings.SIGN_IN_CODE_LIFETIME,
    )
    drivers = selectors.signing_in_by(address)
    sending.send_code(drivers[0] if drivers else None, address=address, code=code)


@service
def _try(*, address: str, code: str) -> int | None:
    """The row that the code fits; None when it does not, and that counts, whatever is refused afterwards."""
    row = (
        SignInCode.objects.select_for_update()
        .filter(address=address, used_at=None, expires_at__gt=clock.now(), tries__lt=settings.SIGN_IN_CODE_TRIES)
        .order_by("-pk")
        .first()
    )
    if row is None:
        return None
    if constant_time_compare(row.code_hash, _hash(address, code)):
        return row.pk
    SignInCode.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
    return None


@service
def _use_up(*, row_id: int) -> None:
    if not SignInCode.objects.filter(pk=row_id, used_at=None).update(used_at=clock.now()):
        raise WrongCode()


def _chosen(drivers: list[Driver], driver_id: int | None) -> Driver:
    if driver_id is not None:
        for driver in drivers:
            if driver.pk == driver_id:
                return driver
        raise Invalid.field("driver_id", _("This truck is not one of yours."))
    if len(drivers) > 1:
        raise ChooseDriver(
            [{"driver_id": driver.pk, "name": driver.name, "truck_number": driver.truck_number} for driver in drivers]
        )
    return drivers[0]


def _hash(address: str, code: str) -> str:
    """Keyed: a million codes are soon tried by whoever has read the table."""
    return salted_hmac("drivers.sign_in_code", f"{address}:{code}", algorithm="sha256").hexdigest()


def _asked_for_address() -> Bucket:
    return Bucket("sign-in-code", settings.SIGN_IN_CODES_BURST, settings.SIGN_IN_CODES_PER_MINUTE / 60)


def _asked_by_client() -> Bucket:
    return Bucket("sign-in-code-client", settings.SIGN_IN_CLIENT_BURST, settings.SIGN_IN_CLIENT_PER_MINUTE / 60)


def _guessed_by_client() -> Bucket:
    return Bucket("sign-in-guess-client", settings.SIGN_IN_CLIENT_BURST, settings.SIGN_IN_CLIENT_PER_MINUTE / 60)
