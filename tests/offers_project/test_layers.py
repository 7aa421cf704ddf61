"""The import contract in pyproject.toml names every room."""

import re
import tomllib
from pathlib import Path

from tools import catalogues

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACT, _PRESENCE, CIRCLES = PROJECT["tool"]["importlinter"]["contracts"]
LISTED = [name for layer in CONTRACT["layers"] for name in re.findall(r"[\w.]+", layer)]
PACKAGES = sorted([*(path.parent.name for path in ROOT.glob("*/apps.py")), "kernel"])


def test_layers_name_every_package_once():
    assert sorted(LISTED) == PACKAGES


def test_every_package_is_looked_at_and_installed():
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == PACKAGES
    assert sorted(CIRCLES["ancestors"]) == PACKAGES
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == PACKAGES
    assert sorted(PROJECT["tool"]["coverage"]["run"]["source"]) == PACKAGES
    assert sorted(catalogues.ROOMS) == PACKAGES


def test_the_kernel_is_the_ground():
    assert CONTRACT["layers"][-1] == "kernel"
