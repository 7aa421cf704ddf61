from django.urls import path

from accounts import api, views

api_urls = [
    path("auth/token", api.TokenView.as_view(), name="token"),
    path("auth/token/refresh", api.RefreshView.as_view(), name="token-refresh"),
    path("auth/token/verify", api.VerifyView.as_view(), name="token-verify"),
    path("auth/logout", api.LogoutView.as_view(), name="logout"),
    path("attempts", api.AttemptView.as_view(), name="attempts"),
    path("socket/auth", api.TicketView.as_view(), name="socket-ticket"),
]

page_urls = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
]
