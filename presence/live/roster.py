"""Which open connections of a process belong to which person, and which topics each has joined."""

from collections.abc import Collection, Sequence

from kernel.actors import ActorKey
from presence.doorbell import topics
from presence.live.connection import Connection


class Roster:
    def __init__(self) -> None:
        self.people: dict[ActorKey, list[Connection]] = {}
        self._topics: dict[str, set[Connection]] = {}

    @property
    def connections(self) -> list[Connection]:
        return [connection for theirs in self.people.values() for connection in theirs]

    def of(self, key: ActorKey) -> list[Connection]:
        """The connections of one person, as they are now: they may close while the list is gone through."""
        return list(self.people.get(key, ()))

    def add(self, connection: Connection) -> list[Connection]:
        """Take in a connection. Gives all that its person has now."""
        theirs = self.people.setdefault(connection.key, [])
        theirs.append(connection)
        return theirs

    def remove(self, connection: Connection) -> bool:
        """Forget a connection and what it has joined. False when it was not here."""
        theirs = self.people.get(getattr(connection, "key", None), [])  # type: ignore[arg-type]
        if connection not in theirs:
            return False
        theirs.remove(connection)
        if not theirs:
            del self.people[connection.key]
        for topic in list(connection.topics):
            self.leave(connection, topic)
        return True

    def join(self, connection: Connection, topic: str) -> None:
        connection.topics.add(topic)
        self._topics.setdefault(topic, set()).add(connection)

    def leave(self, connection: Connection, topic: str) -> None:
        connection.topics.discard(topic)
        listeners = self._topics.get(topic, set())
        listeners.discard(connection)
        if not listeners:
            self._topics.pop(topic, None)

    def revoke(self, key: ActorKey, beginning: str) -> None:
        """Take a person's connections out of the topics that begin so."""
        for connection in self.of(key):
            connection.revocations += 1
            for topic in [each for each in connection.topics if each.startswith(beginning)]:
                self.leave(connection, topic)

    def listeners(self, to: Sequence[str], *, exclude: Collection[ActorKey] = ()) -> set[Connection]:
        """The connections that hear one of the topics, without those of some people."""
        found: set[Connection] = set()
        for topic in to:
            person = topics.person_of(topic)
            found.update(self.people.get(person, ()) if person else self._topics.get(topic, ()))
        return {connection for connection in found if connection.key not in exclude}
