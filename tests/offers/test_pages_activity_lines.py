"""The journal in words."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from offers import selectors, services
from offers.enums import Action, OfferVerb
from offers.pages.activity_lines import BY_DRIVERS, BY_OFFICE, OFFERS, UNTOLD, activity_lines
from presence.log.telling import unheard
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, award, make_offer, put_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return make_user(full_name="Dana Whitfield")


def lines(user) -> list[dict]:
    return activity_lines(selectors.activity_for(user.actor)[:60])


def words(user) -> list[str]:
    return [line["words"] for line in lines(user)]


def test_a_whole_negotiation(me):
    offer = make_offer(me, proposed_rate=Decimal(850))
    tom, ann = make_driver(driver_name="Tom"), make_driver(driver_name="Ann")
    toms, anns = put_to(offer, tom, ann)
    answer(toms, "view")
    answer(toms, "counter", rate=Decimal("975.50"))
    answer(toms, "counter", by=me.actor, rate=Decimal(900))
    answer(anns, "reject", reason="too_far")
    answer(toms, "accept")
    award(toms)
    number = f"#{offer.pk}"
    assert words(me) == [
        f"Dana Whitfield awarded {number} to Tom for $900",
        f"Tom accepted {number}",
        f"Ann declined {number}",
        f"Dana Whitfield offered Tom $900 for {number}",
        f"Tom asked $975.50 for {number}",
        f"Dana Whitfield sent {number} to 2 drivers",
        f"Dana Whitfield made {number}",
    ]
    assert (lines(me)[1]["offer_id"], lines(me)[1]["driver_id"]) == (offer.pk, tom.pk)
    assert lines(me)[5]["driver_id"] is None


def test_what_is_done_with_the_offer(me):
    offer = make_offer(me)
    put_to(offer, make_driver(driver_name="Tom"))
    services.withdraw(actor=me.actor, offer_id=offer.pk)
    offer.refresh_from_db()
    services.update_offer(actor=me.actor, offer_id=offer.pk, version=offer.version, fields={"notes": "Hm"})
    offer.refresh_from_db()
    services.update_offer(actor=me.actor, offer_id=offer.pk, version=offer.version, fields={"status": "cancelled"})
    assert words(me)[0] == f"Dana Whitfield cancelled #{offer.pk}"
    assert f"Dana Whitfield changed #{offer.pk}" in words(me)
    assert f"Dana Whitfield withdrew #{offer.pk} from Tom" in words(me)


def test_only_of_what_one_sees(me):
    make_offer(me)
    assert words(make_user()) == []


def test_names_are_no_formats_and_who_is_gone_has_a_number(me):
    driver = make_driver(driver_name="{who} %(x)s {0}")
    proposal = put_to(make_offer(me), driver)[0]
    assert words(me)[0].endswith("{who} %(x)s {0}")
    type(driver).objects.filter(pk=driver.pk).delete()
    assert words(me)[0].endswith(f"to #{proposal.driver_id}")


def test_every_form_can_be_filled_in_every_language(me):
    from offers.pages import activity_lines as page

    given = {"who": "Dana", "offer": 7, "driver": "Tom", "amount": "$9", "number": 2}
    for language in ("en", "es"):
        with translation.override(language):
            for forms in (page.OFFERS, page.BY_DRIVERS, page.BY_OFFICE):
                for form in forms.values():
                    assert "7" in form.format(**given)
                    assert "{" not in form.format(**given)


def test_as_many_queries_for_much_as_for_little(me):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            lines(me)
        return len(captured)

    put_to(make_offer(me), make_driver())
    few = queries()
    with unheard():
        for _ in range(30):
            put_to(make_offer(me), make_driver())
    assert queries() == few


def test_no_verb_is_forgotten():
    assert set(OFFERS) == set(OfferVerb)
    assert BY_DRIVERS.keys() | BY_OFFICE.keys() | UNTOLD == set(Action)
    assert not UNTOLD & (BY_DRIVERS.keys() | BY_OFFICE.keys())


def test_verbs_read_as_the_rows_have_them():
    """One that is renamed needs a migration of the journal, or its lines are lost."""
    of_offers = "create copy update handover follow award fall_off expire active completed cancelled"
    of_proposals = "send view accept counter reject retract amend withdraw award fall_off expire lose"
    assert set(OfferVerb) == set(of_offers.split())
    assert set(Action) == set(of_proposals.split())
