"""Who comes and goes, for the rooms above. Published in the transaction that finds it out."""

from dataclasses import dataclass

from offers_project.kernel.actors import ActorKey


@dataclass(frozen=True, slots=True)
class WentOnline:
    key: ActorKey


@dataclass(frozen=True, slots=True)
class WentOffline:
    key: ActorKey
