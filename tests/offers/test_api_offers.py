"""Offers by REST: allowed, not allowed, not visible, invalid, repeated."""

from datetime import timedelta

import pytest
from django.utils import timezone

from offers.models import Offer
from tests.offers.scenes import LOAD, nothing_changed, soon, truck

pytestmark = pytest.mark.django_db

MISSING = 10**12


def refusal(response, status: int, code: str) -> dict:
    assert response.status_code == status, response.content
    error = response.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["request_id"]
    return error


def test_an_offer_is_made_by_the_office_and_shown_as_promised(scene):
    answer = scene.by(scene.olga).send(
        "POST", "offers", LOAD | {"customer_rate": 1200, "pickup_from": "2030-01-05T14:00:00Z"}
    )
    assert answer.status_code == 201
    offer = answer.json()
    assert offer["status"] == "active"
    assert offer["proposed_rate"] == "850.00"
    assert offer["customer_rate"] == "1200.00"
    assert offer["currency"] == "USD"
    assert offer["pickup_place"].startswith("Dallas, TX")
    assert offer["pickup_from"] == "2030-01-05T14:00:00.000Z"
    assert offer["owner"] == offer["created_by"] == scene.olga.actor.as_dict()
    assert offer["followers"] == offer["invited_driver_ids"] == []
    assert offer["counts"] == {}
    assert offer["version"] == 1
    assert scene.by(scene.olga).read(f"offers/{offer['id']}").json() == offer


def test_a_draft_can_be_made(scene):
    answer = scene.by(scene.olga).send("POST", "offers", LOAD | {"status": "draft"})
    assert answer.json()["status"] == "draft"


def test_a_repeated_post_with_a_key_makes_one_offer(scene):
    key = {"headers": {"Idempotency-Key": "make-1"}}
    first = scene.by(scene.olga).send("POST", "offers", LOAD, **key)
    again = scene.by(scene.olga).send("POST", "offers", LOAD, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotent-Replay"] == "true"
    other = scene.by(scene.olga).send("POST", "offers", LOAD | {"proposed_rate": 900}, **key)
    refusal(other, 409, "conflict")
    assert Offer.objects.count() == 2


def test_drivers_make_no_offers(scene):
    with nothing_changed():
        refusal(scene.by(scene.dan).send("POST", "offers", LOAD), 403, "permission_denied")


def test_nobody_is_let_in_without_signing_in(scene):
    with nothing_changed():
        refusal(scene.by(None).send("POST", "offers", LOAD), 401, "not_authenticated")
        refusal(scene.by(None).read("offers"), 401, "not_authenticated")


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"proposed_rate": "-5"}, {"proposed_rate"}),
        ({"pickup_lat": 91, "pickup_lon": 0}, {"pickup_lat"}),
        ({"delivery_lat": 30, "delivery_lon": -500}, {"delivery_lon"}),
        ({"pickup_location": "nowhere at all"}, {"pickup_place"}),
        ({"pickup_from": "2030-01-02T00:00:00Z", "pickup_until": "2030-01-01T00:00:00Z"}, {"pickup_until"}),
        ({"pickup_from": "2030-01-02T00:00:00Z", "delivery_from": "2030-01-01T00:00:00Z"}, {"delivery_from"}),
        ({"expires_at": "2020-01-01T00:00:00Z"}, {"expires_at"}),
        ({"invited_driver_ids": [2_000_000_000]}, {"invited_driver_ids"}),
        ({"surprise": True}, {"surprise"}),
        ({"notes": "a\x00b"}, {"notes"}),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(scene, fields, at_fault):
    with nothing_changed():
        error = refusal(scene.by(scene.olga).send("POST", "offers", LOAD | fields), 400, "validation_error")
    assert set(error["fields"]) == at_fault


