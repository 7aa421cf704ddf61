"""The doorbell and the shared cache are away: sends commit and are acknowledged, everything arrives, nobody waits."""

import pytest

from tests.faults.conftest import everything_is_right

pytestmark = pytest.mark.faults


def test_nothing_at_all_goes_wrong(stage, crowd):
    crowd.go_on()
    everything_is_right(stage, crowd)
    assert crowd.refusals == {}


def test_gone_and_back(stage, crowd):
    crowd.go_on()
    with stage.redis.gone():
        crowd.go_on(150)
    crowd.go_on()
    everything_is_right(stage, crowd)
    assert crowd.refusals == {}


def test_frozen(stage, crowd):
    crowd.go_on()
    with stage.redis.frozen():
        crowd.go_on(150)
    crowd.go_on()
    everything_is_right(stage, crowd)
    assert crowd.refusals == {}


def test_flushed_and_its_connections_killed(stage, crowd):
    for kind in ("normal", "pubsub"):
        crowd.go_on()
        stage.redis.do("CLIENT", "KILL", "TYPE", kind)
        stage.redis.do("FLUSHALL")
    crowd.go_on()
    everything_is_right(stage, crowd)
    assert crowd.refusals == {}
