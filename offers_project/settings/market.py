"""The trade: who sees which offers, currency, truck statuses, how long an offer waits for an answer."""

from offers_project.settings.environment import env

DISPATCHERS_SEE = env.str("DISPATCHERS_SEE", default="own")
CURRENCY = env.str("CURRENCY", default="USD")
IN_TRANSIT_STATUSES = env.list("IN_TRANSIT_STATUSES", default=["In Transit", "Loaded", "Enroute"])
TRUCK_STATUSES = env.list("TRUCK_STATUSES", default=["Available", "In Transit", "Loaded", "Enroute", "Out of Service"])
OFFER_MINUTES = env.int("OFFER_MINUTES", default=10)
"""How long a driver has for an answer when the sender names no time."""

ROAD_FACTOR = env.float("ROAD_FACTOR", default=1.2)
"""Road miles per great-circle mile in the United States, the usual planning figure."""
