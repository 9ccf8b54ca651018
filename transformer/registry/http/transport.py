"""One request, one answer, with bounds on what comes back.

Nothing is asked again or elsewhere here: that is for `exchange` to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import urllib3
from urllib3 import exceptions

from transformer.records import record
from transformer.registry.faults import Reason, Refusal
from transformer.registry.http.addresses import Addresses
from transformer.registry.http.deadline import Deadline
from transformer.registry.http.pools import Pools
from transformer.registry.http.proxies import proxy_for
from transformer.registry.http.urls import Origin, Url
from transformer.registry.settings import Settings

CONNECT_SECONDS = 5.0
ERROR_LIMIT = 64 << 10
# What urllib3 makes of retries=False, and redirect=False, anew for each request.
NEVER_AGAIN = urllib3.Retry(False, redirect=False)


@record
class Request:
    """What is asked, for which `registry`. `limit` bounds the body of a good answer, in bytes."""

    method: str
    url: Url
    registry: Origin
    headers: Mapping[str, str]
    body: bytes | None = None
    limit: int = ERROR_LIMIT

    def __repr__(self) -> str:
        # Headers and body may hold secrets.
        return f"Request({self.method} {self.url})"


@record
class Response:
    """What came back: headers by names in any case, all of WWW-Authenticate, and the exact body."""

    status: int
    url: Url
    headers: Mapping[str, str]
    challenges: tuple[str, ...]
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status} {self.url})"


class Transport:
    """Sends requests over pooled connections. Safe to share between threads."""

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], addresses: Addresses
    ) -> None:
        self._seconds = settings.timeout
        self._timeout = _timeout(settings.timeout)
        self._environment = environment
        self._addresses = addresses
        self._pools = Pools(settings)
        self._proxies: dict[Origin, str] = {}

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Ask once. Raises `Refusal` when no answer comes, or one that is too long."""
        left = deadline.check()
        timeout = self._timeout if left > self._seconds else _timeout(left)
        try:
            response = self._open(request, timeout)
            return _answer(request, response)
        except exceptions.HTTPError as error:
            deadline.check()
            raise _refusal(error, request.url.origin) from None
        except ValueError:
            # What urllib3 converts, a chunk's size for one, and does not expect to be wrong.
            raise Refusal(_no_http(request.url.origin)) from None

    def is_proxied(self, origin: Origin) -> bool:
        """Whether an origin is asked through a proxy. Raises `Refusal`."""
        return bool(self._proxy(origin))

    def abort(self) -> None:
        """End what is under way: threads that wait for an answer get none."""
        self._pools.abort()

    def close(self) -> None:
        self._pools.close()

    def _proxy(self, origin: Origin) -> str:
        # The process's environment decodes a variable each time that it is looked at.
        proxy = self._proxies.get(origin)
        if proxy is None:
            proxy = self._proxies[origin] = proxy_for(self._environment, origin)
        return proxy

    def _open(self, request: Request, timeout: urllib3.Timeout) -> urllib3.BaseHTTPResponse:
        arguments: dict[str, Any] = {
            "headers": {**request.headers, "Host": request.url.origin.netloc},
            "body": request.body,
            "timeout": timeout,
            "retries": NEVER_AGAIN,
            "redirect": False,
            "assert_same_host": False,
            "preload_content": False,
            "decode_content": False,
        }
        url = request.url
        own = url.origin.host == request.registry.host
        proxy = self._proxy(url.origin)
        if proxy:
            pool = self._pools.proxied(proxy, url.origin, own=own)
            target = str(url) if url.origin.scheme == "http" else url.target
            return pool.urlopen(request.method, target, **arguments)
        *others, last = self._addresses.of(url.origin.host)
        for address in others:
            pool = self._pools.direct(url.origin, address, own=own)
            try:
                return pool.urlopen(request.method, url.target, **arguments)
            except (exceptions.NewConnectionError, exceptions.ConnectTimeoutError):
                # An address that leads nowhere must not cost its time again.
                self._addresses.avoid(url.origin.host, address)
        pool = self._pools.direct(url.origin, last, own=own)
        return pool.urlopen(request.method, url.target, **arguments)


