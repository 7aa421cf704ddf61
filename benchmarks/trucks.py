"""`python -m benchmarks.trucks`: how long it takes to find the trucks around a point, on a MariaDB of its own.

Trucks stand all over the country; `--lost` of a hundred have no coordinates but a text that names a place.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from benchmarks.database import new_database, settings_on

ROOT = Path(__file__).resolve().parent.parent
POINT = (32.7767, -96.797)
RADII = (100.0, None)
TIMES = 7

Answer = TypeVar("Answer")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.trucks", description=__doc__)
    parser.add_argument("--trucks", type=int, action="append")
    parser.add_argument("--lost", type=int, action="append")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.here:
        measure(chosen.trucks[0], chosen.lost[0])
        return
    with ExitStack() as stack:
        environment = settings_on(stack, new_database(stack, "benchmark_trucks"))
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, cwd=ROOT, env=environment)
        for number in chosen.trucks or [10_000, 100_000]:
            for share in chosen.lost or [4, 50]:
                # A process of its own has read no texts yet.
                command = [sys.executable, "-m", "benchmarks.trucks", "--here", f"--trucks={number}", f"--lost={share}"]
                subprocess.run(command, check=True, cwd=ROOT, env=environment)


def measure(number: int, lost: int) -> None:
    """Print what finding takes in the database of the settings, and what the list of trucks takes with it."""
    import django

    django.setup()

    from drivers import search, selectors
    from kernel.actors import SYSTEM

    _make(number, lost / 100)
    first, _found = _milliseconds(partial(selectors.near, *POINT), times=1)
    for radius in RADII:
        near, found = _milliseconds(partial(selectors.near, *POINT, radius))
        query = search.Query(around=search.Point(*POINT), radius_miles=radius)
        listed, _list = _milliseconds(partial(search.trucks, SYSTEM, query))
        what = f"{number:7} trucks, {lost:2} % lost, {'anywhere' if radius is None else f'{radius:.0f} miles'}"
        print(f"{what:36} {len(found):6} found in {near:7.1f} ms, listed in {listed:7.1f} ms")
    print(f"{'':37}the first time, with all texts new, in {first:.0f} ms", flush=True)


def _make(number: int, lost: float) -> None:
    from django.db import connection

    from drivers.models import Driver, Place

    rng = Random(1)  # noqa: S311 -- it is to be repeatable, not secret
    places = list(Place.objects.exclude(zip_code="").order_by("pk"))
    Driver.objects.all().delete()
    trucks = []
    for index in range(number):
        place = rng.choice(places)
        point = (float(place.latitude) + rng.uniform(-0.2, 0.2), float(place.longitude) + rng.uniform(-0.2, 0.2))
        lat, lon = (f"{each:.6f}" for each in point) if rng.random() >= lost else (None, None)
        trucks.append(
            Driver(
                truck_number=f"T-{index}",
                driver_name=f"Driver {index}",
                status=Driver.AVAILABLE,
                cell_phone=f"(214) 555-01{index % 100:02}",
                email=f"driver{index}@example.com",
                city_state_zip=rng.choice((place.label, f"{place.city}, {place.state}", place.label.lower())),
                dimensions="144x72x74",
                rate="1.90",
                latitude=lat,
                longitude=lon,
            )
        )
    Driver.objects.bulk_create(trucks, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE TABLE {connection.ops.quote_name(Driver._meta.db_table)}")
        cursor.fetchall()


def _milliseconds(ask: Callable[[], Answer], times: int = TIMES) -> tuple[float, Answer]:
    """The median of several tries, and what the last one gave."""
    taken = []
    for _time in range(times):
        began = time.perf_counter()
        answer = ask()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000, answer


if __name__ == "__main__":
    main()
