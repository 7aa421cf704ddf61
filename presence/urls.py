from django.urls import path

from presence.api import EventsView

api_urls = [path("events", EventsView.as_view(), name="events")]
