"""The whole demo, from nothing: all of it or none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

from accounts.enums import Role
from accounts.models import User
from drivers.models import Driver, Place
from kernel import clock
from kernel.garbage_collection import uncollected
from kernel.limits import without_limits
from offers.demo import words
from offers.demo.by_services import ByServices
from offers.demo.in_memory import InMemory
from offers.demo.people import make_office
from offers.demo.stage import Stage
from offers.demo.stories import Cast
from offers.demo.talk import LIVELY, Talking, at_once
from offers.demo.trucks import make_trucks
from offers.demo.writing import write
from offers.models import Proposal
from offers.rules.transitions import OPEN
from presence.log.telling import unheard

LINES_AN_OFFER = 18
"""About so many messages answers, counters and awards leave by themselves."""
TALKED_ALONG = 0.85
"""How much of the rest is said while the stories go on; what is missing at their end is said then."""
STEPS_AN_OFFER = 17
"""About so many steps an offer's story takes, with those of its drivers."""
LOOK_EVERY = 50
"""After so many steps progress is told."""
BY_SERVICES = 100
"""Up to so many offers the services themselves tell the stories; more are told in memory, and written at the end."""
TOLD = 0.5
"""The share of the time that stories in memory take, before they are written."""

LOOKED_AT = 1000
"""Among so many offers one is chosen whose drivers one may sign in as."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Seeded:
    office: list[User]
    trucks: list[Driver]
    offers: int
    messages: int
    asked: list[Driver]
    """Drivers of one active offer: whom to sign in as first."""


@without_limits()
@uncollected()
@unheard()
def seed(
    *,
    password: str,
    trucks: int,
    offers: int,
    messages: int,
    number: int,
    progress: Progress = lambda done: None,
    by_services: int = BY_SERVICES,
) -> Seeded:
    """Make so many trucks, offers and messages up. The same `number` makes the same ones, counted back from now.

    `progress` is told now and then which share of the work is done, from 0 to 1.
    """
    rng = Random(number)  # noqa: S311 -- it is to be repeatable, not secret
    end = clock.now().replace(microsecond=0)
    office = make_office(password)
    dispatchers = [user for user in office if user.role == Role.DISPATCHER]
    made, spanish = make_trucks(rng, trucks, dispatchers, end)
    in_memory = None if offers <= by_services else InMemory(made, [user.pk for user in dispatchers])
    market = in_memory or ByServices()
    told = TOLD if in_memory else 1.0
    steps = offers * STEPS_AN_OFFER + messages // at_once(messages)
    stage = Stage(end=end, look=_counting(steps, lambda done: progress(done * told)))
    talking = Talking(
        rng,
        market,
        drivers={truck.pk: truck.actor for truck in made},
        owners={user.pk: user.actor for user in dispatchers},
        spanish=spanish,
        messages=messages,
        end=end,
    )
    places = list(Place.objects.filter(zip_code__in=words.FREIGHT_ZIPS).order_by("zip_code"))
    cast = Cast(
        rng=rng, stage=stage, market=market, dispatchers=dispatchers, trucks=made, places=places, sent=talking.hear_of
    )
    for index in range(offers if dispatchers else 0):
        cast.begin(index)
    share = round(max(0, messages - LINES_AN_OFFER * offers) * TALKED_ALONG)
    stage.begin(talking.tell(_moments(rng, end, share, at_once(messages)), share))
    stage.run()
    stage.begin(talking.finish())
    stage.run()
    if in_memory:
        write(in_memory.records, lambda done: progress(told + done * (1 - told)))
    progress(1)
    return Seeded(
        office, made, len(cast.offers), market.said(), _asked([offer.pk for offer in cast.offers[:LOOKED_AT]])
    )


def _counting(steps: int, progress: Progress) -> Callable[[], None]:
    done = count(1)

    def look() -> None:
        number = next(done)
        if number % LOOK_EVERY == 0:
            progress(min(1.0, number / max(1, steps)))

    return look


def _moments(rng: Random, end: datetime, share: int, lines: int) -> list[datetime]:
    """When something is said, so many lines at most: most of it today, when most offers are alive."""
    number = -(-share * 3 // (lines * 2))
    today = [end - LIVELY * rng.uniform(0.01, 3) for _ in range(number)]
    return sorted([*today, *(end - timedelta(hours=rng.uniform(9, 320)) for _ in range(number // 3))])


def _asked(offer_ids: list[int]) -> list[Driver]:
    open_ones = Proposal.objects.filter(offer_id__in=offer_ids, offer__status="active", status__in=OPEN)
    by_offer: dict[int, list[int]] = {}
    for offer_id, driver_id in open_ones.order_by("-offer_id", "pk").values_list("offer_id", "driver_id"):
        by_offer.setdefault(offer_id, []).append(driver_id)
    most = max(by_offer.values(), key=len, default=[])[:3]
    found = Driver.objects.in_bulk(most)
    return [found[pk] for pk in most]