@pytest.mark.parametrize("pair", [("pickup_lat", "pickup_lon"), ("delivery_lon", "delivery_lat")])
def test_coordinates_come_together(scene, pair):
    with nothing_changed():
        error = refusal(scene.by(scene.olga).send("POST", "offers", LOAD | {pair[0]: 33.0}), 400, "validation_error")
    assert set(error["fields"]) == {pair[1]}


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("{", 400, "malformed_json"),
        ("", 400, "validation_error"),
        ('{"proposed_rate": NaN}', 400, "malformed_json"),
        ('{"proposed_rate": Infinity}', 400, "malformed_json"),
        ('{"proposed_rate": 1e400}', 400, "malformed_json"),
        ('{"a": "\ud800"}', 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        ("[" * 100_000, 400, "malformed_json"),
        ("[]", 400, "validation_error"),
        ('"offer"', 400, "validation_error"),
        ("null", 400, "validation_error"),
        ("x" * (1024 * 1024 + 1), 413, "too_large"),
        ("x" * (10 * 1024 * 1024), 413, "too_large"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_broken_and_oversized_bodies(scene, text, status, code):
    body = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    with nothing_changed():
        refusal(scene.by(scene.olga).send("POST", "offers", body), status, code)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_only_json_is_taken(scene, content_type):
    with nothing_changed():
        answer = scene.by(scene.olga).generic("POST", "/api/offers", "a=1", content_type=content_type)
        refusal(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "text",
    [
        "🚚💥 emoji",
        "‏مرحبا שלום‎",
        "<script>alert('x')</script><img src=x onerror=alert(1)>",
        "'; DROP TABLE offers;--",
        "{{7*7}}${7*7}%s",
    ],
)
def test_every_text_comes_back_as_it_was_said(scene, text):
    said = dict.fromkeys(("reference", "customer_name", "notes", "dimensions"), text)
    said |= {"pickup_location": f"{text} Dallas, TX 75201", "pickup_place": "Dallas, TX 75201"}
    answer = scene.by(scene.olga).send("POST", "offers", LOAD | said)
    assert answer.status_code == 201, answer.content
    assert {name: answer.json()[name] for name in said} == said
    assert answer["Content-Type"] == "application/json"


def test_who_sees_an_offer(scene, settings):
    path = f"offers/{scene.offer.pk}"
    for person in (scene.olga, scene.finn, scene.mona, scene.dan):
        assert scene.by(person).read(path).status_code == 200
    for person in (scene.otto, scene.fay):
        refusal(scene.by(person).read(path), 404, "not_found")
    refusal(scene.by(scene.olga).read(f"offers/{MISSING}"), 404, "not_found")
    settings.DISPATCHERS_SEE = "all"
    assert scene.by(scene.otto).read(path).status_code == 200
    with nothing_changed():
        refusal(scene.by(scene.otto).send("PATCH", path, {"version": 1, "notes": "x"}), 403, "permission_denied")


def test_a_change_needs_the_version_it_was_made_on(scene):
    path, caller = f"offers/{scene.offer.pk}", scene.by(scene.finn)
    version = caller.read(path).json()["version"]
    changed = caller.send("PATCH", path, {"version": version, "notes": "Call ahead"}).json()
    assert (changed["notes"], changed["version"]) == ("Call ahead", version + 1)
    with nothing_changed():
        error = refusal(caller.send("PATCH", path, {"version": version, "notes": "Late"}), 409, "stale_version")
        assert error["current"]["version"] == version + 1
        assert error["current"]["notes"] == "Call ahead"
        refusal(caller.send("PATCH", path, {"notes": "x"}), 400, "validation_error")


def test_what_was_read_can_be_put_back(scene):
    path, caller = f"offers/{scene.offer.pk}", scene.by(scene.olga)
    read = caller.read(path).json()
    answer = caller.send("PUT", path, read | {"notes": "Liftgate"})
    assert answer.status_code == 200, answer.content
    assert answer.json() == read | {
        "notes": "Liftgate", "version": read["version"] + 1, "updated_at": answer.json()["updated_at"],
    }  # fmt: skip


def test_put_empties_what_is_left_out(scene):
    path, caller = f"offers/{scene.offer.pk}", scene.by(scene.olga)
    answer = caller.send("PUT", path, LOAD | {"version": caller.read(path).json()["version"]})
    assert answer.status_code == 200, answer.content
    answer = answer.json()
    assert answer["reference"] == answer["customer_name"] == answer["dimensions"] == ""
    assert answer["customer_rate"] is answer["rate_ceiling"] is answer["pieces"] is answer["expires_at"] is None
    assert answer["status"] == "active"
    assert answer["pickup_place"].startswith("Dallas")


def test_status_is_changed_by_patch_and_delete_cancels(scene):
    path, caller = f"offers/{scene.offer.pk}", scene.by(scene.olga)
    version = caller.read(path).json()["version"]
    with nothing_changed():
        refusal(caller.send("PATCH", path, {"version": version, "status": "completed"}), 409, "conflict")
        refusal(scene.by(scene.dan).send("DELETE", path), 403, "permission_denied")
        refusal(scene.by(scene.fay).send("DELETE", path), 404, "not_found")
    assert caller.send("DELETE", path).json()["status"] == "cancelled"
    assert caller.send("DELETE", path).json()["status"] == "cancelled"
    assert caller.read(path).json()["counts"] == {"lost": 2}
    version = caller.read(path).json()["version"]
    assert caller.send("PATCH", path, {"version": version, "status": "active"}).json()["status"] == "active"


def test_sending_names_those_it_did_not_ask(scene):
    path, caller = f"offers/{scene.offer.pk}/send-to-drivers", scene.by(scene.olga)
    answer = caller.send(
        "POST", path, {"driver_ids": [scene.dan.pk, scene.fay.pk, 999_999], "message": "Need it today"}
    )
    assert answer.status_code == 200, answer.content
    (sent,) = answer.json()["sent"]
    assert (sent["driver_id"], sent["status"], sent["offered_rate"]) == (scene.fay.pk, "sent", "850.00")
    skipped = {each["driver_id"]: each["code"] for each in answer.json()["skipped"]}
    assert skipped == {scene.dan.pk: "already_sent", 999_999: "not_found"}
    assert all(each["message"] for each in answer.json()["skipped"])
    assert not any(each["can_force"] for each in answer.json()["skipped"])
    with nothing_changed():
        refusal(caller.send("POST", path, {"driver_ids": []}), 400, "validation_error")
        refusal(caller.send("POST", path, {"driver_ids": list(range(1, 300))}), 400, "validation_error")
        refusal(caller.send("POST", path, {"driver_ids": [1], "message": "x" * 4001}), 400, "message_too_long")
        refusal(scene.by(scene.dan).send("POST", path, {"driver_ids": [scene.fay.pk]}), 403, "permission_denied")
        refusal(scene.by(scene.otto).send("POST", path, {"driver_ids": [scene.fay.pk]}), 404, "not_found")


def test_award_and_fall_off(scene):
    path, caller = f"offers/{scene.offer.pk}", scene.by(scene.olga)
    dan, eve = scene.proposal(scene.dan), scene.proposal(scene.eve)
    with nothing_changed():
        refusal(caller.send("POST", f"{path}/award", {"proposal_id": dan.pk}), 409, "conflict")
        refusal(caller.send("POST", f"{path}/award", {"proposal_id": MISSING}), 404, "not_found")
    scene.answer(scene.dan, "accept")
    with nothing_changed():
        refusal(scene.by(scene.dan).send("POST", f"{path}/award", {"proposal_id": dan.pk}), 403, "permission_denied")
    assert caller.send("POST", f"{path}/award", {"proposal_id": dan.pk}).json()["status"] == "assigned"
    with nothing_changed():
        refusal(caller.send("POST", f"{path}/award", {"proposal_id": eve.pk}), 409, "offer_already_taken")
        refusal(scene.by(scene.eve).send("POST", f"{path}/fall-off", {"reason": "hours"}), 409, "conflict")
        refusal(scene.by(scene.fay).send("POST", f"{path}/fall-off", {"reason": "hours"}), 404, "not_found")
        refusal(scene.by(scene.dan).send("POST", f"{path}/fall-off", {"reason": "bored"}), 400, "validation_error")
    answer = scene.by(scene.dan).send("POST", f"{path}/fall-off", {"reason": "breakdown", "note": "Gearbox"})
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], "reference" in answer.json()) == ("active", False)
    assert caller.read(path).json()["status"] == "active"
    assert scene.proposal(scene.dan).status == "fallen_off"


