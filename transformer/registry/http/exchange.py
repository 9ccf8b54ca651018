"""Asking until there is an answer: retries, redirects, and where neither may lead.

Specification: RFC 9110, 10.2.3 (Retry-After) and 15.4 (redirects).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from transformer.records import replace
from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.addresses import Addresses, is_loopback
from transformer.registry.http.deadline import Deadline
from transformer.registry.http.transport import Request, Response, Transport
from transformer.registry.http.urls import Origin, Url, join
from transformer.registry.settings import Settings

ATTEMPTS = 5
MAX_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGAIN = frozenset({408, 429, 500, 502, 503, 504})
AUTHORIZATION = "Authorization"
ASK = "ask whoever runs the registry"


class Exchange:
    """Asks within one deadline. Safe to share between threads.

    A host that says how long to wait is left alone by every thread until then.
    """

    def __init__(
        self, transport: Transport, addresses: Addresses, settings: Settings, deadline: Deadline
    ) -> None:
        self._transport = transport
        self._addresses = addresses
        self._settings = settings
        self._deadline = deadline
        self._lock = threading.Lock()
        self._resume: dict[Origin, float] = {}

    def ask(self, request: Request) -> Response:
        """The last answer, whatever its status, of as many requests as it takes.

        Follows redirects, without credentials to any other origin. Raises `Refusal`.
        """
        start = request.url.origin
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = self._persist(request)
            except Refusal as refusal:
                # Where one image leads to says nothing about the next.
                stays = request.url.origin == start
                raise Refusal(refusal.reason, whole_host=refusal.whole_host and stays) from None
            if answer.status not in REDIRECTS or request.method == "POST":
                return answer
            location = answer.headers.get("location", "")
            if not location:
                return answer
            target = join(answer.url, location)
            if target is None:
                detail = "it redirects to what is not an http or https URL"
                raise Refusal(_redirect(detail, ASK, answer.status))
            self.check(target, request.registry, "redirect", answer.status)
            if target.origin != request.url.origin:
                request = replace(request, headers=_without_credentials(request.headers))
            request = replace(request, url=target)
        detail = f"it redirects more than {MAX_REDIRECTS} times"
        raise Refusal(_redirect(detail, ASK, answer.status))

    def check(self, target: Url, registry: Origin, what: str, status: int = 0) -> None:
        """Let a registry lead only to where it may. `what` it names: a redirect or token realm.

        `status` is that of the answer that does, for messages; 0 where it does not matter.

        Raises `Refusal` for plain http, but to this machine and hosts that the user allowed, and
        for hosts that are closer to home than the registry.
        """
        origin = target.origin
        if origin.scheme == "http" and not self.is_plain(origin):
            hint = f"if nobody else can listen there: --plain-http {origin.netloc}"
            raise Refusal(_redirect(f"its {what} leaves https for {origin}", hint, status))
        if origin.host == registry.host:
            return
        proxied = self._transport.is_proxied(origin)
        if self._addresses.rank(origin.host, proxied=proxied) > self._addresses.rank(
            registry.host, proxied=self._transport.is_proxied(registry)
        ):
            detail = f"its {what} leads from a public host into a private network: {origin.host}"
            raise Refusal(_redirect(detail, ASK, status))

    def is_plain(self, origin: Origin) -> bool:
        """Whether plain http is allowed to a host: this machine, or one that the user named."""
        allowed = self._settings.plain_http
        return is_loopback(origin.host) or origin.netloc in allowed or origin.host in allowed

    def _persist(self, request: Request) -> Response:
        pause = self._settings.retry_delay
        left = 1 if request.method == "POST" else ATTEMPTS
        while True:
            self._hold(request.url.origin)
            outcome = self._try(request)
            left -= 1
            delay = _wait(outcome, pause) if left else None
            if delay is None or delay >= self._deadline.left:
                break
            self._put_off(request.url.origin, outcome, delay)
            pause *= 2
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def _try(self, request: Request) -> Response | Refusal:
        try:
            return self._transport.send(request, self._deadline)
        except Refusal as refusal:
            return refusal

    def _hold(self, origin: Origin) -> None:
        until = self._resume.get(origin) if self._resume else None
        if until is not None:
            self._deadline.wait(max(0.0, until - time.monotonic()))
            self._deadline.check()

    def _put_off(self, origin: Origin, outcome: Response | Refusal, delay: float) -> None:
        if isinstance(outcome, Response) and "retry-after" in outcome.headers:
            with self._lock:
                self._resume[origin] = max(self._resume.get(origin, 0.0), time.monotonic() + delay)
        else:
            self._deadline.wait(delay)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait; None when it says nothing of the kind."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _wait(outcome: Response | Refusal, pause: float) -> float | None:
    if isinstance(outcome, Refusal):
        return _jittered(pause) if outcome.retry else None
    if outcome.status not in AGAIN:
        return None
    asked = retry_after(outcome.headers)
    return _jittered(pause) if asked is None else asked


def _jittered(pause: float) -> float:
    # Keeps threads, and processes, that failed together from asking together again.
    return pause * random.uniform(0.8, 1.2)


def _without_credentials(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in headers.items() if name != AUTHORIZATION}


def _redirect(detail: str, hint: str, status: int) -> Reason:
    state = "is answered by whom its registry may not lead to"
    return Reason(code="registry-redirect", state=state, detail=detail, hint=hint, status=status)
