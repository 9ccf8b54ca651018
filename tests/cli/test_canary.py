"""A password is looked for in every byte that whole processes write, wherever they write it."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.helpers import quirks
from tests.helpers.quirk_server import QuirkServer, Reply, Seen, error
from tests.helpers.registry_runs import INDEX
from tests.helpers.registry_table import pods

CANARY = "canary-5d1e07"
BASIC = base64.b64encode(f"robot:{CANARY}".encode()).decode()
FORMS = (CANARY.encode(), BASIC.encode())
DOCKER = "DOCKER_CONFIG"

COMMANDS = {
    "resolve": ("-v", "--cache", "out/cache"),
    "lock": ("lock", "-v"),
    "drift": ("lock", "-v", "--check", "--refresh"),
    "verify": ("verify", "-v"),
    "pull secret": ("verify", "-v", "--pull-secrets", "given/config.json"),
    "secrets": ("secrets", "-v"),
    "plan": ("plan", "-v", "--format", "regsync"),
}
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - {{source: docker.io, target: "{host}", pullSecrets: [pull]}}
  digests: {{mode: resolve, lockFile: out/images.lock.yaml}}
"""

STREAM = pods("nginx:1.27")

Variables: TypeAlias = "Mapping[str, str]"
Case: TypeAlias = "Callable[[QuirkServer, Path], Variables]"


def auths(server: QuirkServer, folder: Path, **entry: str) -> Variables:
    content = {"auths": {server.host: entry or {"username": "robot", "password": CANARY}}}
    (folder / "config.json").write_text(json.dumps(content))
    return {DOCKER: str(folder)}


def accepted(server: QuirkServer, folder: Path) -> Variables:
    server.quirks.append(quirks.basic("robot", CANARY))
    return auths(server, folder)


def echo(seen: Seen, _: Reply) -> Reply:
    challenge = f'Basic realm="{seen.authorization}",error="{seen.authorization}"'
    words = f"{seen.authorization} {CANARY}"
    return error(401, seen.authorization or "X", words, WWW_Authenticate=challenge)


def repeated_in_an_error(server: QuirkServer, folder: Path) -> Variables:
    server.quirks.append(echo)
    return auths(server, folder)


def repeated_in_headers(server: QuirkServer, folder: Path) -> Variables:
    # Every header of an answer that is otherwise good.
    headers = {"Docker-Content-Digest": f"sha256:{CANARY}", "Content-Type": f"text/{CANARY}"}
    server.quirks.append(lambda _, reply: Reply(headers={**reply.headers, **headers}))
    server.quirks.append(quirks.basic("robot", CANARY))
    return auths(server, folder)


def behind_a_token(server: QuirkServer, folder: Path) -> Variables:
    tokens = quirks.TokenServer(server)
    tokens.refresh = CANARY
    server.quirks.append(tokens)
    return auths(server, folder, identitytoken=CANARY)


def given_a_token(server: QuirkServer, folder: Path) -> Variables:
    server.quirks.append(quirks.TokenServer(server))
    return auths(server, folder, registrytoken=CANARY)


def helper(server: QuirkServer, folder: Path, script: str) -> Variables:
    program = folder / "docker-credential-test"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    (folder / "config.json").write_text(json.dumps({"credHelpers": {server.host: "test"}}))
    return {DOCKER: str(folder), "PATH": f"{folder}:{os.environ['PATH']}"}


def from_a_helper(server: QuirkServer, folder: Path) -> Variables:
    server.quirks.append(quirks.basic("robot", CANARY))
    answer = json.dumps({"Username": "robot", "Secret": CANARY})
    return helper(server, folder, f"echo '{answer}'")


def from_a_helper_that_fails(server: QuirkServer, folder: Path) -> Variables:
    server.quirks.append(quirks.basic("robot", CANARY))
    return helper(server, folder, f"echo {CANARY}; echo {CANARY} >&2; exit 3")


def in_a_file_that_cannot_be_read(server: QuirkServer, folder: Path) -> Variables:
    server.quirks.append(quirks.basic("robot", CANARY))
    (folder / "config.json").write_text(f'{{"auths": {{"{server.host}": {CANARY}}}}}')
    return {DOCKER: str(folder)}


def in_a_bad_entry(server: QuirkServer, folder: Path) -> Variables:
    server.quirks.append(quirks.basic("robot", CANARY))
    return auths(server, folder, auth=CANARY)


def for_a_proxy(server: QuirkServer, folder: Path) -> Variables:
    # Nothing listens at the proxy, and at the mirror's name nobody is asked without it.
    proxy = f"http://robot:{CANARY}@127.0.0.1:1"
    variables = {"HTTPS_PROXY": proxy, "MIRRORPIN_DEADLINE": "0.3"}
    return {**accepted(server, folder), **variables}


CASES: dict[str, Case] = {
    it.__name__.replace("_", " "): it
    for it in (
        accepted,
        repeated_in_an_error,
        repeated_in_headers,
        behind_a_token,
        given_a_token,
        from_a_helper,
        from_a_helper_that_fails,
        in_a_file_that_cannot_be_read,
        in_a_bad_entry,
        for_a_proxy,
    )
}
GOOD = ("accepted", "behind a token", "from a helper")


def leaks(folder: Path, *streams: bytes) -> list[str]:
    """Where the password is: in streams, by their number, and in files below a folder."""
    found = [str(number) for number, data in enumerate(streams) if holds(data)]
    files = [it for it in sorted(folder.rglob("*")) if it.is_file()]
    found += [str(it.relative_to(folder)) for it in files if holds(it.read_bytes())]
    return found + [it.name for it in folder.rglob("*") if CANARY in it.name]


