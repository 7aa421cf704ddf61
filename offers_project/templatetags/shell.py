"""What the templates of every room need: the import map, icons, money, windows of time, how the page shall look."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from kernel import bidi as direction
from kernel.money import in_words
from kernel.windows import opening, window

register = template.Library()

VENDORED = {"vendor/htmx.js": "htmx", "vendor/idiomorph.js": "idiomorph", "vendor/stimulus.js": "@hotwired/stimulus"}
"""Modules of others, by the name they are imported by."""
CHOICES = {"theme": {"light", "dark"}, "density": {"cosy"}}
"""What a person may choose of the look, kept in cookies so that the first paint is right."""
PAGES = {"now": "/", "trucks": "/trucks/", "offers": "/offers/", "driver": "/driver/"}
"""Addresses that clients are promised; each room serves its own."""


def module_names(root: Path) -> dict[str, str]:
    """The modules under `root`: the name that scripts import → the path below `root`."""
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.js"))
    return {VENDORED.get(path, path): path for path in paths}


@lru_cache(maxsize=1)
def _known_modules() -> dict[str, str]:
    return module_names(Path(settings.STATICFILES_DIRS[0]))


@register.simple_tag(takes_context=True)
def import_map(context: Mapping[str, Any]) -> SafeString:
    """Where each module is, by hashed address: imports inside modules are not rewritten when files get their hash.

    The policy refuses inline scripts, so it carries the request's nonce; without a request there is no map.
    """
    request = context.get("request")
    if request is None:
        return SafeString("")
    modules = module_names(Path(settings.STATICFILES_DIRS[0])) if settings.DEBUG else _known_modules()
    addresses = json.dumps({"imports": {name: static(path) for name, path in modules.items()}})
    nonce = getattr(request, "csp_nonce", "")
    # Names of our own files only; `<` cannot end the script early.
    safe = mark_safe(addresses.replace("<", "\\u003c"))  # noqa: S308
    return format_html('<script type="importmap" nonce="{}">{}</script>', nonce, safe)


@register.simple_tag(takes_context=True)
def look(context: Mapping[str, Any]) -> SafeString:
    """` data-theme="dark" data-density="cosy"` as the person has chosen; nothing for what follows the system."""
    request = context.get("request")
    cookies = request.COOKIES if request is not None else {}
    chosen = [(name, cookies[name]) for name, values in CHOICES.items() if cookies.get(name) in values]
    return format_html_join("", ' data-{}="{}"', chosen)


@register.simple_tag
def request_key() -> SafeString:
    """The hidden field that makes a form one request, however often it is sent (`accounts.idempotent_pages`)."""
    return format_html('<input type="hidden" name="request_key" value="{}">', uuid4())


@register.simple_tag
def page(name: str) -> str:
    """`{% page "trucks" %}`: where a page is. It can be named before the room that serves it is there."""
    return PAGES[name]


@register.simple_tag
def icon(name: str, size: str = "", label: str = "", kind: str = "") -> SafeString:
    """`{% icon "i-search" %}`: a picture from the sprite. `size` is "s" or "m"; `label` is read aloud, else nothing is.

    `kind` colours a state or a presence: `{% icon "st-sent" kind="sent" label=word %}`.
    """
    classes = f"i i--{size}" if size else "i"
    data = SafeString("")
    if name.startswith("pr-"):
        classes, data = f"pr {classes}", format_html(' data-pr="{}"', kind or name.removeprefix("pr-"))
    elif kind:
        classes, data = f"{classes} st", format_html(' data-st="{}"', kind)
    aloud = format_html(' role="img" aria-label="{}"', label) if label else SafeString(' aria-hidden="true"')
    return format_html('<svg class="{}"{}{}><use href="#{}"/></svg>', classes, data, aloud, name)


register.filter("money", in_words)


@register.filter
def isolated(words: object) -> str:
    """`title="{{ name|isolated }}"`: `bdi` where there is only plain text."""
    return direction.isolated("" if words is None else str(words))


@register.filter
def bdi(words: object) -> SafeString:
    """`{{ name|bdi }}`: words of a person, with a direction of their own; what stands beside them keeps its order.

    It goes into translated sentences too: `{% blocktranslate with name=name|bdi %}`. Attributes and titles take
    `isolated` in its place.
    """
    text = "" if words is None else str(words)
    return format_html("<bdi>{}</bdi>" if direction.turns(text) else "{}", text)


@register.filter
def initials(name: str) -> str:
    """`DW` for Dana Whitfield: first and last word."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


register.simple_tag(window)
register.simple_tag(opening)
