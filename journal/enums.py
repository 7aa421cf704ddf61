from enum import StrEnum


class Verb(StrEnum):
    """What was done. Each room lists the verbs of its journal entries in a subclass: what writes them, and what reads
    them back by name (`offers.pages.happened`), cannot differ.
    """
