"""What the commands of the market take. What they share with bodies of REST stands in the modules beside this one."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from kernel.api import Pagination
from kernel.errors import Invalid
from kernel.frames import REQUIRED, Clean, Frame, Id, Whole, one_of, reads
from offers.enums import Action, OfferStatus, RejectReason
from offers.shapes.fields import MOST_VERSION, NOTE_LENGTH
from offers.shapes.values import moment_of, rate_of
from offers.shapes.writing import ANSWERS, lacks_rate

ASKED_FOR = [OfferStatus.ACTIVE, OfferStatus.COMPLETED, OfferStatus.CANCELLED]
"""What an offer may be asked to become by itself; the rest follows from what else is done."""


def _rate(data: Any) -> Decimal | None:
    """A blank text is no rate."""
    return None if isinstance(data, str) and not data.strip() else rate_of(data)


class Answer(Frame, frozen=True, kw_only=True):
    """An answer to a proposal, from either side. A counter names its rate."""

    action: Annotated[Action, one_of(ANSWERS)]
    version: Annotated[Whole, Meta(ge=0, le=MOST_VERSION)]
    rate: Annotated[Decimal, reads(_rate)] | UnsetType | None = UNSET
    reason: Annotated[str, one_of(["", *RejectReason.values])] | UnsetType = UNSET
    note: Annotated[Clean, Meta(max_length=NOTE_LENGTH)] | UnsetType = UNSET
    pressed_at: Annotated[datetime, reads(moment_of)] | UnsetType | None = UNSET
    proposal_id: Id

    def __post_init__(self) -> None:
        if lacks_rate(self.action, self.rate or None):
            raise Invalid.field("rate", REQUIRED)


class Status(Frame, frozen=True):
    offer_id: Id
    status: Annotated[OfferStatus, one_of(ASKED_FOR)]
    version: Annotated[Whole, Meta(ge=1, le=MOST_VERSION)]


class Offer(Frame, frozen=True):
    offer_id: Id


class Stats(Frame, frozen=True):
    """There is nothing to say."""


class Page(Frame, frozen=True):
    limit: Annotated[Whole, Meta(ge=1, le=Pagination.max_limit)] | UnsetType = UNSET
    offset: Annotated[Whole, Meta(ge=0, le=Pagination.max_offset)] | UnsetType = UNSET
