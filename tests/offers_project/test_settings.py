import ast
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = {path.stem: path.read_text() for path in (ROOT / "offers_project/settings").glob("[!_]*.py")}
TEXT = "\n".join(PARTS.values())
READ = set(re.findall(r"\benv\.\w+\(\s*[\"']([A-Z_]+)[\"']", TEXT)) - {"ENV_FILE"}
EXAMPLE = (ROOT / ".env.example").read_text()


@pytest.fixture
def run_python(tmp_path):
    """Runs code in a process of its own, with an empty VAR_DIR and nothing set but what is given."""

    def run(code: str, **environment: str) -> str:
        clean = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(tmp_path)} | environment
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=clean, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    return run


def test_env_example_shows_every_setting_and_sets_none():
    shown = set(re.findall(r"^#([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert shown - {"HOST", "FORWARDED_ALLOW_IPS"} == READ  # Read by `make run` alone.
    assert re.findall(r"^[A-Z_]+=", EXAMPLE, re.MULTILINE) == []


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "EMAIL_URL", "ALLOWED_HOSTS", "PORT"])
def test_a_variable_that_is_set_to_nothing_is_not_set(name, run_python):
    code = (
        "from offers_project import settings as s;"
        "print(s.DATABASES['default']['ENGINE'], repr(s.REDIS_URL), len(s.SECRET_KEY),"
        "s.ALLOWED_HOSTS[0], s.PUBLIC_URL)"
    )
    assert run_python(code, **{name: ""}) == "django.db.backends.sqlite3 '' 86 localhost http://localhost:8000"


def test_the_environment_goes_before_the_file(tmp_path, run_python):
    file = tmp_path / "env"
    file.write_text("CURRENCY=CAD\nDISPATCHERS_SEE=all\nPORT=\n")
    code = "from offers_project import settings as s; print(s.CURRENCY, s.DISPATCHERS_SEE, s.PUBLIC_URL)"
    assert run_python(code, ENV_FILE=str(file), DISPATCHERS_SEE="own") == "CAD own http://localhost:8000"


def test_keys_are_made_once_and_only_for_their_owner(tmp_path, run_python):
    code = "from offers_project import settings as s; print(s.SECRET_KEY, s.JWT_SIGNING_KEY)"
    first, again = run_python(code), run_python(code)
    assert first == again
    secret, signing = first.split()
    assert secret != signing
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({}, None),
        ({"HTTPS": "1"}, "max-age=3600"),
        (
            {"HTTPS": "1", "HSTS_SECONDS": "31536000", "HSTS_SUBDOMAINS": "1", "HSTS_PRELOAD": "1"},
            "max-age=31536000; includeSubDomains; preload",
        ),
        ({"HSTS_SECONDS": "31536000", "HSTS_SUBDOMAINS": "1", "HSTS_PRELOAD": "1"}, None),
    ],
    ids=["plain", "https", "for good", "not asked for"],
)
def test_plain_http_is_given_up_for_an_hour_unless_more_is_asked(given, header, run_python):
    """Beside an older system that may have no HTTPS, a year for every name below could not be taken back."""
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'offers_project.settings'; import django; django.setup();"
        "from django.test import Client;"
        "print(Client().get('/healthz', secure=True, headers={'host': 'localhost'})"
        ".headers.get('Strict-Transport-Security'))"
    )
    assert run_python(code, **given).splitlines()[-1] == str(header)


def names_of(source: str) -> set[str]:
    """The settings that a part gives values to."""
    statements = ast.parse(source).body
    statements += [inner for each in statements if isinstance(each, ast.If) for inner in (*each.body, *each.orelse)]
    targets = [target for each in statements if isinstance(each, ast.Assign) for target in each.targets]
    return {target.id for target in targets if isinstance(target, ast.Name) and target.id.isupper()}


def test_every_setting_is_in_one_part_and_every_part_is_put_in():
    from offers_project import settings

    counted = Counter(name for source in PARTS.values() for name in names_of(source))
    assert [name for name, number in counted.items() if number > 1] == []
    assert [name for name in counted if not hasattr(settings, name)] == []
    assert all(f"`{part}`" in (settings.__doc__ or "") for part in PARTS)
