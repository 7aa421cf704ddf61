"""The message catalogues.

`python tools/catalogues.py compile` makes the `.mo` files that are older than their `.po`; it needs no gettext. Babel's
own `pybabel compile` writes all of them each time and in place, where a server or a test beside it reads half a file.
`python tools/catalogues.py update` writes new texts into `locale/es`, to be translated there; `check` fails where a
text of the code or of a template has no Spanish, or only a doubtful one. Both ask `makemessages`, which needs gettext.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "es"
ROOMS = ["accounts", "chat", "drivers", "jobs", "journal", "kernel", "offers", "offers_project", "presence"]
WITH_TEXTS = [*ROOMS, "templates", "static", "locale"]
NOT_OURS = [".venv/*", "var/*", "tests/*", "tools/*", "static/vendor/*", "*/migrations/*"]
CATALOGUES = ["locale/*/LC_MESSAGES/*.po", "*/locale/*/LC_MESSAGES/*.po"]
DOMAINS = {"django": ["html", "txt", "py"], "djangojs": ["js"]}


def catalogues(directory: Path) -> list[Path]:
    return sorted(path for pattern in CATALOGUES for path in directory.glob(pattern))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def compile_all() -> None:
    for source in catalogues(ROOT):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = compiled.with_name(f"{compiled.name}.{os.getpid()}")
        with fresh.open("wb") as file:
            write_mo(file, read(source))
        fresh.replace(compiled)  # Whole or not at all: a server may be reading.


def update() -> None:
    (ROOT / "locale").mkdir(exist_ok=True)
    for domain in DOMAINS:
        make_messages(ROOT, domain)


def check() -> None:
    with tempfile.TemporaryDirectory(prefix="offers-catalogues-") as name:
        copy = Path(name)
        (copy / "locale").mkdir()
        for folder in filter(Path.is_dir, map(ROOT.joinpath, WITH_TEXTS)):
            shutil.copytree(
                folder, copy / folder.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
            )
        for domain in DOMAINS:
            make_messages(copy, domain)
        found = [fault for path in catalogues(copy) if path.parts[-3] == LANGUAGE for fault in faults(read(path))]
    if found:
        sys.exit(
            "\n".join([*found, f"{len(found)} texts want their Spanish: make messages, then translate in locale/es."])
        )
    print("Catalogues complete.")


def make_messages(directory: Path, domain: str) -> None:
    if not shutil.which("xgettext"):
        sys.exit("Texts cannot be collected without GNU gettext (on Debian: apt install gettext).")
    command = [sys.executable, "-m", "django", "makemessages", f"--locale={LANGUAGE}", f"--domain={domain}"]
    command += [f"--extension={extension}" for extension in DOMAINS[domain]]
    command += ["--add-location=file", "--no-wrap"]
    command += [f"--ignore={pattern}" for pattern in NOT_OURS]
    made = subprocess.run(
        command,
        cwd=directory,
        env={key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        sys.exit(made.stdout + made.stderr)


def faults(catalogue: Catalog) -> Iterator[str]:
    """A line for each text without a translation, with a doubtful one, or with one that loses or adds a placeholder."""
    for message in catalogue:
        if not message.id:
            continue
        texts = as_list(message.id)
        translations = as_list(message.string)
        where = " ".join(file for file, _ in message.locations[:2])
        if not all(translations):
            yield f"{where}: no translation: {texts[0]!r}"
        elif message.fuzzy:
            yield f"{where}: doubtful (fuzzy): {texts[0]!r}"
        elif placeholders(texts[-1]) != placeholders(translations[-1]):  # One thing need not be counted, many must.
            yield f"{where}: other placeholders: {texts[-1]!r}"


def as_list(text: str | Sequence[str] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}", text))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["compile"]:
            compile_all()
        case ["update"]:
            update()
        case ["check"]:
            check()
        case _:
            sys.exit(__doc__)
