"""Languages and time zones."""

from django.utils.translation import gettext_lazy as _

from offers_project.settings.environment import BASE_DIR, env

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["kernel.formats"]
TIME_ZONE = "UTC"
OFFICE_TIME_ZONE = env.str("OFFICE_TIME_ZONE", default="America/Chicago")
"""The zone people of the office see when they have chosen none."""
USE_TZ = True
USE_I18N = True
