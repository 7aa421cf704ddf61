"""Shapes of requests and answers of signing in."""

from rest_framework import serializers

from kernel.shapes import CleanCharField, Shape, VisibleCharField, YesNo

TOKEN_MAX_LENGTH = 4096
PASSWORD_MAX_LENGTH = 1000


class CredentialsShape(Shape):
    """What the office signs in with, by the page and by the API."""

    username = VisibleCharField(max_length=255)
    password = CleanCharField(max_length=PASSWORD_MAX_LENGTH, trim_whitespace=False)


class RefreshShape(Shape):
    refresh = CleanCharField(max_length=TOKEN_MAX_LENGTH, required=False)


class VerifyShape(Shape):
    token = CleanCharField(max_length=TOKEN_MAX_LENGTH)


class LogoutShape(Shape):
    refresh = CleanCharField(max_length=TOKEN_MAX_LENGTH, required=False)
    everywhere = YesNo(required=False)


class NothingIn(Shape):
    """An empty object, or nothing at all."""


class ActorOut(serializers.Serializer):
    """Who does something. More types may come; only `system` has no id."""

    type = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    role = serializers.CharField()


class TokensOut(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField(
        required=False, help_text="Absent for a page of our own, whose browser keeps it in an HttpOnly cookie."
    )
    user = ActorOut()


class VerifiedOut(serializers.Serializer):
    user = ActorOut()


class TicketOut(serializers.Serializer):
    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


class AttemptQuery(Shape):
    key = CleanCharField(max_length=255)


class AttemptOut(serializers.Serializer):
    state = serializers.ChoiceField(
        choices=["unknown", "working", "answered"],
        help_text="unknown: no request with this key has come, or what came was given up. answered: `status` says how.",
    )
    status = serializers.IntegerField(allow_null=True)


class NothingOut(serializers.Serializer):
    """An empty object."""
