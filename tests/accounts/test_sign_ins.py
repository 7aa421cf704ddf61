import pytest

from accounts.sign_ins import SignIn, standing
from tests.accounts.factories import key_of, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [1, 30])
def test_many_sign_ins_are_looked_at_at_once(number, django_assert_num_queries):
    users = [make_user() for _ in range(number)]
    sign_ins = [SignIn(key_of(user), str(sign_in(user).auth_session_id)) for user in users]
    gone = SignIn(key_of(make_user(is_active=False)), None)
    with django_assert_num_queries(3):
        found = standing([*sign_ins, gone])
    assert found.keys() == set(sign_ins)
    assert [found[each].actor for each in sign_ins] == [user.actor for user in users]


def test_nobody_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert standing([]) == {}
