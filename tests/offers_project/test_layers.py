"""The import contract in pyproject.toml names every room and every module that composes them."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACT, CIRCLES = PROJECT["tool"]["importlinter"]["contracts"]
LISTED = [name for layer in CONTRACT["layers"] for name in re.findall(r"[\w.]+", layer)]
APPS = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))


def composing_modules() -> list[str]:
    inside = (ROOT / "offers_project").iterdir()
    names = {path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").exists()}
    return sorted(f"offers_project.{name}" for name in names - {"__init__"})


def test_layers_name_every_app_and_every_composing_module_once():
    rooms = [app for app in APPS if app != "offers_project"]
    assert sorted(LISTED) == sorted([*rooms, *composing_modules()])


def test_every_app_is_looked_at_and_installed():
    packages = sorted({*APPS, "offers_project"})
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == packages
    assert sorted(CIRCLES["ancestors"]) == packages
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == packages
    assert sorted(PROJECT["tool"]["coverage"]["run"]["source"]) == packages


def test_the_kernel_is_the_ground():
    assert CONTRACT["layers"][-1] == "offers_project.kernel"
