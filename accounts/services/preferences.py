"""How a person wants the product to behave."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

import journal.services
from accounts.enums import SignInVerb
from accounts.models import Preferences
from kernel.actors import Actor
from kernel.errors import Invalid
from kernel.unit_of_work import service

CHOICES = ("language", "time_zone", "sounds", "quiet_from", "quiet_until", "not_now")


@service
def set_preferences(*, actor: Actor, changes: Mapping[str, Any]) -> Preferences:
    """Change some of `CHOICES`, as `accounts.preferences.PreferencesShape` has checked them.

    Raises `Invalid` for quiet hours with one end only.
    """
    mine = {"actor_type": actor.key.type, "actor_id": actor.key.id}
    Preferences.objects.bulk_create([Preferences(**mine)], ignore_conflicts=True)
    row = Preferences.objects.select_for_update().get(**mine)
    before = {name: getattr(row, name) for name in CHOICES}
    changed = [name for name in CHOICES if name in changes and changes[name] != before[name]]
    for name in changed:
        setattr(row, name, changes[name])
    if (row.quiet_from is None) != (row.quiet_until is None):
        missing = "quiet_from" if row.quiet_from is None else "quiet_until"
        raise Invalid.field(missing, _("Quiet hours need a beginning and an end."))
    if changed:
        row.save(update_fields=[*changed, "updated_at"])
        journal.services.record(
            actor,
            SignInVerb.SET_PREFERENCES,
            object_type=actor.key.type,
            object_id=actor.key.id,
            before={name: before[name] for name in changed},
            after={name: getattr(row, name) for name in changed},
        )
    return row
