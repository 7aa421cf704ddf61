"""A condition that the ORM has no cheap words for."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Func, Lookup

from kernel.actors import ActorKey

Span = tuple[ActorKey, int, int]


class Within(Lookup):
    """What streams hold beyond a number and up to another: `a AND b AND c > 5 AND c <= 9 OR …`, for hundreds of people.

    The same made of `Q` objects takes ten times as long to put together as the database takes to answer it.
    """

    lookup_name = "within"
    prepare_rhs = False

    def __init__(self, spans: Collection[Span]) -> None:
        place = Func(F("actor_type"), F("actor_id"), F("seq"), template="%(expressions)s", output_field=BooleanField())
        super().__init__(place, tuple(spans))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:
        if not self.rhs:
            raise EmptyResultSet
        place, _none = self.process_lhs(compiler, connection)
        actor_type, actor_id, seq = place.split(", ")
        span = f"({actor_type} = %s AND {actor_id} = %s AND {seq} > %s AND {seq} <= %s)"
        params = [value for key, after, until in self.rhs for value in (*key, after, until)]
        return f"({' OR '.join([span] * len(self.rhs))})", params
