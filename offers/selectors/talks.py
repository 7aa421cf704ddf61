"""A conversation as a page shows it: its newest messages, the proposal it is about, and what may be answered."""

from typing import Any

from chat import selectors as chat
from kernel.actors import Actor
from kernel.errors import NotFound
from offers.enums import ProposalStatus
from offers.rules.access import can_change, is_asked, side_of
from offers.rules.turns import TURNS, answers_for
from offers.selectors.proposals import proposal_dicts, proposals_for


def talk_for(actor: Actor, offer_id: int, driver_id: int) -> dict[str, Any]:
    """`{conversation, messages, older, proposal, table, writer}`, or `NotFound` where `actor` sees no conversation.

    `older` says whether there are messages before these; `table` has for each status whose turn it is and what this
    person may answer; `writer` whether they may ever write here: the conversation must be open, too.
    """
    conversation = chat.conversation_for(actor, offer_id, driver_id)
    proposal = proposals_for(actor).select_related("offer").filter(offer_id=offer_id, driver_id=driver_id).first()
    if proposal is None:
        raise NotFound()
    page = chat.page_of(conversation)
    (shown,) = chat.conversation_dicts([conversation], actor)
    writer = is_asked(actor) or can_change(actor, proposal.offer)
    side = side_of(actor)
    return {
        "conversation": shown,
        "messages": chat.message_dicts(page.messages),
        "older": page.preceding is not None,
        "proposal": proposal_dicts([proposal], actor)[0],
        "table": {
            str(status): {"turn": TURNS[status], "answers": answers_for(side, status) if writer else []}
            for status in ProposalStatus
        },
        "writer": writer,
    }
