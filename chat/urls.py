"""Addresses of the chat."""

from django.urls import path

from accounts.doors import Router
from chat.api import ConversationViewSet, MessageViewSet

router = Router()
router.register("conversations", ConversationViewSet, "api-conversation")
router.register("offers/<int:offer_id>/chat/<int:driver_id>", MessageViewSet, "api-message")

api_urls = [
    *router.urls,
    # Whoever has read a message need not know where it was said: this address has no conversation in it.
    path("chat/<int:message_id>/read", MessageViewSet.as_view({"put": "read"}), name="api-message-read"),
]
