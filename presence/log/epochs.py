"""Which history the streams count. Whoever restores a backup starts another (`manage.py new_epoch`)."""

import secrets

from presence.models import StreamEpoch

ROW = 1


def current() -> str:
    """The epoch; begun when there is none yet."""
    epoch = StreamEpoch.objects.filter(pk=ROW).values_list("epoch", flat=True).first()
    if epoch is None:
        StreamEpoch.objects.bulk_create([StreamEpoch(pk=ROW, epoch=_fresh())], ignore_conflicts=True)
        epoch = StreamEpoch.objects.values_list("epoch", flat=True).get(pk=ROW)
    return epoch


def begin() -> str:
    """Start another history: every client reads its state afresh."""
    epoch = _fresh()
    StreamEpoch.objects.update_or_create(pk=ROW, defaults={"epoch": epoch})
    return epoch


def _fresh() -> str:
    return secrets.token_hex(8)
