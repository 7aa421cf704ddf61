"""The API's description of itself, and the page that shows it.

JSON unless YAML is asked for: whatever reads YAML reads it too. Refusals are the API's own, in JSON like all others.
"""

from typing import Any

from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from offers_project.kernel.api import JsonRenderer


class OrTheFirst(DefaultContentNegotiation):
    """Whoever can take nothing of what there is gets it nevertheless, as everywhere in the API."""

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


class SchemaView(RefusesInJson, SpectacularAPIView):
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer, OpenApiYamlRenderer2]


class DocsView(RefusesInJson, SpectacularSwaggerSplitView):
    pass
