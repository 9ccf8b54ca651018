"""Where a registry is asked, and whether over TLS."""

from __future__ import annotations

import threading

from transformer.registry.faults import Refusal
from transformer.registry.http.addresses import is_loopback
from transformer.registry.http.deadline import Deadline
from transformer.registry.http.transport import Request, Transport
from transformer.registry.http.urls import Origin, Url, origin_of
from transformer.registry.settings import Settings


class Origins:
    """Finds the origin of each registry, once. Safe to share between threads.

    Hosts on this machine speak plain http or TLS, whichever they do; others TLS, but for those that
    the user allowed plain http.
    """

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._known: dict[str, Origin] = {}

    def of(self, domain: str, deadline: Deadline) -> Origin:
        """The origin of a registry, given as its references name it. Raises `Refusal`."""
        with self._lock:
            if domain not in self._known:
                self._known[domain] = self._find(domain, deadline)
            return self._known[domain]

    def _find(self, domain: str, deadline: Deadline) -> Origin:
        plain, secure = origin_of(domain, "http"), origin_of(domain, "https")
        allowed = self._settings.plain_http
        if domain in allowed or plain.host in allowed:
            return plain
        if is_loopback(plain.host) and not self._speaks_tls(plain, deadline):
            return plain
        return secure

    def _speaks_tls(self, origin: Origin, deadline: Deadline) -> bool:
        # Asked in the clear, a TLS server says 400 or hangs up. The other way round, a server that
        # takes a TLS greeting for the start of a request may wait for the rest of it for ever.
        url = Url(origin=origin, target="/v2/")
        headers = {"User-Agent": self._settings.user_agent}
        request = Request(method="GET", url=url, registry=origin, headers=headers)
        try:
            return self._transport.send(request, deadline).status == 400
        except Refusal as refusal:
            return not refusal.whole_host
