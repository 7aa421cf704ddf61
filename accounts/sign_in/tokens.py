"""Access tokens: short-lived, signed with our key, and good only while the sign-in behind them is valid.

A token of the older system verifies with `LEGACY_JWT_KEY` and stands for an office person, whose role and activity come
from the row. Nothing is ever signed with that key, and its claims under ours are refused.
"""

import uuid
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from jwt import InsecureKeyLengthWarning
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from accounts.sign_in.validity import Claim, SignedIn, SignIn, signed_in_by
from kernel.actors import DISPATCHER, MANAGER_ROLES, Actor, ActorKey
from kernel.ids import LARGEST_ID

ACCESS = "access"
ALGORITHM = "HS256"
LEGACY_USER_TYPES = frozenset({None, DISPATCHER, *MANAGER_ROLES})

# How long the older system's key is, is not ours to choose. Of our own `offers_project.checks` speaks.
warnings.filterwarnings("ignore", category=InsecureKeyLengthWarning)


def access_token(actor: Actor, auth_session_id: str) -> str:
    """A new access token of `actor` within one sign-in session."""
    expires_at = datetime.now(UTC) + settings.ACCESS_TOKEN_LIFETIME
    claims = {
        "user_id": actor.id,
        "user_type": actor.type,
        "role": actor.role,
        "token_type": ACCESS,
        "jti": uuid.uuid4().hex,
        "sid": auth_session_id,
        "exp": int(expires_at.timestamp()),
    }
    return _backend(settings.JWT_SIGNING_KEY).encode(claims)


def actor_of(token: str) -> SignedIn | None:
    """The person a token belongs to; None for one that is forged, expired, ended, or of a person who may not act."""
    return signed_in_by(claim_of(token))


def claim_of(token: str) -> Claim | None:
    """What a token claims, None for one that is forged or expired. Whether it is still so, the database knows."""
    claims = _claims(token, settings.JWT_SIGNING_KEY)
    if claims is not None:
        return _ours(claims)
    if settings.LEGACY_JWT_KEY:
        claims = _claims(token, settings.LEGACY_JWT_KEY)
        if claims is not None:
            return _legacy(claims)
    return None


def _ours(claims: Mapping[str, Any]) -> Claim | None:
    user_id: Any
    user_id, user_type, sid = claims.get("user_id"), claims.get("user_type"), claims.get("sid")
    if claims.get("token_type") != ACCESS or not _is_id(user_id) or not isinstance(user_type, str):
        return None
    if not isinstance(sid, str):
        return None
    return Claim(SignIn(ActorKey(user_type, user_id), sid), _end(claims["exp"]))


def _legacy(claims: Mapping[str, Any]) -> Claim | None:
    user_id: Any
    user_id, user_type = claims.get("user_id"), claims.get("user_type")
    if claims.get("token_type", ACCESS) != ACCESS or not _is_id(user_id):
        return None
    if user_type is not None and (not isinstance(user_type, str) or user_type not in LEGACY_USER_TYPES):
        return None  # A driver's number is not a user's.
    return Claim(SignIn(ActorKey(DISPATCHER, user_id), None), _end(claims["exp"]))


def _claims(token: str, key: str) -> dict[str, Any] | None:
    """The claims of a token whose signature and time are good, or None."""
    try:
        claims = _backend(key).decode(token)
    except (TokenBackendError, ArithmeticError, TypeError, ValueError):
        return None
    exp = claims.get("exp")
    return claims if isinstance(exp, int | float) and not isinstance(exp, bool) else None


def _backend(key: str) -> TokenBackend:
    return TokenBackend(ALGORITHM, signing_key=key, leeway=settings.TOKEN_LEEWAY)


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= LARGEST_ID


def _end(exp: float) -> datetime:
    """When a token is no longer good for what is open: at `exp`, and for one that is shown after that, with leeway."""
    try:
        end = datetime.fromtimestamp(exp, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.max.replace(tzinfo=UTC)
    return end if end > datetime.now(UTC) else end + settings.TOKEN_LEEWAY
