"""Which Authorization header a request carries, learnt from what each registry asks for.

Credentials go to the registry that they are for, and to its token server where that is on the same
host and port, known to everyone, or named by the user. Nowhere else.
"""

from __future__ import annotations

import threading

from transformer.records import record
from transformer.registry.auth.challenges import Challenge, challenge_of
from transformer.registry.auth.credential import Credential, Secrets
from transformer.registry.auth.credentials import Credentials
from transformer.registry.auth.tokens import Tokens, Wish
from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.exchange import ASK, Exchange
from transformer.registry.http.transport import Response
from transformer.registry.http.urls import Origin, Url, parse_url
from transformer.registry.settings import KNOWN_REALMS, Settings


@record
class Repository:
    """A repository: `domain` and `path` as its references have them, and where it is asked."""

    domain: str
    path: str
    origin: Origin


class Authorizer:
    """Knows what each registry asks for, and answers it. Safe to share between threads."""

    def __init__(self, settings: Settings, credentials: Credentials, secrets: Secrets) -> None:
        self._settings = settings
        self._credentials = credentials
        self._secrets = secrets
        self._tokens = Tokens(secrets, settings.user_agent)
        self._lock = threading.Lock()
        self._challenges: dict[Origin, Challenge] = {}
        self._scopes: dict[Repository, tuple[str, ...]] = {}

    def header(self, repository: Repository, exchange: Exchange) -> str:
        """What to send before being asked; '' until the registry has asked once.

        Raises `Refusal`.
        """
        # One look at a dictionary needs no lock.
        challenge = self._challenges.get(repository.origin) if self._challenges else None
        return self._answered(repository, challenge, exchange) if challenge else ""

    def renewed(
        self, repository: Repository, answer: Response, refused: str, exchange: Exchange
    ) -> str:
        """What to send after a 401 to a header, which may have been ''; '' for nothing better.

        Raises `Refusal`.
        """
        challenge = challenge_of(answer.challenges)
        if challenge is None or answer.url.origin != repository.origin:
            return ""
        scopes = tuple(challenge.get("scope").split())
        with self._lock:
            self._challenges[repository.origin] = challenge
            if scopes:
                self._scopes[repository] = scopes
        header = self._answered(repository, challenge, exchange, refused)
        return "" if header == refused else header

    def is_anonymous(self, repository: Repository) -> bool:
        """Whether there is no credential for a repository. Raises `Refusal`."""
        return self._credential(repository) is None

    def _answered(
        self, repository: Repository, challenge: Challenge, exchange: Exchange, refused: str = ""
    ) -> str:
        credential = self._credential(repository)
        if challenge.scheme == "basic":
            return credential.basic if credential and credential.username else ""
        if credential and credential.bearer:
            return f"Bearer {credential.bearer}"
        wish = self._wish(repository, challenge, credential, exchange)
        token = self._tokens.get(wish, exchange, refused=refused.removeprefix("Bearer "))
        return f"Bearer {token}"

    def _credential(self, repository: Repository) -> Credential | None:
        credential = self._credentials.find(repository.domain, repository.path)
        if credential is not None:
            self._secrets.add_credential(credential)
        return credential

    def _wish(
        self,
        repository: Repository,
        challenge: Challenge,
        credential: Credential | None,
        exchange: Exchange,
    ) -> Wish:
        realm = parse_url(challenge.get("realm"))
        if realm is None:
            raise Refusal(_realm("its token realm is not an http or https URL", ASK))
        if credential is not None and not self._is_known(realm, repository.origin):
            detail = f"its token realm is on another host or port: {realm.origin.netloc}"
            hint = f"if it is trusted with them: --token-realm {realm.origin.netloc}"
            raise Refusal(_realm(detail, hint))
        exchange.check(realm, repository.origin, "token realm")
        with self._lock:
            scopes = self._scopes.get(repository, (f"repository:{repository.path}:pull",))
        return Wish(
            registry=repository.origin,
            realm=realm,
            service=challenge.get("service"),
            scopes=scopes,
            credential=credential,
        )

    def _is_known(self, realm: Url, registry: Origin) -> bool:
        if (realm.origin.host, realm.origin.port) == (registry.host, registry.port):
            return True
        known = (*KNOWN_REALMS.get(registry.host, ()), *self._settings.realms)
        return realm.origin.netloc in known


def _realm(detail: str, hint: str) -> Reason:
    state = "would send credentials to a token server that nobody named"
    return Reason(code="registry-realm", state=state, detail=detail, hint=hint)
