"""Places are found the way people write them, in a table that is asked little."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from drivers import places
from drivers.models import Place
from tests.drivers import spellings

pytestmark = pytest.mark.django_db


def outcome(text: str) -> str:
    found = places.look_up(text)
    return found.place.label if found.place else f"!{found.why}"


@pytest.mark.parametrize(("text", "expected"), spellings.places())
def test_a_place_is_found_as_people_write_it_or_it_is_said_why_not(text, expected):
    assert outcome(text) == expected
    assert bool(places.find(text)) is not expected.startswith("!")
    assert bool(places.look_up(text).words) is expected.startswith("!")


def test_the_table_is_large_enough():
    assert len(spellings.places()) > 60


def test_a_name_that_several_places_have_gives_the_choice_larger_ones_first():
    found = places.look_up("portland")
    assert found.labels[:2] == ["Portland, OR", "Portland, ME"]
    assert found.alone
    assert "Portland, OR; Portland, ME" in found.words


@pytest.mark.parametrize(
    ("text", "labels", "alone"),
    [
        ("Dallas, TX 77002", ["Dallas, TX", "Houston, TX 77002"], True),
        ("1500 Main St, Dallas, TX 77002", ["Dallas, TX", "Houston, TX 77002"], False),
        ("Laredo, TX to Dallas, TX", ["Laredo, TX", "Dallas, TX"], False),
        ("Vancouver", ["Vancouver, WA"], True),
        ("Toronto, ON", [], False),
    ],
)
def test_what_contradicts_itself_gives_the_choice(text, labels, alone):
    found = places.look_up(text)
    assert (found.labels, found.alone) == (labels, alone)


def test_a_suburb_is_called_as_it_is_written_and_lies_where_its_zip_code_is():
    suburb, post_office = places.find("Hollywood, CA 90028"), places.find("90028")
    assert suburb.label == "Hollywood, CA 90028"
    assert (suburb.latitude, suburb.longitude) == (post_office.latitude, post_office.longitude)
    assert places.find(suburb.label).label == suburb.label


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "Nowhere at All",
        "00000",
        "12",
        "TX",
        "me",
        "💥",
        "مرحبا",
        "<b>Dallas</b>",
        "a" * 10_000,
        "Dallas, ZZ",
    ],
)
def test_what_is_no_place_is_not_found(text):
    assert places.find(text) is None


def test_a_place_knows_where_it_is_and_what_time_it_is_there():
    place = places.find("El Paso, TX")
    assert place.time_zone == "America/Denver"
    assert float(place.latitude) == pytest.approx(31.77, abs=0.2)
    assert float(place.longitude) == pytest.approx(-106.4, abs=0.2)


def test_many_places_are_found_with_two_queries_and_one_for_unknown_zip_codes(django_assert_num_queries):
    texts = [f"{city}, TX" for city in ("Dallas", "Austin", "Waco", "Nowhere")] + ["75201", "77002"]
    with django_assert_num_queries(2):
        places.find_many(texts)
    texts += [f"752{n:02}" for n in range(1, 30)]
    with django_assert_num_queries(3):
        found = places.find_many(texts)
    assert found["Waco, TX"].label == "Waco, TX"
    assert "Nowhere, TX" not in found
    assert len(found) >= 25


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("dal", "Dallas, TX"),
        ("dallas, t", "Dallas, TX"),
        ("dallas tx", "Dallas, TX"),
        ("752", "Dallas, TX 75201"),
        ("dallas 7520", "Dallas, TX 75201"),
        ("St. Lou", "Saint Louis, MO"),
        ("york", "York, PA"),
        ("winston-s", "Winston Salem, NC"),
    ],
)
def test_search_finds_what_is_being_typed_larger_places_first(q, first):
    assert places.search(q, 5)[0].label == first


@pytest.mark.parametrize("q", ["", " ", "%", "_", "zzzz", "x" * 10_000, "123456", "💥", "dallas, zz"])
def test_search_finds_nothing_where_nothing_is(q):
    assert places.search(q) == []


def test_search_is_one_short_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(places.search("s", 10_000)) == places.SEARCH_MAX


@pytest.mark.parametrize("ask", [places.look_up, places.search])
@pytest.mark.parametrize("text", ["Dallas, TX", "dallas", "springfield il"])
def test_cities_are_looked_for_by_their_names(ask, text):
    """By the index of ZIP codes, all cities would be read for each question."""
    with CaptureQueriesContext(connection) as asked:
        ask(text)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    for question in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"{explain} {question['sql']}")
            columns = [column[0] for column in cursor.description]
            plan = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        used = " ".join(str(step.get("key", step.get("detail"))) for step in plan)
        assert "place_city" in used
        assert "place_zip" not in used


def test_every_place_can_be_shown():
    assert Place.objects.filter(zip_code="").count() > 30_000
    assert Place.objects.exclude(zip_code="").count() > 41_000
    assert not Place.objects.filter(time_zone="").exists()
    assert not Place.objects.filter(latitude=0).exists()
