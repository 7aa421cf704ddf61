from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import NotAuthenticated, RateLimited, Refusal


class WrongCode(NotAuthenticated):
    """Wrong, used, too old, tried too often, or never sent: the answer does not tell which."""

    default_message = _("This code is wrong or no longer good. Ask for a new one.")


class TooManyCodes(RateLimited):
    """As many codes as may go to one address in a day."""

    default_message = _("Many codes were asked for with this number or address today. Ask your dispatcher for a link.")


class TooManyWrongCodes(RateLimited):
    """As many wrong codes as may be tried for one address in a day: links work on."""

    default_message = _("Too many wrong codes today for this number or address. Ask your dispatcher for a link.")


class TooManyLinks(RateLimited):
    """As many links as may be sent to one driver."""

    default_message = _("Several links were sent to this driver a short time ago. Wait before you send another one.")


class DeadLink(NotAuthenticated):
    default_message = _("This link is no longer good. Ask your dispatcher for a new one.")


class ChooseDriver(Refusal):
    """Several trucks have this number: the driver says which is theirs, and the code stays good for that."""

    code, status = "choose_driver", 409
    default_message = _("Which truck do you drive?")

    def __init__(self, drivers: list[dict[str, Any]]) -> None:
        super().__init__(extra={"drivers": drivers})


class NotActive(Refusal):
    """The truck has been taken out of use."""

    default_message = _("This truck is not active.")


class NoPhone(Refusal):
    default_message = _("This truck has no phone number that can be read. Nothing was sent.")
