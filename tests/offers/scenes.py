"""A small market to try doors on: two dispatchers, a follower, a manager, three trucks, one offer full of secrets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import begin_session, open_session
from accounts.sign_in.browser import ACTOR, AUTH_SESSION
from chat.models import Conversation, Member, Message
from drivers.models import Driver
from journal.models import Entry
from kernel.actors import Actor
from offers import services
from offers.models import Booking, Follower, Offer, Proposal, Round
from presence.models import StreamEvent

CUSTOMER, CUSTOMER_RATE, CEILING = "Zyxwell Foods", "4321.98", "3987.65"
STREET, REFERENCE, PHONES = "17 Hidden Gate Rd", "REF-SECRET-77", ("214-555-0111", "214-555-0122", "214-555-0133")

LOAD = {
    "pickup_location": f"{STREET}, Dallas, TX 75201",
    "delivery_location": "99 Covert Dock, Tulsa, OK 74103",
    "proposed_rate": "850.00",
}
SECRETS = {
    "reference": REFERENCE,
    "customer_name": CUSTOMER,
    "customer_rate": CUSTOMER_RATE,
    "rate_ceiling": CEILING,
    "weight_lbs": 2400,
    "pieces": 3,
    "dimensions": "144x72x74",
}


class Caller(Client):
    """Somebody with an access token, speaking JSON."""

    def __init__(self, actor: Actor | None) -> None:
        headers = {}
        if actor is not None:
            headers["Authorization"] = f"Bearer {begin_session(actor=actor, way='password').access}"
        super().__init__(headers=headers, raise_request_exception=True)

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps({} if body is None else body)
        return self.generic(method, f"/api/{path}", data, content_type="application/json", **options)

    def read(self, path: str, **query: Any) -> Any:
        return self.get(f"/api/{path}", query_params=query)


def browser_of(actor: Actor) -> Client:
    """A browser that somebody has signed in on."""
    client = Client()
    session = client.session
    session[ACTOR] = list(actor.key)
    session[AUTH_SESSION] = str(open_session(actor=actor, way="password").pk)
    session.save()
    return client


def office(username: str, role: str = "dispatcher") -> User:
    return User.objects.create(
        username=username, full_name=f"{username.title()} Officeson", email=f"{username}@example.com", role=role
    )


def truck(name: str, phone: str, **fields: Any) -> Driver:
    place = {"city_state_zip": "Dallas, TX 75201", "latitude": "32.78", "longitude": "-96.80", "status": "Available"}
    return Driver.objects.create(
        driver_name=name, cell_phone=phone, truck_number=f"T-{name}", email=f"{name.lower()}@example.com",
        **(place | fields),
    )  # fmt: skip


@dataclass
class Scene:
    """`offer` is put to Dan and Eve, not to Fay. Olga owns it, Finn follows, Otto has nothing to do with it."""

    olga: User = field(default_factory=lambda: office("olga"))
    finn: User = field(default_factory=lambda: office("finn"))
    otto: User = field(default_factory=lambda: office("otto"))
    mona: User = field(default_factory=lambda: office("mona", "manager"))
    dan: Driver = field(default_factory=lambda: truck("Danwulf", PHONES[0]))
    eve: Driver = field(default_factory=lambda: truck("Evelynda", PHONES[1]))
    fay: Driver = field(default_factory=lambda: truck("Faygrid", PHONES[2]))
    offer: Offer = field(init=False)
    callers: dict[Any, Caller] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.offer = self.new_offer(**SECRETS)
        services.set_followers(actor=self.olga.actor, offer_id=self.offer.pk, user_ids=[self.finn.pk])
        self.send(self.offer, self.dan, self.eve)

    def copy(self) -> "Scene":
        """The same rows for a test of its own, which signs in the people it wants."""
        mine = copy(self)
        vars(mine).update({name: copy(each) for name, each in vars(self).items() if isinstance(each, Model)})
        mine.callers = {}
        return mine

    def new_offer(self, owner: User | None = None, **fields: Any) -> Offer:
        from kernel.shapes import read_shape
        from offers.shapes.writing import OfferShape

        return services.create_offer(
            actor=(owner or self.olga).actor, fields=read_shape(OfferShape, LOAD | {"expires_at": soon()} | fields)
        )

    def send(self, offer: Offer, *drivers: Driver) -> None:
        services.send_offer(
            actor=User.objects.get(pk=offer.owner_id).actor, offer_id=offer.pk, driver_ids=[each.pk for each in drivers]
        )

    def proposal(self, driver: Driver, offer: Offer | None = None) -> Proposal:
        return Proposal.objects.get(offer=offer or self.offer, driver=driver)

    def answer(self, driver: Driver, action: str, offer: Offer | None = None, **said: Any) -> Proposal:
        proposal = self.proposal(driver, offer)
        if "rate" in said:
            said["rate"] = Decimal(said["rate"])
        return services.respond(
            actor=driver.actor, proposal_id=proposal.pk, action=action, version=proposal.version, **said
        )

    def by(self, person: User | Driver | None) -> Caller:
        if person not in self.callers:
            self.callers[person] = Caller(None if person is None else person.actor)
        return self.callers[person]


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is rolled back: every example of a test begins where the first has begun."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def nothing_changed() -> Iterator[None]:
    """What is done inside changes no row of the market, says nothing, tells nobody and leaves no trace."""
    before = _rows()
    yield
    assert _rows() == before


def _rows() -> dict[str, list[dict[str, Any]]]:
    tables = (Offer, Proposal, Round, Follower, Booking, Conversation, Member, Message, StreamEvent)
    rows = {model.__name__: list(model.objects.order_by("pk").values()) for model in tables}
    return rows | {"Entry": list(Entry.objects.exclude(verb="sign_in").order_by("pk").values())}


def soon(hours: int = 5) -> str:
    return (timezone.now() + timedelta(hours=hours)).isoformat()
