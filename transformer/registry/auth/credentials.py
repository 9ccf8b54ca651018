"""Whose credentials go to which registry: the places where people keep them, in order.

1. files named by the user, and files that a Kubernetes secret mounts;
2. DOCKER_AUTH_CONFIG, a config.json as text;
3. REGISTRY_AUTH_FILE, which then must exist and ends the search;
4. $XDG_RUNTIME_DIR/containers/auth.json, $XDG_CONFIG_HOME/containers/auth.json,
   $DOCKER_CONFIG/config.json, ~/.dockercfg, with the usual defaults below the home directory.

The first that knows a registry wins. A .netrc is never read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from transformer.intake import read_file
from transformer.messages import quoted
from transformer.registry.auth.credential import Credential
from transformer.registry.auth.docker import (
    MAX_AUTH_FILE,
    DockerConfig,
    read_docker_config,
    read_mounted_secret,
)
from transformer.registry.auth.helpers import TIMEOUT, Helpers
from transformer.registry.auth.kubelet import Keyring
from transformer.registry.faults import Reason, Refusal

Source: TypeAlias = DockerConfig | Keyring


class Credentials:
    """Finds credentials in files, variables and helper programs. Safe to share between threads.

    Takes the environment; `files`, in the form of Docker or containers, and `kubernetes`, mounted
    dockerconfigjson or dockercfg secrets, both asked first; whether to `search` the usual places
    too; and the seconds that a helper may take. Nothing is read before it is needed.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        files: Sequence[str] = (),
        kubernetes: Sequence[str] = (),
        search: bool = True,
        timeout: float = TIMEOUT,
    ) -> None:
        self._environment = environment
        self._files = tuple(files)
        self._kubernetes = tuple(kubernetes)
        self._search = search
        self._helpers = Helpers(environment, timeout)
        self._lock = threading.Lock()
        self._sources: Sequence[Source] | Refusal | None = None

    def find(self, domain: str, path: str) -> Credential | None:
        """The credential for a repository, by the host and path of its references; None for none.

        Raises `Refusal` when a file or helper that was asked fails.
        """
        with self._lock:
            sources = self._read()
        for source in sources:
            found = source.find(domain, path)
            if found is not None:
                return found
        return None

    def abort(self) -> None:
        """End a helper that runs, with its children: the thread that waits for it gets nothing."""
        self._helpers.abort()

    def _read(self) -> Sequence[Source]:
        if self._sources is None:
            try:
                self._sources = tuple(self._each())
            except Refusal as refusal:
                self._sources = refusal
        if isinstance(self._sources, Refusal):
            raise Refusal(self._sources.reason)
        return self._sources

    def _each(self) -> Iterator[Source]:
        for name in self._files:
            yield self._docker(name, _required(name, is_named=True))
        for name in self._kubernetes:
            yield read_mounted_secret(name, _required(name, is_named=True))
        if not self._search:
            return
        text = self._environment.get("DOCKER_AUTH_CONFIG")
        if text:
            yield self._docker("DOCKER_AUTH_CONFIG", text)
        only = self._environment.get("REGISTRY_AUTH_FILE")
        if only:
            yield self._docker(only, _required(only))
            return
        for name in _usual(self._environment):
            found = _data(name)
            if found is not None:
                yield self._docker(name, found)

    def _docker(self, name: str, data: bytes | str) -> DockerConfig:
        return read_docker_config(name, data, self._helpers)


def _usual(environment: Mapping[str, str]) -> Iterator[str]:
    home = environment.get("HOME", "")
    runtime = environment.get("XDG_RUNTIME_DIR")
    config = environment.get("XDG_CONFIG_HOME") or (home and f"{home}/.config")
    docker = environment.get("DOCKER_CONFIG") or (home and f"{home}/.docker")
    if runtime:
        yield f"{runtime}/containers/auth.json"
    if config:
        yield f"{config}/containers/auth.json"
    if docker:
        yield f"{docker}/config.json"
    if home:
        yield f"{home}/.dockercfg"


def _required(name: str, *, is_named: bool = False) -> bytes:
    data = _data(name, is_named=is_named)
    if data is None:
        raise Refusal(_unreadable(name, "it does not exist"))
    return data


def _data(name: str, *, is_named: bool = False) -> bytes | None:
    try:
        return read_file(name, MAX_AUTH_FILE, is_named=is_named)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Refusal(_unreadable(name, error.strerror or "it cannot be opened")) from None


def _unreadable(name: str, detail: str) -> Reason:
    return Reason(
        code="registry-credentials",
        state="has credentials that cannot be read",
        detail=f"{quoted(name)}: {detail}",
    )
