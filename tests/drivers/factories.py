"""Trucks, and clients that are signed in as their drivers."""

from itertools import count
from typing import Any

from django.test import Client

from accounts.services import Tokens, begin_session
from drivers.models import Driver
from tests.accounts.factories import bearer

_numbers = count(1)


def make_driver(**fields: Any) -> Driver:
    """A row of `Trucks`, as the older system writes one."""
    number = next(_numbers)
    fields = {
        "truck_number": f"T-{number}",
        "driver_name": f"Driver {number}",
        "status": "Available",
        "cell_phone": f"({2 + number % 7}{number // 7 % 9}{number % 10}) 555-01{number % 100:02}",
        "email": f"driver{number}@example.com",
        "city_state_zip": "Dallas, TX 75201",
        "dimensions": "144x72x74",
        "rate": "1.90",
        "latitude": "32.79040000",
        "longitude": "-96.80440000",
        **fields,
    }
    driver = Driver.objects.create(**fields)
    driver.refresh_from_db()
    return driver


def sign_in(driver: Driver) -> Tokens:
    return begin_session(actor=driver.actor, way="code", user_agent="tests")


def driver_client(driver: Driver) -> Client:
    """A client with an access token of `driver`."""
    return Client(headers=bearer(sign_in(driver).access))
