"""Taking over beside an older system: its `users` and `Trucks` stay as they are, what an earlier attempt had written is
set aside as `legacy_…` and copied. `manage.py adopt_legacy` is the door.
"""
