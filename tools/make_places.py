"""Makes `drivers/data/places.tsv.gz`, the rows of the table of places, from the `zipcodes` package (3.0 or newer).

Needed only to take up newer ZIP codes: `pip install zipcodes && python tools/make_places.py`, then a migration that
empties the table and loads it again (as `drivers.migrations.0003_places` does).
"""

import gzip
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import zipcodes

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offers_project.settings")

from drivers.place_names import city_key  # noqa: E402

SMALL_WORDS = re.compile(r"(?<= )(Of|The|On|In|By|And|At)(?= )")
NOT_A_PLACE = re.compile(r"\b(Parcel Return|Dhs|Dpo|Apo)\b|[^A-Za-z. -]")
SHORTENED = re.compile(r"\b(?!(?:St|Ft|Mt|Mc)\b)[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz]{2,}\b")
"""The post office's own short forms: `New York Mls`."""
ZONES = {"Napakiak": "America/Anchorage"}
"""A slip in the source."""

Record = dict[str, Any]
Row = tuple[str, str, str, str, float, float, str, int]


def spelled(city: str) -> str:
    """The city as people write it: the source has `Mcallen`, `Mc Lean`, `O Fallon` and `Isle Of Palms`."""
    city = re.sub(r"\bMc ?([A-Za-z])", lambda match: f"Mc{match[1].upper()}", city)
    city = re.sub(r"\bO (?=[A-Z])", "O'", city)
    city = re.sub(r"\bD (?=[A-Z])", "d'", city)
    city = SMALL_WORDS.sub(lambda match: match[1].lower(), city)
    return re.sub(r"-([a-z])", lambda match: f"-{match[1].upper()}", city).replace("O'Lakes", "O' Lakes")


def usable(record: Record) -> bool:
    return (
        record["zip_code_type"] != "MILITARY"
        and float(record["lat"] or 0) != 0
        and not NOT_A_PLACE.search(record["city"])
    )


def rows(records: list[Record]) -> Iterator[Row]:
    """Every ZIP code, then every city as a whole: ZIP or empty, city, state, key, position, zone, weight."""
    cities: dict[tuple[str, str], list[Record]] = defaultdict(list)
    others: dict[tuple[str, str], list[tuple[str, Record]]] = defaultdict(list)
    for record in records:
        name, state = spelled(record["city"]), record["state"]
        zone = ZONES.get(record["timezone"], record["timezone"])
        yield record["zip_code"], name, state, city_key(name), float(record["lat"]), float(record["long"]), zone, 1
        cities[city_key(name), state].append(record)
        for other in record["acceptable_cities"]:
            if not NOT_A_PLACE.search(other) and not SHORTENED.search(other):
                others[city_key(other), state].append((other, record))
    for (key, state), found in cities.items():
        yield whole(spelled(found[0]["city"]), state, key, found)
    for (key, state), named in others.items():
        if (key, state) not in cities:
            yield whole(spelled(named[0][0]), state, key, [record for _, record in named])


def whole(name: str, state: str, key: str, records: list[Record]) -> Row:
    """A city: where its delivery ZIP codes are on average, in the zone of most of them."""
    delivered = [record for record in records if record["zip_code_type"] == "STANDARD"] or records
    zone, _ = Counter(ZONES.get(record["timezone"], record["timezone"]) for record in records).most_common(1)[0]
    latitude = fmean(float(record["lat"]) for record in delivered)
    longitude = fmean(float(record["long"]) for record in delivered)
    return "", name, state, key, latitude, longitude, zone, len(records)


def main() -> None:
    records = [record for record in zipcodes.list_all() if usable(record)]
    # What is alike stands together: a third less to pack.
    lines = [
        f"{zip_code}\t{city}\t{state}\t{key}\t{latitude:.4f}\t{longitude:.4f}\t{zone}\t{weight}\n"
        for zip_code, city, state, key, latitude, longitude, zone, weight in sorted(
            rows(records), key=lambda row: (row[2], row[1], row[0])
        )
    ]
    target = ROOT / "drivers" / "data" / "places.tsv.gz"
    # Without a name and a time inside, the same data makes the same file.
    with target.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=9, fileobj=raw, mtime=0) as packed:
        packed.write("".join(lines).encode())
    print(f"{len(lines)} places of {len(records)} ZIP codes, {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
