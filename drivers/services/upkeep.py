from datetime import timedelta

from drivers.models import SignInCode, SignInLink
from kernel import clock

KEEP_CODES = timedelta(days=1)
KEEP_LINKS = timedelta(days=90)
"""So that one can see for a while what became of them."""
KEEP_SEALED = timedelta(days=1)
"""A link that could not be sent may be sent again for so long; a code for as long as it is good."""


def prune() -> int:
    """Delete codes and links that ran out some time ago, and secrets that will not be sent. Returns how many rows."""
    now = clock.now()
    SignInCode.objects.filter(sealed__isnull=False, expires_at__lt=now).update(sealed=None)
    SignInLink.objects.filter(sealed__isnull=False, created_at__lt=now - KEEP_SEALED).update(sealed=None)
    codes, _ = SignInCode.objects.filter(expires_at__lt=now - KEEP_CODES).delete()
    links, _ = SignInLink.objects.filter(expires_at__lt=now - KEEP_LINKS).delete()
    return codes + links
