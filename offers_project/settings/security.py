"""Keys, hosts, CORS, HTTPS, cookies, and the headers that browsers obey."""

from csp.constants import NONCE

from kernel.secrets import generated_once
from offers_project.settings.environment import VAR_DIR, env

SECRET_KEY = env.str("SECRET_KEY", default="") or generated_once(VAR_DIR / "secret_key")
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY", default="") or generated_once(VAR_DIR / "jwt_signing_key")
LEGACY_JWT_KEY = env.str("LEGACY_JWT_KEY", default="")

LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOCAL_HOSTS)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Other origins call the API with a bearer token; cookies are never shared this way.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID", "Accept-Language"]
CORS_EXPOSE_HEADERS = ["X-Request-ID", "Retry-After", "Idempotent-Replay"]
CORS_PREFLIGHT_MAX_AGE = 600

SECURE = env.bool("HTTPS", default=False)
"""True behind a proxy that ends TLS: cookies become secure and plain HTTP is redirected."""

SECURE_SSL_REDIRECT = SECURE
# An older system may stand beside it, under the same name or one below it, without HTTPS: browsers would refuse it, and
# there is no way back before the time is over. So it is an hour, for this name alone, unless the operator sets more.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",
    "security.W021",
]  # They ask for subdomains and preload whatever stands there.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_REFERRER_POLICY = "same-origin"
# Browsers take it over HTTPS only, and complain of it elsewhere.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if SECURE else None
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
