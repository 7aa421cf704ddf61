"""What must be true once a crowd has come to rest, whatever has happened: a sentence for each thing that is not."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from tests.faults.crowd import PATIENCE, Crowd

Rows = Callable[..., list[dict[str, Any]]]
"""What a statement gives."""


def violations(crowd: Crowd, rows: Rows, patience: float = PATIENCE) -> list[str]:
    """Let everybody finish and hear what there is to hear, then compare each device with what is stored."""
    found = crowd.stop_talking(patience)
    _wait_until_heard(crowd, rows, patience)
    found += [f"{phone.name}: {fault}" for phone in crowd.phones for fault in phone.faults]
    found += _streams(crowd, rows)
    found += _chats(crowd, rows)
    found += _acked(crowd, rows)
    found += _negotiations(crowd, rows)
    return found


def _wait_until_heard(crowd: Crowd, rows: Rows, patience: float) -> None:
    """Until every device has come to its person's head, and the heads stand still; what is missing then is missing."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        heads = _heads(rows)
        behind = any(phone.cursor["seq"] < heads[phone.person.name] for phone in crowd.phones)
        if not behind and heads == _heads(rows):
            return
        time.sleep(0.2)


def _heads(rows: Rows) -> dict[str, int]:
    heads = rows("SELECT actor_type, actor_id, seq FROM stream_heads")
    return {f"{row['actor_type']} {row['actor_id']}": row["seq"] for row in heads}


def _streams(crowd: Crowd, rows: Rows) -> Iterator[str]:
    """Numbers without a gap, up to the head; each device has heard exactly these, in this order."""
    stored: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows("SELECT actor_type, actor_id, seq, kind FROM stream_events ORDER BY seq"):
        stored[f"{row['actor_type']} {row['actor_id']}"].append((row["seq"], row["kind"]))
    heads = _heads(rows)
    for person in crowd.people:
        events = stored[person.name]
        if [seq for seq, _kind in events] != list(range(1, heads[person.name] + 1)):
            yield f"the numbers of {person.name} have a gap, or do not end at the head {heads[person.name]}"
        expected = [event for event in events if event[0] > person.head]
        for phone in person.devices:
            heard = [(event["seq"], event["type"]) for event in phone.heard]
            if heard != expected:
                missing, twice = len(set(expected) - set(heard)), len(heard) - len(set(heard))
                yield f"{phone.name} has heard {len(heard)} of {len(expected)} events: {missing} missing, {twice} twice"


def _chats(crowd: Crowd, rows: Rows) -> Iterator[str]:
    """Each conversation counts without a gap, everybody has it in that order, and nothing was said twice."""
    conversations = {row["id"]: row["last_seq"] for row in rows("SELECT id, last_seq FROM conversations")}
    stored: dict[int, list[tuple[int, int]]] = {id_: [] for id_ in conversations}
    for row in rows("SELECT id, conversation_id, seq FROM chat_messages ORDER BY conversation_id, seq"):
        stored[row["conversation_id"]].append((row["seq"], row["id"]))
    for id_, last_seq in conversations.items():
        if [seq for seq, _pk in stored[id_]] != list(range(1, last_seq + 1)):
            yield f"the messages of conversation {id_} have a gap, or do not end at {last_seq}"
    for row in rows("SELECT message, COUNT(*) AS n FROM chat_messages WHERE message_type = 'text' "
                             "GROUP BY message, sender_type, sender_id HAVING n > 1"):  # fmt: skip
        yield f"{row['message']} was stored {row['n']} times"
    untold = rows(
        "SELECT m.id, COUNT(e.id) AS told FROM chat_messages m "
        "LEFT JOIN stream_events e ON e.kind = 'new_message' AND e.object_id = m.id GROUP BY m.id HAVING told <> 2"
    )
    for row in untold:
        yield f"message {row['id']} was told to {row['told']} people instead of two"
    for person in crowd.people:
        for phone in person.devices:
            heard = defaultdict(list)
            for event in phone.heard:
                if event["type"] == "new_message":
                    data = event["data"]
                    heard[data["conversation_id"]].append((data["seq"], data["id"]))
            for id_, messages in heard.items():
                if messages and messages != [each for each in stored[id_] if each[0] >= messages[0][0]]:
                    yield f"{phone.name} has conversation {id_} in another order than it is stored"


def _acked(crowd: Crowd, rows: Rows) -> Iterator[str]:
    """What was acknowledged is stored, as it was acknowledged."""
    texts = rows("SELECT id, conversation_id, seq, message FROM chat_messages WHERE message_type = 'text'")
    stored = {row["message"]: (row["id"], row["conversation_id"], row["seq"]) for row in texts}
    for words, message in crowd.acked.items():
        if stored.get(words) != (message["id"], message["conversation_id"], message["seq"]):
            yield f"{words} was acknowledged as {message['id']}, and is stored as {stored.get(words)}"


def _negotiations(crowd: Crowd, rows: Rows) -> Iterator[str]:
    """A proposal, its rounds, its lines in the chat and what was told of it say the same."""
    proposals = rows("SELECT * FROM offer_proposals")
    rounds, lines = defaultdict(list), defaultdict(list)
    for row in rows("SELECT * FROM offer_rounds ORDER BY id"):
        rounds[row["proposal_id"]].append(row)
    for row in rows("SELECT * FROM chat_messages WHERE message_type = 'rate_proposal' ORDER BY seq"):
        lines[row["conversation_id"]].append((row["sender_type"], row["proposed_rate"]))
    told = Counter(
        (row["object_id"], row["detail"])
        for row in rows("SELECT object_id, detail FROM stream_events WHERE kind = 'proposal_updated'")
    )
    for proposal in proposals:
        id_, mine = proposal["id"], rounds[proposal["id"]]
        if [each["version"] for each in mine] != list(range(1, proposal["version"] + 1)):
            yield f"the rounds of proposal {id_} do not lead to its version {proposal['version']}"
        counters = [(each["actor_type"], each["rate"]) for each in mine if each["action"] == "counter"]
        if counters != lines[proposal["conversation_id"]]:
            yield f"proposal {id_} was countered as {counters}, and the chat shows {lines[proposal['conversation_id']]}"
        for column, by in (("driver_proposed_rate", "driver"), ("offered_rate", "dispatcher")):
            last = [rate for who, rate in counters if who == by][-1:]
            if last and proposal[column] != last[0]:
                yield f"proposal {id_} has {column} {proposal[column]}, and the last counter was {last[0]}"
        for version in range(1, proposal["version"] + 1):
            if told[id_, version] != 2:
                yield f"version {version} of proposal {id_} was told to {told[id_, version]} people instead of two"
    by_rate = Counter((str(each["rate"]), id_) for id_, mine in rounds.items() for each in mine)
    for rate, id_ in crowd.countered.items():
        if by_rate[rate, id_] != 1:
            yield f"the counter of {rate} was acknowledged, and is in {by_rate[rate, id_]} rounds"
