"""Names of people and trucks, looked up beside what refers to them: the older system deletes their rows at any time."""

from collections.abc import Collection, Mapping
from typing import Any

from accounts.models import User
from drivers.models import Driver
from kernel.actors import DISPATCHER, Actor
from kernel.presenting import presenter
from offers.shapes import reading

_driver = presenter(reading.ProposalDriver)


class Names:
    """Office people by their id; one who is gone is called by their number."""

    def __init__(self, ids: Collection[int]) -> None:
        rows = User.objects.filter(pk__in=ids).only("username", "full_name", "role")
        self._actors: Mapping[int, Actor] = {user.pk: user.actor for user in rows}

    def __getitem__(self, id_: int) -> dict[str, Any]:
        found = self._actors.get(id_) or Actor(type=DISPATCHER, id=id_, name=f"#{id_}", role=DISPATCHER)
        return found.as_dict()


class Trucks:
    """Drivers by their id, as they are named within a proposal."""

    def __init__(self, ids: Collection[int]) -> None:
        rows = Driver.objects.filter(pk__in=ids).only("driver_name", "truck_number", "cell_phone")
        self._drivers: Mapping[int, Driver] = {driver.pk: driver for driver in rows}

    def __getitem__(self, id_: int) -> dict[str, Any]:
        return _driver(self._drivers.get(id_) or Driver(pk=id_))
