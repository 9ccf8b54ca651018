"""One credential, and the secrets that no text may show."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Mapping

from transformer.records import record

IDENTITY_USER = "<token>"
MASK = "***"
MIN_SECRET = 3

# What else is in a token would end up in a header of its own.
is_token = re.compile(r"[\x21-\x7e]+").fullmatch


@record
class Credential:
    """What proves who asks; what is absent is an empty string.

    `identity` is a refresh token for the token server, `bearer` a token for the registry itself.
    Its `repr` shows nothing of it.
    """

    username: str = ""
    password: str = ""
    identity: str = ""
    bearer: str = ""

    def __repr__(self) -> str:
        return f"Credential({MASK})"

    @property
    def basic(self) -> str:
        """The value of an Authorization header (RFC 7617)."""
        pair = f"{self.username}:{self.password or self.identity}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"


def credential_of(entry: Mapping[str, object]) -> Credential | None:
    """The credential of an entry of `auths`; None where it holds none, as `{}`.

    `auth`, the base64 of user:password, wins over the two in plain text. Raises `ValueError`,
    without any part of the secret, when `auth` is not that or a token cannot be one.
    """
    username, password = _text(entry, "username"), _text(entry, "password")
    auth = _text(entry, "auth")
    if auth:
        username, password = _decoded(auth)
    identity, bearer = _text(entry, "identitytoken"), _text(entry, "registrytoken")
    if bearer and not is_token(bearer):
        raise ValueError("`registrytoken` is not a token")
    if not (username or identity or bearer):
        return None
    return Credential(username=username, password=password, identity=identity, bearer=bearer)


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _decoded(auth: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(auth, validate=True).decode()
    except ValueError:  # no ASCII, no base64, no UTF-8
        text = ""
    username, colon, password = text.partition(":")
    if not (username and colon):
        raise ValueError("`auth` is not the base64 of user:password") from None
    return username, password.rstrip("\0")


class Secrets:
    """Remembers what was sent as a secret, to take it out of what others say about it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: set[str] = set()

    def add(self, *secrets: str) -> None:
        with self._lock:
            self._known.update(it for it in secrets if len(it) >= MIN_SECRET)

    def add_credential(self, credential: Credential) -> None:
        self.add(credential.password, credential.identity, credential.bearer)
        self.add(credential.basic.partition(" ")[2])

    def masked(self, text: str) -> str:
        """The text with `***` in place of each secret."""
        with self._lock:
            known = sorted(self._known, key=len, reverse=True)
        for secret in known:
            text = text.replace(secret, MASK)
        return text
