"""Every write of this room: people (`people`), their preferences, and their sign-ins (`accounts.sign_in.sessions`)."""

from accounts.services.identifying import identify
from accounts.services.people import (
    activate_user,
    change_password,
    change_role,
    create_user,
    deactivate_user,
    rehash_password,
    set_password,
    update_user,
)
from accounts.services.preferences import set_preferences
from accounts.sign_in.sessions import (
    Tokens,
    begin_session,
    can_end,
    end_session,
    end_session_of,
    end_sessions,
    open_session,
    prune_sessions,
    refresh,
    renew_session,
)

__all__ = [
    "Tokens",
    "activate_user",
    "begin_session",
    "can_end",
    "change_password",
    "change_role",
    "create_user",
    "deactivate_user",
    "end_session",
    "end_session_of",
    "end_sessions",
    "identify",
    "open_session",
    "prune_sessions",
    "refresh",
    "rehash_password",
    "renew_session",
    "set_password",
    "set_preferences",
    "update_user",
]
