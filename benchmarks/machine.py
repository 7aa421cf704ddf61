"""What it was measured on."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.servers import REFERENCE, node_program

PACKAGES = (
    "django",
    "channels",
    "channels-redis",
    "uvicorn",
    "uvloop",
    "websockets",
    "daphne",
    "mysqlclient",
)
NODE_PACKAGES = ("socket.io", "@socket.io/redis-adapter", "mysql2", "redis")


def described() -> dict[str, str]:
    memory = psutil.virtual_memory().total / 2**30
    return {
        "machine": f"{os.cpu_count()} cores, {_processor()}, {memory:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": sys.version.split()[0],
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "Node": _said([node_program(), "--version"]).lstrip("v"),
        "reference": ", ".join(f"{name} {_node_version(name)}" for name in NODE_PACKAGES),
        "commit": _said(["git", "rev-parse", "--short", "HEAD"]),
    }


def load_average() -> str:
    return ", ".join(f"{each:.2f}" for each in os.getloadavg())


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _node_version(name: str) -> str:
    import json

    return str(json.loads((REFERENCE / "node_modules" / name / "package.json").read_text())["version"])


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
