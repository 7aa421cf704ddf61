"""Every write of this room: trucks, and the ways in which their drivers sign in."""

from drivers.services.codes import redeem_code, request_code
from drivers.services.links import create_link, revoke_link, revoke_links, send_link, use_link
from drivers.services.trucks import activate_driver, create_driver, deactivate_driver, update_driver
from drivers.services.upkeep import prune

__all__ = [
    "activate_driver",
    "create_driver",
    "create_link",
    "deactivate_driver",
    "prune",
    "redeem_code",
    "request_code",
    "revoke_link",
    "revoke_links",
    "send_link",
    "update_driver",
    "use_link",
]
