"""What a fault and its mutant have in common."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import MySQLdb

from tests.faults.crowd import PATIENCE, Crowd, Frame
from tests.faults.services import DATABASE, OwnMariaDB

PATIENT = {"DATABASE_LOCK_SECONDS": "40", "DATABASE_ANSWER_SECONDS": "60"}
"""A server that waits for a lock longer than the test holds it."""
SHORT_LEASES = {"LEASE_SECONDS": "6", "LEASE_RENEW_SECONDS": "2", "PRESENCE_GRACE_SECONDS": "3"}


def is_told_unavailable(crowd: Crowd, times: int = 30, patience: float = PATIENCE) -> None:
    """Whoever sends is answered although the database is not there: so many refusals come while it is away."""
    enough = crowd.refusals["unavailable"] + times
    crowd.wait(lambda: crowd.refusals["unavailable"] >= enough, "refusals", patience)


@contextmanager
def standing_in_the_way(
    mariadb: OwnMariaDB, crowd: Crowd, deadlocks: int = 10, database: str = DATABASE
) -> Iterator[None]:
    """Somebody else locks what sends lock, the other way round, until there were so many deadlocks."""
    conversations = [chat["conversation_id"] for person in crowd.people for chat in person.chats]
    is_over = threading.Event()

    def stand() -> None:
        with mariadb.session(database) as session:
            while not is_over.wait(0.2):
                with suppress(MySQLdb.OperationalError):  # The one of the two that InnoDB has chosen.
                    session.do("BEGIN")
                    # Whoever has written more is not the one that is chosen.
                    for _ in range(5):
                        session.do("UPDATE stream_heads SET floor = floor + 1 ORDER BY id DESC")
                    session.do("SELECT * FROM conversations WHERE id IN %s ORDER BY id DESC FOR UPDATE", conversations)
                session.do("ROLLBACK")

    thread = threading.Thread(target=stand)
    enough = mariadb.deadlocks() + deadlocks
    thread.start()
    try:
        crowd.wait(lambda: mariadb.deadlocks() >= enough, f"{deadlocks} deadlocks")
        yield
    finally:
        is_over.set()
        thread.join()


def others_go_on(
    mariadb: OwnMariaDB, crowd: Crowd, database: str = DATABASE, acks: int = 60, patience: float = 30
) -> None:
    """Somebody holds the lock of one conversation: so many messages in others are acknowledged meanwhile."""
    held = crowd.people[0].chats[0]["conversation_id"]

    def elsewhere() -> int:
        return sum(message["conversation_id"] != held for message in list(crowd.acked.values()))

    with mariadb.locked("SELECT * FROM conversations WHERE id = %s FOR UPDATE", held, database=database):
        enough = elsewhere() + acks
        crowd.wait(lambda: elsewhere() >= enough, "others to go on", patience)


def coming_and_going(passing: Iterable[Frame]) -> dict[tuple[str, int], list[bool]]:
    """What somebody was told of each driver, in order: True for coming, False for going."""
    told: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for frame in passing:
        if frame["type"] == "presence_changed" and frame["data"]["actor"]["type"] == "driver":
            actor = frame["data"]["actor"]
            told[actor["type"], actor["id"]].append(frame["data"]["online"])
    return dict(told)
