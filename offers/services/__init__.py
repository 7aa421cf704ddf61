"""Every write of the market. Each verb locks, refuses, changes, records and tells; every door calls the same one."""

from offers.services.answering import respond
from offers.services.awarding import award
from offers.services.changing import set_status, update_offer
from offers.services.creating import copy_offer, create_offer
from offers.services.expiring import expire_due, is_anything_due
from offers.services.fields import check_fields
from offers.services.news import note, tell_news
from offers.services.people import handover, set_followers
from offers.services.releasing import fall_off
from offers.services.sending import Outcome, Sending, Skipped, offer_load, send_offer, withdraw
from offers.services.tellings import touch, touch_soon, touch_what_was_said

__all__ = [
    "Outcome",
    "Sending",
    "Skipped",
    "award",
    "check_fields",
    "copy_offer",
    "create_offer",
    "expire_due",
    "fall_off",
    "handover",
    "is_anything_due",
    "note",
    "offer_load",
    "respond",
    "send_offer",
    "set_followers",
    "set_status",
    "tell_news",
    "touch",
    "touch_soon",
    "touch_what_was_said",
    "update_offer",
    "withdraw",
]
