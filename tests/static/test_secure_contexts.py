"""What browsers give to pages with HTTPS only is used nowhere without another way beside it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.STATICFILES_DIRS[0])
OURS = [path for path in sorted(STATIC.rglob("*.js")) if "vendor" not in path.parts]
KEPT = re.compile(
    r"randomUUID|\.subtle\b|navigator\.(clipboard|serviceWorker|storage|wakeLock|geolocation|mediaDevices|share|locks|"
    r"credentials|bluetooth|usb|permissions)|\bcaches\.|\bNotification\b|showOpenFilePicker|showSaveFilePicker|cookieStore"
)
WITH_ANOTHER_WAY = {
    "shared/ids.js": "if (crypto.randomUUID) return crypto.randomUUID();",
    "offers/trucks.js": "if (navigator.clipboard) {",
}
"""The module, and the line that asks whether the browser has it."""


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_what_needs_https_has_another_way(path):
    text = path.read_text()
    if not KEPT.search(text):
        return
    asks = WITH_ANOTHER_WAY.get(path.relative_to(STATIC).as_posix())
    assert asks, f"{KEPT.search(text)[0]} is not there without HTTPS"
    assert asks in text
