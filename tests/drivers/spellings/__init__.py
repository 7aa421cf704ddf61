"""Tables of what people write and what it means, for the reader and for every door that it stands behind."""

import re
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Spelling(NamedTuple):
    written: str
    numbers: tuple[str, ...]


def phones() -> list[Spelling]:
    """The lines of `phones.tsv`."""
    lines = (HERE / "phones.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("# ")]
    return [Spelling(_unescaped(written), () if read == "-" else tuple(read.split())) for written, read in rows]


def _unescaped(written: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), written)


def places() -> list[tuple[str, str]]:
    """`(text, label)`, or `(text, "!why")` where it is no place."""
    lines = (HERE / "places.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(text.replace("\\n", "\n"), outcome) for text, outcome in pairs]
