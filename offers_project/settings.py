"""Settings, read from the environment and from `.env`; every default is safe on one machine.

What each variable means to whoever operates the product stands in README.md.
"""

import os
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE
from django.utils.translation import gettext_lazy as _

from kernel.secrets import generated_once, installation_id, private_directory
from kernel.serving import served_port

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(environ.Env):
    """The environment, and what `.env` adds to it."""

    ENVIRON = dict(os.environ)


env = Environment()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))
# What is set to nothing is not set: its default counts.
Environment.ENVIRON = {name: value for name, value in Environment.ENVIRON.items() if value}

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# --- who may talk to us -------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or generated_once(VAR_DIR / "secret_key")
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY", default="") or generated_once(VAR_DIR / "jwt_signing_key")
LEGACY_JWT_KEY = env.str("LEGACY_JWT_KEY", default="")

LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOCAL_HOSTS)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Other origins call the API with a bearer token; cookies are never shared this way.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID", "Accept-Language"]
CORS_EXPOSE_HEADERS = ["X-Request-ID", "Retry-After", "Idempotent-Replay"]
CORS_PREFLIGHT_MAX_AGE = 600

SECURE = env.bool("HTTPS", default=False)
"""True behind a proxy that ends TLS: cookies become secure and plain HTTP is redirected."""

SECURE_SSL_REDIRECT = SECURE
# An older system may stand beside it, under the same name or one below it, without HTTPS: browsers would refuse it, and
# there is no way back before the time is over. So it is an hour, for this name alone, unless the operator sets more.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",
    "security.W021",
]  # They ask for subdomains and preload whatever stands there.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_REFERRER_POLICY = "same-origin"
# Browsers take it over HTTPS only, and complain of it elsewhere.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if SECURE else None
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- what it is made of -------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",
    "accounts.admin_site.OfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "django_tasks",
    "jobs",
    "journal",
    "accounts",
    "presence",
    "drivers",
    "chat",
    "offers",
    "offers_project",
]

MIDDLEWARE = [
    "kernel.http_metrics.HttpMetricsMiddleware",
    "kernel.request_id.RequestIdMiddleware",
    "kernel.cache_control.NotKeptMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "kernel.static.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "kernel.concurrent_requests.AtOnceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "offers_project.urls"
ASGI_APPLICATION = "offers_project.asgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- where it keeps things ----------------------------------------------------------------------------------------

if "DATABASE_URL" not in env.ENVIRON:
    private_directory(VAR_DIR)  # SQLite makes the file, but not the directory that it is in.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'driver_offers.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("mysql"):
    _database["ENGINE"] = "kernel.mysql"
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        # The older system's TIMESTAMP columns follow the session's zone.
        "init_command": "SET time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'",
        "connect_timeout": env.int("DATABASE_CONNECT_TIMEOUT", default=5),
        "read_timeout": env.int("DATABASE_READ_TIMEOUT", default=30),
        "write_timeout": env.int("DATABASE_WRITE_TIMEOUT", default=30),
    }
    _database["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}
else:
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # Threads of a test need a file: an in-memory database belongs to one connection.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

DATABASE_ANSWER_SECONDS = env.int("DATABASE_ANSWER_SECONDS", default=10)
"""How long a server waits for the database to answer; commands wait for `DATABASE_READ_TIMEOUT`."""
DATABASE_LOCK_SECONDS = env.int("DATABASE_LOCK_SECONDS", default=5)
"""How long one statement of a server waits for somebody else's lock."""
DATABASE_IDLE_SECONDS = env.int("DATABASE_IDLE_SECONDS", default=15)
"""How long a server may leave a transaction lying before MariaDB ends it."""

REQUESTS_AT_ONCE = env.int("REQUESTS_AT_ONCE", default=32)
"""So many requests a process answers at once, each with a connection to the database of its own; others wait."""

# Jobs: where they are run, and with how many threads each queue. `clock` is what is due at a moment, `outside` what
# waits for other machines, so that neither waits for the rest.
JOBS = {
    "MODE": env.str("TASKS", default="embedded"),
    "QUEUES": {"clock": 1, "default": 1, "outside": 2},
    "LEASE_SECONDS": env.float("JOBS_LEASE_SECONDS", default=60),
    "KEEP_DONE_HOURS": env.int("JOBS_KEEP_DONE_HOURS", default=24),
    "KEEP_FAILED_DAYS": env.int("JOBS_KEEP_FAILED_DAYS", default=30),
}
TASKS = {"default": {"BACKEND": "jobs.backend.JobBackend", "QUEUES": list(JOBS["QUEUES"])}}

REDIS_URL = env.str("REDIS_URL", default="")
CHANNEL_PREFIX = env.str("CHANNEL_PREFIX", default=f"driver-offers-{installation_id(SECRET_KEY, _database)}")
"""What keeps installations apart that share one Redis: news, tickets and limits have it before their names."""
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "kernel.shared_cache.SharedCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": CHANNEL_PREFIX,
        }
    }
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # redis-py's default time-out of 5 s would end an idle subscription.
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_timeout": None, "socket_connect_timeout": 5}],
                "prefix": CHANNEL_PREFIX,
            },
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            # Limits and tickets live here, and past the maximum a third of them would be thrown away: 300 is too few.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 10_000}}}

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Before anything was collected, files come from where they lie.
WHITENOISE_USE_FINDERS = DEBUG or not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_ALLOW_ALL_ORIGINS = False
# What is collected is served by the process that owns it, and by nothing else: the umask decides.
FILE_UPLOAD_PERMISSIONS = None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "kernel.static.CollectedFiles"
        )
    },
}

