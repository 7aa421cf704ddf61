"""Tables of spellings beside the tests: what people type, and what it stands for."""

from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
REFUSED = "-"


def table(path: str) -> Iterator[list[str]]:
    r"""The rows of a table below `tests/`, without its comments; `\u202c` stands for an invisible character."""
    for line in (TESTS / path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            yield [_unescaped(cell) for cell in line.split("\t")]


def _unescaped(cell: str) -> str:
    return cell.encode("ascii", "backslashreplace").decode("unicode_escape") if "\\" in cell else cell
