"""The market's own refusals."""

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict, Refusal


class OfferAlreadyTaken(Refusal):
    code = "offer_already_taken"
    default_message = _("The load has been given to another truck.")


class OfferClosed(Refusal):
    code = "offer_closed"
    default_message = _("This offer is closed.")


class ProposalClosed(Refusal):
    code = "proposal_closed"
    default_message = _("This offer is no longer open to the driver.")


class ProposalExpired(Refusal):
    code = "proposal_expired"
    default_message = _("The time for an answer is over.")


class NotAccepted(Conflict):
    default_message = _("Only what both sides have accepted can be awarded.")


class DriverBooked(Conflict):
    default_message = _("The driver already has another load.")


class NotInThisState(Conflict):
    default_message = _("That cannot be done in this state.")