def test_withdrawing_from_some_and_from_all(scene):
    path, caller = f"offers/{scene.offer.pk}/withdraw", scene.by(scene.olga)
    results = caller.send("POST", path, {"driver_ids": [scene.dan.pk, scene.fay.pk]}).json()["results"]
    by_driver = {each["driver_id"]: each for each in results}
    assert by_driver[scene.dan.pk] == {"driver_id": scene.dan.pk, "ok": True}
    assert by_driver[scene.fay.pk]["ok"] is False
    assert by_driver[scene.fay.pk]["code"] == "not_found"
    assert [each["driver_id"] for each in caller.send("POST", path, {}).json()["results"] if each["ok"]] == [
        scene.eve.pk
    ]
    with nothing_changed():
        refusal(scene.by(scene.eve).send("POST", path, {}), 403, "permission_denied")


def test_copy_is_a_draft_of_ones_own(scene):
    answer = scene.by(scene.finn).send("POST", f"offers/{scene.offer.pk}/copy")
    assert answer.status_code == 201
    copy = answer.json()
    assert copy["status"] == "draft"
    assert copy["owner"] == scene.finn.actor.as_dict()
    assert (copy["customer_name"], copy["counts"], copy["followers"]) == (scene.offer.customer_name, {}, [])
    with nothing_changed():
        refusal(scene.by(scene.dan).send("POST", f"offers/{scene.offer.pk}/copy"), 403, "permission_denied")
        refusal(scene.by(scene.otto).send("POST", f"offers/{scene.offer.pk}/copy"), 404, "not_found")
        refusal(scene.by(scene.olga).send("POST", f"offers/{scene.offer.pk}/copy", {"x": 1}), 400, "validation_error")


