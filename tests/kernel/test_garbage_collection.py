"""What is loaded is not looked through again."""

import gc

import pytest

from kernel import garbage_collection


@pytest.fixture
def as_before():
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("as_before")
def test_what_is_loaded_is_frozen_and_garbage_is_still_found():
    garbage_collection.freeze_startup_objects()
    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < 10_000
    loop: list[object] = []
    loop.append(loop)
    del loop
    assert gc.collect() >= 1


@pytest.mark.parametrize("was_on", [True, False])
def test_nothing_is_looked_for_within_and_afterwards_it_is_as_before(was_on):
    @garbage_collection.uncollected()
    def fail() -> None:
        seen.append(gc.isenabled())
        raise KeyError

    seen: list[bool] = []
    (gc.enable if was_on else gc.disable)()
    try:
        with pytest.raises(KeyError):
            fail()
        assert [*seen, gc.isenabled()] == [False, was_on]
    finally:
        gc.enable()
