"""Spanish: pages, refusals, words of scripts and numbers; who chooses it, and that nothing is left in English."""

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation
from django.utils.translation import ngettext

from tests.accounts.factories import browser_client, make_user
from tools import catalogues

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}


@pytest.mark.parametrize("path", catalogues.catalogues(catalogues.ROOT), ids=lambda path: path.stem)
def test_every_text_has_its_spanish(path):
    assert list(catalogues.faults(catalogues.read(path))) == []


def test_both_domains_are_there():
    assert {path.stem for path in catalogues.catalogues(catalogues.ROOT)} == set(catalogues.DOMAINS)


@pytest.mark.django_db
def test_page_is_in_the_language_of_the_browser(client):
    spanish = client.get("/sign-in", headers=SPANISH).content.decode()
    assert '<html lang="es"' in spanish
    assert "Contraseña" in spanish
    assert "Password" not in spanish
    assert "Password" in client.get("/sign-in", headers={"Accept-Language": "fr"}).content.decode()


@pytest.mark.django_db
def test_language_that_is_set_outranks_the_browser(client):
    answer = client.post("/i18n/setlang/", {"language": "es", "next": "/sign-in"}, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    assert "Contraseña" in client.get("/sign-in", headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.django_db
def test_preference_of_a_person_outranks_the_browser():
    client = browser_client(make_user())
    assert '<html lang="en"' in client.get("/trucks/", headers={"Accept-Language": "en"}).content.decode()
    client.patch("/api/me", {"preferences": {"language": "es"}}, content_type="application/json")
    page = client.get("/trucks/", headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="es"' in page
    assert "Buscar camiones" in page


@pytest.mark.django_db
def test_refusal_of_the_api_is_in_spanish_and_its_code_is_not(client):
    error = client.get("/api/offers", headers=SPANISH).json()["error"]
    assert (error["code"], error["message"]) == ("not_authenticated", "Primero inicie sesión.")


@pytest.mark.django_db
def test_words_of_the_framework_are_in_spanish(client):
    answer = client.post("/api/auth/token", {"username": "dana"}, content_type="application/json", headers=SPANISH)
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("validation_error", "Parte de lo enviado no se puede usar.")
    assert error["fields"] == {"password": ["Este campo es requerido."]}


def test_scripts_get_their_words_in_spanish(client: Client):
    script = client.get("/jsi18n/", headers=SPANISH).content.decode()
    assert '"Reconnecting": "Reconectando"' in script
    assert '"Enviar a %(count)s choferes"' in script
    assert "n != 1" in script


@pytest.mark.parametrize(("count", "words"), [(1, "1 pieza"), (2, "2 piezas"), (0, "0 piezas")])
def test_things_are_counted_in_spanish(count, words):
    with translation.override("es"):
        assert ngettext("%(n)s piece", "%(n)s pieces", count) % {"n": count} == words


def test_numbers_and_clocks_are_those_of_the_country():
    """Dollars are written alike in both languages, and a number in a form must come back as it went out."""
    with translation.override("es"):
        shown = Template('{{ miles|floatformat:"0g" }} {{ rate }}').render(Context({"miles": 12400.4, "rate": 850.5}))
    assert shown == "12,400 850.5"
