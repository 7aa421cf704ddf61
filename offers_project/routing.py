"""Where the live connection is."""

from django.urls import path

from presence.consumer import LiveConsumer

websocket_urls = [path("ws/", LiveConsumer.as_asgi())]
