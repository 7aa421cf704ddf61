"""Logs, and who may read the metrics."""

from offers_project.settings.environment import env

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

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
