"""Six-digit codes that sign a driver in.

Known or not, an address takes the same path: a row and a job are written, and a challenge is given out; who drives for
us is looked up by the job. So neither the answer nor its time says it.

A challenge is given out with each code, and tries with it are counted apart from all others: what a stranger gets wrong
is counted against the stranger. `docs/decisions/driver-sign-in.md` says what each limit is for.
"""

import secrets
from typing import NamedTuple

from django.conf import settings
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.metrics import SIGN_IN_FAILED
from drivers import selectors, sign_in_messages
from drivers.errors import ChooseDriver, TooManyCodes, TooManyWrongCodes, WrongCode
from drivers.models import Driver, SignInCode
from kernel import clock, sealing
from kernel.errors import Invalid, RateLimited
from kernel.hashing import hash_of_secret
from kernel.limits import Bucket
from kernel.unit_of_work import service

SECONDS_A_DAY = 24 * 60 * 60


def request_code(*, address: str, client: str) -> str:
    """Send a code to an address (`+15555550123`, or a mail in lower case) when an active driver has it.

    Returns the challenge to try the code with. Raises `RateLimited` for too many from one client or to one address, at
    once or over a day, and where too many wrong codes were tried for the address.
    """
    _asked_by_client().take(client)
    _take(_wrong_for_address(), address, TooManyWrongCodes)
    _wrong_for_address().give(address)
    _asked_for_address().take(address)
    _take(_asked_for_address_in_a_day(), address, TooManyCodes)
    challenge = secrets.token_urlsafe(32)
    _new_code(address=address, challenge=challenge)
    return challenge


def redeem_code(*, address: str, code: str, client: str, challenge: str = "", driver_id: int | None = None) -> Driver:
    """The driver who a code signs in; the code is used up by it.

    `challenge`: the one that was given out with the code, or with a later one for the same address.

    Raises `WrongCode`, which spends a try of the challenge, or without one of the codes that are good; `ChooseDriver`
    where several trucks have the address, which spends nothing. `RateLimited` for a client that guesses, and for an
    address that is guessed for, but not to someone with a challenge.
    """
    _guessed_by_client().take(client)
    (refusal,) = _wrong_for_address().take_many([address])
    tried = _try(address=address, code=code, challenge=challenge, only_by_challenge=refusal is not None)
    if refusal is None and (tried.row_id is not None or not tried.any_good):
        _wrong_for_address().give(address)
    if tried.row_id is None:
        SIGN_IN_FAILED.labels("code").inc()
        raise WrongCode() if refusal is None or tried.by_challenge else TooManyWrongCodes(refusal.retry_after)
    _guessed_by_client().give(client)
    drivers = selectors.signing_in_by(address)
    if not drivers:
        raise WrongCode()
    driver = _chosen(drivers, driver_id)
    _use_up(row_id=tried.row_id)
    return driver


class _Tried(NamedTuple):
    """What became of a try: the row that the code fits; whether any code is good now; whether a challenge was known."""

    row_id: int | None
    any_good: bool
    by_challenge: bool


@service
def _new_code(*, address: str, challenge: str) -> None:
    now = clock.now()
    code = f"{secrets.randbelow(1_000_000):06}"
    row = SignInCode.objects.create(
        address=address,
        sealed=sealing.seal(code, purpose=sign_in_messages.CODE),
        code_hash=_hash(address, code),
        challenge_hash=hash_of_secret(challenge),
        challenge_tries=0,
        created_at=now,
        expires_at=now + settings.SIGN_IN_CODE_LIFETIME,
    )
    sign_in_messages.send_code.enqueue(row.pk, sign_in_messages.language())


@service
def _try(*, address: str, code: str, challenge: str, only_by_challenge: bool) -> _Tried:
    """Compare a code; when it fits none, that counts, whatever is refused afterwards."""
    good = list(
        SignInCode.objects.select_for_update()
        .filter(address=address, used_at=None, expires_at__gt=clock.now())
        .order_by("-pk")
    )
    newest = good[: settings.SIGN_IN_CODES_GOOD]
    own = _asked_with(challenge, good)
    if own is not None:
        # Its own code stays good however many others have asked for since.
        open_rows = {own, *newest} if (own.challenge_tries or 0) < settings.SIGN_IN_CODE_TRIES else set()
    else:
        open_rows = {row for row in newest if row.tries < settings.SIGN_IN_CODE_TRIES and not only_by_challenge}
    hashed = _hash(address, code)
    fitting = [row.pk for row in open_rows if constant_time_compare(row.code_hash, hashed)]
    if not fitting:
        _count_wrong(own, open_rows)
    return _Tried(max(fitting, default=None), any_good=bool(good), by_challenge=own is not None)


def _asked_with(challenge: str, rows: list[SignInCode]) -> SignInCode | None:
    """The row that this challenge was given out with. One that has ended, or never was, is as good as none."""
    if not challenge:
        return None
    hashed = hash_of_secret(challenge)
    return next((row for row in rows if constant_time_compare(row.challenge_hash or "", hashed)), None)


def _count_wrong(own: SignInCode | None, compared: set[SignInCode]) -> None:
    if own is not None and compared:
        SignInCode.objects.filter(pk=own.pk).update(challenge_tries=F("challenge_tries") + 1)
    elif compared:
        SignInCode.objects.filter(pk__in=[row.pk for row in compared]).update(tries=F("tries") + 1)


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
    """A keyed hash: with a plain one, a reader of the table could soon try all million codes."""
    return salted_hmac("drivers.sign_in_code", f"{address}:{code}", algorithm="sha256").hexdigest()


def _take(bucket: Bucket, who: str, refusal: type[RateLimited]) -> None:
    """Take a token, or refuse in words of one's own."""
    try:
        bucket.take(who)
    except RateLimited as limited:
        raise refusal(limited.retry_after) from limited


def _asked_for_address() -> Bucket:
    return Bucket("sign-in-code", settings.SIGN_IN_CODES_BURST, settings.SIGN_IN_CODES_PER_MINUTE / 60)


def _asked_for_address_in_a_day() -> Bucket:
    return Bucket("sign-in-code-day", settings.SIGN_IN_CODES_PER_DAY, settings.SIGN_IN_CODES_PER_DAY / SECONDS_A_DAY)


def _wrong_for_address() -> Bucket:
    limit = settings.SIGN_IN_WRONG_CODES_PER_DAY
    return Bucket("sign-in-wrong-code-day", limit, limit / SECONDS_A_DAY)


def _asked_by_client() -> Bucket:
    return Bucket("sign-in-code-client", settings.SIGN_IN_CLIENT_BURST, settings.SIGN_IN_CLIENT_PER_MINUTE / 60)


def _guessed_by_client() -> Bucket:
    return Bucket("sign-in-guess-client", settings.SIGN_IN_CLIENT_BURST, settings.SIGN_IN_CLIENT_PER_MINUTE / 60)
