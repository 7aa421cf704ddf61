"""A conversation's messages, a page at a time, old to new."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from chat.models import Conversation, Message
from kernel.errors import Invalid
from kernel.search import holds

PAGE = 50
PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages that follow each other. `preceding` and `following` are the numbers before and after which there
    are more, None where there are none; `count` is how many there are on all pages.
    """

    messages: list[Message]
    preceding: int | None
    following: int | None
    count: int


def page_of(
    conversation: Conversation,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
    search: str = "",
) -> Page:
    """The messages next after the number `after`, or the ones just before `before`, or else the newest.

    With `search`, only those in whose text every word of it is. At most `PAGE_MAX` come at once, whatever `limit` says.
    """
    if after is not None and before is not None:
        raise Invalid.field("before", _("Name either after or before."))
    limit = min(limit, PAGE_MAX)
    matching = Message.objects.filter(conversation=conversation).order_by("seq")
    if search:
        matching = matching.filter(holds(search, "message"))
    if after is not None:
        found = list(matching.filter(seq__gt=after)[: limit + 1])
        messages, newer = found[:limit], len(found) > limit
        older = matching.filter(seq__lte=after).exists()
    else:
        nearest = matching.order_by("-seq")
        found = list((nearest if before is None else nearest.filter(seq__lt=before))[: limit + 1])
        messages, older = found[:limit][::-1], len(found) > limit
        newer = before is not None and matching.filter(seq__gte=before).exists()
    for message in messages:
        message.conversation = conversation
    # An empty page lies between what is asked for and what there is.
    first = messages[0].seq if messages else (after or 0) + 1
    last = messages[-1].seq if messages else (before or 0) - 1
    return Page(
        messages=messages,
        preceding=first if older else None,
        following=last if newer else None,
        count=matching.count(),
    )
