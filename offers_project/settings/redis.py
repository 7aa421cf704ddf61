"""What processes share: the cache and the channel layer, in Redis or in memory."""

from kernel.secrets import installation_id
from offers_project.settings.database import DATABASES
from offers_project.settings.environment import env
from offers_project.settings.security import SECRET_KEY

REDIS_URL = env.str("REDIS_URL", default="")
CHANNEL_PREFIX = env.str("CHANNEL_PREFIX", default=f"driver-offers-{installation_id(SECRET_KEY, DATABASES['default'])}")
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