def test_handover_and_followers(scene):
    path, caller = f"offers/{scene.offer.pk}", scene.by(scene.olga)
    answer = caller.send("POST", f"{path}/followers", {"user_ids": [scene.otto.pk]}).json()
    assert [each["id"] for each in answer["followers"]] == [scene.otto.pk]
    refusal(scene.by(scene.finn).read(path), 404, "not_found")
    with nothing_changed():
        error = refusal(caller.send("POST", f"{path}/followers", {"user_ids": [999_999]}), 400, "validation_error")
        assert set(error["fields"]) == {"user_ids"}
        error = refusal(caller.send("POST", f"{path}/handover", {"owner": 999_999}), 400, "validation_error")
        assert set(error["fields"]) == {"owner"}
        refusal(
            scene.by(scene.dan).send("POST", f"{path}/handover", {"owner": scene.otto.pk}), 403, "permission_denied"
        )
    assert caller.send("POST", f"{path}/handover", {"owner": scene.otto.pk}).json()["owner"]["id"] == scene.otto.pk


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["results"]]


def test_the_list_is_filtered_ordered_and_paged(scene):
    caller = scene.by(scene.olga)
    later = scene.new_offer(pickup_from="2031-06-01T00:00:00Z", proposed_rate="1500", reference="ABC-123")
    draft = scene.new_offer(status="draft", pickup_from="2031-01-01T00:00:00Z", pickup_location="Reno, NV 89501")
    theirs = scene.new_offer(scene.otto)
    first = scene.offer.pk
    assert ids(caller.read("offers")) == [draft.pk, later.pk, first]
    assert ids(caller.read("offers", status="draft")) == [draft.pk]
    assert ids(caller.read("offers", status="draft,active", ordering="id")) == [first, later.pk, draft.pk]
    assert ids(caller.read("offers", ordering="-proposed_rate"))[0] == later.pk
    assert ids(caller.read("offers", search="abc-12")) == [later.pk]
    assert ids(caller.read("offers", search="zyxwell")) == [first]
    assert later.pk in ids(caller.read("offers", search=str(later.pk)))
    assert ids(caller.read("offers", search="100% sure_thing\\")) == []
    assert ids(caller.read("offers", pickup_after="2031-03-01T00:00:00Z")) == [later.pk]
    assert ids(caller.read("offers", pickup_before="2031-03-01T00:00:00Z")) == [draft.pk]
    assert ids(scene.by(scene.mona).read("offers", owner=scene.otto.pk)) == [theirs.pk]
    assert ids(caller.read("offers", owner=scene.otto.pk)) == []
    page = caller.read("offers", limit=1, offset=1).json()
    assert ([each["id"] for each in page["results"]], page["count"]) == ([later.pk], 3)
    assert "offset=2" in page["next"]
    assert page["previous"]


def test_the_list_knows_what_is_unread(scene):
    from chat.services import Send, send_messages

    send = Send(actor=scene.dan.actor, offer_id=scene.offer.pk, driver_id=scene.dan.pk, message="Hi", client_id="1")
    send_messages(sends=[send])
    other = scene.new_offer()
    for yes, no in (("true", "false"), ("True", "False"), ("1", "0")):
        assert ids(scene.by(scene.olga).read("offers", unread=yes)) == [scene.offer.pk]
        assert ids(scene.by(scene.olga).read("offers", unread=no)) == [other.pk]
    refusal(scene.by(scene.olga).read("offers", unread="perhaps"), 400, "validation_error")
    assert ids(scene.by(scene.dan).read("offers", unread="true")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", ""), ("pickup_after", ""), ("limit", ""), ("limit", "१"),
        ("status", "done"), ("status", "active,done"), ("owner", "me"), ("owner", "0"), ("owner", str(10**30)),
        ("pickup_after", "soon"), ("pickup_before", "2031-13-01"), ("pickup_after", "9999-12-31T23:59:59-23:59"),
        ("pickup_before", "0001-01-01T00:00:00+23:59"), ("unread", "maybe"), ("ordering", "rate_ceiling"),
        ("ordering", "-customer_rate"), ("search", "x" * 101), ("search", "a\x00"), ("limit", "0"), ("limit", "201"),
        ("limit", "many"), ("offset", "-1"), ("offset", "1e9"),
    ],
)  # fmt: skip
def test_filters_that_cannot_be_used_are_named(scene, name, value):
    error = refusal(scene.by(scene.olga).read("offers", **{name: value}), 400, "validation_error")
    assert set(error["fields"]) == {name}


