"""The condition that rows hold what is asked for: on SQLite by a function of ours, elsewhere by regular expressions
that are made of the same table of letters.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import BooleanField, Expression, F, Func, Q

from kernel.search import patterns
from kernel.search.spelling import spelled
from kernel.search.terms import Term, terms_of

FUNCTION = "holds_term"
REMEMBERED, REMEMBERED_LENGTH = 12_000, 400
"""How many texts are kept as they are spelled, and how long ones: with the next letter the same rows are asked for."""

Field = str | Expression


def holds(text: str, *fields: Field) -> Q:
    """Every word of the text is somewhere in the fields. A text without any word is in no row, an empty one in all."""
    return holds_each(text, lambda terms: Q(Holds(terms, fields)))


def holds_each(
    text: str, holding: Callable[[Sequence[Term]], Q], *, alone: Callable[[Term], Q | None] = lambda _term: None
) -> Q:
    """The same where words may be found in other ways too: `holding` gives the condition that terms are held, `alone`
    what else one of them may mean, such as the number of a row.
    """
    terms = terms_of(text)
    if not terms:
        return Q(pk__in=[]) if text.strip() else Q()
    others = {term: other for term in terms if (other := alone(term)) is not None}
    plain = [term for term in terms if term not in others]
    condition = holding(plain) if plain else Q()
    for term, other in others.items():
        condition &= holding([term]) | other
    return condition


class Holds(Func):
    """Whether every term is in one of the fields, which may be columns or expressions."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, terms: Sequence[Term], fields: Iterable[Field]) -> None:
        self.terms = tuple(terms)
        super().__init__(*(F(field) if isinstance(field, str) else field for field in fields))

    @property
    def identity(self) -> Any:
        return (*super().identity, self.terms)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        columns, params = self._columns(compiler)
        asked = "\x1f".join("\x1e".join((" ".join(term.words), term.short, term.long)) for term in self.terms)
        whole = " || char(10) || ".join(f"COALESCE({column}, '')" for column in columns)
        return f"{FUNCTION}(%s, {whole})", [asked, *params]

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        columns, params = self._columns(compiler)
        texts = ", ".join(f"CONVERT({column} USING utf8mb4)" for column in columns)
        whole = f"CONCAT_WS('\n', {texts})"
        found, values = [], []
        for term in self.terms:
            text = whole
            for letter, plain in patterns.replaced_for(term):
                text = f"REPLACE({text}, '{letter}', '{plain}')"
            found.append(f"{text} COLLATE utf8mb4_bin REGEXP %s")
            values += [*params, patterns.of(term)]
        return f"({' AND '.join(found)})", values

    def _columns(self, compiler: Any) -> tuple[list[str], list[Any]]:
        compiled = [compiler.compile(source) for source in self.get_source_expressions()]
        return [sql for sql, _ in compiled], [value for _, params in compiled for value in params]


def _holds_term(asked: str, whole: Any) -> bool:
    text = str(whole)
    text = _spelled_before(text) if len(text) <= REMEMBERED_LENGTH else spelled(text)
    return all(term.is_in(text) for term in _terms(asked))


_spelled_before = lru_cache(maxsize=REMEMBERED)(spelled)
_last: tuple[str, tuple[Term, ...]] = ("", ())


def _terms(asked: str) -> tuple[Term, ...]:
    """The terms that a condition has written down, kept while one statement asks for the same."""
    global _last
    known, terms = _last
    if known != asked:
        parts = [term.split("\x1e") for term in asked.split("\x1f")]
        terms = tuple(Term(tuple(words.split(" ")), short, long) for words, short, long in parts)
        _last = (asked, terms)
    return terms


def _prepare(connection: Any, **_kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(FUNCTION, 2, _holds_term, deterministic=True)


connection_created.connect(_prepare, dispatch_uid="search")
