"""No more of a body is read than is let in."""

import httpx
import pytest

from offers_project.kernel.body_size import cut
from tests.servers import serving


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
def test_a_body_that_is_too_long_is_refused(tmp_path, is_chunked):
    size, piece = 8 * 1024 * 1024, b" " * 65536
    pieces = (piece for _ in range(size // len(piece)))
    headers = {"Content-Type": "application/json"} | ({} if is_chunked else {"Content-Length": str(size)})
    with serving(tmp_path) as server:
        answer = httpx.post(f"{server.url}/api/auth/token", content=pieces, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
