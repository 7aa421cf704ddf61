from django.urls import path

from accounts.doors import Router
from drivers import api, views

router = Router()
router.register("drivers", api.DriverViewSet, "api-driver")
router.register("places", api.PlaceViewSet, "api-place")

api_urls = [
    path("auth/driver/code", api.CodeView.as_view(), name="api-driver-code"),
    path("auth/driver/token", api.DriverTokenView.as_view(), name="api-driver-token"),
    *router.urls,
]

page_urls = [
    path("driver/sign-in", views.sign_in, name="driver-sign-in"),
    path("driver/code", views.code, name="driver-code"),
    path("d/<str:token>", views.link, name="driver-link"),
]
