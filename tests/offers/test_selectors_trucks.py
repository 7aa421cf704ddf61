"""The last offer that each truck had."""

from decimal import Decimal

import pytest

from offers.selectors.trucks import last_offers
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, make_offer, proposal_in, put_to

pytestmark = pytest.mark.django_db


def test_the_latest_of_those_that_one_sees():
    me, other, driver = make_user(), make_user(), make_driver()
    put_to(make_offer(me), driver)
    (proposal,) = put_to(make_offer(me), driver)
    put_to(make_offer(other), driver)
    mine = last_offers(me.actor, [driver.pk])[driver.pk]
    assert (mine.offer_id, mine.status, mine.at) == (proposal.offer_id, "sent", proposal.sent_at)
    assert last_offers(make_user("manager").actor, [driver.pk])[driver.pk].offer_id > proposal.offer_id
    assert last_offers(make_user().actor, [driver.pk]) == {}


def test_the_rate_is_what_is_on_the_table_last():
    me = make_user()
    sent = put_to(make_offer(me, proposed_rate=Decimal(850)), make_driver())[0]
    countered = put_to(make_offer(me), make_driver())[0]
    answer(countered, "counter", rate=Decimal("975.50"))
    agreed = proposal_in("accepted", make_offer(me, proposed_rate=Decimal(700)))
    found = last_offers(me.actor, [sent.driver_id, countered.driver_id, agreed.driver_id])
    rates = [found[each.driver_id].rate for each in (sent, countered, agreed)]
    assert rates == ["850.00", "975.50", "700.00"]


def test_one_query_for_any_number(django_assert_num_queries):
    me = make_user()
    drivers = [make_driver() for _ in range(30)]
    put_to(make_offer(me), *drivers)
    for number in (1, 30):
        with django_assert_num_queries(1):
            assert len(last_offers(me.actor, [driver.pk for driver in drivers[:number]])) == number
