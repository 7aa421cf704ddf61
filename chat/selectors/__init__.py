"""Every reading of this room, through the actor."""

from chat.selectors.access import (
    conversation_for,
    conversations_for,
    message_for,
    pairs,
    visible_places,
    writable_conversation_for,
)
from chat.selectors.counting import (
    unread,
    unread_by_offer_of,
    unread_of,
    unread_total,
    unread_totals,
    with_unread,
    with_unread_words,
)
from chat.selectors.pages import PAGE_MAX, Page, page_of
from chat.selectors.serialize import conversation_dicts, found_conversations, last_messages, message_dicts

__all__ = [
    "PAGE_MAX",
    "Page",
    "conversation_dicts",
    "conversation_for",
    "conversations_for",
    "found_conversations",
    "last_messages",
    "message_dicts",
    "message_for",
    "page_of",
    "pairs",
    "unread",
    "unread_by_offer_of",
    "unread_of",
    "unread_total",
    "unread_totals",
    "visible_places",
    "with_unread",
    "with_unread_words",
    "writable_conversation_for",
]
