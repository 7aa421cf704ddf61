"""Drivers as a kind of actor (`accounts.kinds`): how they are looked up, and what ends their sign-ins."""

from collections.abc import Collection, Mapping

from accounts.kinds import ActorKind
from drivers import addresses
from drivers.models import Driver
from kernel.actors import DRIVER, Actor


def load(ids: Collection[int]) -> Mapping[int, Actor]:
    """The active drivers among the ids."""
    rows = Driver.objects.filter(pk__in=ids, is_active=True).only("driver_name", "truck_number")
    return {driver.pk: driver.actor for driver in rows}


def fingerprints(ids: Collection[int]) -> Mapping[int, str]:
    rows = Driver.objects.filter(pk__in=ids).values_list("pk", "cell_phone", "email")
    return {pk: addresses.fingerprint(phone, mail) for pk, phone, mail in rows}


KIND = ActorKind(type=DRIVER, load=load, fingerprints=fingerprints)
