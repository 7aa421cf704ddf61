"""The first answer to a request with an `Idempotency-Key`, given again when it is repeated within a day.

A key is claimed before the work and answered after it. While it is only claimed, a second request is told to wait; a
claim whose process must have died is given up after `GIVE_UP`. Where that had changed something already, which every
unit of work writes beside the key in its own transaction, nothing is done again: the answer alone is lost.

What is kept is small, whatever was sent. A refusal has changed nothing: one that is too long to be kept is given up,
and the same request is looked at again. What was done is never done again: where its answer is too long to be kept,
that it was done is kept alone. And one actor has so many keys a day.

Nothing here is a service. The claim is seen by others before the work begins, and the answer is known when its units of
work are over: each is a transaction of its own.
"""

import base64
import contextlib
import hashlib
import zlib
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journal.models import IdempotencyKey
from kernel import clock
from kernel.errors import Conflict, RateLimited
from kernel.limits import Bucket
from kernel.unit_of_work import in_transaction, mark_each

KEEP = timedelta(hours=24)
GIVE_UP = timedelta(minutes=5)
ANSWER_MAX = 64 * 1024
"""Bytes of an answer as it is kept, packed and encrypted."""
REFUSAL_MAX = 1024
CHANGED = 102
"""The status of a request that has changed something and is still being answered, or never will be."""
DONE = 200
"""What is said of one that has changed something and whose answer is lost."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the work of one key, once."""

    pk: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered the first time."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What has become of a request: the status of its answer, None while it is still being answered."""

    status: int | None


def begin(*, actor: str, key: str, path: str, body: bytes) -> Claim | Kept:
    """Claim `key` for `actor`, or give what was answered before.

    Raises `Conflict` when the key came with another request, when its first request is still being answered, or when
    its answer was too long to be kept; its `first_status` is the status that the first request was answered with, None
    while it was not. Raises `RateLimited` when the actor has used too many keys.
    """
    body_hash = _hash_of(path, body)
    while True:
        now = clock.now()
        try:
            row = _claimed(actor=actor, key=key, path=path[:255], body_hash=body_hash, created_at=now)
            claim = _counted(Claim(row.pk), actor)
            mark_each(partial(_note_change, claim))
            return claim
        except IntegrityError:
            known = IdempotencyKey.objects.filter(actor=actor, key=key).first()
        if known is None:
            continue  # Given up in this very moment.
        age = now - known.created_at
        if age > KEEP or (known.status is None and age > GIVE_UP):
            IdempotencyKey.objects.filter(pk=known.pk, status=known.status).delete()
            continue
        if known.body_hash != body_hash:
            words = _("This key has been used for another request.")
            raise Conflict(words, extra={"first_status": _told(known.status, age)})
        if known.status == CHANGED and age > GIVE_UP:
            words = _("This was done. Its answer is lost: read what there is now.")
            raise Conflict(words, extra={"first_status": DONE})
        if known.status in (None, CHANGED):
            raise Conflict(_("The first request with this key is still being answered."), extra={"first_status": None})
        if known.answer is None:
            raise Conflict(
                _("This was done. Its answer is too long to be given again: read what there is now."),
                extra={"first_status": known.status},
            )
        return Kept(status=known.status, body=_decrypted(bytes(known.answer)))


def what_became(*, actor: str, key: str) -> Known | None:
    """What has become of the request that came with `key` within a day; None when none is known of."""
    now = clock.now()
    row = IdempotencyKey.objects.filter(actor=actor, key=key, created_at__gte=now - KEEP).first()
    if row is None or (row.status is None and now - row.created_at > GIVE_UP):
        return None
    return Known(status=_told(row.status, now - row.created_at))


def answer_to(*, actor: str, key: str) -> Kept | None:
    """The kept answer to the request that came with `key`, whatever it said."""
    row = IdempotencyKey.objects.filter(actor=actor, key=key, status__isnull=False).first()
    if row is None or row.status is None or row.answer is None:
        return None
    return Kept(status=row.status, body=_decrypted(bytes(row.answer)))


def keep(claim: Claim, *, status: int, body: bytes) -> None:
    """Keep the answer to the claimed request, to be given again when it is repeated."""
    mark_each(None)
    answer = _encrypted(body)
    if status < 400:
        short = answer if len(answer) <= ANSWER_MAX else None
        IdempotencyKey.objects.filter(pk=claim.pk).update(status=status, answer=short)
    elif len(answer) <= REFUSAL_MAX:
        IdempotencyKey.objects.filter(pk=claim.pk).update(status=status, answer=answer)
    else:
        give_up(claim)


def give_up(claim: Claim) -> None:
    """Let the key be used again: its request came to nothing."""
    mark_each(None)
    IdempotencyKey.objects.filter(Q(status=None) | Q(status=CHANGED), pk=claim.pk).delete()


def prune() -> int:
    """Delete keys that are older than a day. Returns how many."""
    count, _each = IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEEP).delete()
    return count


def _note_change(claim: Claim) -> None:
    IdempotencyKey.objects.filter(pk=claim.pk, status=None).update(status=CHANGED)


def _told(status: int | None, age: timedelta) -> int | None:
    """The status as a client reads it: None while there may still be an answer."""
    if status == CHANGED:
        return DONE if age > GIVE_UP else None
    return status


@in_transaction
def _claimed(**values: Any) -> IdempotencyKey:
    return IdempotencyKey.objects.create(**values)


def _hash_of(path: str, body: bytes) -> str:
    """The same for bodies that mean the same JSON."""
    with contextlib.suppress(orjson.JSONDecodeError):
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(path.encode() + b"\n" + body).hexdigest()


def _fernet() -> Fernet:
    digest = hashlib.sha256(f"journal.idempotency:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def _encrypted(body: bytes) -> bytes:
    return base64.urlsafe_b64decode(_fernet().encrypt(zlib.compress(body)))


def _decrypted(answer: bytes) -> bytes:
    try:
        return zlib.decompress(_fernet().decrypt(base64.urlsafe_b64encode(answer)))
    except (InvalidToken, zlib.error) as changed:
        raise Conflict(_("This key has been used, and its answer can no longer be read.")) from changed


def _counted(claim: Claim, actor: str) -> Claim:
    """The claim, when `actor` may have one more key."""
    try:
        _keys_of_a_day().take(actor)
    except RateLimited:
        give_up(claim)
        raise
    return claim


def _keys_of_a_day() -> Bucket:
    return Bucket("idempotency-keys", settings.IDEMPOTENCY_KEYS_PER_DAY, settings.IDEMPOTENCY_KEYS_PER_DAY / 86_400)
