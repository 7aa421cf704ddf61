"""People who connect."""

from datetime import timedelta
from itertools import count
from typing import Any

from django.test import override_settings

from accounts import services
from accounts.models import User
from accounts.sign_in import tokens
from drivers.models import Driver
from kernel.actors import Actor, ActorKey
from tests.client import Device
from tests.servers import Server

_numbers = count(1)


def make_user(role: str = "dispatcher", **fields: Any) -> User:
    """Somebody of the office."""
    name = f"person{next(_numbers)}"
    return User.objects.create(username=name, email=f"{name}@example.com", full_name=name.title(), role=role, **fields)


def make_driver(**fields: Any) -> Driver:
    return Driver.objects.create(driver_name=f"Driver {next(_numbers)}", **fields)


def token_of(actor: Actor, *, seconds: float | None = None) -> str:
    """An access token of a new sign-in, good for the usual time or for so many seconds."""
    if seconds is None:
        return services.begin_session(actor=actor, way="password").access
    session = services.open_session(actor=actor, way="password")
    with override_settings(ACCESS_TOKEN_LIFETIME=timedelta(seconds=seconds)):
        return tokens.access_token(actor, str(session.pk))


def connect(server: Server, who: User | Driver | Actor, **options: object) -> Device:
    """A device of this person's, connected and ready."""
    actor = who if isinstance(who, Actor) else who.actor
    return Device(server.socket_url, token=token_of(actor), **options)  # type: ignore[arg-type]


def key(who: User | Driver) -> ActorKey:
    return who.actor.key
