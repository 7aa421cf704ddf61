"""`python -m benchmarks.demo`: how long `manage.py seed_demo` takes for a large office, on a MariaDB of its own."""

import argparse
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.database import new_database, settings_on
from benchmarks.machine import load_average

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"trucks": 10_000, "offers": 5_000, "messages": 300_000}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.demo", description=__doc__)
    for name, size in SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=size)
    sizes = vars(parser.parse_args())
    with ExitStack() as stack:
        environment = settings_on(stack, new_database(stack, "benchmark_demo"))
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, cwd=ROOT, env=environment)
        asked = [f"--{name}={size}" for name, size in sizes.items()]
        before, began = load_average(), time.monotonic()
        subprocess.run(
            [sys.executable, "manage.py", "seed_demo", *asked],
            check=True,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        taken = time.monotonic() - began
        made = ", ".join(f"{size:,} {name}" for name, size in sizes.items())
        print(f"{made}: {taken:.0f} s (load before {before}, after {load_average()})")


if __name__ == "__main__":
    main()
