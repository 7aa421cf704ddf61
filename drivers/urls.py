from django.urls import path

from drivers import api, views

api_urls = [
    path("auth/driver/code", api.CodeView.as_view(), name="api-driver-code"),
    path("auth/driver/token", api.DriverTokenView.as_view(), name="api-driver-token"),
    path("drivers", api.Drivers.as_view(), name="api-drivers"),
    path("drivers/available", api.AvailableDrivers.as_view(), name="api-drivers-available"),
    path("drivers/by-location", api.DriversByLocation.as_view(), name="api-drivers-by-location"),
    path("drivers/by-ids", api.DriversByIds.as_view(), name="api-drivers-by-ids"),
    path("drivers/<int:driver_id>", api.OneDriver.as_view(), name="api-driver"),
    path("places", api.Places.as_view(), name="api-places"),
]

page_urls = [
    path("driver/sign-in", views.sign_in, name="driver-sign-in"),
    path("driver/code", views.code, name="driver-code"),
    path("d/<str:token>", views.link, name="driver-link"),
]
