"""Whatever is sent and read, by whomever, in whatever batches: everything is as a naive model says."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import selectors, services
from chat.enums import MemberRole, MessageType
from chat.models import Message
from chat.services import Line, Mark, Receipt, Send
from kernel.errors import Refusal
from tests.chat import factories

WHO = ["owner", "follower", "manager", "driver"]

sends = st.tuples(st.just("send"), st.lists(st.tuples(st.sampled_from(WHO), st.integers(0, 5)), min_size=1, max_size=5))
reads = st.tuples(
    st.just("mark"),
    st.lists(
        st.tuples(st.sampled_from(WHO), st.sampled_from(list(Receipt)), st.integers(0, 12)), min_size=1, max_size=4
    ),
)
lines = st.tuples(st.just("line"), st.none())
removals = st.tuples(st.just("remove"), st.integers(1, 12))
hand_over = st.tuples(st.just("hand over"), st.sampled_from(["owner", "follower"]))


@dataclass
class Model:
    """What a person with pen and paper would note down."""

    messages: list[dict] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WHO, 0))
    delivered: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WHO, 0))
    written: set[str] = field(default_factory=set)
    owner: str = "owner"

    def write(self, who, client_id):
        known = [each for each in self.messages if client_id and (each["who"], each["client_id"]) == (who, client_id)]
        if known:
            return
        self.messages.append({"who": who, "client_id": client_id, "read": False, "delivered": False, "removed": False})
        if who != "system":
            self.written.add(who)

    def mark(self, who, receipt, seq):
        seq = min(seq, len(self.messages))
        if receipt == Receipt.READ:
            self.read[who] = max(self.read[who], seq)
        self.delivered[who] = max(self.delivered[who], seq)

    def settle(self):
        """A side has read as far as any of its people whose reading counts."""
        for who in WHO:
            if who in ("driver", self.owner) or who in self.written:
                for seq, each in enumerate(self.messages, 1):
                    if each["who"] != "system" and (each["who"] == "driver") != (who == "driver"):
                        each["read"] |= seq <= self.read[who]
                        each["delivered"] |= seq <= self.delivered[who]

    def unread(self, who):
        if who == "manager" and who not in self.written:
            return 0
        others = [
            each["who"] not in (who, "system") and not each["removed"] for each in self.messages[self.read[who] :]
        ]
        return sum(others)


@pytest.mark.django_db
@given(steps=st.lists(st.one_of(sends, sends, reads, lines, removals, hand_over), max_size=14), limit=st.integers(1, 5))
def test_conversations_are_as_a_naive_model_says(people, told, steps, limit):
    conversation = factories.conversation(owner=people.owner, driver=people.driver, followers=[people.follower])
    place = {"offer_id": conversation.offer_id, "driver_id": conversation.driver_id}
    other = {"owner": "follower", "follower": "owner"}
    model = Model()
    for what, details in steps:
        if what == "send":
            named = [(who, f"{conversation.pk}-{number}" if number else None) for who, number in details]
            answers = services.send_messages(
                sends=[Send(people.named(who), **place, message="m", client_id=id_) for who, id_ in named]
            )
            assert not [answer for answer in answers if isinstance(answer, Refusal)]
            for who, client_id in named:
                model.write(who, client_id)
        elif what == "mark":
            services.mark_many(
                marks=[Mark(receipt, people.named(who), **place, seq=seq) for who, receipt, seq in details]
            )
            for who, receipt, seq in details:
                model.mark(who, receipt, seq)
        elif what == "line":
            services.say(lines=[Line(conversation.pk, "so it is")])
            model.write("system", None)
        elif what == "remove" and details <= len(model.messages):
            message = Message.objects.get(conversation=conversation, seq=details)
            services.remove_message(actor=people.manager, message_id=message.pk)
            model.messages[details - 1]["removed"] = True
        elif what == "hand over":
            model.owner = details
            office = {
                people.named(details).key: MemberRole.OWNER,
                people.named(other[details]).key: MemberRole.FOLLOWER,
            }
            services.set_office_members(offer_id=conversation.offer_id, office=office)
        model.settle()

    kept = list(Message.objects.filter(conversation=conversation))
    assert [each.seq for each in kept] == list(range(1, len(model.messages) + 1))
    assert [each.message_type == MessageType.SYSTEM for each in kept] == [
        each["who"] == "system" for each in model.messages
    ]
    assert [each.read_at is not None for each in kept] == [each["read"] for each in model.messages]
    assert [each.delivered_at is not None for each in kept] == [each["delivered"] for each in model.messages]
    for who in WHO:
        actor, number = people.named(who), model.unread(who)
        assert selectors.unread(actor, [conversation.pk]) == ({conversation.pk: number} if number else {})
        assert selectors.unread_by_offer_of([actor.key], [conversation.offer_id]) == (
            {(actor.key, conversation.offer_id): number} if number else {}
        )
        counted = selectors.unread_of([actor.key]).get(actor.key, {})
        assert counted.get(conversation.pk, 0) == number
    assert all_pages(conversation, limit, forth=True) == all_pages(conversation, limit, forth=False) == kept


def all_pages(conversation, limit, *, forth):
    """All messages, page by page, in either direction."""
    page = selectors.page_of(conversation, limit=limit, **({"after": 0} if forth else {}))
    found = [page.messages]
    while (seq := page.following if forth else page.preceding) is not None:
        page = selectors.page_of(conversation, limit=limit, **({"after": seq} if forth else {"before": seq}))
        assert 0 < len(page.messages) <= limit
        found.append(page.messages)
    return [message for messages in (found if forth else reversed(found)) for message in messages]
