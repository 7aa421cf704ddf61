"""The demo's office."""

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from accounts.models import User
from offers.demo.words import OFFICE


def real_people() -> list[str]:
    """The usernames of people who are not the demo's."""
    demo = Q(pk__in=[])
    for username, _name, _role in OFFICE:
        demo |= Q(username=username, email=_mail(username))
    return list(User.objects.exclude(demo).order_by("pk").values_list("username", flat=True))


def make_office(password: str) -> list[User]:
    """The demo's office people, all with one password; those who are there already get it too."""
    hashed = make_password(password)
    taken = set(User.objects.values_list("username", flat=True)) | set(User.objects.values_list("email", flat=True))
    ours = {username: _mail(username) for username, _name, _role in OFFICE}
    User.objects.bulk_create(
        User(username=username, email=ours[username], full_name=name, role=role, password=hashed)
        for username, name, role in OFFICE
        if not {username, ours[username]} & taken
    )
    people = [
        user for user in User.objects.filter(username__in=ours).order_by("pk") if user.email == ours[user.username]
    ]
    User.objects.filter(pk__in=[user.pk for user in people]).update(password=hashed, is_active=True)
    return people


def _mail(username: str) -> str:
    return f"{username}@example.com"
