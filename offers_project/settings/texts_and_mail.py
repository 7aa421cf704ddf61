"""How texts and mails leave, and the address that links in them begin with."""

from kernel.serving import served_port
from offers_project.settings.environment import VAR_DIR, env

SMS_BACKEND = env.str("SMS_BACKEND", default="kernel.sms.ConsoleSms")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Driver Offers <offers@localhost>")
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{env.int('PORT', default=served_port(VAR_DIR))}")
