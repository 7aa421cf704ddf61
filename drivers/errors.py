from typing import Any

from django.utils.translation import gettext_lazy as _

from offers_project.kernel.errors import NotAuthenticated, Refusal


class WrongCode(NotAuthenticated):
    """Wrong, used, too old, tried too often, or never sent: whoever asks is not told which."""

    default_message = _("This code is wrong or no longer good. Ask for a new one.")


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
    default_message = _("There is no phone number for this truck that a text message can go to.")
