"""Every operation of the API does what the schema says: schemathesis tries each with all its checks."""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from schemathesis import Case
from schemathesis.config import SchemathesisConfig

from accounts.models import User
from chat.models import Message
from drivers.models import Driver
from tests.conftest import REPETITIONS
from tests.offers.scenes import Scene

pytestmark = pytest.mark.long

EXAMPLES = 2 * REPETITIONS if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 5
SENSE = (
    "/api/auth/driver/code",
    "/api/auth/driver/token",
    "/api/auth/token",
    "/api/drivers",
    "/api/drivers/available",
    "/api/drivers/by-ids",
    "/api/drivers/by-location",
    "/api/me",
    "/api/offers",
    "/api/offers/{offer_id}",
    "/api/offers/{offer_id}/chat/{driver_id}",
    "/api/offers/{offer_id}/followers",
    "/api/offers/{offer_id}/handover",
    "/api/proposals/{proposal_id}/respond",
)
"""Where what is well-formed may still make no sense, and no schema can say so: a place that is nowhere, a delivery
before the pickup, a time zone that is none, both of two things that exclude each other, people who are not
there, a name of invisible signs."""
CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"mode": "all", "database": "none", "max-examples": EXAMPLES},
        "phases": {"stateful": {"enabled": False}},
        "operations": [
            {
                "include-path": path,
                "checks": {
                    "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "401", "403", "404", "409", "429"]}
                },
            }
            for path in SENSE
        ],
    }
)
schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True), config=CONFIG)
schema.app = get_wsgi_application()


@pytest.fixture
def scene(db) -> Iterator[Scene]:
    """The market, on a connection that requests leave open: it holds the transaction of the test."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield Scene()
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@schema.parametrize()
def test_every_operation_keeps_its_word_to_a_dispatcher(case, scene):
    keeps_its_word(case, scene, scene.olga)


@schema.parametrize()
def test_every_operation_keeps_its_word_to_a_driver(case, scene):
    keeps_its_word(case, scene, scene.dan)


def keeps_its_word(case: Case, scene: Scene, person: User | Driver) -> None:
    """Every other id that is drawn becomes one that is there, so that not everything is answered with 404."""
    there = {
        "offer_id": scene.offer.pk,
        "driver_id": scene.dan.pk,
        "proposal_id": scene.proposal(scene.dan).pk,
        "message_id": Message.objects.order_by("pk").values_list("pk", flat=True)[0],
    }
    for name, drawn in case.path_parameters.items():
        if isinstance(drawn, int) and drawn % 2 == 0:
            case.path_parameters[name] = there[name]
    case.call_and_validate(headers={"Authorization": scene.by(person).defaults["HTTP_AUTHORIZATION"]})
