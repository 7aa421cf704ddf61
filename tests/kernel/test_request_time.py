"""A request that does not come in is not waited for."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from kernel import request_time

SECONDS = 0.4
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n"


async def application(scope: dict, receive: object, send: object) -> None:
    body = (await receive())["body"] + b"!"
    await asyncio.sleep(SECONDS * 2)  # An answer may take longer than a request.
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port(monkeypatch) -> AsyncIterator[int]:
    monkeypatch.setattr(request_time, "REQUEST_SECONDS", SECONDS)
    config = Config(application, log_config=None, lifespan="off", timeout_keep_alive=30, access_log=False)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: request_time.Protocol(config, ServerState(), {}, loop), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def ends(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), SECONDS * 5) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("sent", [b"", b"G", GET, GET + b"X-Half: a he", POST + b"12"])
async def test_half_a_request_ends_the_connection(port, sent):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    assert await ends(reader)
    writer.close()


async def test_a_head_that_comes_letter_by_letter_does_so_for_so_long_only(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ending = asyncio.create_task(ends(reader))
    for letter in GET * 20:
        writer.write(bytes([letter]))
        await asyncio.sleep(SECONDS / 10)
        if ending.done():
            break
    assert await ending
    writer.close()


async def test_whole_requests_are_answered_however_long_that_takes_and_the_next_has_its_time_again(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _each in range(2):
        writer.write(POST[:20])
        await asyncio.sleep(SECONDS / 2)
        writer.write(POST[20:] + b"1234")
        answer = await asyncio.wait_for(reader.readuntil(b"!"), SECONDS * 8)
        assert answer.startswith(b"HTTP/1.1 200")
        await asyncio.sleep(SECONDS * 1.5)  # Between requests it is the server's time to keep alive that counts.
    writer.write(GET)
    assert await ends(reader)
    writer.close()


async def test_a_few_requests_ahead_of_their_answers_are_answered(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((GET + b"\r\n") * 2 + GET + b"Connection: close\r\n\r\n")
    answers = await asyncio.wait_for(reader.read(), SECONDS * 15)
    assert answers.count(b"HTTP/1.1 200") == 3
    writer.close()


async def test_many_requests_ahead_of_their_answers_end_the_connection(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((GET + b"\r\n") * 64)
    assert await ends(reader)
    writer.close()


async def test_an_answer_that_is_not_read_is_not_kept_for_ever(monkeypatch):
    monkeypatch.setattr(request_time, "STUCK_SECONDS", SECONDS)
    lost = asyncio.Event()

    async def much(scope: dict, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await asyncio.sleep(0)) is None and not lost.is_set():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})

    class Watched(request_time.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.set()

    config = Config(much, log_config=None, lifespan="off", access_log=False)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Watched(config, ServerState(), {}, loop), "127.0.0.1", 0)
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1], limit=1024)
    writer.write(GET + b"\r\n")
    await asyncio.wait_for(lost.wait(), SECONDS * 20)
    writer.close()
    server.close()
