"""Refuses lines of templates that are too long to review: `python tools/template_lines.py`.

djlint has no rule for it: its `max_line_length` is for its formatter, which would put blanks where they are seen.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
MOST = 160
"""Columns of a line. Python has 120; Django cannot break a tag, and a sentence in one is an entry of the catalogue."""


def long_lines(root: Path) -> Iterator[str]:
    """`path:line: length`, for each line below `root` that has more than `MOST` columns."""
    for path in sorted(root.rglob("*.html")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if len(line) > MOST:
                yield f"{path.relative_to(root.parent)}:{number}: {len(line)} columns, at most {MOST}"


def main() -> int:
    found = list(long_lines(TEMPLATES))
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
