"""What happens to people and their sign-ins, for the rooms above. Published within the transaction of the change."""

from dataclasses import dataclass

from kernel.actors import ActorKey


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """A person's sign-ins have ended: one, or all when `auth_session_id` is None."""

    key: ActorKey
    auth_session_id: str | None = None


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """An office person sees and may do something else from now on."""

    key: ActorKey
    before: str
    after: str
