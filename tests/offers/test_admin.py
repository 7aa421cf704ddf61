"""The market in the administration: seen through the actor, changed through the services, history from the journal."""

from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from offers.admin import PLAIN_FIELDS
from offers.models import Booking, Follower, Offer, Proposal, Round
from presence.log.telling import unheard
from tests.offers.scenes import CUSTOMER, browser_of, nothing_changed

pytestmark = pytest.mark.django_db
MODELS = (Offer, Proposal, Round, Follower, Booking)


@pytest.fixture
def manager(scene) -> Client:
    return browser_of(scene.mona.actor)


def lists(model) -> str:
    return reverse(f"admin:offers_{model._meta.model_name}_changelist")


def page_of(row) -> str:
    return reverse(f"admin:offers_{row._meta.model_name}_change", args=[row.pk])


def act(client: Client, name: str, *rows, **more) -> str:
    """What an action of the list said."""
    data = {"action": name, "_selected_action": [row.pk for row in rows]} | more
    return client.post(lists(type(rows[0])), data, follow=True).content.decode()


def form_of(client: Client, offer: Offer) -> dict[str, object]:
    """The form as a browser would send it back."""
    form = client.get(page_of(offer)).context["adminform"].form
    data = {}
    for name in form.fields:
        value = form[name].value()
        if name.endswith(("_from", "_until", "_at")):
            local = timezone.localtime(value, ZoneInfo(settings.OFFICE_TIME_ZONE)) if value else None
            data |= {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M:%S}"} if local else {}
        else:
            data[name] = "" if value is None else value
    return data


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_listed_searched_and_opened(scene, manager, model):
    Booking.objects.create(driver_id=scene.dan.pk, offer=scene.offer)
    assert manager.get(lists(model)).status_code == 200
    assert manager.get(lists(model), {"q": "17"}).status_code == 200
    assert manager.get(page_of(model.objects.first())).status_code == 200
    assert model in admin.site._registry


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_made_or_deleted_here(scene, model):
    Booking.objects.create(driver_id=scene.dan.pk, offer=scene.offer)
    User.objects.filter(pk=scene.mona.pk).update(role="admin")
    client, row = browser_of(User.objects.get(pk=scene.mona.pk).actor), model.objects.first()
    with nothing_changed():
        assert client.get(lists(model) + "add/").status_code == 403
        assert client.post(page_of(row).replace("change", "delete"), {"post": "yes"}).status_code == 403
        assert "delete_selected" not in client.get(lists(model)).content.decode()


def test_a_dispatcher_finds_only_what_they_see(scene):
    theirs = browser_of(scene.otto.actor)
    assert CUSTOMER not in theirs.get(lists(Offer)).content.decode()
    assert theirs.get(page_of(scene.offer)).status_code == 302
    assert theirs.get(page_of(scene.proposal(scene.dan))).status_code == 302
    assert theirs.get(lists(Round)).status_code == 403
    own = browser_of(scene.olga.actor)
    assert own.get(page_of(scene.offer)).status_code == 200
    with nothing_changed():
        assert own.post(page_of(scene.offer), {"notes": "x", "version": 1}).status_code == 403
        act(own, "cancel", scene.offer)


def test_an_edit_goes_through_the_service(scene, manager):
    version = Offer.objects.get(pk=scene.offer.pk).version
    answer = manager.post(page_of(scene.offer), form_of(manager, scene.offer) | {"proposed_rate": "910.00"})
    assert answer.status_code == 302
    offer = Offer.objects.get(pk=scene.offer.pk)
    assert (str(offer.proposed_rate), offer.version) == ("910.00", version + 1)
    assert str(scene.proposal(scene.dan).offered_rate) == "910.00"
    history = manager.get(reverse("admin:offers_offer_history", args=[offer.pk])).content.decode()
    assert scene.mona.name in history
    assert "910.00" in history


def test_saving_without_a_change_changes_nothing(scene, manager):
    data = form_of(manager, scene.offer)
    with nothing_changed():
        assert manager.post(page_of(scene.offer), data).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"proposed_rate": "-1"},
        {"pickup_location": "nowhere at all", "pickup_place": ""},
        {"version": "0", "notes": "x"},
    ],
)
def test_what_the_service_refuses_is_said_and_nothing_changes(scene, manager, wrong):
    data = form_of(manager, scene.offer) | wrong
    with nothing_changed():
        answer = manager.post(page_of(scene.offer), data, follow=True).content.decode()
    assert "errornote" in answer or 'class="error"' in answer


def test_only_plain_fields_can_be_edited(scene, manager):
    form = manager.get(page_of(scene.offer)).context["adminform"].form
    assert set(form.fields) == {*PLAIN_FIELDS, "version"}
    data = form_of(manager, scene.offer) | {"status": "completed", "owner": scene.otto.pk}
    with nothing_changed():
        manager.post(page_of(scene.offer), data)


def test_actions_of_offers(scene, manager):
    said = act(manager, "complete", scene.offer)
    assert Offer.objects.get(pk=scene.offer.pk).status == "active"
    assert 'class="error"' in said
    act(manager, "withdraw", scene.offer)
    assert {each.status for each in scene.offer.proposals.all()} == {"withdrawn"}
    with nothing_changed():
        act(manager, "hand_over", scene.offer)
    act(manager, "hand_over", scene.offer, new_owner=scene.otto.pk)
    assert Offer.objects.get(pk=scene.offer.pk).owner_id == scene.otto.pk
    act(manager, "cancel", scene.offer)
    assert Offer.objects.get(pk=scene.offer.pk).status == "cancelled"


def test_the_action_of_proposals(scene, manager):
    act(manager, "withdraw", scene.proposal(scene.dan))
    assert scene.proposal(scene.dan).status == "withdrawn"
    assert scene.proposal(scene.eve).status == "sent"


@pytest.mark.parametrize("gone", ["users", "Trucks"])
def test_rows_stay_when_the_older_system_deletes_people(scene, manager, gone):
    with connection.cursor() as cursor:
        if gone == "users":
            cursor.execute("DELETE FROM users WHERE id = %s", [scene.olga.pk])
            cursor.execute("DELETE FROM users WHERE id = %s", [scene.finn.pk])
        else:
            cursor.execute("DELETE FROM Trucks")
    for model, count in ((Offer, 1), (Proposal, 2), (Follower, 1)):
        assert manager.get(lists(model)).context["cl"].result_count == count
        assert manager.get(page_of(model.objects.first())).status_code == 200


@pytest.mark.parametrize("model", [Offer, Proposal, Round])
def test_a_list_of_thirty_takes_as_many_queries_as_one(scene, manager, model):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(lists(model)).status_code == 200
        return len(captured)

    queries()
    few = queries()
    with unheard():
        for _ in range(29):
            scene.send(scene.new_offer(), scene.dan)
    assert queries() == few


def test_an_offers_page_names_its_people(scene, manager):
    page = manager.get(page_of(scene.offer)).content.decode()
    assert "Owner id" not in page
    assert page.count(scene.olga.name) == 2  # who owns it, and who made it
    User.objects.filter(pk=scene.olga.pk).delete()
    assert f"#{scene.olga.pk}" in manager.get(page_of(scene.offer)).content.decode()