# --- people -------------------------------------------------------------------------------------------------------

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

# Wrong passwords: for one name from one address, from one address for all names, for one name from all addresses; at
# once, and then each minute. 0 turns a limit off.
PASSWORDS_BURST = env.int("PASSWORDS_BURST", default=10)
PASSWORDS_PER_MINUTE = env.float("PASSWORDS_PER_MINUTE", default=2)
PASSWORDS_ADDRESS_BURST = env.int("PASSWORDS_ADDRESS_BURST", default=30)
PASSWORDS_ADDRESS_PER_MINUTE = env.float("PASSWORDS_ADDRESS_PER_MINUTE", default=60)
PASSWORDS_ACCOUNT_BURST = env.int("PASSWORDS_ACCOUNT_BURST", default=100)
PASSWORDS_ACCOUNT_PER_MINUTE = env.float("PASSWORDS_ACCOUNT_PER_MINUTE", default=1)
PASSWORDS_DELAY_SECONDS = env.float("PASSWORDS_DELAY_SECONDS", default=2)
"""How long it takes for a name that is over the last of these limits: others' guesses lock no person out."""
PASSWORDS_AT_ONCE = env.int("PASSWORDS_AT_ONCE", default=4)
"""Passwords that a process checks at once, a fifth of a second of CPU each; 0 turns the limit off."""
PASSWORDS_LINE = env.int("PASSWORDS_LINE", default=200)
PASSWORDS_LINE_SECONDS = env.float("PASSWORDS_LINE_SECONDS", default=30)
"""How many may stand in line for that, and how long."""

SIGN_IN_CODE_LIFETIME = timedelta(minutes=10)
# Wrong tries of one who has asked for a code; and how many of the codes sent to an address are good, the newest ones.
SIGN_IN_CODE_TRIES = env.int("SIGN_IN_CODE_TRIES", default=5)
SIGN_IN_CODES_GOOD = env.int("SIGN_IN_CODES_GOOD", default=3)
# Codes that are sent to one address, and what one client may ask for or get wrong; 0 turns a limit off.
SIGN_IN_CODES_BURST = env.int("SIGN_IN_CODES_BURST", default=5)
SIGN_IN_CODES_PER_MINUTE = env.float("SIGN_IN_CODES_PER_MINUTE", default=1)
SIGN_IN_CODES_PER_DAY = env.int("SIGN_IN_CODES_PER_DAY", default=10)
SIGN_IN_WRONG_CODES_PER_DAY = env.int("SIGN_IN_WRONG_CODES_PER_DAY", default=20)
SIGN_IN_CLIENT_BURST = env.int("SIGN_IN_CLIENT_BURST", default=30)
SIGN_IN_CLIENT_PER_MINUTE = env.float("SIGN_IN_CLIENT_PER_MINUTE", default=10)
# Links that the office sends to one driver: at once, and then each hour; 0 turns the limit off.
SIGN_IN_LINKS_BURST = env.int("SIGN_IN_LINKS_BURST", default=3)
SIGN_IN_LINKS_PER_HOUR = env.float("SIGN_IN_LINKS_PER_HOUR", default=1)
SIGN_IN_LINK_LIFETIME = timedelta(days=env.int("SIGN_IN_LINK_DAYS", default=7))
SOCKET_TICKET_SECONDS = 30

SMS_BACKEND = env.str("SMS_BACKEND", default="kernel.sms.ConsoleSms")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Driver Offers <offers@localhost>")
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{env.int('PORT', default=served_port(VAR_DIR))}")

# --- the trade ----------------------------------------------------------------------------------------------------

