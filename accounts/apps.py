from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        """Let `createsuperuser`, which asks the manager of users, call the service that makes every person.

        The manager cannot call it by itself: services stand above models.
        """
        from accounts.enums import Role
        from accounts.models import UserManager
        from accounts.services import create_user
        from kernel.actors import SYSTEM

        make_admin = partial(create_user, actor=SYSTEM, role=Role.ADMIN)
        setattr(UserManager, "create_superuser", staticmethod(make_admin))  # noqa: B010 -- mypy knows no such attribute
