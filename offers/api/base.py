"""What the doors of the market have in common."""

from collections.abc import Sequence

from drf_spectacular.utils import OpenApiParameter

from kernel.api import Pagination

PAGE = (
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": Pagination.max_limit}),
    OpenApiParameter("offset", {"type": "integer", "minimum": 0, "maximum": Pagination.max_offset}),
)


def one_or_more(name: str, choices: Sequence[str]) -> OpenApiParameter:
    """A parameter that takes one of the choices, or several with commas between them."""
    several = {"type": "array", "items": {"type": "string", "enum": list(choices)}, "minItems": 1}
    return OpenApiParameter(name, several, explode=False)
