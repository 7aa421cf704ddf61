"""The form of an offer as a browser has it: every field that a page holds, as it would be posted."""

from html.parser import HTMLParser
from typing import Any


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
