"""The REST API and its description."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["kernel.api.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kernel.api.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "kernel.api.Pagination",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "kernel.api.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Driver Offers",
    "DESCRIPTION": "Offer loads to drivers, negotiate in live chat, award exactly one.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "OfferStatus": "offers.enums.OfferStatus",
        "ProposalStatus": "offers.enums.ProposalStatus",
        "NewOfferStatus": [("draft", "draft"), ("active", "active")],
        "RejectReason": "offers.enums.RejectReason",
        "FallOffReason": "offers.enums.FallOffReason",
    },
}
