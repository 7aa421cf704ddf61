"""`make run`: brings the database, the catalogues and the static files up to date, then becomes the server.

What is up to date already is left alone. Demo data is put into a database that knows nobody yet, once.
"""

import io
import os
import sys
from pathlib import Path

import catalogues
import django

from kernel.secrets import OURS_ALONE

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offers_project.settings")


def collect_static() -> None:
    """Collects when something is newer than what was collected last; hashing and packing everything takes seconds."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    collected = Path(settings.STATIC_ROOT) / ".collected"
    found = [storage.path(path) for finder in get_finders() for path, storage in finder.list([])]
    state = f"{settings.DEBUG} {len(found)} {max(map(os.path.getmtime, found), default=0)}"
    if not collected.exists() or collected.read_text() != state:
        call_command("collectstatic", interactive=False, verbosity=0)
        collected.write_text(state)


def seed_once() -> Path:
    """The file with the sign-ins of the demo data; it is absent when the data is somebody's own."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    sign_ins = Path(settings.VAR_DIR) / "sign-ins.txt"
    if not get_user_model().objects.exists():
        print("Making demo data …", flush=True)
        said = io.StringIO()
        call_command("seed_demo", stdout=said)
        sign_ins.touch(mode=0o600)
        sign_ins.write_text(said.getvalue())
    return sign_ins


def server_command(host: str, port: int, *, trusted: str) -> list[str]:
    """What the server is started with. `trusted` are the addresses of proxies whose `X-Forwarded-For` is believed.

    None is unless it is named: there is no proxy in front of `make run`, and a client on the machine, or behind a
    tunnel to it, could otherwise name another address with each request, for which no limit is used up yet.
    """
    # 1 MiB is the largest frame that gets an answer.
    # Compressing frames costs more than twice the memory of an idle connection.
    options = ["--no-access-log", "--no-server-header", "--ws-max-size", "1048576", "--timeout-graceful-shutdown", "10"]
    options += ["--ws", "presence.engine.framing:Protocol", "--ws-per-message-deflate", "false"]
    options += ["--http", "kernel.request_time:Protocol"]
    options += ["--forwarded-allow-ips", trusted] if trusted else ["--no-proxy-headers"]
    command = [sys.executable, "-m", "uvicorn", "offers_project.asgi:application", "--host", host, "--port", str(port)]
    return [*command, *options]


def main() -> None:
    catalogues.compile_all()
    os.umask(OURS_ALONE)
    django.setup()

    from django.conf import settings
    from django.core.management import call_command

    from kernel.serving import PORT, write_down_port
    from offers_project.settings.environment import env

    Path(settings.VAR_DIR).chmod(0o700)  # One that was made before may be open to everybody.
    call_command("migrate", interactive=False, verbosity=0)
    collect_static()
    sign_ins = seed_once()

    host, port = env.str("HOST", default="127.0.0.1"), env.int("PORT", default=PORT)
    write_down_port(Path(settings.VAR_DIR), port)
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104 -- compared, not bound to
    if sign_ins.exists():
        print(f"\n{sign_ins.read_text().strip()}")
    print(f"\nDriver Offers is at http://{shown}:{port}/ (Ctrl-C ends it)\n", flush=True)
    os.execv(sys.executable, server_command(host, port, trusted=env.str("FORWARDED_ALLOW_IPS", default="")))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
