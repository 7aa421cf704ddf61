from datetime import timedelta

from drivers.models import SignInCode, SignInLink
from offers_project.kernel import clock

KEEP_CODES = timedelta(days=1)
KEEP_LINKS = timedelta(days=90)
"""So that one can see for a while what became of them."""


def prune() -> int:
    """Forget codes and links that ran out some time ago. Gives how many."""
    now = clock.now()
    codes, _ = SignInCode.objects.filter(expires_at__lt=now - KEEP_CODES).delete()
    links, _ = SignInLink.objects.filter(expires_at__lt=now - KEEP_LINKS).delete()
    return codes + links
