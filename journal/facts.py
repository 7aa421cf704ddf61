"""Facts of the journal, for the rooms above."""

from collections.abc import Sequence
from dataclasses import dataclass

from journal.models import Entry


@dataclass(frozen=True, slots=True)
class Recorded:
    """These changes were written down."""

    entries: Sequence[Entry]
