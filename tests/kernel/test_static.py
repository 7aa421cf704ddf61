import pytest
from django.test import AsyncClient, Client

from kernel.static import CollectedFiles

FILE = "/static/vendor/htmx.js"


async def test_static_file_is_served_to_asgi_without_a_warning():
    response = await AsyncClient().get(FILE)
    assert response.status_code == 200
    assert not response.streaming
    assert len(response.content) == int(response["Content-Length"]) > 1000
    assert response["Content-Type"].startswith("text/javascript")


def test_static_file_answers_head_and_ranges_and_what_has_not_changed():
    client = Client()
    whole = client.get(FILE)

    head = client.head(FILE)
    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", whole["Content-Length"])

    part = client.get(FILE, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])

    again = client.get(FILE, headers={"If-None-Match": whole["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_static_file_is_only_read(method):
    assert getattr(Client(), method)(FILE).status_code == 405


def test_pages_name_files_before_anything_was_collected_and_by_their_hash_afterwards(tmp_path):
    assert CollectedFiles(location=tmp_path, base_url="/static/").url("vendor/htmx.js") == FILE

    (tmp_path / "staticfiles.json").write_text('{"version": "1.1", "paths": {"a.js": "a.123.js"}, "hash": ""}')
    collected = CollectedFiles(location=tmp_path, base_url="/static/")
    assert collected.url("a.js") == "/static/a.123.js"
    with pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
        collected.url("vendor/htmx.js")
