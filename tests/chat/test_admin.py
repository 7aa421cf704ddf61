"""The administration looks, searches, and removes through the service."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import User
from chat.models import Message
from tests.chat import factories

pytestmark = pytest.mark.django_db

PASSWORD = "one long road home"


def browser(role):
    user = User.objects.create(username=f"{role}-1", email="a@example.com", role=role, password=make_password(PASSWORD))
    client = Client()
    assert client.post("/sign-in", {"username": user.username, "password": PASSWORD}).status_code == 302
    return client


@pytest.mark.parametrize("model", ["conversation", "member", "message"])
def test_lists_and_pages_are_read_only(people, conversation, model):
    message = factories.send(people.driver, conversation, "<b>hello</b>")
    client = browser("admin")
    pk = {"conversation": conversation.pk, "member": conversation.members.first().pk, "message": message["id"]}[model]
    listed = client.get(f"/admin/chat/{model}/", {"q": str(conversation.offer_id)})
    page = client.get(f"/admin/chat/{model}/{pk}/change/")
    assert listed.status_code == page.status_code == 200
    assert b"<b>hello</b>" not in listed.content + page.content
    assert client.get(f"/admin/chat/{model}/{pk}/history/").status_code == 200
    assert client.get(f"/admin/chat/{model}/add/").status_code == 403
    assert client.post(f"/admin/chat/{model}/{pk}/change/", {"message": "forged"}).status_code == 403
    assert client.post(f"/admin/chat/{model}/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert Message.objects.get().message == "<b>hello</b>"


def test_a_manager_removes_messages(people, conversation, told, django_capture_on_commit_callbacks):
    message = factories.send(people.driver, conversation, "gone soon")
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser("manager").post(
            "/admin/chat/message/", {"action": "remove", "_selected_action": [message["id"]]}, follow=True
        )
    assert answer.status_code == 200
    assert Message.objects.get().removed_at is not None
    assert told.to(people.driver, "message_updated")


def test_a_dispatcher_sees_nothing_of_it_there(people, conversation):
    factories.send(people.driver, conversation)
    client = browser("dispatcher")
    assert client.get("/admin/chat/message/").status_code == 403