def _timeout(seconds: float) -> urllib3.Timeout:
    return urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)


def _answer(request: Request, response: urllib3.BaseHTTPResponse) -> Response:
    good = response.status < 300
    limit = request.limit if good else ERROR_LIMIT
    body = _body(response, limit)
    if good and len(body) > limit:
        raise Refusal(_too_long(limit))
    return Response(
        status=response.status,
        url=request.url,
        headers=response.headers,
        challenges=() if good else tuple(response.headers.getlist("www-authenticate")),
        body=body[:limit],
    )


def _body(response: urllib3.BaseHTTPResponse, limit: int) -> bytes:
    # Read to the end, as an end that comes too early is only noticed there; one byte more tells
    # that there is more.
    chunks, missing = [], limit + 1
    while missing > 0 and (chunk := response.read(missing, decode_content=False)):
        chunks.append(chunk)
        missing -= len(chunk)
    if missing > 0:
        response.release_conn()
    else:
        response.close()
    return b"".join(chunks)


def _refusal(error: exceptions.HTTPError, origin: Origin) -> Refusal:
    if isinstance(error, exceptions.SSLError):
        return _tls_refusal(str(error), origin)
    if isinstance(error, exceptions.ProxyError):
        hint = "see HTTPS_PROXY and NO_PROXY"
        reason = _unreachable("the proxy does not let it through", hint, "registry-proxy")
        return Refusal(reason, retry=True, whole_host=True)
    if isinstance(error, exceptions.ReadTimeoutError):
        return Refusal(_unreachable(f"no answer from {origin}", SLOW), retry=True)
    if isinstance(error, (exceptions.NewConnectionError, exceptions.ConnectTimeoutError)):
        reason = _unreachable(f"no connection to {origin}", CLOSED)
        return Refusal(reason, retry=True, whole_host=True)
    return Refusal(_unreachable(f"{origin} ends the connection", SLOW), retry=True)


def _tls_refusal(said: str, origin: Origin) -> Refusal:
    if "certificate verify failed" in said:
        detail = said.partition("certificate verify failed: ")[2].partition(" (_ssl")[0]
        hint = "name the certificate of its CA with --ca-file"
        return Refusal(_tls(f"{origin}: {detail}", hint), whole_host=True)
    if "WRONG_VERSION_NUMBER" in said or "RECORD_LAYER_FAILURE" in said:
        detail, hint = f"{origin} speaks no TLS", f"if it is meant to: --plain-http {origin.netloc}"
        return Refusal(_tls(detail, hint), whole_host=True)
    if "ALERT" in said:
        detail = f"{origin} breaks off the handshake"
        return Refusal(
            _tls(detail, "it may want a client certificate: --client-cert FILE"), whole_host=True
        )
    return Refusal(_unreachable(f"{origin} ends the connection", SLOW), retry=True)


SLOW = "try again later"
NO_REGISTRY = "see whether a registry answers there, and not a proxy or a login page"
CLOSED = "compare host and port with those of the registry, and see whether it is up"


def _unreachable(detail: str, hint: str, code: str = "registry-unreachable") -> Reason:
    return Reason(code=code, state="is not within reach", detail=detail, hint=hint)


def _tls(detail: str, hint: str) -> Reason:
    state = "is behind a connection that cannot be trusted"
    return Reason(code="registry-tls", state=state, detail=detail, hint=hint)


def _no_http(origin: Origin) -> Reason:
    detail = f"{origin} answers with what is not HTTP"
    state = "is not answered as registries do"
    return Reason(code="registry-answer", state=state, detail=detail, hint=NO_REGISTRY)


def _too_long(limit: int) -> Reason:
    detail = f"the answer is longer than {limit} bytes"
    state = "is not answered briefly"
    return Reason(code="registry-answer", state=state, detail=detail, hint=NO_REGISTRY)
