"""Counters of signing in, for `/metrics`."""

from prometheus_client import Counter

SIGN_IN_FAILED = Counter("sign_in_failed_total", "Sign-ins that were refused for what was shown", ["way"])
SIGN_IN_LIMITED = Counter("sign_in_limited_total", "Passwords that met a limit, by which", ["limit"])

# An alarm can only watch what is there before it has ever happened.
for _way in ("password", "code", "link"):
    SIGN_IN_FAILED.labels(_way)
for _limit in ("name", "address", "account"):
    SIGN_IN_LIMITED.labels(_limit)
