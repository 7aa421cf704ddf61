"""Idempotency of pages: a form that is sent again because no answer came gets the answer of the first time.

The form carries a key from the moment it is made (`{% request_key %}`), and what was answered to a key is given again
for a day, as the API does for an `Idempotency-Key`. A refusal is not kept: a corrected form may be sent again.
"""

import logging
import zlib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import orjson
from django.core.exceptions import BadRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.idempotent_api import ACCEPTABLE_KEY, IDEMPOTENCY_KEY
from journal import idempotency
from kernel.actors import Actor
from kernel.api import retry_after
from kernel.errors import Conflict, RateLimited, Refusal

logger = logging.getLogger(__name__)

FIELD = "request_key"
"""The form's field; a script may send the key as `Idempotency-Key` instead."""
REFUSED = 422
MOST = 48 * 1024
"""Bytes of an answer that are kept, compressed. Of a longer one only where it leads, or that it was given."""
_HEADERS = ("HX-Redirect", "Location", "Content-Type")
_NOT_SAID = ("csrfmiddlewaretoken", FIELD)


def once(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page whose POST with a key is done once for each signed-in person. Stands below what lets them in.

    The same form again gets the first answer. Another form with the same key, which was changed after the first one
    had been sent, is not done: the answer (422) says that the first one was, and leads to what came of it. While the
    first is still being answered, 409.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(IDEMPOTENCY_KEY) or request.POST.get(FIELD, "")
        actor: Actor | None = getattr(request, "actor", None)
        if request.method != "POST" or actor is None or not key:
            return view(request, *args, **kwargs)
        if not ACCEPTABLE_KEY.fullmatch(key):
            raise BadRequest("the key of this form is none")
        who = actor.pk
        try:
            outcome = idempotency.begin(actor=who, key=key, path=request.path, body=_said(request))
        except Conflict as conflict:
            return _not_again(request, who, key, conflict)
        except RateLimited as refusal:
            return _text(refusal, headers=retry_after(refusal))
        if isinstance(outcome, idempotency.Kept):
            return _again(request, outcome)
        try:
            response = view(request, *args, **kwargs)
        except BaseException:
            _settle(outcome, None)
            raise
        _settle(outcome, response)
        return response

    return page


def _said(request: HttpRequest) -> bytes:
    """What the form says, the same however often its page was loaded."""
    fields = sorted((name, value) for name in request.POST for value in request.POST.getlist(name))
    return urlencode([(name, value) for name, value in fields if name not in _NOT_SAID]).encode()


def _not_again(request: HttpRequest, who: str, key: str, conflict: Conflict) -> HttpResponse:
    if conflict.extra.get("first_status") is None:
        return _text(conflict)
    first = idempotency.answer_to(actor=who, key=key)
    return _done_before(request, _unpacked(first).headers if first is not None else {})


def _text(refusal: Refusal, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(
        str(refusal.message), status=refusal.status, content_type="text/plain; charset=utf-8", headers=headers
    )


def _again(request: HttpRequest, kept: idempotency.Kept) -> HttpResponse:
    response = _unpacked(kept)
    was_too_long = kept.status == 200 and not response.content
    return _done_before(request, response.headers) if was_too_long else response


def _done_before(request: HttpRequest, headers: Mapping[str, str]) -> HttpResponse:
    context = {"address": headers.get("HX-Redirect") or headers.get("Location") or ""}
    return render(request, "shared/_done_before.html", context, status=REFUSED)


def _settle(claim: idempotency.Claim, response: HttpResponseBase | None) -> None:
    """Keep what was done; what was refused or has failed may be sent again."""
    try:
        if isinstance(response, HttpResponse) and response.status_code < 400:
            idempotency.keep(claim, status=response.status_code, body=_packed(response))
        else:
            idempotency.give_up(claim)
    except DatabaseError:
        # What was asked for is done; that its answer cannot be kept must not turn it into a failure.
        logger.exception("the answer to a form could not be kept")


def _packed(response: HttpResponse) -> bytes:
    headers = {name: response[name] for name in _HEADERS if name in response}
    whole = _compressed(headers, response.content)
    return whole if len(whole) <= MOST else _compressed(headers, b"")


def _compressed(headers: Mapping[str, str], content: bytes) -> bytes:
    return zlib.compress(orjson.dumps({"headers": headers, "content": content.decode()}))


def _unpacked(kept: idempotency.Kept) -> HttpResponse:
    answer = orjson.loads(zlib.decompress(kept.body))
    return HttpResponse(
        answer["content"], status=kept.status, headers=answer["headers"] | {"Idempotent-Replay": "true"}
    )
