"""Workers that are killed at random moments, on the suite's database and on SQLite."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.servers import ROOT, database_url

KILLS_EACH = 4
"""For each of the REPETITIONS, 50 in `make test-long`."""


def survive(kills, tmp_path, url):
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VAR_DIR": str(tmp_path),
    }
    if url.startswith("sqlite"):
        migrate = [sys.executable, "manage.py", "migrate", "jobs", "--verbosity=0", "--skip-checks"]
        subprocess.run(migrate, check=True, cwd=ROOT, env=environment)
    command = [sys.executable, "-m", "tests.jobs.kills", str(kills)]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr[-3000:]
    print(said.stdout)


def test_a_few_kills_lose_nothing(tmp_path):
    survive(5, tmp_path, f"sqlite:///{tmp_path}/kills.sqlite3")


@pytest.mark.long
def test_kills_on_sqlite_lose_nothing(repetitions, tmp_path):
    survive(KILLS_EACH * repetitions, tmp_path, f"sqlite:///{tmp_path}/kills.sqlite3")


@pytest.mark.long
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_kills_on_mariadb_lose_nothing(repetitions, tmp_path):
    if connection.vendor != "mysql":
        pytest.skip("This is about MySQL.")
    survive(KILLS_EACH * repetitions, tmp_path, database_url())
