from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from tests.helpers.registry_runs import auth, user
from transformer.registry import Credential, Credentials
from transformer.registry.faults import Refusal


def helper(folder: Path, suffix: str, script: str) -> dict[str, str]:
    """Puts a credential helper on a PATH, and returns the environment for it."""
    program = folder / f"docker-credential-{suffix}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "LOG": str(folder / "log")}


def looking_up(credentials: Credentials) -> tuple[threading.Thread, list[Refusal]]:
    """A thread that waits for a helper, and how it failed in the end."""
    failures: list[Refusal] = []

    def look_up() -> None:
        try:
            credentials.find("r.io", "a")
        except Refusal as refusal:
            failures.append(refusal)

    thread = threading.Thread(target=look_up)
    thread.start()
    return thread, failures


SAYS = 'read server; echo "$1 $server" >>"$LOG"; echo \'{"Username":"me","Secret":"pw"}\''


def helped(environment: dict[str, str], **content: object) -> Credentials:
    return Credentials({**environment, "DOCKER_AUTH_CONFIG": json.dumps(content)})


def test_a_helper_is_asked_once_for_a_host(tmp_path: Path) -> None:
    environment = helper(tmp_path, "cloud", SAYS)
    credentials = helped(
        environment,
        credHelpers={"r.io": "cloud", "docker.io": "cloud"},
        auths={"r.io": auth("file")},
    )
    names = ["r.io/a", "r.io/b", "docker.io/library/nginx", "docker.io/x/y"]
    assert [user(credentials, it) for it in names] == ["me"] * 4
    log = (tmp_path / "log").read_text().splitlines()
    assert log == ["get r.io", "get https://index.docker.io/v1/"]


def test_the_store_is_asked_before_the_file(tmp_path: Path) -> None:
    environment = helper(tmp_path, "desktop", SAYS)
    credentials = helped(environment, credsStore="desktop", auths={"r.io": auth("file")})
    assert user(credentials, "r.io/a") == "me"


NOT_FOUND = "echo 'credentials not found in native keychain'; exit 1"


def test_the_file_is_asked_for_what_the_store_does_not_know(tmp_path: Path) -> None:
    environment = helper(tmp_path, "desktop", NOT_FOUND)
    credentials = helped(environment, credsStore="desktop", auths={"r.io": auth("file")})
    assert user(credentials, "r.io/a") == "file"
    assert user(credentials, "other.io/a") == ""


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param(NOT_FOUND, None, id="not found"),
        pytest.param(
            """echo '{"Username":"<token>","Secret":"t"}'""",
            Credential(username="<token>", identity="t"),
            id="identity token",
        ),
        pytest.param("""echo '{"Username":"","Secret":""}'""", None, id="empty"),
        pytest.param(
            """exec <&-; sleep 0.1; echo '{"Username":"me","Secret":"pw"}'""",
            Credential(username="me", password="pw"),
            id="does not listen",
        ),
    ],
)
def test_what_helpers_say(tmp_path: Path, script: str, expected: Credential | None) -> None:
    credentials = helped(helper(tmp_path, "x", script), credHelpers={"r.io": "x"})
    assert credentials.find("r.io", "a") == expected


RUN = 'run "docker-credential-x get" with the registry\'s host on its standard input'


