"""Credential helpers: programs that keep credentials, as docker-credential-ecr-login does.

A helper reads a server's name on its standard input and answers with JSON. Each is asked once for a
server, within a time limit, and what it says is never shown. This is also how the keychains of
clouds are used: ECR, GCR and ACR each have such a program.

Specification: github.com/docker/docker-credential-helpers, command `get`.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from transformer.messages import quoted
from transformer.registry.auth.credential import IDENTITY_USER, Credential
from transformer.registry.faults import Reason, Refusal
from transformer.registry.foreign import Foreign, read_object

if TYPE_CHECKING:
    from subprocess import Popen

PREFIX = "docker-credential-"
TIMEOUT = 10.0
MAX_ANSWER = 1 << 20
NOT_FOUND = b"credentials not found"

_is_suffix = re.compile("[A-Za-z0-9][A-Za-z0-9._-]*").fullmatch


class Helpers:
    """Runs helpers found on PATH in a given environment. Safe to share between threads."""

    def __init__(self, environment: Mapping[str, str], timeout: float = TIMEOUT) -> None:
        self._environment = environment
        self._timeout = timeout
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, str], Credential | Refusal | None] = {}
        self._process: Popen[bytes] | None = None

    def get(self, suffix: str, server: str) -> Credential | None:
        """What the helper `docker-credential-<suffix>` knows of a server; None for nothing.

        Raises `Refusal` when the helper is missing, fails, or answers too late.
        """
        with self._lock:
            # Under the lock: helpers may open a browser or a keychain, so one at a time.
            if (suffix, server) not in self._asked:
                self._asked[suffix, server] = self._ask(suffix, server)
            known = self._asked[suffix, server]
        if isinstance(known, Refusal):
            raise Refusal(known.reason)
        return known

    def abort(self) -> None:
        """End the helper that runs, with its children."""
        process = self._process
        if process is not None:
            _end(process)

    def _ask(self, suffix: str, server: str) -> Credential | Refusal | None:
        import shutil

        name = PREFIX + suffix
        path = shutil.which(name, path=self._environment.get("PATH", ""))
        if not _is_suffix(suffix) or path is None:
            hint = f"put the program {quoted(name)} on PATH, or take its name out of the file"
            return _failed(name, "it is not on PATH", hint)
        try:
            status, said = self._run(path, server)
        except Foreign as error:
            return _failed(name, f"its answer is {error}")
        except TimeoutError:
            hint = f"it may ask nothing: run {quoted(f'{name} get')} and see"
            return _failed(name, f"no answer in {self._timeout:g} s", hint)
        except OSError as error:
            return _failed(name, error.strerror or "it does not start", "make it executable")
        if status:
            return None if NOT_FOUND in said else _failed(name, f"it ends with status {status}")
        return _read(name, said)

    def _run(self, path: str, server: str) -> tuple[int, bytes]:
        import subprocess

        process = subprocess.Popen(
            [path, "get"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(self._environment),
            start_new_session=True,
        )
        with process:
            self._process = process
            end = time.monotonic() + self._timeout
            try:
                _tell(process, server)
                said = _listen(process, end)
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                raise TimeoutError from None
            finally:
                self._process = None
                _end(process)
        return process.returncode, said


def _tell(process: Popen[bytes], server: str) -> None:
    assert process.stdin is not None
    # It need not listen, and what it says counts all the same.
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(server.encode())


def _listen(process: Popen[bytes], end: float) -> bytes:
    import select

    assert process.stdout is not None
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN)
    said = b""
    while poll.poll(max(0.0, end - time.monotonic()) * 1000):
        piece = os.read(process.stdout.fileno(), MAX_ANSWER)
        if not piece:
            return said
        said += piece
        if len(said) > MAX_ANSWER:
            raise Foreign(f"longer than {MAX_ANSWER} bytes")
    raise TimeoutError


def _end(process: Popen[bytes]) -> None:
    import signal

    # Its children hold the same pipe, and must go with it.
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _read(name: str, said: bytes) -> Credential | Refusal | None:
    try:
        answer = read_object(said, MAX_ANSWER)
    except Foreign as error:
        return _failed(name, f"its answer is {error}")
    username, secret = answer.get("Username"), answer.get("Secret")
    if not (isinstance(username, str) and isinstance(secret, str)):
        return _failed(name, "its answer is not JSON with Username and Secret")
    if username == IDENTITY_USER:
        return Credential(username=username, identity=secret)
    return Credential(username=username, password=secret) if username else None


def _failed(name: str, detail: str, hint: str = "") -> Refusal:
    reason = Reason(
        code="registry-helper",
        state="gets no credentials from their helper",
        detail=f"from {quoted(name)}: {detail}",
        hint=hint or f"run {quoted(f'{name} get')} with the registry's host on its standard input",
    )
    return Refusal(reason)
