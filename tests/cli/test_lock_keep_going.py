"""What `lock --keep-going` writes when not all is answered, and what it says of the rest."""

from __future__ import annotations

from itertools import chain, combinations
from pathlib import Path

import pytest

from tests.helpers.command import command
from tests.helpers.quirk_server import QuirkServer, Reply, Seen
from tests.helpers.quirks import slow
from tests.helpers.registry_runs import INDEX
from tests.helpers.registry_table import MIRROR, NGINX, WEB, A, B, C, Place, index, pods
from transformer.lock.entries import HEADER

MIRRORED_NGINX = f"{MIRROR}/{NGINX}"
MIRRORED_WEB = f"{MIRROR}/{WEB}"
HEAD = HEADER
ENTRY = f"  {NGINX}:\n    digest: {A}\n"


def test_what_was_answered_is_written_and_the_rest_is_named(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A)})
    stream = pods("nginx:1.27", WEB, "web:1")
    assert place.run("lock", "--keep-going", stdin=stream) == 1
    assert place.lock.read_text().startswith(f"{HEAD}{ENTRY}")
    assert WEB not in place.lock.read_text()
    assert place.out == f"added  {NGINX}  -> aaaaaaaaaaaa\n"
    said = place.err.splitlines()
    assert [line.partition(": error: ")[0] for line in said[::2]] == [
        "<stdin>:15:12",
        "<stdin>:23:12",
        f"images.lock.yaml: 1 added; 1 image; 2 not locked: {WEB}, docker.io/library/web:1",
    ]


def test_the_next_run_asks_for_the_rest_only(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A)})
    stream = pods("nginx:1.27", WEB)
    assert place.run("lock", "--keep-going", "-q", stdin=stream) == 1
    assert "not locked" in place.err
    place.table.answers = {MIRRORED_WEB: index(B)}
    assert place.run("lock", "--keep-going", stdin=stream) == 0
    assert place.table.asked == [MIRRORED_NGINX, MIRRORED_WEB, MIRRORED_WEB]
    assert place.err == "images.lock.yaml: 1 added; 2 images\n"


def test_without_any_answer_there_is_no_lock(tmp_path: Path) -> None:
    place = Place(tmp_path, {})
    assert place.run("lock", "--keep-going", stdin=pods(WEB)) == 1
    assert place.out == ""
    assert place.err.splitlines()[-1] == (
        f"images.lock.yaml: nothing changed; 0 images; 1 not locked: {WEB}"
    )
    assert not place.lock.exists()


def test_an_entry_that_cannot_be_refreshed_stays(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A)})
    old = f"{HEAD}  {NGINX}:\n    digest: {B}\n  {WEB}:\n    digest: {C}\n"
    place.lock.write_text(old)
    assert place.run("lock", "--keep-going", "--update", stdin=pods(WEB)) == 1
    assert f"digest: {A}" in place.lock.read_text()
    assert f"  {WEB}:\n    digest: {C}\n" in place.lock.read_text()
    assert place.err.splitlines()[-1] == "images.lock.yaml: 1 updated; 2 images"


@pytest.mark.parametrize(
    ("images", "code"),
    [
        pytest.param([f"nginx:1.27@{B}"], "digest-mismatch", id="contradicted"),
        pytest.param([f"web:1@{A}", f"web:1@{B}"], "two-digests", id="two digests"),
    ],
)
def test_what_the_manifests_contradict_is_left_out(
    tmp_path: Path, images: list[str], code: str
) -> None:
    place = Place(tmp_path, {MIRRORED_WEB: index(B)})
    place.lock.write_text(f"{HEAD}{ENTRY}")
    assert place.run("lock", "--keep-going", stdin=pods(WEB, *images)) == 1
    assert f"({code})" in place.err
    assert place.lock.read_text().startswith(f"{HEAD}{ENTRY}")
    assert f"digest: {B}" in place.lock.read_text()


def test_nothing_is_pruned_by_manifests_without_an_image(tmp_path: Path) -> None:
    place = Place(tmp_path, {})
    place.lock.write_text(f"{HEAD}{ENTRY}")
    assert place.run("lock", "--keep-going", "--prune", stdin="") == 1
    assert "(no-images)" in place.err
    assert place.lock.read_text() == f"{HEAD}{ENTRY}"
    assert place.run("lock", "--keep-going", "--prune", stdin=pods(WEB)) == 1
    assert place.lock.read_text() == f"{HEAD}"
    assert place.out == f"removed  {NGINX}  aaaaaaaaaaaa ->\n"


def test_failing_manifests_are_not_locked_at_all(tmp_path: Path) -> None:
    place = Place(tmp_path, {MIRRORED_NGINX: index(A)})
    assert place.run("lock", "--keep-going", stdin=pods("nginx:1.27", "quay.io/x:1")) == 1
    assert place.err.endswith("nothing was written: the manifests fail\n")
    assert not place.lock.exists()


def test_whatever_is_answered_first_the_lock_is_the_same_in_the_end(tmp_path: Path) -> None:
    images = ["nginx:1.27", WEB, "acme/a:1", "acme/b:1"]
    names = [MIRRORED_NGINX, MIRRORED_WEB, *(f"{MIRROR}/docker.io/acme/{it}:1" for it in "ab")]
    answers = dict(zip(names, map(index, (A, B, C, A)), strict=True))
    place = Place(tmp_path, answers)
    assert place.run("lock", stdin=pods(*images)) == 0
    whole = place.lock.read_bytes()
    for answered in chain.from_iterable(combinations(names, count) for count in range(4)):
        place.lock.unlink(missing_ok=True)
        place.table.answers = {name: answers[name] for name in answered}
        assert place.run("lock", "--keep-going", stdin=pods(*images)) == 1
        assert place.lock.exists() == bool(answered)
        assert place.out.count("added") == len(answered)
        place.table.answers = answers
        assert place.run("lock", stdin=pods(*images)) == 0
        assert place.lock.read_bytes() == whole


@pytest.mark.slow
def test_what_was_answered_before_the_deadline_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with QuirkServer() as server:
        digest = server.put("team/app:1.0", INDEX)
        server.put("team/late:1.0", INDEX)
        trickling = slow(server)

        def late(seen: Seen, reply: Reply) -> Reply:
            return trickling(seen, reply) if "late" in seen.path else reply

        server.quirks.append(late)
        (tmp_path / "mirrorpin.yaml").write_text(
            "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n"
            f"  mirrors: [{{source: '{server.host}', keep: true}}]\n"
        )
        images = [f"{server.host}/team/{name}:1.0" for name in ("app", "late")]
        ran = command("lock", "--keep-going", "--deadline=0.6", stdin=pods(*images))
    assert ran.code == 1
    assert "(registry-deadline)" in ran.stderr[0]
    assert ran.stderr[-1] == f"images.lock.yaml: 1 added; 1 image; 1 not locked: {images[1]}"
    assert f"{images[0]}:\n    digest: {digest}\n" in (tmp_path / "images.lock.yaml").read_text()
