"""What the system says of a load in a conversation: as people say it, and no more than the driver may know."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chat.models import Message
from tests.drivers.factories import make_driver
from tests.offers.factories import make_offer, put_to

pytestmark = pytest.mark.django_db


def test_the_load_is_told_by_the_clocks_of_its_places():
    offer = make_offer(
        pickup_from=datetime(2026, 11, 26, 14, 0, tzinfo=UTC),
        pickup_until=datetime(2026, 11, 26, 16, 0, tzinfo=UTC),
        distance_miles=Decimal("1508.84"),
        weight_lbs=Decimal("3200.00"),
    )
    (proposal,) = put_to(offer, make_driver())
    line = Message.objects.get(conversation_id=proposal.conversation_id, message_type="system").message
    assert line.startswith(f"Offered: {offer.route} · ")
    assert "pickup Thu Nov 26, 8:00–10:00 AM CST · " in line
    assert "1,509 mi · 3,200 lb" in line
    assert offer.pickup_location not in line.replace(offer.route, "")
