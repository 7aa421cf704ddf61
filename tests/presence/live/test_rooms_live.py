"""The rooms above, over the live connection: an offer goes out, is talked about, countered and awarded."""

import httpx
import pytest

from tests.client import Refused
from tests.offers.factories import make_offer
from tests.presence.factories import connect, make_driver, make_user, token_of
from tests.servers import serving


@pytest.fixture(params=["uvicorn", "uvicorn-plain", "daphne"])
def product(request, transactional_db, tmp_path):
    with serving(tmp_path, kind=request.param) as server:
        yield server


def test_an_offer_from_sending_to_award(product):
    olga, stranger, dan, other = make_user(), make_user(), make_driver(), make_driver()
    offer = make_offer(olga)
    pair = {"offer_id": offer.pk, "driver_id": dan.pk}
    http = httpx.Client(base_url=product.url, headers={"Authorization": f"Bearer {token_of(olga.actor)}"}, timeout=20)
    with (
        http,
        connect(product, olga) as desk,
        connect(product, stranger) as elsewhere,
        connect(product, dan) as phone,
        connect(product, other) as idle,
    ):
        answer = http.post(f"/api/offers/{offer.pk}/send-to-drivers", json={"driver_ids": [dan.pk], "force": True})
        assert len(answer.json()["sent"]) == 1, answer.text
        proposal = phone.wait_for("proposal_updated")["data"]
        assert proposal["status"] == "sent"

        desk.ask("join_offer_chat", **pair)
        phone.wait_for("presence_changed", lambda frame: frame["data"]["actor"]["id"] == olga.pk)
        assert phone.ask("join_offer_chat", **pair)["conversation"]["offer_id"] == offer.pk
        desk.ask("typing_start", **pair)
        phone.wait_for("user_typing")
        said = desk.ask("send_message", **pair, message="Can you take it?", client_id="one")
        phone.wait_for("user_stopped_typing")
        assert phone.wait_for("new_message", lambda frame: frame["data"]["id"] == said["id"])["data"] == said
        assert desk.ask("send_message", **pair, message="Can you take it?", client_id="one")["id"] == said["id"]
        phone.ask("mark_message_read", **pair, seq=said["seq"])
        desk.wait_for("message_read", lambda frame: frame["data"]["seq"] == said["seq"])

        version = proposal["version"]
        answered = phone.ask(
            "driver_proposal", proposal_id=proposal["id"], action="counter", version=version, rate="999.00"
        )
        assert answered["status"] == "counter_offered"
        desk.wait_for("proposal_updated", lambda frame: frame["data"]["status"] == "counter_offered")
        with pytest.raises(Refused) as stale:
            phone.ask("driver_proposal", proposal_id=proposal["id"], action="accept", version=version)
        assert stale.value.code == "stale_version"
        with pytest.raises(Refused) as hidden:
            idle.ask("get_offer_details", offer_id=offer.pk)
        assert hidden.value.code == "not_found"

        body = {"action": "accept", "version": answered["version"]}
        assert http.put(f"/api/proposals/{proposal['id']}/respond", json=body).status_code == 200
        assert http.post(f"/api/offers/{offer.pk}/award", json={"proposal_id": proposal["id"]}).status_code == 200
        phone.wait_for("proposal_updated", lambda frame: frame["data"]["status"] == "awarded")
        desk.wait_for("offer_status_changed", lambda frame: frame["data"]["status"] == "assigned")

        # Who comes later with the first cursor hears the same numbers.
        with connect(product, dan, cursor={"epoch": phone.ready["epoch"], "seq": 0}) as again:
            again.wait_until(lambda it: len(it.durable) >= len(phone.durable))
            assert [each["seq"] for each in again.durable] == [each["seq"] for each in phone.durable]
            assert [each["type"] for each in again.durable] == [each["type"] for each in phone.durable]
        assert (idle.durable, elsewhere.durable) == ([], [])
