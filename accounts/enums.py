from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    DISPATCHER = "dispatcher", _("dispatcher")
    MANAGER = "manager", _("manager")
    ADMIN = "admin", _("admin")
