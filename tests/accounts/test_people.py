"""What is done to people of the office: by whom, what is written down, and who is told."""

import pytest

from accounts import facts, services
from accounts.models import User
from accounts.sign_in import tokens
from journal.models import Entry
from kernel.errors import Conflict, Invalid, NotFound, PermissionDenied
from tests.accounts.factories import PASSWORD, key_of, make_user, sign_in

pytestmark = pytest.mark.django_db

NEW = {"username": "nina", "email": "nina@example.com", "password": "a long enough word", "role": "manager"}


@pytest.fixture
def admin():
    return make_user("admin").actor


def row_of(user):
    return User.objects.values().get(pk=user.pk)


def test_a_new_person_can_sign_in_as_php_would_read_it(admin):
    user = services.create_user(actor=admin, **NEW)
    assert user.role == "manager"
    assert User.objects.get(pk=user.pk).password.startswith("$2y$")
    assert services.identify(username="nina", password=NEW["password"], address="192.0.2.1") == user.actor
    entry = Entry.objects.get(verb="create")
    assert (entry.actor_id, entry.object_type, entry.object_id) == (admin.id, "dispatcher", str(user.pk))
    assert NEW["password"] not in str(entry.after)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "x" * 51}, "username"),
        ({"email": "no address"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "a long enough\0word"}, "password"),
        ({"role": "emperor"}, "role"),
    ],
)
def test_a_new_person_is_checked(admin, changes, field):
    with pytest.raises(Invalid) as refused:
        services.create_user(actor=admin, **NEW | changes)
    assert field in refused.value.fields
    assert not User.objects.filter(email__startswith="nina").exists()
    assert not Entry.objects.filter(verb="create").exists()


@pytest.mark.parametrize("field", ["username", "email"])
def test_names_and_addresses_are_taken_once(admin, field):
    make_user(**{field: NEW[field]})
    with pytest.raises(Invalid) as refused:
        services.create_user(actor=admin, **NEW)
    assert field in refused.value.fields


def test_details_change_and_nothing_else(admin):
    user = make_user()
    before = row_of(user)
    services.update_user(actor=admin, user_id=user.pk, changes={"full_name": "Another", "email": user.email})
    assert row_of(user) == before | {"full_name": "Another"}
    entry = Entry.objects.get(verb="update")
    assert (entry.before, entry.after) == ({"full_name": before["full_name"]}, {"full_name": "Another"})
    services.update_user(actor=admin, user_id=user.pk, changes={"full_name": "Another"})
    assert Entry.objects.filter(verb="update").count() == 1


def test_a_role_changes_at_once(admin, published):
    user = make_user()
    access = sign_in(user).access
    services.change_role(actor=admin, user_id=user.pk, role="manager")
    services.change_role(actor=admin, user_id=user.pk, role="manager")
    assert tokens.actor_of(access).actor.role == "manager"
    assert published == [facts.RoleChanged(key_of(user), before="dispatcher", after="manager")]
    assert Entry.objects.filter(verb="change_role").count() == 1
    with pytest.raises(Invalid):
        services.change_role(actor=admin, user_id=user.pk, role="emperor")


def test_whoever_is_deactivated_is_out_everywhere(admin, published):
    user = make_user()
    access = sign_in(user).access
    for _ in range(2):
        services.deactivate_user(actor=admin, user_id=user.pk)
    assert tokens.actor_of(access) is None
    assert published == [facts.SessionsEnded(key_of(user))]
    assert Entry.objects.filter(verb="deactivate").count() == 1
    services.activate_user(actor=admin, user_id=user.pk)
    assert tokens.actor_of(access) is None
    assert row_of(user)["is_active"]


def test_a_password_set_by_an_admin_ends_all_sign_ins(admin, published):
    user = make_user()
    access = sign_in(user).access
    services.set_password(actor=admin, user_id=user.pk, password="a long enough word")
    assert tokens.actor_of(access) is None
    assert published == [facts.SessionsEnded(key_of(user))]
    assert services.identify(username=user.username, password="a long enough word", address="192.0.2.1")


def test_changing_ones_own_password_keeps_the_session_one_is_in():
    user = make_user()
    here, elsewhere = sign_in(user), sign_in(user)
    services.change_password(
        actor=user.actor, old=PASSWORD, new="a long enough word", keep=here.auth_session_id, address="192.0.2.1"
    )
    assert tokens.actor_of(here.access) is not None
    assert services.refresh(refresh=here.refresh)
    assert tokens.actor_of(elsewhere.access) is None


@pytest.mark.parametrize(
    ("old", "new", "field"), [("wrong", "a long enough word", "old_password"), (PASSWORD, "short", "new_password")]
)
def test_ones_own_password_is_checked(old, new, field, published):
    user = make_user()
    before, pair = row_of(user), sign_in(user)
    with pytest.raises(Invalid) as refused:
        services.change_password(actor=user.actor, old=old, new=new, address="192.0.2.1")
    assert field in refused.value.fields
    assert row_of(user) == before
    assert tokens.actor_of(pair.access) is not None
    assert published == []


VERBS = {
    "create_user": NEW,
    "update_user": {"changes": {"full_name": "X"}},
    "change_role": {"role": "admin"},
    "deactivate_user": {},
    "activate_user": {},
    "set_password": {"password": "a long enough word"},
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", ["dispatcher", "manager"])
def test_only_admins_do_that(verb, role, published):
    user, actor = make_user(), make_user(role).actor
    before = row_of(user)
    whom = {} if verb == "create_user" else {"user_id": user.pk}
    with pytest.raises(PermissionDenied):
        getattr(services, verb)(actor=actor, **whom, **VERBS[verb])
    assert row_of(user) == before
    assert not User.objects.filter(username="nina").exists()
    assert not Entry.objects.exists()
    assert published == []


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "create_user"])
def test_nobody_there_is_not_found(admin, verb):
    with pytest.raises(NotFound):
        getattr(services, verb)(actor=admin, user_id=999_999, **VERBS[verb])


@pytest.mark.parametrize(("verb", "given"), [("deactivate_user", {}), ("change_role", {"role": "dispatcher"})])
def test_no_admin_takes_their_own_power(admin, verb, given, published):
    with pytest.raises(Conflict):
        getattr(services, verb)(actor=admin, user_id=admin.id, **given)
    assert User.objects.get(pk=admin.id).role == "admin"
    assert User.objects.get(pk=admin.id).is_active
    assert published == []
