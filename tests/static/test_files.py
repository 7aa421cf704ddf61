"""What is served as files: vendored modules, the weight of the styles, the names that modules import, icons."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

from offers_project.templatetags.shell import module_names

STATIC = Path(settings.STATICFILES_DIRS[0])
CSS = STATIC / "shared" / "css"
OWN_MODULES = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
PAGE_BUDGET = 30 * 1024


def test_vendored_files_are_those_of_the_table():
    table = (STATIC / "vendor" / "VERSIONS.md").read_text()
    sums = dict(re.findall(r"\| `([\w.-]+\.js)` \|.*`([0-9a-f]{64})` \|", table))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (STATIC / "vendor").glob("*.js")}
    assert sums == files
    for licence in re.findall(r"`([\w-]+-LICENSE\.txt)`", table):
        assert (STATIC / "vendor" / licence).stat().st_size > 300


@pytest.mark.parametrize("layout", ["desk.css", "driver.css"])
def test_styles_of_a_page_keep_to_their_budget(layout):
    other = {"desk.css": "driver.css", "driver.css": "desk.css"}[layout]
    styles = [path.read_bytes() for path in sorted(CSS.glob("*.css")) if path.name != other]
    assert sum(len(gzip.compress(style)) for style in styles) < PAGE_BUDGET


@pytest.mark.parametrize("module", OWN_MODULES, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_modules_import_by_the_names_of_the_import_map(module):
    """A relative import would fetch the file without its hash, and a second copy of what others share."""
    imported = set(re.findall(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']""", module.read_text()))
    assert imported <= set(module_names(STATIC))


@pytest.mark.parametrize("module", OWN_MODULES, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_modules_make_no_markup_from_text(module):
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", module.read_text()
    )


def test_only_the_socket_opens_a_websocket():
    assert [path.name for path in OWN_MODULES if "new WebSocket" in path.read_text()] == ["socket.js"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_nothing_inline(template):
    """The policy refuses them: they would do nothing but fill the console."""
    text = template.read_text()
    assert not re.search(r"<style\b|\sstyle=|\son\w+=\"|<script>|javascript:", text)


def test_icons_that_are_used_exist():
    sprite = (settings.BASE_DIR / "templates" / "shared" / "_icons.html").read_text()
    there = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    texts = [path.read_text() for path in [*OWN_MODULES, *TEMPLATES]]
    used = {name for text in texts for name in re.findall(r"""["'#]((?:i|st|pr)-[a-z_]+(?:-[a-z]+)*)["']""", text)}
    sizes = {"i-s", "i-m"}
    assert used - sizes <= there
