"""A client in a few lines: the state it has read by REST, and what it makes of events, from the protocol alone."""

from typing import Any

import orjson

from kernel.actors import ActorKey
from offers.rules.transitions import CLOSED
from presence.log import replay
from tests.offers.scenes import Caller

State = dict[str, Any]
COUNTED = ("text", "rate_proposal")
NEVER_TOLD = ("online", "last_seen")
"""What passing events tell, which may be lost."""


class Mirror:
    """What one person's client holds."""

    def __init__(self, key: ActorKey, caller: Caller) -> None:
        self.key = key
        self.caller = caller
        self.refetches = 0
        self._read_all()

    def catch_up(self) -> list[dict[str, Any]]:
        """Hear what has been told since, and change the state accordingly. Gives the events."""
        epoch, _head, recovered, frames = replay.since(self.key, replay.Cursor(self.epoch, self.seq))
        assert recovered
        assert epoch == self.epoch
        events = [orjson.loads(frame) for frame in frames]
        for event in events:
            assert event["seq"] == self.seq + 1
            self.seq = event["seq"]
            self._apply(event)
        for proposal in list(self.proposals.values()):
            self._read_what_came_before(proposal)
        return events

    def state(self) -> State:
        """Every list as the client would show it."""
        return {
            "offers": {id_: self._offer(offer) for id_, offer in self.offers.items()},
            "proposals": self.proposals,
            "conversations": {id_: self._conversation(id_) for id_ in self.conversations},
            "messages": self.messages,
        }

    # --- REST -------------------------------------------------------------------------------------------------------

    def _read_all(self) -> None:
        self.epoch, head = replay.place_of(self.key)
        self.seq = head.seq
        fetched = fetch(self.caller)
        self.offers = fetched["offers"]
        self.proposals = fetched["proposals"]
        self.conversations = fetched["conversations"]
        self.messages = fetched["messages"]
        self.read_seqs = {id_: each["last_read_seq"] for id_, each in self.conversations.items()}

    def _refetch(self) -> None:
        """Something was told that may not be seen any more: the client reads its state afresh."""
        self.refetches += 1
        seq = self.seq
        self._read_all()
        self.seq = seq

    def _read_what_came_before(self, proposal: dict[str, Any]) -> None:
        """Somebody who comes to an offer later has not been told what was said before: the client reads it."""
        id_ = proposal["conversation_id"]
        held = self.messages.get(id_, {})
        if held and sorted(held) == list(range(1, len(held) + 1)):
            return
        self.refetches += 1
        fetched = fetch(self.caller)
        self.conversations[id_] = fetched["conversations"][id_]
        self.messages[id_] = fetched["messages"][id_]
        self.read_seqs[id_] = self.conversations[id_]["last_read_seq"]

    # --- events -----------------------------------------------------------------------------------------------------

    def _apply(self, event: dict[str, Any]) -> None:
        data = event.get("data", {})
        match event["type"]:
            case "redacted":
                self._refetch()
            case "offer_created" | "offer_updated" | "offer_status_changed":
                if _is_newer(data, self.offers.get(data["id"])) or "as_of" in data or self._seen_as_of(data["id"]):
                    self.offers[data["id"]] = data
            case "proposal_updated":
                if _is_newer(data, self.proposals.get(data["id"])):
                    self.proposals[data["id"]] = data
            case "new_message" | "message_updated":
                self._hear_message(data)
            case "message_read":
                self._hear_receipt(data, "read_at")
            case "message_delivered":
                self._hear_receipt(data, "delivered_at")

    def _seen_as_of(self, offer_id: int) -> bool:
        return "as_of" in self.offers.get(offer_id, {})

    def _hear_message(self, message: dict[str, Any]) -> None:
        conversation_id = message["conversation_id"]
        self.conversations.setdefault(conversation_id, {"id": conversation_id})
        held = self.messages.setdefault(conversation_id, {})
        held[message["seq"]] = message

    def _have_read(self, conversation_id: int, seq: int) -> None:
        self.read_seqs[conversation_id] = max(seq, self.read_seqs.get(conversation_id, 0))

    def _hear_receipt(self, receipt: dict[str, Any], stamp: str) -> None:
        reader = receipt["reader"]
        if stamp == "read_at" and (reader["type"], reader["id"]) == (self.key.type, self.key.id):
            self._have_read(receipt["conversation_id"], receipt["seq"])
        if not self._counts(reader, receipt["conversation_id"]):
            return
        for seq, message in self.messages.get(receipt["conversation_id"], {}).items():
            if seq <= receipt["seq"] and _sides_differ(message["sender"], reader):
                for each in ("delivered_at", stamp):
                    message[each] = message[each] or receipt["at"]

    def _counts(self, reader: dict[str, Any], conversation_id: int) -> bool:
        """The owner's reading counts for the office, a follower's only once they have written there."""
        if reader["type"] == "driver":
            return True
        offer = self.offers.get(self.proposal_of(conversation_id).get("offer_id"), {})
        if offer.get("owner", {}).get("id") == reader["id"]:
            return True
        return any(
            (each["sender"]["type"], each["sender"]["id"]) == (reader["type"], reader["id"])
            for each in self.messages.get(conversation_id, {}).values()
        )

    # --- what follows from the rest ---------------------------------------------------------------------------------

    def proposal_of(self, conversation_id: int) -> dict[str, Any]:
        return next((each for each in self.proposals.values() if each["conversation_id"] == conversation_id), {})

    def _unread(self, conversation_id: int) -> int:
        return len(self._unread_seqs(conversation_id))

    def _offer(self, offer: dict[str, Any]) -> dict[str, Any]:
        mine = [each for each in self.proposals.values() if each["offer_id"] == offer["id"]]
        shown = offer | {"unread": sum(self._unread(each["conversation_id"]) for each in mine)}
        if self.key.type == "driver":
            (proposal,) = mine
            shown["proposal"] = proposal
            if proposal["status"] in CLOSED:
                shown["as_of"] = "closed"
            else:
                shown.pop("as_of", None)
            return shown
        counts: dict[str, int] = {}
        for each in mine:
            counts[each["status"]] = counts.get(each["status"], 0) + 1
        return shown | {"counts": counts}

    def _conversation(self, id_: int) -> dict[str, Any]:
        proposal = self.proposal_of(id_)
        offer = self.offers[proposal["offer_id"]]
        messages = self.messages[id_]
        last = messages[max(messages)] if messages else None
        return {
            "id": id_,
            "offer_id": offer["id"],
            "driver_id": proposal["driver_id"],
            "offer": {name: offer[name] for name in ("id", "pickup_place", "delivery_place", "status")},
            "last_message": last,
            "last_seq": last["seq"] if last else 0,
            "last_read_seq": self._read_up_to(id_),
            "unread": self._unread(id_),
        }

    def _unread_seqs(self, conversation_id: int) -> list[int]:
        return [
            seq
            for seq, message in self.messages.get(conversation_id, {}).items()
            if message["message_type"] in COUNTED
            and seq > self.read_seqs.get(conversation_id, 0)
            and (message["sender"]["type"], message["sender"]["id"]) != tuple(self.key)
            and not message["removed_at"]
        ]

    def _read_up_to(self, id_: int) -> int:
        """Up to where nothing is unread: one's own words and the system's lines want no reading."""
        unread = self._unread_seqs(id_)
        return min(unread) - 1 if unread else max(self.messages[id_], default=0)


def fetch(caller: Caller) -> State:
    """Every list of one person, read afresh by REST."""
    offers = _by_id(caller.read("offers", limit=200))
    for offer in offers.values():
        if "as_of" in offer:
            offer["as_of"] = "closed"
    conversations = _by_id(caller.read("conversations", limit=200))
    messages = {}
    for id_, each in conversations.items():
        page = caller.read(f"offers/{each['offer_id']}/chat/{each['driver_id']}", limit=200).json()["results"]
        messages[id_] = {message["seq"]: message for message in page}
    kept = ("id", "offer_id", "driver_id", "offer", "last_message", "last_seq", "last_read_seq", "unread")
    return {
        "offers": offers,
        "proposals": _by_id(caller.read("proposals", limit=200)),
        "conversations": {id_: {name: each[name] for name in kept} for id_, each in conversations.items()},
        "messages": messages,
    }


def _by_id(response: Any) -> dict[int, dict[str, Any]]:
    assert response.status_code == 200, response.content
    return {each["id"]: _without_presence(each) for each in response.json()["results"]}


def _without_presence(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {name: _without_presence(inner) for name, inner in thing.items() if name not in NEVER_TOLD}
    return thing


def _is_newer(data: dict[str, Any], held: dict[str, Any] | None) -> bool:
    return held is None or data["version"] > held["version"]


def _sides_differ(sender: dict[str, Any], reader: dict[str, Any]) -> bool:
    return sender["type"] != "system" and (sender["type"] == "driver") != (reader["type"] == "driver")
