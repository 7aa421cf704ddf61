"""The words for states in templates, and handed on to scripts (`static/shared/state.js`)."""

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from offers.enums import OfferStatus
from offers.words import driver_words, how_far, mark_word, office_word, office_words

register = template.Library()

register.simple_tag(office_word, name="state_word")
register.simple_tag(how_far)
register.simple_tag(mark_word)


@register.simple_tag
def offer_word(status: str) -> str:
    """What an offer's status is called."""
    return str(OfferStatus(status).label)


@register.simple_tag
def state_words(side: str) -> SafeString:
    """The table of a side, `office` or `driver`, as data of the page."""
    return json_script(driver_words() if side == "driver" else office_words(), "state-words")
