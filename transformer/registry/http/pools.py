"""Connections that are kept for the next request: one pool for each host, address and role."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import weakref
from typing import Any, TypeAlias

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from transformer.registry.http.certificates import NONE, Certificates, certificates_of
from transformer.registry.http.tls import context_of
from transformer.registry.http.urls import Origin
from transformer.registry.settings import Settings

Pool: TypeAlias = "urllib3.HTTPConnectionPool"

MAX_HOSTS = 64


class Pools:
    """Makes pools as they are needed. Safe to share between threads.

    `own` tells a registry's own host, which may see the client's certificate, from any other.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._direct: dict[tuple[Origin, str, bool], Pool] = {}
        self._proxies: dict[tuple[str, Certificates, bool], urllib3.ProxyManager] = {}
        self._certificates: dict[Origin, Certificates] = {}
        self._contexts: dict[tuple[Certificates, bool], ssl.SSLContext] = {}
        self._live = _Live()
        self._plain, self._secure = _plain(self._live), _secure(self._live)

    def direct(self, origin: Origin, address: str, *, own: bool) -> Pool:
        """The pool for a host at one of its addresses. Raises `Refusal` for unusable files."""
        with self._lock:
            pool = self._direct.get((origin, address, own))
            if pool is None:
                pool = self._connect(origin, address, own=own)
                self._direct[origin, address, own] = pool
        return pool

    def proxied(self, proxy: str, origin: Origin, *, own: bool) -> Pool:
        """The pool for a host behind a proxy, given as a URL. Raises `Refusal` likewise."""
        with self._lock:
            certificates = self._certificates_of(origin)
            manager = self._proxies.get((proxy, certificates, own))
            if manager is None:
                manager = self._manager(proxy, certificates, own=own)
                self._proxies[proxy, certificates, own] = manager
        pool = manager.connection_from_host(origin.host, origin.port, origin.scheme)
        return self._tracked(pool)

    def abort(self) -> None:
        """End what is under way: threads that wait for an answer get none."""
        self._live.shut_down()

    def close(self) -> None:
        with self._lock:
            for pool in self._direct.values():
                pool.close()
            for manager in self._proxies.values():
                manager.clear()
            self._direct.clear()
            self._proxies.clear()

    def _connect(self, origin: Origin, address: str, *, own: bool) -> Pool:
        size: dict[str, Any] = {"maxsize": self._settings.concurrency, "block": False}
        if origin.scheme == "http":
            return self._tracked(urllib3.HTTPConnectionPool(address, origin.port, **size))
        context = self._context(self._certificates_of(origin), own=own)
        pool = urllib3.HTTPSConnectionPool(
            address, origin.port, ssl_context=context, server_hostname=origin.host, **size
        )
        return self._tracked(pool)

    def _manager(
        self, proxy: str, certificates: Certificates, *, own: bool
    ) -> urllib3.ProxyManager:
        user = urllib3.util.parse_url(proxy).auth
        headers = urllib3.make_headers(proxy_basic_auth=_decoded(user)) if user else {}
        # Not the context with a client's certificate, which is for registries.
        return urllib3.ProxyManager(
            proxy,
            MAX_HOSTS,
            proxy_headers=headers,
            proxy_ssl_context=self._context(NONE, own=False),
            ssl_context=self._context(certificates, own=own),
            maxsize=self._settings.concurrency,
            block=False,
        )

    def _certificates_of(self, origin: Origin) -> Certificates:
        if origin not in self._certificates:
            found = certificates_of(origin, self._settings.certs_folders)
            self._certificates[origin] = found
        return self._certificates[origin]

    def _context(self, certificates: Certificates, *, own: bool) -> ssl.SSLContext:
        context = self._contexts.get((certificates, own))
        if context is None:
            context = context_of(self._settings, certificates, own=own)
            self._contexts[certificates, own] = context
        return context

    def _tracked(self, pool: Pool) -> Pool:
        pool.ConnectionCls = self._secure if pool.scheme == "https" else self._plain
        return pool


def _decoded(userinfo: str) -> str:
    from urllib.parse import unquote

    return unquote(userinfo)


class _Live:
    # Sockets, as a connection forgets its own once the server has said that it is the last.
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def add(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.add(sock)

    def shut_down(self) -> None:
        with self._lock:
            for sock in self._sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


def _plain(live: _Live) -> type[HTTPConnection]:
    class Connection(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            live.add(self.sock)

    return Connection


def _secure(live: _Live) -> type[HTTPSConnection]:
    class Connection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            live.add(self.sock)

    return Connection
