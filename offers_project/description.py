"""The API's description of itself, and the page that shows it.

JSON unless YAML is asked for: whatever reads YAML reads it too. Refusals are the API's own, in JSON like all others.

The description is made once for each language and form, since that takes long, and given again as long as the process
lives; who has it already is told so.
"""

import hashlib
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.api import JsonRenderer


class OrTheFirst(DefaultContentNegotiation):
    """A client that accepts none of the forms gets JSON nevertheless, as everywhere in the API."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            return renderers[0], renderers[0].media_type


class RefusesInJson(APIView):
    content_negotiation_class = OrTheFirst

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        self.request.accepted_renderer = JsonRenderer()
        self.request.accepted_media_type = JsonRenderer.media_type
        return response


FORMS: list[type[BaseRenderer]] = [
    OpenApiJsonRenderer2,
    OpenApiJsonRenderer,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
]


class Description(NamedTuple):
    body: bytes
    etag: str


class SchemaView(RefusesInJson, SpectacularAPIView):
    """The same for every client; `lang` names another language than the request's own."""

    renderer_classes = FORMS

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.get("lang")
        language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
        renderer = request.accepted_renderer
        described = description(language or settings.LANGUAGE_CODE, FORMS.index(type(renderer)))
        whole = HttpResponse(described.body, content_type=renderer.media_type)
        whole["ETag"] = described.etag
        whole["Content-Disposition"] = f'inline; filename="Driver Offers.{renderer.format}"'
        response = get_conditional_response(request._request, etag=described.etag, response=whole) or whole
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Accept", "Accept-Language"])
        return response


@cache
def description(language: str, form: int) -> Description:
    """What the API says of itself in a language, and in one of `FORMS`."""
    with translation.override(language):
        said = FORMS[form]().render(SchemaGenerator().get_schema(public=True), renderer_context={})
    body = said if isinstance(said, bytes) else said.encode()
    return Description(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


class DocsView(RefusesInJson, SpectacularSwaggerSplitView):
    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What may be asked; the framework would put it into the page, which has no room for it."""
        return HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
