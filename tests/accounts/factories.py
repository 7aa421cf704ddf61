"""People of the office, and clients that are signed in as them."""

from functools import cache
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts import kinds, services
from accounts.kinds import ActorKind
from accounts.models import User
from kernel.actors import Actor, ActorKey

PASSWORD = "one long road home"

_numbers = count(1)


@cache
def _hash_of(password: str, rounds: int) -> str:
    """People of the tests share their password: even the cheapest hash takes longer than the row."""
    return make_password(password)


def make_user(role: str = "dispatcher", *, password: str = PASSWORD, **fields: Any) -> User:
    """A row of `users`, as either system writes one."""
    number = next(_numbers)
    fields = {
        "username": f"person{number}",
        "email": f"person{number}@example.com",
        "full_name": f"Person {number}",
        "role": role,
        **fields,
    }
    return User.objects.create(password=_hash_of(password, settings.BCRYPT_ROUNDS), **fields)


def sign_in(user: User) -> services.Tokens:
    return services.begin_session(actor=user.actor, way="password", user_agent="tests")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def api_client(user: User) -> Client:
    """A client with an access token of `user`."""
    return Client(headers=bearer(sign_in(user).access))


def browser_client(user: User, *, checks_csrf: bool = False) -> Client:
    """A browser whose person has signed in by the page."""
    client = Client(enforce_csrf_checks=False)
    answer = client.post("/sign-in", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    client.handler.enforce_csrf_checks = checks_csrf
    return client


def post(client: Client, path: str, body: object = None, **headers: str) -> Any:
    """POST JSON. Header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, {} if body is None else body, content_type="application/json", headers=named)


class Customers:
    """Another kind of actor, which lives in no table: whoever is in `people` is active."""

    def __init__(self) -> None:
        self.people: dict[int, str] = {}
        self.prints: dict[int, str] = {}

    def add(self, id_: int, print_: str = "") -> Actor:
        self.people[id_] = f"Customer {id_}"
        self.prints[id_] = print_
        return self.actor(id_)

    def actor(self, id_: int) -> Actor:
        return Actor(type="customer", id=id_, name=self.people[id_], role="customer")

    @property
    def kind(self) -> ActorKind:
        return ActorKind(
            type="customer",
            load=lambda ids: {id_: self.actor(id_) for id_ in ids if id_ in self.people},
            fingerprints=lambda ids: {id_: self.prints[id_] for id_ in ids if id_ in self.prints},
        )

    def register(self) -> None:
        kinds.register(self.kind)


def key_of(user: User) -> ActorKey:
    return user.actor.key
