"""Migrations of Django's own admin, in place of its own: those would put a constraint on the older system's `users`."""
