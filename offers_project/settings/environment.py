"""The environment with `.env`, and the directories of the product."""

import os
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]


class Environment(environ.Env):
    """The environment, and what `.env` adds to it."""

    ENVIRON = dict(os.environ)


env = Environment()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))
# What is set to nothing is not set: its default counts.
Environment.ENVIRON = {name: value for name, value in Environment.ENVIRON.items() if value}

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

DEBUG = env.bool("DEBUG", default=False)
