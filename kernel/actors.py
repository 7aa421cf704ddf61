"""Actors: the office person, driver or system that does something. More kinds may come; nothing here lists them."""

from dataclasses import dataclass
from typing import Any, NamedTuple

DISPATCHER = "dispatcher"
"""The type of every office person, whatever their role."""
DRIVER = "driver"
SYSTEM_TYPE = "system"

MANAGER_ROLES = frozenset({"manager", "admin"})


class ActorKey(NamedTuple):
    """The address of a person: what streams, sockets and memberships are kept by."""

    type: str
    id: int

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as the rest of the product sees them; `role` is `dispatcher`, `manager`, `admin`, `driver`, `system`."""

    type: str
    id: int | None
    name: str
    role: str

    is_authenticated = True  # What DRF asks of `request.user`.
    is_anonymous = False

    @property
    def key(self) -> ActorKey:
        if self.id is None:
            raise ValueError(f"{self.type} is nobody in particular")
        return ActorKey(self.type, self.id)

    @property
    def pk(self) -> str:
        """What DRF's throttles tell people apart by."""
        return f"{self.type}:{self.id}"

    @property
    def is_office(self) -> bool:
        return self.type == DISPATCHER

    @property
    def is_driver(self) -> bool:
        return self.type == DRIVER

    @property
    def is_manager(self) -> bool:
        """True for managers and admins: they see and change everything."""
        return self.type == DISPATCHER and self.role in MANAGER_ROLES

    def as_dict(self) -> dict[str, Any]:
        """The actor as clients see one."""
        return {"type": self.type, "id": self.id, "name": self.name, "role": self.role}


SYSTEM = Actor(type=SYSTEM_TYPE, id=None, name="Driver Offers", role="system")
