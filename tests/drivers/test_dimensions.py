import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import dimensions
from drivers.dimensions import Fits, Size, fits, holds, is_known, of_load, of_truck, only_size, side
from kernel import numbers
from tests.spellings import REFUSED, table

LOADS = list(table("drivers/spellings/sizes.tsv"))
SIDES = list(table("drivers/spellings/sides.tsv"))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("144x72x74", (144, 72, 74)),
        ("144X72X74", (144, 72, 74)),
        ("144 x 72 x 74 in", (144, 72, 74)),
        ("144*72*74", (144, 72, 74)),
        ("144 by 72 by 74", (144, 72, 74)),
        ("144” × 72” × 74”", (144, 72, 74)),
        ("168/72/72", (168, 72, 72)),
        ("12'x6'x6'", (144, 72, 72)),
        ("12’ x 6’ x 6’", (144, 72, 72)),
        ("12x6x6", (144, 72, 72)),
        ("12x6x6 ft", (144, 72, 72)),
        ("12ft6in x 6ft x 6ft", (150, 72, 72)),
        ("12' 6\" x 6' x 6'2\"", (150, 72, 74)),
        ("12'-6\"x6'x6'", (150, 72, 72)),
        ("144 L x 72 W x 74 H", (144, 72, 74)),
        ("144lx72wx74h", (144, 72, 74)),
        ("L144 W72 H74", (144, 72, 74)),
        ("L: 144, W: 72, H: 74", (144, 72, 74)),
        ("Length 144 Width 72 Height 74", (144, 72, 74)),
        ("74 H x 144 L x 72 W", (144, 72, 74)),
        ("53 ft", (636, None, None)),
        ("53'", (636, None, None)),
        ("26 ft box truck", (312, None, None)),
        ("26' box, 288x96x96", (288, 96, 96)),
        ("170 x 70 x 70 dock high 5000 lbs", (170, 70, 70)),
        ("144x72", (144, 72, None)),
        ("3.6m x 1.8m x 1.9m", (141.73, 70.87, 74.8)),
        ("٣x٤x٥", (36, 48, 60)),
    ],
)
def test_a_truck_is_measured_as_people_write_it(text, size):
    assert of_truck(text) == Size(*size)


@pytest.mark.parametrize("text", [None, "", "sprinter", "53", "0x0x0", "99999x1", "1e9", "<script>", "x", "''"])
def test_what_says_nothing_is_no_size(text):
    assert of_truck(text) == Size()


@given(st.text(max_size=200))
def test_nothing_that_people_write_is_too_strange(text):
    size = of_truck(text)
    for inches in (size.length, size.width, size.height):
        assert inches is None or 0 < inches <= dimensions.LARGEST_INCHES
    assert fits(text, "144x72x74") in Fits


def test_a_load_has_as_many_pieces_as_are_written_down_in_inches():
    assert of_load("2 @ 48x40x60, 1 crate 96 x 48 x 50") == [Size(48, 40, 60), Size(96, 48, 50)]
    assert of_load("20x20x20") == [Size(20, 20, 20)]


@pytest.mark.parametrize(
    ("load", "truck", "answer"),
    [
        ("48x40x48", "144x72x74", Fits.YES),
        ("40x144x74", "144x72x74", Fits.YES),
        ("73x73x40", "144x72x74", Fits.NO),
        ("48x40x75", "144x72x74", Fits.NO),
        ("145x40x40", "144x72x74", Fits.NO),
        ("145x40x40", "12 ft", Fits.NO),
        ("48x40x48", "53 ft", Fits.UNKNOWN),
        ("48x40x48", "sprinter", Fits.UNKNOWN),
        ("two pallets", "144x72x74", Fits.UNKNOWN),
        ("", "144x72x74", Fits.UNKNOWN),
        ("48x40x48; 145x40x40", "144x72x74", Fits.NO),
    ],
)
def test_whether_a_load_fits(load, truck, answer):
    assert fits(load, truck) is answer


def test_a_truck_is_large_enough_only_where_that_is_known():
    assert holds("144x72x74", Size(length=144, width=60))
    assert not holds("144x72x74", Size(length=145))
    assert not holds("53 ft", Size(length=144, height=60))


def test_the_tables_are_as_long_as_they_have_to_be():
    assert len(LOADS) + len(SIDES) >= 60


@pytest.mark.parametrize(("text", "sizes"), LOADS)
def test_a_load_is_measured_as_people_write_it(text, sizes):
    """Each piece as length×width×height in inches, `?` for a piece whose size is not sure."""
    read = [
        "×".join("?" if each is None else f"{each:g}" for each in (size.length, size.width, size.height))
        for size in of_load(text)
    ]
    assert ("; ".join(each.replace("?×?×?", "?") for each in read) or "none") == sizes
    assert is_known(text) == (sizes != "none" and "?" not in sizes)


@pytest.mark.parametrize(("text", "inches"), SIDES)
def test_a_side_is_read_alone(text, inches):
    if inches == REFUSED:
        with pytest.raises(numbers.Unreadable):
            side(text)
    else:
        assert side(text) == inches


@pytest.mark.parametrize("load", ["300 1/2x60x60", "48,5x40x60", "1,200x60x60"])
def test_a_large_load_fits_no_small_truck(load):
    truck = "40x40x60" if load.startswith("48") else "216x96x96"
    assert fits(load, truck) is Fits.NO


@pytest.mark.parametrize("load", ["1 200x60x60", "2x48x40x60", "48x40x60-72", "48x40x60; 1.125x40x60", "48x40x60 lbs"])
def test_what_is_not_sure_is_unknown(load):
    assert fits(load, "216x96x96") is Fits.UNKNOWN


@pytest.mark.parametrize(
    "text", ["144x72x74", "144 x 72 x 74 in", "12'x6'x6'2\"", "L: 144, W: 72, H: 74", "144×72½×74"]
)
def test_one_size_and_nothing_else(text):
    assert only_size(text) == of_load(text)[0]


@pytest.mark.parametrize(
    "text", ["2 @ 48x40x60", "48x40x60, 96x48x50", "48x40x60 crate", "about 48x40x60", "48x40", "", "1 200x60x60"]
)
def test_more_than_one_size_or_other_words(text):
    assert only_size(text) is None


@pytest.mark.parametrize(
    ("truck", "size"),
    [
        ("26' x 96 x 96", (312, 96, 96)),
        ("53' dry van", (636, None, None)),
        ("12' x 6 x 6", (144, 72, 72)),
        ("53x8.5x9 ft", (636, 102, 108)),
        ("53x8x9", (636, 96, 108)),
        ("12' x 50 x 50", (None, None, None)),
        ("12' x 6' x 50", (None, None, None)),
        ("50x50x50", (None, None, None)),
        ("3.5m x 2.4 x 2.4", (None, None, None)),
        ("12.000x2.400x2.600 mm", (None, None, None)),
    ],
)
def test_numbers_beside_feet_are_feet_only_where_they_can_be(truck, size):
    assert of_truck(truck) == Size(*size)
    if size[1] is None:
        assert fits("100x90x90", truck) is Fits.UNKNOWN


@pytest.mark.parametrize("text", ["1 1/8", "48 3/8", "300½", "1500 mm"])
def test_a_side_is_read_again_as_it_was_written(text):
    assert side(side(text)) == side(text)
    assert only_size("x".join([side(text)] * 3)) == Size(*[float(side(text))] * 3)
