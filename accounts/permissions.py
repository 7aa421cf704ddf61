"""What each role may do in the administration: the one place that says so.

What people may do with one particular offer or conversation is said by the rules of those rooms; the admin shows a
dispatcher only what those rooms let them see.
"""

from accounts.enums import Role

VIEWS_OF_DISPATCHERS = frozenset({"offers.view_offer", "offers.view_proposal", "drivers.view_driver"})

CHANGES_OF_MANAGERS = frozenset(
    {
        "offers.change_offer",
        "offers.change_proposal",
        "drivers.change_driver",
        "drivers.change_signinlink",
        "chat.change_conversation",
        "accounts.change_authsession",
        "jobs.change_job",
    }
)
"""Only what goes through services: each of these opens actions, none a form that would go round a rule."""


def role_has_perm(role: str, perm: str) -> bool:
    """Whether `role` has `perm`, written `offers.view_offer`."""
    match role:
        case Role.ADMIN:
            return True
        case Role.MANAGER:
            return perm in CHANGES_OF_MANAGERS or perm.partition(".")[2].startswith("view_")
        case Role.DISPATCHER:
            return perm in VIEWS_OF_DISPATCHERS
    return False


def role_has_module(role: str, app_label: str) -> bool:
    """Whether `role` sees anything of a room at all."""
    if role == Role.DISPATCHER:
        return any(perm.startswith(f"{app_label}.") for perm in VIEWS_OF_DISPATCHERS)
    return role in (Role.ADMIN, Role.MANAGER)