def holds(data: bytes) -> bool:
    if any(form in data for form in FORMS):
        return True
    # A Secret has it in base64 of JSON with base64.
    return any(holds(base64.b64decode(it + b"==")) for it in re.findall(_BASE64, data))


_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4}){10,}")


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        server.put("library/nginx:1.27", INDEX)
        yield server


def prepared(folder: Path, server: QuirkServer, case: Case, host: str) -> Variables:
    """A folder with a configuration, and the environment of a command in it."""
    for name in ("given", "out"):
        (folder / name).mkdir()
    (folder / "mirrorpin.yaml").write_text(CONFIG.format(host=host))
    return {
        "HOME": str(folder / "out"),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "TMPDIR": str(folder / "out"),
        "MIRRORPIN_DEADLINE": "2",
        "MIRRORPIN_LOG_FILE": "out/log",
        **case(server, folder / "given"),
    }


def called(
    folder: Path, environment: Variables, *argv: str, stdin: str = STREAM
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "transformer", *argv],
        capture_output=True,
        check=False,
        cwd=folder,
        env=environment,
        input=stdin.encode(),
        timeout=60,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(it, id=name, marks=() if name in GOOD else pytest.mark.exhaustive)
        for name, it in CASES.items()
    ],
)
def test_no_byte_holds_the_password(server: QuirkServer, tmp_path: Path, case: Case) -> None:
    host = "mirror.example.com" if case is for_a_proxy else server.host
    environment = prepared(tmp_path, server, case, host)
    out = tmp_path / "out"
    codes: dict[str, int] = {}
    for name, argv in COMMANDS.items():
        done = called(tmp_path, environment, *argv)
        codes[name] = done.returncode
        assert leaks(out, done.stdout, done.stderr) == [], name
    is_good = case in [CASES[it] for it in GOOD]
    assert codes["resolve"] == codes["lock"] == codes["drift"] == int(not is_good)
    assert 3 not in codes.values()
    names = {it.name for it in out.iterdir()}
    assert names >= ({"log", "cache", "images.lock.yaml"} if is_good else {"log"})
    if case is accepted:
        # The password was sent.
        assert f"Basic {BASIC}" in {it.authorization for it in server.seen}


def from_a_helper_that_looks_around(server: QuirkServer, folder: Path) -> Variables:
    # What every user of the machine can see of the processes.
    answer = json.dumps({"Username": "robot", "Secret": CANARY})
    out = folder.parent / "out"
    script = f"cat /proc/$PPID/cmdline /proc/$$/cmdline > {out}/seen\necho '{answer}'"
    return helper(server, folder, script)


@pytest.mark.slow
@pytest.mark.parametrize("case", [accepted, from_a_helper_that_looks_around])
def test_the_secret_of_a_login_is_on_stdout_alone(
    server: QuirkServer, tmp_path: Path, case: Case
) -> None:
    environment = prepared(tmp_path, server, case, server.host)
    done = called(tmp_path, environment, "secrets", "-v", "--from-login")
    assert done.returncode == 0
    assert leaks(tmp_path / "out", done.stdout, done.stderr) == ["0"]
    assert b"1 secret printed" in done.stderr
    assert {it.name for it in (tmp_path / "out").iterdir()} <= {"log", "seen"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [in_a_bad_entry, from_a_helper_that_fails, behind_a_token, in_a_file_that_cannot_be_read],
)
def test_a_login_that_fails_prints_nothing(server: QuirkServer, tmp_path: Path, case: Case) -> None:
    environment = prepared(tmp_path, server, case, server.host)
    done = called(tmp_path, environment, "secrets", "-v", "--from-login")
    assert (done.returncode, done.stdout) == (1, b"")
    assert leaks(tmp_path / "out", done.stderr) == []


@pytest.mark.slow
def test_an_engine_is_not_told_the_password(server: QuirkServer, tmp_path: Path) -> None:
    environment = {**prepared(tmp_path, server, accepted, server.host), "PATH": "/usr/bin:/bin"}
    config = CONFIG.replace("docker.io", f"{server.host}/library")
    (tmp_path / "mirrorpin.yaml").write_text(config.format(host=f"{server.host}/mirror"))
    (tmp_path / "bin").mkdir()
    engine = tmp_path / "bin" / "crane"
    engine.write_text(f"#!/bin/sh\ncat /proc/$$/cmdline >> {tmp_path}/out/seen\n")
    engine.chmod(0o755)
    environment["PATH"] = f"{engine.parent}:{environment['PATH']}"
    stream = pods(f"{server.host}/library/nginx:1.27")
    done = called(tmp_path, environment, "sync", "-v", "--engine", "crane", stdin=stream)
    assert leaks(tmp_path / "out", done.stdout, done.stderr) == []
    assert b"copy" in (tmp_path / "out" / "seen").read_bytes()
    assert f"Basic {BASIC}" in {it.authorization for it in server.seen}


def test_the_search_finds_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"\0" + CANARY.encode())
    (tmp_path / f"c-{CANARY}").write_bytes(b"")
    secret = base64.b64encode(json.dumps({"auths": {"a.io": {"auth": BASIC}}}).encode())
    streams = (f"x{CANARY}".encode(), b"nothing", f"Basic {BASIC}".encode(), b"data: " + secret)
    assert leaks(tmp_path, *streams) == ["0", "2", "3", "a/b", f"c-{CANARY}"]
