"""Who may sign in and for how long: users, passwords, tokens, codes, links. How often one may try is in `limits`."""

from datetime import timedelta

from offers_project.settings.environment import env

AUTH_USER_MODEL = "accounts.User"
# The admin's own migrations would put a constraint on the older system's table.
MIGRATION_MODULES = {"admin": "accounts.admin_migrations"}
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
PASSWORD_HASHERS = ["accounts.hashers.PhpBcryptHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
CSRF_FAILURE_VIEW = "kernel.stale_forms.refused"
LOGIN_REDIRECT_URL = "/"

ACCESS_TOKEN_LIFETIME = timedelta(seconds=env.int("ACCESS_TOKEN_SECONDS", default=15 * 60))
REFRESH_TOKEN_LIFETIME = timedelta(days=env.int("REFRESH_TOKEN_DAYS", default=30))
SIGN_IN_MAX_LIFETIME = timedelta(days=env.int("SIGN_IN_MAX_DAYS", default=90))
"""After this a sign-in is over however much it is used; 0 is never."""
TOKEN_LEEWAY = timedelta(seconds=env.int("TOKEN_LEEWAY_SECONDS", default=5))
"""How far the clocks of machines that make tokens may be apart."""

SIGN_IN_CODE_LIFETIME = timedelta(minutes=10)
SIGN_IN_LINK_LIFETIME = timedelta(days=env.int("SIGN_IN_LINK_DAYS", default=7))
SOCKET_TICKET_SECONDS = 30
