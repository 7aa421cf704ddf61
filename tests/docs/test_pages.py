"""Pages name files that there are; the one that says where to change what, also names that are in them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/where.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and "question" not in line]
QUOTED = re.compile(r"`([^`]+)`")


def paths_in(text: str) -> list[str]:
    return [quoted for quoted in QUOTED.findall(text) if re.fullmatch(r"[\w.-]+(/[\w.-]*)+|\w+\.toml", quoted)]


def test_there_is_a_row_for_much():
    assert len(ROWS) > 40
    assert len({question for question, *_ in ROWS}) == len(ROWS)


@pytest.mark.parametrize("path", sorted(set(paths_in(PAGE))))
def test_every_path_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_name_is_in_a_file_of_its_row(row):
    """A function that has another name is looked for in vain."""
    _question, files, *names = row
    paths = [ROOT / path for path in paths_in(files)]
    assert paths
    text = "\n".join(path.read_text() for path in paths if path.is_file())
    assert [name for name in QUOTED.findall(" ".join(names)) if name not in text] == []


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md"])
def test_other_pages_lead_there(page):
    assert "where.md)" in (ROOT / page).read_text()


DIRECTORIES = "|".join(sorted(path.name for path in ROOT.glob("[a-z]*") if path.is_dir() and path.name != "var"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_file_that_is_gone(page):
    """A script and a partial may be named as pages load them, from `static/` and `templates/`."""
    named = re.findall(rf"`((?:{DIRECTORIES})/[\w./-]+\.\w+)`", page.read_text())
    roots = (ROOT, ROOT / "static", ROOT / "templates")
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []
