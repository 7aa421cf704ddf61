"""Makes the people, offers and chats that the benchmark needs in the product's database: `python -m benchmarks.data`.

It is told how many on its standard input, and says who there is on its standard output. Offers and chats are made by
the product's own services; what is needed by the thousand is inserted in bulk.
"""

import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from benchmarks.people import Crowd, Pair, People, Returning
from chat.enums import EventKind

if TYPE_CHECKING:
    from accounts.models import User
    from drivers.models import Driver
    from kernel.actors import Actor

MISSED = 20
"""How many events everybody who comes back has missed."""
IN_A_STATEMENT = 2000


@dataclass(frozen=True)
class Wanted:
    pairs: int = 100
    desks: int = 5
    crowd: int = 200
    crowd_offers: int = 5
    returning: int = 2000
    idle: int = 5000


def make(wanted: Wanted) -> People:
    from kernel import clock

    now = clock.now()
    dispatchers = _users(wanted.pairs + 1, "dispatcher", now)
    managers = _users(wanted.desks, "manager", now)
    paired = _drivers(wanted.pairs, now)
    crowd = _drivers(wanted.crowd, now)
    coming_back = _drivers(wanted.returning, now)
    others = _drivers(max(0, wanted.idle - wanted.returning), now)

    office = _tokens([user.actor for user in (*dispatchers, *managers)], now)
    desks = office[len(dispatchers) :]
    phones = _tokens([driver.actor for driver in (*paired, *crowd, *coming_back, *others)], now)
    paired_phones, phones = phones[: len(paired)], phones[len(paired) :]
    crowd_phones, phones = phones[: len(crowd)], phones[len(crowd) :]
    return People(
        pairs=[
            Pair(_offer(user.actor, [driver.pk]), user.pk, driver.pk, token, phone)
            for user, driver, token, phone in zip(dispatchers, paired, office, paired_phones, strict=False)
        ],
        desks=desks,
        idle=phones[: wanted.idle],
        returning=_missing(coming_back, phones, now),
        crowd=Crowd(
            dispatcher=office[wanted.pairs],
            offer_ids=[_offer(dispatchers[-1].actor, []) for _each in range(wanted.crowd_offers)],
            driver_ids=[driver.pk for driver in crowd],
            tokens=crowd_phones,
        ),
    )


def _users(count: int, role: str, now: datetime) -> "list[User]":
    from accounts.models import User

    names = [f"{role}{number}-{uuid4().hex[:8]}" for number in range(count)]
    User.objects.bulk_create(
        User(username=name, email=f"{name}@example.com", full_name=name.title(), role=role) for name in names
    )
    return list(User.objects.filter(username__in=names).order_by("pk"))


def _drivers(count: int, now: datetime) -> "list[Driver]":
    from drivers.models import Driver

    numbers = [f"B{uuid4().hex[:12]}" for _each in range(count)]
    Driver.objects.bulk_create(
        [
            Driver(
                truck_number=number,
                driver_name=f"Driver {number}",
                status=Driver.AVAILABLE,
                city_state_zip="Dallas, TX 75201",
                latitude="32.78140000",
                longitude="-96.79890000",
            )
            for number in numbers
        ],
        batch_size=IN_A_STATEMENT,
    )
    return list(Driver.objects.filter(truck_number__in=numbers).order_by("pk"))


def _tokens(actors: "Sequence[Actor]", now: datetime) -> list[str]:
    """An access token for each, and the sign-in that it needs."""
    from accounts import kinds
    from accounts.models import AuthSession
    from accounts.sign_in import tokens

    prints = kinds.fingerprints({actor.key for actor in actors})
    sessions = [
        AuthSession(
            id=uuid4(),
            actor_type=actor.key.type,
            actor_id=actor.key.id,
            family_hash=uuid4().hex,
            refresh_hash=uuid4().hex,
            fingerprint=prints[actor.key],
            way="benchmark",
            created_at=now,
            used_at=now,
            expires_at=now + timedelta(days=1),
        )
        for actor in actors
    ]
    AuthSession.objects.bulk_create(sessions, batch_size=IN_A_STATEMENT)
    return [tokens.access_token(actor, str(session.pk)) for actor, session in zip(actors, sessions, strict=True)]


def _offer(actor: "Actor", driver_ids: Sequence[int]) -> int:
    from offers import services

    fields: dict[str, Any] = {
        "pickup_location": "2200 Ross Ave, Dallas, TX 75201",
        "delivery_location": "100 Peachtree St, Atlanta, GA 30303",
        "proposed_rate": "1850.00",
    }
    if driver_ids:
        return services.offer_load(actor=actor, fields=fields, driver_ids=driver_ids)[0].pk
    return services.create_offer(actor=actor, fields=fields).pk


def _missing(drivers: "Sequence[Driver]", tokens: Sequence[str], now: datetime) -> list[Returning]:
    """Each of these has a conversation whose messages came while they were away."""
    from chat.enums import MemberRole
    from chat.models import Conversation, Member, Message
    from kernel.actors import DRIVER
    from presence.log import epochs
    from presence.models import StreamEvent, StreamHead

    about = 2**40  # Of an offer that nobody looks at.
    Conversation.objects.bulk_create(
        [
            Conversation(offer_id=about, driver_id=driver.pk, last_seq=MISSED, last_message_at=now, created_at=now)
            for driver in drivers
        ],
        batch_size=IN_A_STATEMENT,
    )
    ids = [driver.pk for driver in drivers]
    conversations = list(Conversation.objects.filter(offer_id=about, driver_id__in=ids).order_by("driver_id"))
    Member.objects.bulk_create(
        [
            Member(conversation=each, actor_type=DRIVER, actor_id=each.driver_id, role=MemberRole.DRIVER, joined_at=now)
            for each in conversations
        ],
        batch_size=IN_A_STATEMENT,
    )
    Message.objects.bulk_create(
        [
            Message(
                conversation=each,
                seq=seq,
                sender_type="dispatcher",
                sender_id=1,
                sender_name="The office",
                sender_role="dispatcher",
                message="Is the dock door free? The shipper asks for the trailer number.",
                created_at=now,
            )
            for each in conversations
            for seq in range(1, MISSED + 1)
        ],
        batch_size=IN_A_STATEMENT,
    )
    rows = Message.objects.filter(conversation__in=conversations).order_by("conversation__driver_id", "seq")
    StreamEvent.objects.bulk_create(
        [
            StreamEvent(
                actor_type=DRIVER,
                actor_id=driver_id,
                seq=seq,
                kind=EventKind.NEW_MESSAGE,
                object_id=pk,
                detail=seq,
                at=now,
            )
            for pk, driver_id, seq in rows.values_list("pk", "conversation__driver_id", "seq")
        ],
        batch_size=IN_A_STATEMENT,
    )
    StreamHead.objects.bulk_create(
        [StreamHead(actor_type=DRIVER, actor_id=id_, seq=MISSED) for id_ in ids], batch_size=IN_A_STATEMENT
    )
    epoch = epochs.current()
    return [Returning(token, epoch, 0) for token, _driver in zip(tokens, drivers, strict=False)]


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offers_project.settings")
    django.setup()
    wanted: Wanted = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from the process that started this one
    sys.stdout.buffer.write(pickle.dumps(make(wanted)))


if __name__ == "__main__":
    main()
