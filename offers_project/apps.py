from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersProjectConfig(AppConfig):
    name = "offers_project"
    verbose_name = _("Driver Offers")

    def ready(self) -> None:
        from offers_project import checks, wiring  # noqa: F401 -- checks register themselves

        wiring.connect()
