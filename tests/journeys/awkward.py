"""People, trucks and loads that are hard to lay out: long names, other alphabets, six-digit rates, many rows."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from accounts.models import User
from chat.services import Send, mark_delivered, send_messages
from drivers.models import Driver
from kernel import clock
from offers import services
from offers.models import Offer, Proposal
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, award, make_offer, put_to, run_out

LONG = "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaft"
ARABIC, CYRILLIC = "أحمد الخطيب", "Александра Константинопольская-Преображенская"
BIG = "636x102x110"
CITY = "Rancho Santa Margarita, CA 92688"
FAR_CITY = "King of Prussia, PA 19406"
RATE, CEILING, ASK = Decimal("123456.78"), Decimal("130000.00"), Decimal("140999.99")
TRUCKS = 300


@dataclass
class Awkward:
    """`office` is who looks; `driver` has loads of every kind but a booked one, which `booked` has."""

    office: User
    driver: Driver
    booked: Driver
    offers: dict[str, Offer] = field(default_factory=dict)
    drivers: dict[str, Driver] = field(default_factory=dict)


def awkward() -> Awkward:
    office = make_user(role="manager", full_name=f"{LONG} {LONG}")
    make_user(full_name=ARABIC)
    scene = Awkward(
        office=office,
        driver=make_driver(driver_name=f"{LONG} Quintanilla", truck_number="TRUCK-100200", dimensions=BIG),
        booked=make_driver(driver_name=ARABIC, dimensions=BIG),
    )
    scene.offers["active"] = _full_of_drivers(scene)
    _loads_of_one_driver(scene)
    _other_states(scene)
    _made_long_ago(scene.offers["active"], timedelta(hours=15))
    _made_long_ago(scene.offers["countered"], timedelta(days=12))
    _trucks()
    return scene


def _load(owner: User, **fields: object) -> Offer:
    soon = clock.now() + timedelta(days=2)
    return make_offer(
        owner,
        **{
            "pickup_location": f"Building 17, Gate B, 98765 {LONG} Boulevard, {CITY}",
            "delivery_location": f"{LONG} Distribution Center, 1 First Avenue Pike, {FAR_CITY}",
            "pickup_from": soon,
            "pickup_until": soon + timedelta(hours=3),
            "delivery_from": soon + timedelta(days=3),
            "delivery_until": soon + timedelta(days=3, hours=5),
            "proposed_rate": RATE,
            "rate_ceiling": CEILING,
            "customer_name": f"{LONG} & Sons {ARABIC}",
            "customer_rate": Decimal("199999.99"),
            "reference": LONG,
            "weight_lbs": Decimal("44999"),
            "pieces": 1234,
            "dimensions": BIG,
            "notes": f"Straps and blankets. {LONG}{LONG} {ARABIC} 7:00 AM. " * 4,
            **fields,
        },
    )


def _made_long_ago(offer: Offer, age: timedelta) -> None:
    """The age stands in the fullest line of a card, and "now" is the shortest of all."""
    Offer.objects.filter(pk=offer.pk).update(created_at=clock.now() - age)


def _full_of_drivers(scene: Awkward) -> Offer:
    """One offer with a driver in every state, unread words, and a counter over the ceiling."""
    offer = _load(scene.office, expires_at=clock.now() + timedelta(hours=47, minutes=45))
    names = {
        "counter": f"{LONG} Quintanilla",
        "accepted": ARABIC,
        "sent": CYRILLIC,
        "delivered": "Bo Li",
        "viewed": f"Jean-Luc {LONG}",
        "rejected": "Terrence Boudreaux",
        "withdrawn": LONG,
        "expired": f"{ARABIC} {LONG}",
    }
    scene.drivers = {state: make_driver(driver_name=name, dimensions=BIG) for state, name in names.items()}
    sent = put_to(offer, *scene.drivers.values())
    proposals = dict(zip(scene.drivers, sent, strict=True))
    _talk(scene, offer, scene.drivers["counter"])
    answer(proposals["counter"], "counter", rate=ASK, note=f"{LONG} {ARABIC}")
    answer(proposals["accepted"], "accept")
    _talk(scene, offer, scene.drivers["delivered"], lines=1)
    driver = scene.drivers["delivered"]
    mark_delivered(actor=driver.actor, offer_id=offer.pk, driver_id=driver.pk, seq=2)
    answer(proposals["viewed"], "view")
    answer(proposals["rejected"], "reject", reason="already_loaded", note=f"{ARABIC} {LONG}")
    services.withdraw(actor=scene.office.actor, offer_id=offer.pk, driver_ids=[proposals["withdrawn"].driver_id])
    run_out(proposals["expired"])
    services.expire_due()
    return offer


def _talk(scene: Awkward, offer: Offer, driver: Driver, lines: int | None = None) -> None:
    said = [
        (scene.office.actor, "Can you load today?"),
        (driver.actor, f"{ARABIC} 1:12 PM, {LONG}{LONG}"),
        (driver.actor, "https://example.com/" + "x" * 200),
        (scene.office.actor, f"{CYRILLIC}. " * 8),
        (driver.actor, "Yes"),
    ]
    send_messages(
        sends=[
            Send(actor, offer.pk, driver.pk, words, f"{offer.pk}-{driver.pk}-{n}")
            for n, (actor, words) in enumerate(said[:lines])
        ]
    )


def _loads_of_one_driver(scene: Awkward) -> None:
    """The phone of one driver: new, countered back, agreed, and over in several ways."""
    driver = scene.driver

    def put(name: str, **fields: object) -> Proposal:
        scene.offers[name] = _load(scene.office, **fields)
        return put_to(scene.offers[name], driver)[0]

    put("new")
    _talk(scene, scene.offers["new"], driver)
    countered = put("countered")
    answer(countered, "counter", rate=ASK, note=ARABIC)
    again = put("again")
    answer(again, "counter", rate=ASK)
    answer(again, "counter", by=scene.office.actor, rate=CEILING)
    answer(put("agreed"), "accept")
    answer(put("refused"), "reject", reason="cargo_size", note=LONG)
    put("withdrawn")
    services.withdraw(actor=scene.office.actor, offer_id=scene.offers["withdrawn"].pk)


def _other_states(scene: Awkward) -> None:
    office = scene.office
    scene.offers["draft"] = _load(office, status="draft")
    scene.offers["assigned"] = _load(office)
    winner = put_to(scene.offers["assigned"], scene.booked, make_driver(driver_name=LONG, dimensions=BIG))[0]
    answer(winner, "accept")
    award(winner)
    _talk(scene, scene.offers["assigned"], scene.booked)
    scene.offers["past"] = _load(office)
    put_to(scene.offers["past"], make_driver(dimensions=BIG))
    services.set_status(actor=office.actor, offer_id=scene.offers["past"].pk, status="cancelled", version=None)
    for _ in range(8):
        _load(office)


def _trucks() -> None:
    names = (LONG, ARABIC, CYRILLIC, "Bo Li", f"Jean {LONG}")
    Driver.objects.bulk_create(
        Driver(
            truck_number=f"{number:04}",
            driver_name=f"{names[number % len(names)]} {number}",
            status=("Available", "In transit", "Not Available")[number % 3],
            cell_phone=f"(701) 555-{number:04}",
            email="",
            city_state_zip=(CITY, FAR_CITY, "Dallas, TX 75201")[number % 3],
            dimensions="144x72x74",
            rate="1.90",
            latitude="32.79040000",
            longitude="-96.80440000",
        )
        for number in range(TRUCKS)
    )
