"""`/api/me`: what a person is to the whole product. It draws on several rooms, so it stands above them."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import ApiView
from accounts.preferences import PreferencesShape, preferences_dict
from accounts.services import set_preferences
from accounts.shapes import ActorOut
from chat.selectors import unread_total
from kernel.actors import Actor
from kernel.schema import documented
from kernel.shapes import Shape


class MeShape(Shape):
    """What may be changed about oneself."""

    user = ActorOut(read_only=True)
    unread = serializers.IntegerField(read_only=True)
    preferences = PreferencesShape(partial=True, required=False)


class MeView(ApiView):
    @documented(answer=MeShape)
    def get(self, request: Request) -> Response:
        """Who I am, how much I have not read, and how I want the product to behave."""
        return Response(me_dict(self.actor))

    @documented(body=MeShape, answer=MeShape)
    def patch(self, request: Request) -> Response:
        """Change how I want the product to behave. Answers as `GET` does."""
        changes = self.body(MeShape, partial=True).get("preferences", {})
        set_preferences(actor=self.actor, changes=changes)
        return Response(me_dict(self.actor))


def me_dict(actor: Actor) -> dict[str, object]:
    return {
        "user": actor.as_dict(),
        "unread": unread_total(actor),
        "preferences": preferences_dict(actor.key),
    }
