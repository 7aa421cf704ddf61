"""One table of amounts and weights at every door: pages read what people type, the API takes plain decimals."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.html import escape

from kernel.errors import Invalid
from kernel.shapes import read_shape
from offers import services
from offers.models import Offer, Proposal
from offers.pages.offer_form import OfferForm
from offers.rules import rates
from offers.rules.rates import MOST_RATE
from offers.shapes.fields import MOST_WEIGHT
from offers.shapes.writing import OfferShape, RespondShape
from presence.live import commands
from tests.accounts.factories import browser_client, make_user
from tests.offers.scenes import Scene, browser_of, nothing_changed
from tests.spellings import REFUSED, table

pytestmark = pytest.mark.django_db

ROWS = list(table("kernel/spellings/numbers.tsv"))
LOAD = {"pickup_location": "Dallas, TX 75201", "delivery_location": "Tulsa, OK 74103", "proposed_rate": "850"}


def expected(cell: str, most: Decimal) -> Decimal | None:
    return None if cell == REFUSED or Decimal(cell) > most else Decimal(cell)


@pytest.mark.parametrize("name", ["proposed_rate", "rate_ceiling", "customer_rate"])
def test_amounts_on_pages(name):
    for typed, amount, _weight, _api in ROWS:
        form = OfferForm(LOAD | {name: typed})
        try:
            read = form.fields()[name]
        except Invalid:
            read = None
            assert list(form.errors) == [name], typed
            assert all(form.errors[name]), typed
        assert read == expected(amount, MOST_RATE), typed


@pytest.mark.parametrize("name", ["weight_lbs", "distance_miles"])
def test_measures_on_pages(name):
    for typed, _amount, weight, _api in ROWS:
        written = (
            typed if name == "weight_lbs" else typed.replace("lbs.", "miles").replace("lb", "mi").replace("#", " mi")
        )
        form = OfferForm(LOAD | {name: written})
        try:
            read = form.fields()[name]
        except Invalid:
            read = None
            assert list(form.errors) == [name], typed
        most = MOST_WEIGHT if name == "weight_lbs" else Decimal(10_000)
        assert read == expected(weight, most), typed


@pytest.mark.parametrize(
    ("typed", "pieces"),
    [("3", 3), ("1,200", 1200), ("1 200", 1200), ("12 pcs", 12), ("٣", 3), ("007", 7), ("3.0", 3), ("0", 0)],
)
def test_pieces(typed, pieces):
    assert OfferForm(LOAD | {"pieces": typed}).fields()["pieces"] == pieces


@pytest.mark.parametrize(
    "typed", ["2.5", "2,5", "some", "-1", "1e3", "1.200", "9" * 5000, "100001", "3 pallets, 2 crates"]
)
def test_what_is_no_number_of_pieces(typed):
    form = OfferForm(LOAD | {"pieces": typed})
    with pytest.raises(Invalid):
        form.fields()
    assert list(form.errors) == ["pieces"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row[0]))
def test_the_api_and_the_socket_take_plain_decimals_only(row):
    typed, _amount, _weight, api = row
    said = {"action": "counter", "version": 1, "rate": typed}
    readings = [
        lambda: read_shape(OfferShape, LOAD | {"proposed_rate": typed})["proposed_rate"],
        lambda: read_shape(OfferShape, LOAD | {"rate_ceiling": typed})["rate_ceiling"],
        lambda: read_shape(RespondShape, said)["rate"],
        lambda: commands.find("driver_proposal").read(said | {"proposal_id": 1})["rate"],
    ]
    for reading in readings:
        if api == REFUSED:
            with pytest.raises(Invalid) as refusal:
                reading()
            assert set(refusal.value.fields) <= {"proposed_rate", "rate_ceiling", "rate"}
        else:
            assert reading() == Decimal(api)


@pytest.mark.parametrize(
    "typed", ["1,250.50", "1e3", "1.250", "1_000", "+1200", "NaN", "0.001", "１２００", "١٢٠٠", "925,50"]
)
def test_a_rate_that_is_refused_changes_nothing(typed):
    scene = Scene()
    proposal = scene.proposal(scene.dan)
    body = {"action": "counter", "version": proposal.version, "rate": typed}
    change = {"version": scene.offer.version, "proposed_rate": typed}
    with nothing_changed():
        answers = [
            scene.by(scene.dan).send("PUT", f"proposals/{proposal.pk}/respond", body),
            scene.by(scene.olga).send("PATCH", f"offers/{scene.offer.pk}", change),
        ]
    for answer, field in zip(answers, ("rate", "proposed_rate"), strict=True):
        assert answer.status_code == 400
        assert list(answer.json()["error"]["fields"]) == [field]


FAULTY_RATES = ("0", "-1", "0.001", "850.005", "1.250", "10000000", "99999999.99", "9" * 12)


@pytest.mark.parametrize("rate", FAULTY_RATES)
def test_a_rate_is_refused_alike_at_every_door_and_by_the_services(rate):
    scene = Scene()
    proposal = scene.proposal(scene.dan)
    counter = {"action": "counter", "version": proposal.version, "rate": rate}
    version = Offer.objects.get(pk=scene.offer.pk).version
    change = {"version": version, "proposed_rate": rate}
    amount, words = Decimal(rate), str(rates.fault_of(Decimal(rate)))
    page = browser_of(scene.olga.actor)

    def by_services():
        yield "rate", lambda: scene.answer(scene.dan, "counter", rate=rate)
        for name in ("proposed_rate", "rate_ceiling", "customer_rate"):
            given = {"proposed_rate": Decimal(850), name: amount}
            yield name, lambda given=given: services.create_offer(actor=scene.olga.actor, fields=LOAD | given)
            yield (
                name,
                lambda name=name: services.update_offer(
                    actor=scene.olga.actor, offer_id=scene.offer.pk, version=version, fields={name: amount}
                ),
            )
        yield "rate", lambda: commands.find("driver_proposal").read(counter | {"proposal_id": proposal.pk})

    with nothing_changed():
        for name, call in by_services():
            with pytest.raises(Invalid) as refusal:
                call()
            assert {field: [str(each) for each in said] for field, said in refusal.value.fields.items()} == {
                name: [words]
            }
        answers = [
            ("rate", scene.by(scene.dan).send("PUT", f"proposals/{proposal.pk}/respond", counter)),
            ("proposed_rate", scene.by(scene.olga).send("PATCH", f"offers/{scene.offer.pk}", change)),
            ("proposed_rate", scene.by(scene.olga).send("POST", "offers", LOAD | {"proposed_rate": rate})),
        ]
        shown = page.post(reverse("offer-new"), LOAD | {"proposed_rate": rate})
    for name, answer in answers:
        assert answer.status_code == 400
        assert answer.json()["error"]["fields"] == {name: [words]}
    assert shown.status_code == 422
    assert 'id="w-proposed_rate"' in shown.content.decode()
    if amount > MOST_RATE:  # The page reads what people type, and has words of its own for what is no number.
        assert escape(words) in shown.content.decode()


def test_the_biggest_rate_is_taken_at_every_door():
    scene = Scene()
    proposal = scene.proposal(scene.dan)
    rate = str(MOST_RATE)
    counter = {"action": "counter", "version": proposal.version, "rate": rate}
    assert scene.by(scene.dan).send("PUT", f"proposals/{proposal.pk}/respond", counter).status_code == 200
    assert scene.by(scene.olga).send("POST", "offers", LOAD | {"proposed_rate": rate}).status_code == 201
    assert browser_of(scene.olga.actor).post(reverse("offer-new"), LOAD | {"proposed_rate": rate}).status_code == 204
    assert Offer.objects.filter(proposed_rate=MOST_RATE).count() == 2
    assert Proposal.objects.get(pk=proposal.pk).driver_proposed_rate == MOST_RATE


@pytest.mark.parametrize(
    ("typed", "rate"),
    [("1250,50", "1250.50"), ("850,5", "850.50"), ("1,25", "1.25"), ("1200\u202c", "1200"), ("$1 200", "1200")],
)
def test_what_the_dialog_saves(typed, rate):
    page = browser_client(make_user())
    assert page.post(reverse("offer-new"), LOAD | {"proposed_rate": typed, "weight_lbs": "12,5"}).status_code == 204
    offer = Offer.objects.get()
    assert (offer.proposed_rate, offer.weight_lbs) == (Decimal(rate), Decimal("12.5"))


@pytest.mark.parametrize("typed", ["12,34,567", "1.250", "850 900"])
def test_what_the_dialog_asks_about(typed):
    page = browser_client(make_user())
    with nothing_changed():
        response = page.post(reverse("offer-new"), LOAD | {"proposed_rate": typed})
    assert response.status_code == 422
    assert 'id="w-proposed_rate"' in response.content.decode()
    assert f'name="proposed_rate" value="{typed}"' in response.content.decode()


@pytest.mark.parametrize(
    ("sides", "size"),
    [
        (("300 1/2", "60", "60"), "300.5x60x60"),
        (("48,5", "40", "60"), "48.5x40x60"),
        (("1,200", "60", "60"), "1200x60x60"),
        (("5' 6\"", "4 ft", "60 in"), "66x48x60"),
        (("48½", "40\u202c", "60"), "48.5x40x60"),
        (("150 cm", "1 m", "60"), "59.06x39.37x60"),
    ],
)
def test_each_side_is_read_alone(sides, size):
    values = dict(zip(("length", "width", "height"), sides, strict=True))
    assert OfferForm(LOAD | values).fields()["dimensions"] == size


@pytest.mark.parametrize("text", ["60x60", "48 40", "1.125", "48-60", "0", "1201", "a lot", "300 1/7"])
def test_a_side_that_is_not_one_number_is_named(text):
    form = OfferForm(LOAD | {"length": "48", "width": text, "height": "60"})
    with pytest.raises(Invalid):
        form.fields()
    assert list(form.errors) == ["width"]


def test_a_load_that_is_too_long_fits_no_driver():
    scene = Scene()
    page = browser_of(scene.olga.actor)
    sides = {"length": "300 1/2", "width": "60", "height": "60"}
    scene.dan.dimensions = "216x96x96"
    scene.dan.save()
    response = page.post(reverse("offer-new"), LOAD | sides | {"driver": scene.dan.pk})
    offer = Offer.objects.latest("pk")
    assert offer.dimensions == "300.5x60x60"
    assert not Proposal.objects.filter(offer=offer).exists()
    assert response.status_code == 200
    assert "Danwulf" in response.content.decode()
