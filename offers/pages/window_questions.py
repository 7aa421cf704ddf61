"""What the form of an offer asks about a window that may be a mistake: one that is over, or very far away."""

from datetime import UTC, datetime, timedelta, tzinfo

from django.utils import formats
from django.utils.translation import gettext_lazy

from kernel.windows import day_ends
from offers.pages import window_fields

FAR = timedelta(days=366)
"""A load is offered for the next days; what is farther away is asked about, as what is over."""
QUESTIONS = {
    "pickup": (
        gettext_lazy("The pickup ends on {date}, which is past."),
        gettext_lazy("The pickup begins on {date}, more than a year from now."),
    ),
    "delivery": (
        gettext_lazy("The delivery ends on {date}, which is past."),
        gettext_lazy("The delivery begins on {date}, more than a year from now."),
    ),
}


def questions(end: str, read: window_fields.Read, zone: tzinfo, now: datetime) -> list[str]:
    """What is asked about the window of this end; nothing where it makes sense."""
    first, last = read.start or read.until, read.until or read.start
    if first is None or last is None:
        return []
    first, last = first.astimezone(zone), last.astimezone(zone)
    if read.until is None:  # A beginning alone lasts its day.
        last = day_ends(last.date(), zone)
    past, far = QUESTIONS[end]
    if last.astimezone(UTC) < now:
        return [past.format(date=formats.date_format(last, "DATE_FORMAT"))]
    return [far.format(date=formats.date_format(first, "DATE_FORMAT"))] if first.astimezone(UTC) > now + FAR else []
