"""Searching for words: one reading of what is asked and of what is searched, on every database alike.

    rows.filter(holds("Saint Louis houston", "pickup_location", "delivery_location", "notes"))

finds the rows in which every word is found somewhere, in any of the fields and in any order, whatever their case,
accents, width and form. `%` and `_` stand for themselves.
"""

from kernel.search.conditions import Holds, holds, holds_each
from kernel.search.terms import Term, numbered, terms_of

__all__ = ["Holds", "Term", "holds", "holds_each", "numbered", "terms_of"]