DISPATCHERS_SEE = env.str("DISPATCHERS_SEE", default="own")
CURRENCY = env.str("CURRENCY", default="USD")
IN_TRANSIT_STATUSES = env.list("IN_TRANSIT_STATUSES", default=["In Transit", "Loaded", "Enroute"])
TRUCK_STATUSES = env.list("TRUCK_STATUSES", default=["Available", "In Transit", "Loaded", "Enroute", "Out of Service"])
OFFER_MINUTES = env.int("OFFER_MINUTES", default=10)
"""How long a driver has for an answer when the sender names no time."""
SEND_MAX_DRIVERS = env.int("SEND_MAX_DRIVERS", default=200)
ROAD_FACTOR = env.float("ROAD_FACTOR", default=1.2)
"""Road miles per great-circle mile in the United States, the usual planning figure."""
MESSAGE_MAX_LENGTH = env.int("MESSAGE_MAX_LENGTH", default=4000)
MESSAGES_BURST = env.int("MESSAGES_BURST", default=20)
MESSAGES_PER_SECOND = env.float("MESSAGES_PER_SECOND", default=5)
# Everything else by which a person changes something: three times as much at once. Who turns the limit of messages off
# means this one, too, unless they say otherwise.
CHANGES_BURST = env.int("CHANGES_BURST", default=3 * MESSAGES_BURST)
CHANGES_PER_SECOND = env.float("CHANGES_PER_SECOND", default=MESSAGES_PER_SECOND)

# --- the live connection ------------------------------------------------------------------------------------------

PRESENCE = {
    "HEARTBEAT_SECONDS": env.int("HEARTBEAT_SECONDS", default=25),
    "AUTHENTICATE_SECONDS": 5,
    "LEASE_SECONDS": env.int("LEASE_SECONDS", default=60),
    "LEASE_RENEW_SECONDS": env.int("LEASE_RENEW_SECONDS", default=25),
    "GRACE_SECONDS": env.int("PRESENCE_GRACE_SECONDS", default=12),
    "HEADS_SECONDS": env.float("HEADS_SECONDS", default=2.0),
    "WATCH_SECONDS": env.float("WATCH_SECONDS", default=4.0),
    "REPLAY_MAX": env.int("REPLAY_MAX", default=2000),
    "KEEP_EVENTS_DAYS": env.int("KEEP_EVENTS_DAYS", default=7),
    "QUEUE_MAX": env.int("QUEUE_MAX", default=1000),
    "FRAME_MAX_BYTES": 64 * 1024,
    "CONNECTIONS_MAX": env.int("CONNECTIONS_MAX", default=20),
    "BAD_FRAMES_MAX": 100,
    "DRAIN_SECONDS": env.float("DRAIN_SECONDS", default=5.0),
    "THREADS": env.int("PRESENCE_THREADS", default=8),
}
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# --- the API ------------------------------------------------------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# What an address may write by the API without being signed in: at once, and then each second. 0 turns a limit off.
STRANGERS_BURST = env.int("STRANGERS_BURST", default=300)
STRANGERS_PER_SECOND = env.float("STRANGERS_PER_SECOND", default=10)
IDEMPOTENCY_KEYS_PER_DAY = env.int("IDEMPOTENCY_KEYS_PER_DAY", default=10_000)
"""So many keys at once, and as many a day, one person may use."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["kernel.api.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kernel.api.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "kernel.api.Pagination",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "kernel.api.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Driver Offers",
    "DESCRIPTION": "Offer loads to drivers, negotiate in live chat, award exactly one.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "OfferStatus": "offers.enums.OfferStatus",
        "ProposalStatus": "offers.enums.ProposalStatus",
        "NewOfferStatus": [("draft", "draft"), ("active", "active")],
        "RejectReason": "offers.enums.RejectReason",
        "FallOffReason": "offers.enums.FallOffReason",
    },
}

# --- words and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["kernel.formats"]
TIME_ZONE = "UTC"
OFFICE_TIME_ZONE = env.str("OFFICE_TIME_ZONE", default="America/Chicago")
"""The zone people of the office see when they have chosen none."""
USE_TZ = True
USE_I18N = True

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="text")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "ids": {"()": "kernel.logs.Ids"},
        "not_ours": {"()": "kernel.logs.NotOurs"},
    },
    "formatters": {
        "text": {"()": "kernel.logs.Text"},
        "json": {"()": "kernel.logs.Json"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["ids", "not_ours"]}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # What the servers say looks like all the rest, and loses its secrets too: addresses may hold some.
        **{
            name: {"handlers": [], "propagate": True, "level": LOG_LEVEL}
            for name in ("daphne", "uvicorn", "uvicorn.error")
        },
        # Addresses may hold sign-in links: there is no access log, however the server is started.
        "uvicorn.access": {"handlers": [], "propagate": False},
        # At DEBUG these would write down what people say.
        **{name: {"level": "INFO"} for name in ("django.db.backends", "websockets", "asyncio")},
    },
}
