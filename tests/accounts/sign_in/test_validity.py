from datetime import UTC, datetime

import pytest

from accounts.models import AuthSession
from accounts.sign_in.validity import Claim, SignIn, signed_in, signed_in_by, valid_sign_ins
from tests.accounts.factories import key_of, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [1, 30])
def test_many_sign_ins_are_looked_at_at_once(number, django_assert_num_queries):
    users = [make_user() for _ in range(number)]
    sign_ins = [SignIn(key_of(user), str(sign_in(user).auth_session_id)) for user in users]
    gone = SignIn(key_of(make_user(is_active=False)), None)
    with django_assert_num_queries(3):
        found = valid_sign_ins([*sign_ins, gone])
    assert found.keys() == set(sign_ins)
    assert [found[each].actor for each in sign_ins] == [user.actor for user in users]


def test_nobody_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert valid_sign_ins([]) == {}


def test_claims_are_answered_in_their_order(django_assert_num_queries):
    users = [make_user() for _ in range(3)]
    sign_ins = [SignIn(key_of(user), str(sign_in(user).auth_session_id)) for user in users]
    until = datetime(2031, 5, 1, tzinfo=UTC)
    gone = Claim(SignIn(key_of(make_user(is_active=False)), None), until)
    with django_assert_num_queries(3):
        found = signed_in([gone, *(Claim(each, until) for each in reversed(sign_ins)), gone])
    assert [each and each.actor for each in found] == [None, *(user.actor for user in reversed(users)), None]
    assert found[1].expires_at == until


def test_claim_without_an_end_lasts_as_long_as_its_sign_in():
    user = make_user()
    mine = SignIn(key_of(user), str(sign_in(user).auth_session_id))
    assert signed_in_by(Claim(mine, None)).expires_at == AuthSession.objects.get().expires_at
    assert signed_in_by(Claim(SignIn(mine.key, None), None)) is None  # Bound to nothing that could end.
