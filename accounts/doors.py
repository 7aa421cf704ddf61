"""What every room's views stand on: the base of API views, and the decorators of pages that say who may open them."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSetMixin

from accounts.idempotent_api import DoneOnce, sender_of
from accounts.rules import change_limit
from accounts.sign_in.validity import SignedIn
from kernel import errors
from kernel.actors import Actor
from kernel.api import Pagination, retry_after
from kernel.limits import Bucket
from kernel.shapes import read_shape


class JsonAlways(BaseContentNegotiation):
    """JSON is all there is, whatever a client says it would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next((parser for parser in parsers if _is_json(request.content_type)), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(DoneOnce):
    """The base of every API view; those of a noun that has an address of its own are an `ApiViewSet`.

    `self.actor` is who asks, `self.signed_in` by which sign-in. `self.body(Shape)` and `self.query(Shape)` give what
    came in, checked. A request that changes something and has an `Idempotency-Key` is done once
    (`accounts.idempotent_api`).
    """

    content_negotiation_class = JsonAlways

    @property
    def actor(self) -> Actor:
        return self.request.user

    @property
    def signed_in(self) -> SignedIn:
        return self.request.auth

    def body(self, shape: type[serializers.Serializer], *, partial: bool = False, **context: Any) -> dict[str, Any]:
        """The request's JSON as `shape` understands it. Raises `Invalid` with the fields at fault, unknown ones too."""
        return read_shape(shape, self.request.data, partial=partial, **context)

    def query(self, shape: type[serializers.Serializer], *, strict: bool = False, **context: Any) -> dict[str, Any]:
        """The query parameters that `shape` knows; others are passed over, as proxies and trackers add some.

        With `strict` a `Shape` refuses them: where a slip in the name of a filter would find everything.
        """
        given = self.request.query_params.dict()
        known = given if strict else {name: given[name] for name in shape().fields if name in given}
        return read_shape(shape, known, **context)

    def page(self, rows: Any, show: Callable[[list], Sequence[Any]] = list) -> Response:
        """The page of `rows` that was asked for by `limit` and `offset`, each as `show` shows them all at once."""
        paginator = Pagination()
        return paginator.get_paginated_response(show(paginator.paginate_queryset(rows, self.request, view=self) or []))

    def is_a_change(self, request: Request) -> bool:
        """Whether this request counts as a change: every one that is not safe, unless a view knows better."""
        return request.method not in SAFE_METHODS

    def check_throttles(self, request: Request) -> None:
        super().check_throttles(request)
        if not isinstance(request.user, Actor):
            if request.method not in SAFE_METHODS:
                _writes_of_strangers().take(sender_of(request))
        elif self.is_a_change(request):
            change_limit().take(request.user.key)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        body = request._request.body  # Before anything else reads from it: the CSRF check looks for a form.
        # The framework reads as much as this says, and nothing of a body that came in chunks, which says no length.
        request._request.META["CONTENT_LENGTH"] = str(len(body))
        super().initial(request, *args, **kwargs)


class ApiViewSet(ViewSetMixin, ApiView):
    """The base of what answers for one noun: its list, one of it by its id, and by `@action`s what is done with it.

    A `Router` gives it its addresses. The id is a whole number, whose name is `lookup_url_kwarg`; where
    something else stands in its place, there is nothing (404). `self.action` says which method of the class answers,
    None where none does.
    """

    lookup_value_converter = "int"


class Router(SimpleRouter):
    """Gives viewsets their addresses, without a slash at the end, as paths with converters: `offers/<int:offer_id>`."""

    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)


def office_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages of the office. Strangers are sent to sign in, a driver is refused (403)."""
    return _page_for(lambda actor: actor.is_office, view)


def driver_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages of drivers, who sign in at a door of their own."""
    return _page_for(lambda actor: actor.is_driver, view, door="driver-sign-in")


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages of every person who is signed in."""
    return _page_for(lambda actor: True, view)


def to_sign_in(request: HttpRequest, door: str = "sign-in") -> HttpResponse:
    """Off to the sign-in page, and back here afterwards. A part of a page sends the whole page there."""
    back = _page_around(request) if request.htmx else request.get_full_path() if request.method == "GET" else ""
    address = reverse(door) + (f"?{urlencode({'next': back})}" if back else "")
    if request.htmx:
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page_around(request: HttpRequest) -> str:
    """The page that a part was asked for, when it says so and is one of ours."""
    address = request.htmx.current_url or ""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where `next` says to go, when that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else default


def _page_for(
    allowed: Callable[[Actor], bool], view: Callable[..., HttpResponseBase], door: str = "sign-in"
) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor: Actor | None = request.actor
        if actor is None:
            return to_sign_in(request, door)
        if not allowed(actor):
            raise PermissionDenied
        if request.method not in SAFE_METHODS:
            try:
                change_limit().take(actor.key)
            except errors.RateLimited as refusal:
                return HttpResponse(str(refusal.message), status=429, headers=retry_after(refusal))
        try:
            return view(request, *args, **kwargs)
        except errors.NotFound as refusal:
            raise Http404 from refusal
        except errors.PermissionDenied as refusal:
            raise PermissionDenied from refusal

    return page


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _writes_of_strangers() -> Bucket:
    return Bucket("strangers", settings.STRANGERS_BURST, settings.STRANGERS_PER_SECOND)
