"""No more of a body is read than is let in."""

import json
import socket
from http.client import HTTPResponse

import httpx
import pytest

from kernel.body_size import cut
from tests.accounts.factories import PASSWORD, make_user
from tests.servers import Server, serving


async def read_through(chunks: list[bytes], *, most: int) -> tuple[bytes, int, str]:
    """What an application reads of these chunks, after how many of them it is told that it is all, and what it is told
    afterwards.
    """
    given = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, 1)
    ]
    messages = iter([*given, {"type": "http.disconnect"}])
    read: list = []

    async def receive() -> dict:
        return next(messages)

    async def application(scope, receive, send) -> None:
        while not read or read[-1].get("more_body"):
            read.append(await receive())
        read.append(await receive())

    await cut(application, most=most)({}, receive, None)
    *parts, last = read
    return b"".join(part["body"] for part in parts), len(parts), last["type"]


@pytest.mark.parametrize(
    ("chunks", "read", "parts"),
    [
        ([b""], b"", 1),
        ([b"12345"], b"12345", 1),
        ([b"123", b"45"], b"12345", 2),
        ([b"123456"], b"123456", 1),
        ([b"1234567890"], b"123456", 1),
        ([b"123", b"456", b"789", b"0"], b"123456", 2),
    ],
)
async def test_a_body_ends_one_byte_after_what_is_let_in(chunks, read, parts):
    assert await read_through(chunks, most=5) == (read, parts, "http.disconnect")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_that_is_too_long_is_refused_before_all_of_it_has_come(tmp_path, settings, is_chunked):
    sent = b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    head = b"POST /api/auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    if is_chunked:
        head += b"Transfer-Encoding: chunked\r\n\r\n"
        sent = b"%x\r\n%b\r\n" % (len(sent), sent)
    else:
        head += b"Content-Length: %d\r\n\r\n" % (8 * len(sent))
    with serving(tmp_path) as server, socket.create_connection(address_of(server), timeout=20) as connection:
        connection.sendall(head + sent)  # And no more: what is answered now is answered to what has come so far.
        answer = HTTPResponse(connection)
        answer.begin()
        assert (answer.status, json.loads(answer.read())["error"]["code"]) == (413, "too_large")


@pytest.mark.django_db(transaction=True)
def test_a_body_that_comes_in_chunks_is_read(tmp_path):
    user = make_user()
    chunks = [b'{"username": "%b", ' % user.username.encode(), b'"password": "%b"}' % PASSWORD.encode()]
    with serving(tmp_path) as server:
        answer = httpx.post(
            f"{server.url}/api/auth/token", content=iter(chunks), headers={"Content-Type": "application/json"}
        )
    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert (answer.status_code, answer.json()["user"]["id"]) == (200, user.pk)


def address_of(server: Server) -> tuple[str, int]:
    url = httpx.URL(server.url)
    return url.host, url.port
