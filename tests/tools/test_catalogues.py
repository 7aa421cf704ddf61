import io
from gettext import GNUTranslations

import pytest
from babel.messages.pofile import read_po

from tools import catalogues

HEADER = b"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
GOOD = b'#: a.py\nmsgid "%(n)s truck"\nmsgid_plural "%(n)s trucks"\nmsgstr[0] "un camion"\nmsgstr[1] "%(n)s camiones"\n'


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (GOOD, None),
        (b'msgid "Sign in"\nmsgstr "Entrar"\n#~ msgid "Gone"\n#~ msgstr ""\n', None),
        (b'msgid "Sign in"\nmsgstr ""\n', "no translation"),
        (b'#, fuzzy\nmsgid "Sign in"\nmsgstr "Entrar"\n', "fuzzy"),
        (b'msgid "%(n)s miles"\nmsgstr "millas"\n', "placeholders"),
        (b'msgid "{n} miles"\nmsgstr "{m} millas"\n', "placeholders"),
        (GOOD.replace(b'"%(n)s camiones"', b'""'), "no translation"),
    ],
)
def test_faults_are_what_a_spanish_reader_would_miss(entry, fault):
    found = list(catalogues.faults(read_po(io.BytesIO(HEADER + entry))))
    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]


def test_compile_makes_what_gettext_reads_and_only_what_is_older(tmp_path, monkeypatch):
    directory = tmp_path / "locale/es/LC_MESSAGES"
    directory.mkdir(parents=True)
    (directory / "django.po").write_bytes(HEADER + GOOD)
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)

    catalogues.compile_all()

    compiled = directory / "django.mo"
    with compiled.open("rb") as file:
        assert GNUTranslations(file).ngettext("%(n)s truck", "%(n)s trucks", 5) == "%(n)s camiones"
    made = compiled.stat().st_mtime_ns
    catalogues.compile_all()
    assert compiled.stat().st_mtime_ns == made
    assert sorted(path.name for path in directory.iterdir()) == ["django.mo", "django.po"]
