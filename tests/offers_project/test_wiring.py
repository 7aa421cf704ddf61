"""What rooms declare is registered."""

from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps

from presence import renderers

ROOMS = [app.name for app in apps.get_app_configs() if find_spec(f"{app.name}.enums")]
ENUMS = {name: import_module(f"{name}.enums") for name in ROOMS}


@pytest.mark.parametrize(
    "kind", [kind for enums in ENUMS.values() for kind in getattr(enums, "EventKind", ())], ids=str
)
def test_every_durable_kind_can_be_told(kind):
    assert renderers.require(kind) == kind.value


@pytest.mark.parametrize(
    "kind", [kind for enums in ENUMS.values() for kind in getattr(enums, "PassingKind", ())], ids=str
)
def test_every_passing_kind_can_be_passed_on(kind):
    assert renderers.require_passing(kind) == kind.value


def test_rooms_were_found():
    assert {"chat", "offers", "presence"} <= set(ROOMS)
