"""Telephone numbers on pages: `{% load phones %}`."""

from typing import NamedTuple

from django import template

from drivers import phones

register = template.Library()


class Number(NamedTuple):
    """A number as it is dialled, in E.164, and as people read it."""

    dialled: str
    shown: str


@register.filter
def phone_numbers(text: str | None) -> list[Number]:
    """The numbers in what stands in a truck's row, each to be called for itself; empty where there is none."""
    return [Number(number, phones.shown(number)) for number in phones.numbers(text)]
