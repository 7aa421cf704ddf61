"""Fields of forms whose names are put together in templates."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(mapping: Mapping[str, Any], name: str) -> Any:
    """`{{ form.values|of:name }}`: what a mapping holds under a name that is in a variable; empty for nothing."""
    return mapping.get(name, "")
