from django.db import models
from django.utils.translation import gettext_lazy as _

from journal.enums import Verb


class SignInVerb(Verb):
    """What the journal says of the sign-ins and wishes of a person, whatever kind of actor they are."""

    SIGN_IN = "sign_in"
    END_SESSION = "end_session"
    END_SESSIONS = "end_sessions"
    LIMIT_PASSWORDS = "limit_passwords"
    SET_PREFERENCES = "set_preferences"


class PersonVerb(Verb):
    """What the journal says was done to a person of the office."""

    CREATE = "create"
    UPDATE = "update"
    CHANGE_ROLE = "change_role"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    SET_PASSWORD = "set_password"  # noqa: S105
    CHANGE_PASSWORD = "change_password"  # noqa: S105
    REHASH_PASSWORD = "rehash_password"  # noqa: S105


class Role(models.TextChoices):
    DISPATCHER = "dispatcher", _("dispatcher")
    MANAGER = "manager", _("manager")
    ADMIN = "admin", _("admin")
