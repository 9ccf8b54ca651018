"""`lock --created`, over a registry: what is noted, what is asked again, and what is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.quirk_server import QuirkServer
from tests.helpers.runs import pod
from tests.registry.test_created import put, put_index
from transformer.lock.diff import as_markdown, compare, entries
from transformer.lock.lock import parse_lock

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: SERVER, keep: true}]
  digests: {mode: lock}
  policy: {age: {maxDays: 30}}
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuirkServer]:
    """A registry, and the working directory with a configuration for it."""
    monkeypatch.chdir(tmp_path)
    with QuirkServer() as server:
        (tmp_path / "mirrorpin.yaml").write_text(CONFIG.replace("SERVER", server.host))
        yield server


def lock(server: QuirkServer, *argv: str) -> Ran:
    return command(
        "lock", *argv, "--plain-http", server.host, stdin=pod(f"{server.host}/team/app:1")
    )


def noted() -> str:
    text = Path("images.lock.yaml").read_text()
    return next((it.strip() for it in text.splitlines() if "created" in it), "")


def test_is_noted_where_it_is_asked_for(server: QuirkServer) -> None:
    put(server, "1", "2026-03-05T12:00:00Z")
    assert lock(server).code == 0
    assert noted() == ""
    assert lock(server, "--created").code == 0
    assert noted() == 'created: "2026-03-05T12:00:00Z"'
    asked = len(server.asked())
    assert lock(server, "--created").code == 0
    assert len(server.asked()) == asked
    parsed = parse_lock("l", Path("images.lock.yaml").read_text())
    (entry,) = entries(parsed).values()
    assert entry.created == "2026-03-05T12:00:00Z"


def test_is_noted_again_with_another_digest(server: QuirkServer) -> None:
    put(server, "1", "2026-03-05T12:00:00Z")
    lock(server, "--created")
    before = Path("images.lock.yaml").read_text()
    put(server, "1", "2026-04-05T12:00:00Z")
    assert lock(server, "--update").code == 0
    assert noted() == 'created: "2026-04-05T12:00:00Z"'
    old, new = (parse_lock("l", it) for it in (before, Path("images.lock.yaml").read_text()))
    (change,) = compare(entries(old), entries(new))
    said = as_markdown([change])
    assert "created 2026-03-05T12:00:00Z" in said.replace("&#58;", ":")


def test_an_image_that_does_not_say_has_none(server: QuirkServer) -> None:
    put(server, "1", None)
    assert lock(server, "--created").code == 0
    assert noted() == ""


def test_the_lock_stays_as_it_is_where_nobody_answers(server: QuirkServer) -> None:
    put(server, "1", "2026-03-05T12:00:00Z")
    for name in [it for it in server.content if "/blobs/" in it]:
        del server.content[name]
    ran = lock(server, "--created")
    assert (ran.code, Path("images.lock.yaml").exists()) == (1, False)
    assert "(registry-not-found)" in ran.stderr[0]


def test_offline_nobody_is_asked(server: QuirkServer) -> None:
    put(server, "1", "2026-03-05T12:00:00Z")
    lock(server)
    asked = len(server.asked())
    ran = lock(server, "--created", "--offline")
    assert (ran.code, len(server.asked())) == (1, asked)
    assert "(registry-offline)" in str(ran.stderr)


@pytest.mark.parametrize("other", ["--check", "--diff=x", "--import=x"])
def test_goes_with_what_asks_registries(server: QuirkServer, other: str) -> None:
    ran = lock(server, "--created", other)
    assert ran.code == 2
    assert "`--created` are both given" in ran.stderr[0]


def test_a_run_judges_what_the_lock_has_noted(server: QuirkServer) -> None:
    old = put(server, "old", "2026-03-05T12:00:00Z", "arm64")
    digest = put_index(
        server, ("amd64", put(server, "new", "2026-06-01T00:00:00Z")), ("arm64", old)
    )
    server.content["/v2/team/app/manifests/1"] = server.content[f"/v2/team/app/manifests/{digest}"]
    lock(server, "--created")
    manifest = pod(f"{server.host}/team/app:1")
    asked = len(server.asked())
    late = command("check", "--today=2026-06-02", stdin=manifest)
    assert "(gate-age)" in str(late.stderr)
    assert command("--today=2026-04-04", stdin=manifest).code == 0
    assert len(server.asked()) == asked
