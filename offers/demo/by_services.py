"""The stories as the services tell them: each verb is a unit of work, as if a button had been pressed."""

from collections.abc import Collection, Hashable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from chat import services as chat
from chat.enums import ConversationStatus
from chat.models import Conversation
from chat.services import Mark, Send
from drivers.models import Driver
from kernel.actors import Actor
from offers import services
from offers.demo.loads import Load
from offers.demo.market import Read, Talk, Words
from offers.enums import Action, OfferStatus, ProposalStatus
from offers.models import Offer, Proposal
from offers.rules.transitions import WAITING


class ByServices:
    """A market whose talks are known by the keys of their conversations."""

    def __init__(self) -> None:
        self._pairs: dict[Hashable, tuple[int, int]] = {}
        """The offer and the driver of each talk."""

    def make(self, actor: Actor, load: Load) -> Offer:
        return services.create_offer(actor=actor, fields=load.fields)

    def follow(self, actor: Actor, offer: Offer, user_ids: Collection[int]) -> None:
        services.set_followers(actor=actor, offer_id=offer.pk, user_ids=user_ids)

    def send(self, actor: Actor, offer: Offer, trucks: Sequence[Driver], message: str) -> list[Proposal]:
        ids = [truck.pk for truck in trucks]
        return services.send_offer(actor=actor, offer_id=offer.pk, driver_ids=ids, message=message).sent

    def respond(self, actor: Actor, proposal: Proposal, action: Action, **how: Any) -> None:
        version = self.current(proposal).version
        services.respond(actor=actor, proposal_id=proposal.pk, action=action, version=version, **how)

    def award(self, actor: Actor, offer: Offer, proposal: Proposal) -> None:
        services.award(actor=actor, offer_id=offer.pk, proposal_id=proposal.pk)

    def set_status(self, actor: Actor, offer: Offer, status: str) -> None:
        services.set_status(actor=actor, offer_id=offer.pk, status=status, version=None)

    def fall_off(self, actor: Actor, offer: Offer, reason: str, note: str) -> None:
        services.fall_off(actor=actor, offer_id=offer.pk, reason=reason, note=note)

    def expire_due(self) -> None:
        services.expire_due()

    def raise_rate(self, actor: Actor, offer: Offer, by: Decimal) -> None:
        now = Offer.objects.get(pk=offer.pk)
        fields = {"proposed_rate": now.proposed_rate + by}
        services.update_offer(actor=actor, offer_id=now.pk, version=now.version, fields=fields)

    def withdraw(self, actor: Actor, offer: Offer, driver_ids: Collection[int]) -> None:
        services.withdraw(actor=actor, offer_id=offer.pk, driver_ids=driver_ids)

    def take_to(self, driver_id: int, status: str) -> None:
        Driver.objects.filter(pk=driver_id).update(status=status)

    def current(self, proposal: Proposal) -> Proposal:
        return Proposal.objects.get(pk=proposal.pk)

    def winner_of(self, offer: Offer) -> Proposal | None:
        return Proposal.objects.filter(won_offer=offer).first()

    def accepted_of(self, offer: Offer) -> Proposal | None:
        accepted = Proposal.objects.filter(offer=offer, status=ProposalStatus.ACCEPTED)
        return accepted.order_by("agreed_rate", "pk").first()

    def waiting_of(self, offer: Offer) -> list[Proposal]:
        return list(Proposal.objects.filter(offer=offer, status__in=WAITING).order_by("pk"))

    def talks_of(self, offer: Offer) -> list[Talk]:
        rows = Conversation.objects.about_offers().filter(offer_id=offer.pk).order_by("pk")
        self._pairs |= {row.pk: (row.offer_id, row.driver_id) for row in rows}
        return [Talk(row.pk, row.driver_id) for row in rows]

    def open_talks(self) -> list[Hashable]:
        offer_ids = {offer_id for offer_id, _driver_id in self._pairs.values()}
        loads = Offer.objects.filter(pk__in=offer_ids, status__in=(OfferStatus.ACTIVE, OfferStatus.ASSIGNED))
        rows = Conversation.objects.filter(offer_id__in=loads.values("pk"), status=ConversationStatus.OPEN)
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def last_seqs(self, talks: Collection[Hashable]) -> dict[Hashable, int]:
        return dict(Conversation.objects.filter(pk__in=list(talks)).values_list("pk", "last_seq"))

    def say(self, words: Sequence[Words]) -> int:
        sends = [Send(each.who, *self._pairs[each.talk], each.text) for each in words]
        return sum(not isinstance(answer, Exception) for answer in chat.send_messages(sends=sends))

    def mark(self, reads: Sequence[Read]) -> None:
        chat.mark_many(marks=[Mark(each.receipt, each.who, *self._pairs[each.talk], seq=each.seq) for each in reads])

    def said(self) -> int:
        rows = Conversation.objects.filter(pk__in=list(self._pairs))
        return rows.aggregate(said=Sum("last_seq"))["said"] or 0