@pytest.mark.parametrize(
    ("script", "detail", "hint"),
    [
        pytest.param("echo canary; exit 3", "it ends with status 3", RUN, id="status"),
        pytest.param("echo canary", "its answer is not JSON, see line 1", RUN, id="no JSON"),
        pytest.param("echo '[]'", "its answer is not a JSON object", RUN, id="no object"),
        pytest.param(
            "echo '{}'", "its answer is not JSON with Username and Secret", RUN, id="no user"
        ),
        pytest.param(
            "printf '[%.0s' $(seq 9999)",
            "its answer is JSON nested more than 64 deep",
            RUN,
            id="deep",
        ),
        pytest.param(
            """printf '{"Username":"a","Secret":"\\\\ud800"}'""",
            "its answer is JSON with half a character",
            RUN,
            id="lone surrogate",
        ),
        pytest.param("yes", "its answer is longer than 1048576 bytes", RUN, id="endless"),
        pytest.param(
            "exec >&-; sleep 60",
            "no answer in 0.3 s",
            'it may ask nothing: run "docker-credential-x get" and see',
            id="does not end",
        ),
        pytest.param(
            """echo '{"Username":1,"Secret":2}'""",
            "its answer is not JSON with Username and Secret",
            RUN,
            id="numbers",
        ),
        pytest.param(
            "sleep 60",
            "no answer in 0.3 s",
            'it may ask nothing: run "docker-credential-x get" and see',
            id="too slow",
        ),
    ],
)
def test_a_helper_that_fails_is_a_fault(
    tmp_path: Path, script: str, detail: str, hint: str
) -> None:
    environment = helper(tmp_path, "x", f'echo once >>"$LOG"\n{script}')
    environment["DOCKER_AUTH_CONFIG"] = json.dumps({"credHelpers": {"r.io": "x"}})
    too_slow = "sleep" in script
    credentials = Credentials(environment, timeout=0.3 if too_slow else 30)
    for name in ("a", "b"):
        with pytest.raises(Refusal) as caught:
            credentials.find("r.io", name)
        reason = caught.value.reason
        assert (reason.code, reason.state) == (
            "registry-helper",
            ("gets no credentials from their helper"),
        )
        assert reason.detail == f'from "docker-credential-x": {detail}'
        assert reason.hint == hint
    assert too_slow or (tmp_path / "log").read_text() == "once\n"


def test_a_missing_helper_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "docker-credential-plain").write_text("")
    for suffix in ("absent", "../x", "plain"):
        credentials = helped({"PATH": str(tmp_path)}, credHelpers={"r.io": suffix})
        with pytest.raises(Refusal) as caught:
            credentials.find("r.io", "a")
        name = f"docker-credential-{suffix}"
        assert caught.value.reason.detail == f'from "{name}": it is not on PATH'
        assert caught.value.reason.hint == (
            f'put the program "{name}" on PATH, or take its name out of the file'
        )


def test_a_helper_that_does_not_start_is_a_fault(tmp_path: Path) -> None:
    environment = helper(tmp_path, "x", "")
    (tmp_path / "docker-credential-x").write_text("#!/nowhere/sh\n")
    with pytest.raises(Refusal) as caught:
        helped(environment, credHelpers={"r.io": "x"}).find("r.io", "a")
    assert caught.value.reason.detail == ('from "docker-credential-x": No such file or directory')
    assert caught.value.reason.hint == "make it executable"


def test_a_helper_that_is_ended_takes_its_children_along(tmp_path: Path) -> None:
    environment = helper(tmp_path, "x", 'sleep 60 & echo $! >>"$LOG"; wait')
    environment["DOCKER_AUTH_CONFIG"] = json.dumps({"credHelpers": {"r.io": "x"}})
    credentials = Credentials(environment, timeout=30)
    waiting, _ = looking_up(credentials)
    log = tmp_path / "log"
    while not (log.exists() and log.read_text().endswith("\n")):
        waiting.join(0.02)
    credentials.abort()
    waiting.join()
    state = Path(f"/proc/{int(log.read_text())}/stat")
    # What was killed ends when it is its turn, and not when it would by itself.
    deadline = time.monotonic() + 30
    while state.exists() and state.read_text().rpartition(") ")[2][0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_slow_helper_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    environment = helper(tmp_path, "x", "sleep 60")
    credentials = helped(environment, credHelpers={"r.io": "x"}, auths={"other.io": auth("me")})
    waiting, failures = looking_up(credentials)
    assert user(credentials, "other.io/a") == "me"
    while waiting.is_alive():
        credentials.abort()
        waiting.join(0.05)
    (failure,) = failures
    assert failure.reason.detail == 'from "docker-credential-x": it ends with status -9'
    credentials.abort()  # and nothing runs any more
