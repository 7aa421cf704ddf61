"""Tables of what people write and what it means, for the tests of every door that reads it."""

from pathlib import Path

HERE = Path(__file__).parent


def places() -> list[tuple[str, str]]:
    """`(text, label)`, or `(text, "!why")` where it is no place."""
    lines = (HERE / "places.tsv").read_text().splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(text.replace("\\n", "\n"), outcome) for text, outcome in pairs]