def test_a_time_without_an_offset_is_utc_in_a_filter_too(scene, settings):
    settings.OFFICE_TIME_ZONE = "America/Chicago"
    offer = scene.new_offer(pickup_from="2031-01-05T14:00:00Z")
    caller = scene.by(scene.olga)
    assert ids(caller.read("offers", pickup_after="2031-01-05T14:00:00")) == [offer.pk]
    assert ids(caller.read("offers", pickup_after="2031-01-05T14:00:01")) == []
    assert ids(caller.read("offers", pickup_before="2031-01-05T13:59:59")) == []


def test_a_driver_cannot_find_out_by_searching(scene):
    caller = scene.by(scene.dan)
    assert ids(caller.read("offers", search="Dallas")) == [scene.offer.pk]
    for secret in ("Zyxwell", "Hidden Gate", "REF-SECRET", "Covert"):
        assert ids(caller.read("offers", search=secret)) == []


def test_a_driver_filters_by_the_status_that_is_shown(scene):
    scene.answer(scene.dan, "reject", reason="too_far")
    scene.by(scene.olga).send("DELETE", f"offers/{scene.offer.pk}")
    assert scene.by(scene.dan).read(f"offers/{scene.offer.pk}").json()["status"] == "active"
    assert ids(scene.by(scene.dan).read("offers", status="active")) == [scene.offer.pk]
    assert ids(scene.by(scene.dan).read("offers", status="cancelled")) == []
    assert ids(scene.by(scene.olga).read("offers", status="cancelled")) == [scene.offer.pk]


def test_a_driver_who_is_out_finds_an_offer_by_what_they_have_seen_of_it(scene):
    offer = scene.new_offer(pickup_from="2031-01-05T14:00:00Z")
    scene.send(offer, scene.dan, scene.eve)
    scene.answer(scene.dan, "reject", offer, reason="too_far")
    change = {
        "version": Offer.objects.get(pk=offer.pk).version,
        "pickup_from": "2031-06-01T00:00:00Z",
        "pickup_location": "Reno, NV 89501",
    }
    assert scene.by(scene.olga).send("PATCH", f"offers/{offer.pk}", change).status_code == 200
    scene.answer(scene.dan, "reject", reason="too_far")  # The one of the scene, which has no pickup time.
    out, still_in = scene.by(scene.dan), scene.by(scene.eve)
    for caller, here, there in ((out, [offer.pk], []), (still_in, [], [offer.pk])):
        assert ids(caller.read("offers", pickup_before="2031-01-05T14:00:00Z")) == here
        assert ids(caller.read("offers", pickup_after="2031-01-05T14:00:00.001Z")) == there
        assert ids(caller.read("offers", search="reno")) == there
        assert ids(caller.read("offers", search="dallas", ordering="id")) == [scene.offer.pk, *here]
        assert offer.pk in ids(caller.read("offers", search=str(offer.pk)))
    assert ids(out.read("offers", pickup_after="2031-01-05T16:00:00+02:00")) == [offer.pk]


def test_expired_offers_come_back_when_extended(scene):
    past = timezone.now() - timedelta(minutes=1)
    Offer.objects.filter(pk=scene.offer.pk).update(status="expired", expires_at=past)
    path, caller = f"offers/{scene.offer.pk}", scene.by(scene.olga)
    version = caller.read(path).json()["version"]
    assert caller.send("PATCH", path, {"version": version, "expires_at": soon()}).json()["status"] == "active"


def test_methods_that_are_not_there(scene):
    answer = scene.by(scene.olga).send("PUT", "offers", {})
    refusal(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize(
    ("fields", "code"), [({"status": "Loaded"}, "in_transit"), ({"status": "Off"}, "not_available"),
                         ({"dimensions": "10x10x10"}, "does_not_fit"), ({"is_active": False}, "inactive")],
)  # fmt: skip
def test_who_was_passed_over_may_be_sent_to_all_the_same_where_the_answer_says_so(scene, fields, code):
    path, caller = f"offers/{scene.offer.pk}/send-to-drivers", scene.by(scene.olga)
    driver = truck("Giselle", "214-555-0144", **fields)
    (skipped,) = caller.send("POST", path, {"driver_ids": [driver.pk]}).json()["skipped"]
    assert skipped["code"] == code
    assert skipped["can_force"] is (code != "inactive")
    forced = caller.send("POST", path, {"driver_ids": [driver.pk], "force": True}).json()
    assert bool(forced["sent"]) is skipped["can_force"]
