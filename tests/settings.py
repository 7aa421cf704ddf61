"""The product's settings, as the tests use them: cheaper, alone on a shared Redis, and without collected files.

A server that a test starts in a process of its own inherits these through the environment, so that it shares the
channel prefix with the test that talks to it.
"""

import os
from uuid import uuid4

# Test runs that share a Redis, and the workers of one run, must not hear each other.
_run = os.environ.setdefault("TEST_RUN", uuid4().hex[:8])
os.environ["CHANNEL_PREFIX"] = f"test-{_run}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

from offers_project.settings import *  # noqa: E402, F403
from offers_project.settings import CACHES, INSTALLED_APPS, STORAGES  # noqa: E402

# What Daphne adds as an app is its `runserver`, and a quarter of a second to the start of every process, uvicorn's too.
INSTALLED_APPS = [*(app for app in INSTALLED_APPS if app != "daphne"), "django_migration_linter"]

# bcrypt's cheapest: what is tested is the format, not the effort.
BCRYPT_ROUNDS = 4

# Static files come straight from where they lie; nothing has to be collected first.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

CACHES = {"default": CACHES["default"] | {"KEY_PREFIX": os.environ["CHANNEL_PREFIX"]}}

# Tests run without limits on how much a person may do, unless a test sets them. Servers in processes of their own have
# the product's limits.
MESSAGES_BURST = CHANGES_BURST = 0
