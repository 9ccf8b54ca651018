"""Bearer tokens: fetched for a scope, kept until they expire.

Specification: distribution's token authentication (GET with Basic credentials) and its OAuth 2
variant (POST with a refresh token), to which many servers answer only the former.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from transformer.records import record
from transformer.registry.answers import json_object, refusal_of
from transformer.registry.auth.credential import Credential, Secrets, is_token
from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.exchange import AUTHORIZATION, Exchange
from transformer.registry.http.transport import Request, Response
from transformer.registry.http.urls import Origin, Url
from transformer.registry.settings import USER_AGENT

LIFETIME = 60.0
LONGEST = 24 * 3600.0
MARGIN = 5.0
NO_POST = frozenset({400, 401, 404, 405})


@record
class Wish:
    """What a token is wanted for, and by whom: the key under which it is kept."""

    registry: Origin
    realm: Url
    service: str
    scopes: tuple[str, ...]
    credential: Credential | None


class Tokens:
    """Keeps tokens. Safe to share between threads, of which one asks for a token that all want."""

    def __init__(self, secrets: Secrets, user_agent: str) -> None:
        self._secrets = secrets
        self._user_agent = user_agent
        self._lock = threading.Lock()
        self._locks: dict[Wish, threading.Lock] = {}
        self._kept: dict[Wish, tuple[str, float]] = {}

    def get(self, wish: Wish, exchange: Exchange, *, refused: str = "") -> str:
        """A token for a wish, other than one that was `refused`. Raises `Refusal`."""
        with self._lock:
            lock = self._locks.setdefault(wish, threading.Lock())
        with lock:
            token, expires = self._kept.get(wish, ("", 0.0))
            if not token or token == refused or time.monotonic() + MARGIN > expires:
                token, lifetime = self._fetch(wish, exchange)
                self._secrets.add(token)
                self._kept[wish] = (token, time.monotonic() + lifetime)
        return token

    def _fetch(self, wish: Wish, exchange: Exchange) -> tuple[str, float]:
        credential = wish.credential
        answer = None
        if credential is not None and credential.identity:
            answer = exchange.ask(self._post(wish, credential.identity))
        if answer is None or answer.status in NO_POST:
            answer = exchange.ask(self._get(wish))
        if answer.status != 200:
            raise refusal_of(answer, self._secrets, anonymous=credential is None)
        return _token(answer)

    def _get(self, wish: Wish) -> Request:
        from urllib.parse import urlencode

        query = [("service", wish.service)] if wish.service else []
        query += [("scope", scope) for scope in wish.scopes]
        headers = {"User-Agent": self._user_agent, "Accept-Encoding": "identity"}
        if wish.credential is not None:
            headers[AUTHORIZATION] = wish.credential.basic
        url = _with_query(wish.realm, urlencode(query))
        return Request(method="GET", url=url, registry=wish.registry, headers=headers)

    def _post(self, wish: Wish, identity: str) -> Request:
        from urllib.parse import urlencode

        form = {
            "grant_type": "refresh_token",
            "refresh_token": identity,
            "service": wish.service,
            "client_id": USER_AGENT,
            "scope": " ".join(wish.scopes),
        }
        return Request(
            method="POST",
            url=wish.realm,
            registry=wish.registry,
            headers={
                "User-Agent": self._user_agent,
                "Accept-Encoding": "identity",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            body=urlencode(form).encode(),
        )


def _with_query(url: Url, query: str) -> Url:
    joint = "&" if "?" in url.target else "?"
    return Url(origin=url.origin, target=f"{url.target}{joint}{query}")


def _token(answer: Response) -> tuple[str, float]:
    content = json_object(answer.body) or {}
    names: Sequence[str] = ("token", "access_token")
    token = next((it for name in names if isinstance(it := content.get(name), str) and it), "")
    if not is_token(token):
        state = "gets no token from its token server"
        detail = f"{answer.url.origin} answers without one"
        hint = "see whether a token server answers there, and not a proxy or a login page"
        code = "registry-answer"
        raise Refusal(Reason(code=code, state=state, detail=detail, hint=hint, status=200))
    said = content.get("expires_in")
    seconds = min(float(said), LONGEST) if isinstance(said, int | float) else LIFETIME
    # Clients written before expires_in existed take 60 s for granted, so no server may give less.
    return token, max(LIFETIME, seconds)
