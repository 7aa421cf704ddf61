"""What `make run` starts, and what a first start leaves behind."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import uvicorn

from tests.servers import ROOT, Server, free_port, wait_until_ready

TOOLS = ROOT / "tools"
KEYS = {"SECRET_KEY": "s" * 64, "JWT_SIGNING_KEY": "j" * 64}


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


def environment(var: Path, **more: str) -> dict[str, str]:
    """Nothing set but what is given, and everything kept in `var`."""
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "ENV_FILE": os.devnull, "VAR_DIR": str(var)}
    return clean | {"LOG_LEVEL": "WARNING"} | more


def manage(*command: str, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        umask=0o022,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def open_to_others(directory: Path) -> list[str]:
    """What is in a directory, and the directory itself, as far as others than its user may do anything with it."""
    everything = [directory, *directory.rglob("*")]
    return [str(path) for path in everything if path.stat().st_mode & 0o077]


def test_the_first_command_makes_a_directory_and_what_is_in_it_for_its_user_alone(tmp_path):
    var = tmp_path / "srv" / "var"
    code = "\n".join(
        [
            "from django.contrib.staticfiles.storage import StaticFilesStorage",
            "from django.core.files.base import ContentFile",
            "from django.core.management import call_command",
            "call_command('migrate', 'journal', verbosity=0)",
            "StaticFilesStorage().save('a/b.txt', ContentFile(b'x'))",
        ]
    )
    manage("shell", "--no-imports", "-c", code, **environment(var, **KEYS))
    assert (var / "driver_offers.sqlite3").exists()
    assert (var / "static" / "a" / "b.txt").exists()
    assert open_to_others(var) == []


def test_no_directory_is_made_where_nothing_is_kept_in_it(tmp_path):
    keys = KEYS | {"DATABASE_URL": f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"}
    manage("migrate", "journal", "--verbosity", "0", **environment(tmp_path / "var", **keys))
    assert not (tmp_path / "var").exists()
    assert open_to_others(tmp_path / "elsewhere.sqlite3") == []


@pytest.mark.long
def test_the_whole_first_start_leaves_nothing_to_others(tmp_path):
    port = free_port()
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    url = f"http://127.0.0.1:{port}"
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "tools/run.py"],
            cwd=ROOT,
            env=environment(var, PORT=str(port)),
            umask=0o022,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_ready(Server(url=url, process=process, log=log.read_text), seconds=150)
        made = {path.name for path in var.iterdir()}
        assert {"driver_offers.sqlite3", "secret_key", "jwt_signing_key", "sign-ins.txt", "static"} <= made
        assert open_to_others(var) == []
    finally:
        process.terminate()
        process.wait(timeout=30)
