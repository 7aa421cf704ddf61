import pytest
from django.db import connection

from chat.lookups import Among
from chat.models import Address, Conversation, Member, Message
from tests.chat import factories

pytestmark = pytest.mark.django_db


def test_rows_are_found_by_several_columns_at_once(people, conversation):
    other = factories.conversation(owner=people.owner, driver=people.other_driver)
    pairs = [(conversation.offer_id, conversation.driver_id), (other.offer_id, conversation.driver_id)]
    found = Conversation.objects.filter(Among(("offer_id", "driver_id"), pairs))
    assert list(found) == [conversation]
    assert list(Conversation.objects.exclude(Among(("offer_id", "driver_id"), pairs))) == [other]
    assert list(Conversation.objects.filter(Among(("offer_id", "driver_id"), []))) == []


@pytest.mark.services
@pytest.mark.skipif(connection.vendor != "mysql", reason="EXPLAIN speaks MySQL here")
@pytest.mark.parametrize(
    ("model", "columns", "index"),
    [
        (Conversation, ("offer_id", "driver_id"), "conversation_of_subject"),
        (Conversation, Address._fields, "conversation_of_subject"),
        (Message, ("sender_type", "sender_id", "client_id"), "message_client_id"),
        (Message, ("conversation_id", "seq"), "message_seq"),
        (Member, ("conversation_id", "actor_type", "actor_id"), "member_of_conversation"),
        (Member, ("actor_type", "actor_id"), "member_of_actor"),
    ],
)
def test_rows_are_found_through_the_index(people, conversation, model, columns, index):
    factories.send(people.driver, conversation, client_id="c")
    rows = list(model.objects.values_list(*columns))
    sql, params = model.objects.filter(Among(columns, rows)).order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        (plan,) = cursor.fetchall()
    assert index in plan[4].split(",")
