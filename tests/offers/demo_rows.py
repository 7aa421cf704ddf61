"""Everything that demo data leaves behind, with places in an order instead of keys: two databases can be compared."""

from typing import Any

from accounts.models import Preferences
from chat.models import Conversation, Member, Message
from drivers.models import Driver
from journal.models import Entry
from offers.models import Booking, Follower, Offer, Proposal, Round
from presence.models import Attendance, StreamEvent, StreamHead

WRITTEN = (
    Round,
    Proposal,
    Booking,
    Follower,
    Offer,
    Message,
    Member,
    Conversation,
    Entry,
    Attendance,
    Preferences,
    Driver,
)
"""In an order in which they can be deleted."""
KEYS = {"offer_id", "won_offer_id", "driver_id", "conversation_id", "proposal_id", "id"}


def picture() -> dict[str, list[Any]]:
    """The rows of each table."""
    here = _Keys()
    tables: dict[str, list[Any]] = {
        model.__name__: sorted((here.row(each) for each in model.objects.all()), key=repr)
        for model in (
            Offer,
            Follower,
            Conversation,
            Member,
            Message,
            Proposal,
            Booking,
            Driver,
            Attendance,
        )
    }
    # In the order of their keys: what came later has a greater one.
    for model in (Round, Entry):
        tables[model.__name__] = [here.row(each) for each in model.objects.order_by("pk")]
    tables["streams"] = [*StreamEvent.objects.all(), *StreamHead.objects.all()]
    return tables


def clear() -> None:
    for model in WRITTEN:
        model.objects.all().delete()


class _Keys:
    """What each key stands for."""

    def __init__(self) -> None:
        offers = Offer.objects.order_by("pk").values_list("pk", flat=True)
        drivers = Driver.objects.order_by("pk").values_list("pk", flat=True)
        self.offers = {pk: f"offer {index}" for index, pk in enumerate(offers)}
        self.drivers = {pk: f"driver {index}" for index, pk in enumerate(drivers)}
        self.conversations = {
            each.pk: f"talk of {self.offers[each.offer_id]} with {self.drivers[each.driver_id]}"
            for each in Conversation.objects.all()
        }
        self.proposals = {
            each.pk: f"{self.offers[each.offer_id]} to {self.drivers[each.driver_id]}"
            for each in Proposal.objects.all()
        }

    def row(self, each: Any) -> dict[str, Any]:
        row = {field.attname: getattr(each, field.attname) for field in each._meta.concrete_fields}
        row.pop("id", None) if not isinstance(each, Offer | Driver) else None
        if isinstance(each, Offer | Driver):
            row["id"] = (self.offers if isinstance(each, Offer) else self.drivers)[row["id"]]
        named = {"offer_id": self.offers, "won_offer_id": self.offers, "driver_id": self.drivers}
        named |= {"conversation_id": self.conversations, "proposal_id": self.proposals}
        for name in named.keys() & row.keys():
            row[name] = named[name].get(row[name])
        if row.get("actor_type") == "driver":
            row["actor_id"] = self.drivers[row["actor_id"]]
        if row.get("sender_type") == "driver":
            row["sender_id"] = self.drivers[row["sender_id"]]
        if isinstance(each, Proposal) and each.last_seen_offer is not None:
            row["last_seen_offer"] = each.last_seen_offer | {"id": self.offers[each.last_seen_offer["id"]]}
        if isinstance(each, Entry):
            self._entry(row)
        return row

    def _entry(self, row: dict[str, Any]) -> None:
        about = {"offer": self.offers, "proposal": self.proposals}[row["object_type"]]
        row["object_id"] = about[int(row["object_id"])]
        row["scope"] = self.offers[Offer.id_of_scope(row["scope"])]
        for name, known in (("driver_id", self.drivers), ("proposal_id", self.proposals)):
            if name in row["after"]:
                row["after"] = row["after"] | {name: known[row["after"][name]]}
