from enum import StrEnum


class Verb(StrEnum):
    """What was done. Each room lists the verbs of its journal entries in a subclass: what writes them, and what reads
    them back by name (`offers.pages.activity_lines`), cannot differ.
    """


class JobVerb(Verb):
    """What is done to a job; the room of jobs stands below the journal."""

    RUN_AGAIN = "run_again"
