from django.utils.translation import gettext_lazy as _

from kernel.errors import NotAuthenticated


class WrongPassword(NotAuthenticated):
    """The same for an unknown name, a wrong password and an inactive person."""

    default_message = _("The user name or the password is wrong.")
