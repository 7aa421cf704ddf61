"""Idempotency of the API: a request with an `Idempotency-Key` is done once, however often it is sent."""

import hashlib
import logging
import re
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from journal import idempotency
from kernel.actors import Actor
from kernel.addresses import client_address
from kernel.errors import Invalid

logger = logging.getLogger(__name__)

IDEMPOTENCY_KEY = "Idempotency-Key"
ACCEPTABLE_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_NOT_KEPT = frozenset({401, 429})
_DONE_ONCE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Replay(Exception):
    """The request was answered before: here is that answer again."""

    def __init__(self, kept: idempotency.Kept) -> None:
        self.kept = kept


class DoneOnce(APIView):
    """A view whose changes are done once for each `Idempotency-Key`, the answer given again for a day.

    Without a sign-in only where it `keeps_for_strangers`, and only when the answer is no refusal. Who may come in and
    how often is found out before. The body must have been read: what is compared is its bytes.
    """

    keeps_for_strangers = False
    _claim: idempotency.Claim | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(IDEMPOTENCY_KEY)
        if request.method not in _DONE_ONCE or key is None:
            return
        if not ACCEPTABLE_KEY.fullmatch(key):
            raise Invalid.field(IDEMPOTENCY_KEY, _("Use 1 to 255 letters, digits and signs without spaces."))
        if not isinstance(request.user, Actor) and not self.keeps_for_strangers:
            return
        # The same path takes PUT, PATCH and DELETE, which are three requests.
        path = request.get_full_path() if request.method == "POST" else f"{request.method} {request.get_full_path()}"
        outcome = idempotency.begin(actor=sender_of(request), key=key, path=path, body=request._request.body)
        if isinstance(outcome, idempotency.Kept):
            raise _Replay(outcome)
        self._claim = outcome

    def handle_exception(self, exc: Exception) -> Response | HttpResponse:
        if isinstance(exc, _Replay):
            return HttpResponse(
                exc.kept.body,
                status=exc.kept.status,
                content_type="application/json",
                headers={"Idempotent-Replay": "true"},
            )
        try:
            return super().handle_exception(exc)
        except Exception:
            self._settle(None)
            raise

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):
            response.add_post_render_callback(self._settle)
        else:
            self._settle(response)
        return response

    def _settle(self, response: HttpResponseBase | None) -> None:
        """Keep the answer for a repeated request, or let the key be used again."""
        claim, self._claim = self._claim, None
        if claim is None:
            return
        try:
            if isinstance(response, HttpResponse) and self._is_kept(response.status_code):
                idempotency.keep(claim, status=response.status_code, body=response.content)
            else:
                idempotency.give_up(claim)
        except DatabaseError:
            # What was asked for is done; that its answer cannot be kept must not turn it into a failure.
            logger.exception("the answer to an idempotent request could not be kept")

    def _is_kept(self, status: int) -> bool:
        """Whether an answer is given again: not one that may well be different soon, and no refusal to a stranger."""
        if not isinstance(self.request.user, Actor):
            return status < 300
        return status < 500 and status not in _NOT_KEPT


def sender_of(request: Request) -> str:
    """The person a key belongs to; people who are not signed in are told apart by their network address."""
    if isinstance(request.user, Actor):
        return request.user.pk
    address = client_address(request)
    return f"nobody:{hashlib.sha256(address.encode()).hexdigest()[:24]}"
