"""The long poll: events for networks that block WebSockets."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import ApiView
from kernel.schema import documented
from presence.doorbell import wire
from presence.live import long_poll
from presence.log import replay
from presence.log.replay import Cursor
from presence.shapes import EventsQuery, EventsShape


class EventsView(ApiView):
    """Answers at once what there is. `presence.live.long_poll` waits around it, so that waiting holds no thread."""

    @documented(
        answer=EventsShape,
        query=[EventsQuery],
        summary="Durable events after a cursor, waiting for them when there are none",
    )
    def get(self, request: Request) -> Response:
        """Gives the events after `epoch` and `after`, with `head` to go on from, or waits until there is one."""
        query = self.query(EventsQuery)
        cursor = Cursor.read({"epoch": query.get("epoch"), "seq": query.get("after")})
        epoch, head, recovered, frames = replay.since(self.actor.key, cursor)
        if recovered and not frames:
            long_poll.wait_for(request._request, self.actor.key, after=head, seconds=query["wait"])
        events = [wire.read(frame) for frame in frames]
        return Response({"epoch": epoch, "head": head, "recovered": recovered, "events": events})
