"""Places are found the way people write them, in a table that is asked little."""

import pytest

from drivers import places
from drivers.models import Place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Dallas, TX", "Dallas, TX"),
        ("dallas, tx", "Dallas, TX"),
        ("Dallas,TX", "Dallas, TX"),
        ("DALLAS TX 75201", "Dallas, TX 75201"),
        ("75201", "Dallas, TX 75201"),
        (" 75201-1234 ", "Dallas, TX 75201"),
        ("1200 Main St, Dallas, TX 75201", "Dallas, TX 75201"),
        ("1200 Main St Dallas TX", "Dallas, TX"),
        ("12345 Main St, Dallas, TX", "Dallas, TX"),
        ("PO Box 12345, Dallas, TX", "Dallas, TX"),
        ("Dock 5\nReno, NV 89501", "Reno, NV 89501"),
        ("Dallas, TX, 75201, United States", "Dallas, TX 75201"),
        ("Dallas, Texas, USA", "Dallas, TX"),
        ("Laredo, TX (yard)", "Laredo, TX"),
        ("Phoenix AZ - home", "Phoenix, AZ"),
        ("St. Louis, MO", "Saint Louis, MO"),
        ("e. st louis il", "East Saint Louis, IL"),
        ("Ft. Worth, TX", "Fort Worth, TX"),
        ("Winston-Salem NC", "Winston Salem, NC"),
        ("winston salem, north carolina", "Winston Salem, NC"),
        ("Charleston West Virginia", "Charleston, WV"),
        ("O'Fallon, MO", "O'Fallon, MO"),
        ("O Fallon MO", "O'Fallon, MO"),
        ("San José, CA", "San Jose, CA"),
        ("New York", "New York, NY"),
        ("Washington, D.C.", "Washington, DC"),
        ("Kansas City", "Kansas City, MO"),
        ("mcallen tx", "McAllen, TX"),
        ("King of Prussia, PA", "King of Prussia, PA"),
        ("Hollywood, CA", "Hollywood, CA"),
    ],
)
def test_a_place_is_found_as_people_write_it(text, label):
    assert places.find(text).label == label


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


def test_a_zip_code_of_another_state_gives_way_to_the_city():
    assert places.find("Dallas, TX 10001").label == "Dallas, TX"


def test_a_place_knows_where_it_is_and_what_time_it_is_there():
    place = places.find("El Paso, TX")
    assert place.time_zone == "America/Denver"
    assert float(place.latitude) == pytest.approx(31.77, abs=0.2)
    assert float(place.longitude) == pytest.approx(-106.4, abs=0.2)


def test_many_places_are_found_with_two_queries(django_assert_num_queries):
    texts = [f"{city}, TX" for city in ("Dallas", "Austin", "Waco", "Nowhere")] + [f"752{n:02}" for n in range(1, 30)]
    with django_assert_num_queries(2):
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


def test_every_place_can_be_shown():
    assert Place.objects.filter(zip_code="").count() > 30_000
    assert Place.objects.exclude(zip_code="").count() > 41_000
    assert not Place.objects.filter(time_zone="").exists()
    assert not Place.objects.filter(latitude=0).exists()
