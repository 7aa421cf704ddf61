"""The form of an offer as a browser has it: every field that a page holds, as it would be posted."""

from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from offers.models import Offer
from tests.offers.scenes import LOAD, nothing_changed

NEW = reverse("offer-new")


class Form(HTMLParser):
    """Reads `values` of the first form of a page: what a browser would send of it without a touch."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._textarea: str | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input" and name and name != "csrfmiddlewaretoken":
            is_off = given.get("type") in ("radio", "checkbox") and "checked" not in given
            if not is_off:
                self.values[name] = _single_line(given.get("value", ""), given.get("type", "text"))
        elif tag == "textarea":
            self._textarea = name
            self.values[name] = ""
        elif tag == "select":
            self._select = name
            self.values[name] = ""
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            text = self.values[self._textarea]
            text = text.removeprefix("\n")  # HTML leaves out the first one
            self.values[self._textarea] = text.replace("\r\n", "\n").replace("\n", "\r\n")
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data


def _single_line(text: str, kind: str) -> str:
    return text if kind == "hidden" else text.replace("\r", "").replace("\n", "")


def posted(response: Any) -> dict[str, str]:
    """What a browser would post of the form in an answer, untouched."""
    return Form(response.content.decode()).values


def edit_of(offer: Offer) -> str:
    return reverse("offer-edit", args=[offer.pk])


def form_of(page: Client, offer: Offer) -> dict[str, str]:
    """What the form of an offer sends, without the key that makes it one request however often it is sent."""
    fields = posted(page.get(edit_of(offer)))
    del fields["request_key"]
    return fields


def save(page: Client, offer: Offer, **changes: str) -> Offer:
    """The offer after a change by the form."""
    response = page.post(edit_of(offer), form_of(page, offer) | changes)
    assert response.status_code == 204, response.content.decode()
    return Offer.objects.get(pk=offer.pk)


def made(page: Client, **values: str) -> Offer:
    """The new offer that the form makes of `LOAD` and these values."""
    response = page.post(NEW, LOAD | values)
    assert response.status_code == 204, response.content.decode()
    return Offer.objects.latest("pk")


def refused(page: Client, **values: str) -> str:
    """What the form says where it makes no offer of them."""
    with nothing_changed():
        response = page.post(NEW, LOAD | values)
    assert response.status_code == 422
    return response.content.decode()


def at(text: str) -> datetime:
    """A moment of 2026 in UTC: `12-07T14:00`."""
    return datetime.fromisoformat(f"2026-{text}:00+00:00")


def window_of(offer: Offer, end: str = "pickup") -> tuple[datetime | None, datetime | None]:
    return getattr(offer, f"{end}_from"), getattr(offer, f"{end}_until")
