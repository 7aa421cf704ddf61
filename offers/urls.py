"""Addresses of the market."""

from django.urls import URLPattern, path

from offers.api import desk, offers, proposals
from offers.pages import offer_dialog
from offers.pages.desk import desk as desk_page
from offers.pages.driver import driver as driver_page
from offers.pages.now import now
from offers.pages.trucks import trucks

api_urls = [
    path("offers", offers.Offers.as_view()),
    path("offers/<int:offer_id>", offers.OneOffer.as_view()),
    path("offers/<int:offer_id>/send-to-drivers", offers.SendToDrivers.as_view()),
    path("offers/<int:offer_id>/proposals", proposals.Grid.as_view()),
    path("offers/<int:offer_id>/award", offers.Award.as_view()),
    path("offers/<int:offer_id>/withdraw", offers.Withdraw.as_view()),
    path("offers/<int:offer_id>/fall-off", offers.FallOff.as_view()),
    path("offers/<int:offer_id>/copy", offers.Copy.as_view()),
    path("offers/<int:offer_id>/handover", offers.Handover.as_view()),
    path("offers/<int:offer_id>/followers", offers.Followers.as_view()),
    path("proposals", proposals.Proposals.as_view()),
    path("proposals/<int:proposal_id>", proposals.OneProposal.as_view()),
    path("proposals/<int:proposal_id>/respond", proposals.Respond.as_view()),
    path("activity", desk.Activity.as_view()),
    path("stats", desk.Stats.as_view()),
]

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
