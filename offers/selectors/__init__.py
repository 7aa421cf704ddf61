"""Every reading of the market, through the actor."""

from offers.selectors.activity import Activity, activity_for, entry_dict
from offers.selectors.figures import stats_for, stats_of
from offers.selectors.grid import grid_for
from offers.selectors.offers import OfferPresenter, last_seen, offer_dicts, offer_for, offers_for
from offers.selectors.proposals import proposal_dicts, proposal_for, proposals_for
from offers.selectors.subjects import SUBJECTS
from offers.selectors.talks import talk_for

__all__ = [
    "SUBJECTS",
    "Activity",
    "OfferPresenter",
    "activity_for",
    "entry_dict",
    "grid_for",
    "last_seen",
    "offer_dicts",
    "offer_for",
    "offers_for",
    "proposal_dicts",
    "proposal_for",
    "proposals_for",
    "stats_for",
    "stats_of",
    "talk_for",
]
