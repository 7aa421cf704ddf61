"""Addresses of the chat."""

from django.urls import path

from chat.api import Chat, Conversations, ReadUpTo

api_urls = [
    path("offers/<int:offer_id>/chat/<int:driver_id>", Chat.as_view()),
    path("chat/<int:message_id>/read", ReadUpTo.as_view()),
    path("conversations", Conversations.as_view()),
]
