"""What `make run` starts the server with."""

from importlib import import_module
from pathlib import Path

import pytest
import uvicorn

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def options(monkeypatch):
    """The options as uvicorn reads them, when these proxies are trusted."""
    monkeypatch.syspath_prepend(TOOLS)
    run = import_module("run")

    def options(trusted: str) -> dict[str, object]:
        _python, _m, _uvicorn, *arguments = run.server_command("127.0.0.1", 8000, trusted=trusted)
        return uvicorn.main.make_context("uvicorn", arguments).params

    return options


def test_no_client_may_say_which_address_it_has(options):
    assert options("")["proxy_headers"] is False


def test_a_proxy_that_is_named_may(options):
    read = options("192.0.2.9")
    assert (read["proxy_headers"], read["forwarded_allow_ips"]) == (True, "192.0.2.9")
