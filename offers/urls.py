"""Addresses of the market."""

from django.urls import URLPattern, path

from accounts.doors import Router
from offers.api.desk import ActivityViewSet, StatsView
from offers.api.offers import OfferViewSet
from offers.api.proposals import ProposalViewSet
from offers.pages import offer_dialog
from offers.pages.desk import desk as desk_page
from offers.pages.driver import driver as driver_page
from offers.pages.now import now
from offers.pages.trucks import trucks

router = Router()
router.register("offers", OfferViewSet, "api-offer")
router.register("proposals", ProposalViewSet, "api-proposal")
router.register("activity", ActivityViewSet, "api-activity")

api_urls = [*router.urls, path("stats", StatsView.as_view(), name="api-stats")]

page_urls: list[URLPattern] = [
    path("", now, name="now"),
    path("trucks/", trucks, name="trucks"),
    path("offers/", desk_page, name="desk"),
    path("driver/", driver_page, name="driver"),
    path("offers/new", offer_dialog.new, name="offer-new"),
    path("offers/estimate", offer_dialog.estimate, name="offer-estimate"),
    path("offers/<int:offer_id>/edit", offer_dialog.edit, name="offer-edit"),
    path("offers/<int:offer_id>/send-to", offer_dialog.send_to, name="offer-send-to"),
    path("offers/<int:offer_id>/send", offer_dialog.send_anyway, name="offer-send"),
]
