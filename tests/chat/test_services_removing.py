"""A removed message keeps its place and loses its words, everywhere."""

import pytest

from chat import selectors, services
from chat.events import RENDERERS
from chat.models import Message
from journal.models import Entry
from kernel.errors import NotFound, PermissionDenied
from presence.log.renderers import Wanted
from tests.chat import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(people, conversation, told):
    sent = factories.send(people.driver, conversation, "my card number is …")
    factories.send(people.owner, conversation, "take that back")
    told.clear()
    return sent


@pytest.mark.parametrize("who", ["driver", "manager"])
def test_a_removed_message_is_a_tombstone_for_everybody(
    people, conversation, message, told, who, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_message(actor=people.named(who), message_id=message["id"])
    (shown,) = told.to(people.owner, "message_updated")
    assert shown == {**message, "message": "", "removed_at": shown["removed_at"]}
    assert shown["removed_at"] is not None
    page = selectors.page_of(conversation)
    assert [each.seq for each in page.messages] == [1, 2]
    assert selectors.unread(people.owner, [conversation.pk]) == {}
    entry = Entry.objects.get(verb="remove_message")
    assert (entry.object_id, entry.scope) == (str(message["id"]), f"offer:{conversation.offer_id}")
    assert "card" not in f"{entry.before}{entry.after}"

    def replayed(kind, viewer):
        return RENDERERS[kind]([Wanted(viewer, message["id"], 1, entry.at)])[0]

    assert replayed("new_message", people.owner) == replayed("message_updated", people.owner) == shown
    assert replayed("new_message", people.other_driver) is None


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("owner", PermissionDenied), ("follower", PermissionDenied), ("other", NotFound), ("other_driver", NotFound)],
)
def test_only_its_sender_and_managers_remove_a_message(people, message, told, who, refusal):
    with pytest.raises(refusal):
        services.remove_message(actor=people.named(who), message_id=message["id"])
    assert Message.objects.get(pk=message["id"]).message == message["message"]
    assert not Entry.objects.filter(verb="remove_message").exists()
    assert not told


def test_removing_again_changes_and_tells_nothing(
    people, message, told, django_capture_on_commit_callbacks, django_assert_max_num_queries
):
    services.remove_message(actor=people.driver, message_id=message["id"])
    before = list(Message.objects.values())
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_message(actor=people.manager, message_id=message["id"])
    assert list(Message.objects.values()) == before
    assert Entry.objects.filter(verb="remove_message").count() == 1
    assert not told
