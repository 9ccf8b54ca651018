"""The command `lock`, as a process, against real registries; digests as skopeo finds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.mirrored import Mirrored, entry, part_of_index
from tests.e2e.pusher import Pusher
from tests.e2e.registries import STARTS, crane
from transformer.lock.entries import HEADER
from transformer.registry.manifests import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST

pytestmark = pytest.mark.e2e

KINDS = {
    "artifact": OCI_MANIFEST,
    "docker-image": DOCKER_MANIFEST,
    "docker-list": DOCKER_LIST,
    "image": OCI_MANIFEST,
    "index": OCI_INDEX,
}
HEAD = HEADER
NOT_FOUND = (
    "  hint: copy it there, mirrorpin plan --missing says how, or compare its name and tag with "
    "those in the registry"
)
ABSENT = "sha256:" + "0" * 64


@pytest.fixture(scope="module", params=list(STARTS.values()), ids=list(STARTS))
def hosts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """A source, and each registry in turn as its mirror, with an image of every kind at both."""
    folder = tmp_path_factory.mktemp("registries")
    with crane(folder / "source") as source, request.param(folder / "mirror") as mirror:
        for host in (source.host, mirror.host):
            pusher = Pusher(host=host, path="team/app")
            pusher.image("image")
            pusher.image("docker-image", docker=True)
            pusher.index("index")
            pusher.index("docker-list", docker=True)
            pusher.artifact("artifact")
        differing(source.host, mirror.host)
        yield source.host, mirror.host


def differing(source: str, mirror: str) -> None:
    """Images that are not the same at both, under the name of how they differ."""
    at_source = Pusher(host=source, path="team/compared")
    at_mirror = Pusher(host=mirror, path="team/compared")
    at_source.index("subset")
    part_of_index(at_mirror, "subset", ["amd64"])
    at_source.index("one")
    at_mirror.image("one", "arm64")
    at_source.image("different", "amd64")
    at_mirror.image("different", "arm64")
    at_source.image("absent-at-mirror")
    at_mirror.image("absent-at-source")
    for pusher in (at_source, at_mirror):
        pusher.index("same")


@pytest.fixture
def place(hosts: tuple[str, str], tmp_path: Path) -> Mirrored:
    source, mirror = hosts
    place = Mirrored(folder=tmp_path, source=source, mirror=mirror)
    place.configure()
    return place


def locked(place: Mirrored, tag: str, *more: str, whom: str = "mirror") -> str:
    digest, size = place.described(f"team/app:{tag}")
    return entry(f"{place.source}/team/app:{tag}", digest, KINDS[tag], size, *more, whom=whom)


def test_every_kind_is_locked(place: Mirrored) -> None:
    place.manifests(*(f"team/app:{tag}" for tag in KINDS))
    ran = place.run("lock", "pods.yaml")
    assert (ran.code, ran.stderr) == (0, ["images.lock.yaml: 5 added; 5 images"])
    text = HEAD + "".join(locked(place, tag) for tag in KINDS)
    assert place.lock.read_text() == text
    width = max(map(len, KINDS))
    assert ran.stdout.splitlines() == [
        f"added  {place.source}/team/app:{tag:{width}}  -> "
        f"{place.digest(f'team/app:{tag}').removeprefix('sha256:')[:12]}"
        for tag in KINDS
    ]
    again = place.run("lock", "pods.yaml")
    assert (again.code, again.stdout) == (0, "")
    assert again.stderr == ["images.lock.yaml: nothing changed; 5 images"]
    assert place.lock.read_text() == text
    checked = place.run("lock", "--check", "--refresh", "pods.yaml")
    assert (checked.code, checked.stderr) == (0, ["images.lock.yaml: check passed, 5 images"])


def test_the_source_is_asked(place: Mirrored) -> None:
    place.manifests("team/app:index")
    assert place.run("lock", "--from", "source", "pods.yaml").code == 0
    assert place.lock.read_text() == HEAD + locked(place, "index", whom="source")


def test_platforms_are_noted(place: Mirrored) -> None:
    place.manifests("team/app:index", "team/app:docker-list")
    names = ("linux/amd64", "linux/arm64")
    ran = place.run("lock", "pods.yaml", *(f"--platform={it}" for it in names))
    assert (ran.code, ran.stderr) == (0, ["images.lock.yaml: 2 added; 2 images"])
    children = [place.digest(f"team/app@{digest}") for digest in noted(place.lock.read_text())]
    lists, indexes = children[:2], children[2:]
    assert place.lock.read_text() == HEAD + "".join(
        locked(
            place,
            tag,
            "platforms:",
            *(f"  {name}: {digest}" for name, digest in zip(names, digests, strict=True)),
        )
        for tag, digests in (("docker-list", lists), ("index", indexes))
    )
    assert children == [digest for tag in ("docker-list", "index") for digest in parts(place, tag)]


def noted(text: str) -> list[str]:
    lines = [it.split() for it in text.splitlines() if it.startswith("      linux/")]
    return [digest for _, digest in lines]


def parts(place: Mirrored, tag: str) -> list[str]:
    """The digests of an index's images, pushed again alone."""
    pusher = Pusher(host=place.mirror, path="team/app")
    is_docker = tag.startswith("docker")
    return [str(pusher.image("", it, docker=is_docker)["digest"]) for it in ("amd64", "arm64")]


def test_platforms_are_noted_of_what_is_locked_though_the_tag_moved(place: Mirrored) -> None:
    pusher = Pusher(host=place.mirror, path="team/noted")
    pusher.index("one")
    place.manifests("team/noted:one")
    assert place.run("lock", "pods.yaml").code == 0
    before = place.lock.read_text()
    pusher.image("one", "arm64")
    ran = place.run("lock", "--platform=linux/amd64", "pods.yaml")
    assert (ran.code, ran.stderr) == (0, ["images.lock.yaml: 1 changed; 1 image"])
    (digest,) = noted(place.lock.read_text())
    assert place.lock.read_text() == f"{before}    platforms:\n      linux/amd64: {digest}\n"
    assert place.digest(f"team/noted@{digest}") == digest


def test_a_platform_that_is_not_there(place: Mirrored) -> None:
    place.manifests("team/app:image", "team/app:artifact", "team/app:index")
    ran = place.run("lock", "--platform=linux/arm64", "pods.yaml")
    hint = "  hint: copy all platforms to the mirror, or do not require this one"
    app = f"{place.mirror}/team/app"
    assert (ran.code, ran.stdout) == (1, "")
    assert ran.stderr == [
        f'pods.yaml:7:12: error: "{app}:image" lists linux/amd64: expected linux/arm64 '
        "(platform-missing)",
        hint,
        f'pods.yaml:15:12: error: "{app}:artifact" lists none: expected linux/arm64 '
        "(platform-missing)",
        hint,
        "images.lock.yaml was not written: 2 errors",
    ]
    assert not place.lock.exists()


def test_some_are_updated(place: Mirrored) -> None:
    pusher = Pusher(host=place.mirror, path="team/moving")
    for tag in ("one", "two"):
        pusher.image(tag)
    place.manifests("team/moving:one", "team/moving:two")
    assert place.run("lock", "pods.yaml").code == 0
    before = place.lock.read_text()
    kept = "  # by hand\n" + before[before.index(f"  {place.source}/team/moving:two") :]
    kept = kept.replace("    size: ", "    note: {a: b}\n    size:   ")
    place.lock.write_text(before[: before.index(f"  {place.source}/team/moving:two")] + kept)
    old, old_size = place.described("team/moving:one")
    for tag in ("one", "two"):
        pusher.index(tag)
    new, size = place.described("team/moving:one")
    name = f"{place.source}/team/moving:one"
    drift = place.run("lock", "--check", "--refresh", "pods.yaml")
    two = place.digest("team/moving:two")
    assert (drift.code, drift.stdout, drift.stderr) == (
        1,
        "",
        [
            f'images.lock.yaml:10:13: error: tag of "{name}" stands for {new}: expected '
            f"{old} (drifted)",
            f"  hint: take the new image with mirrorpin lock --update={name}",
            f'images.lock.yaml:16:13: error: tag of "{name[:-3]}two" stands for {two}: '
            f"expected {old} (drifted)",
            f"  hint: take the new image with mirrorpin lock --update={name[:-3]}two",
            "images.lock.yaml: check failed",
        ],
    )
    ran = place.run("lock", f"--update={place.source}/*:one", "pods.yaml")
    assert (ran.code, ran.stderr) == (0, ["images.lock.yaml: 1 updated; 2 images"])
    assert ran.stdout == (
        f"updated  {name}  {old[7:19]} -> {new[7:19]}  (media type {OCI_MANIFEST} -> {OCI_INDEX}, "
        f"size {old_size} -> {size})\n"
    )
    assert place.lock.read_text() == HEAD + entry(name, new, OCI_INDEX, size, whom="mirror") + kept


def test_what_is_not_used_is_taken_out(place: Mirrored) -> None:
    place.manifests("team/app:image", "team/app:index")
    assert place.run("lock", "pods.yaml").code == 0
    place.manifests("team/app:index", "team/app:artifact")
    app = f"{place.source}/team/app"
    checked = place.run("lock", "--check", "pods.yaml")
    assert (checked.code, checked.stderr) == (
        1,
        [
            f'pods.yaml:15:12: error: "{app}:artifact" is not in images.lock.yaml (not-locked)',
            "  hint: add it with mirrorpin lock",
            f'images.lock.yaml:10:13: error: entry "{app}:image" is used by no manifest '
            "(unused-entry)",
            "  hint: take it out with mirrorpin lock --prune",
            "images.lock.yaml: check failed",
        ],
    )
    ran = place.run("lock", "--prune", "pods.yaml")
    assert (ran.code, ran.stderr) == (0, ["images.lock.yaml: 1 added, 1 removed; 2 images"])
    assert place.lock.read_text() == HEAD + locked(place, "artifact") + locked(place, "index")
    assert place.run("lock", "--check", "pods.yaml").code == 0


def test_a_digest_in_the_manifests_contradicts(place: Mirrored) -> None:
    digest = place.digest("team/app:index")
    place.manifests("team/app:index")
    assert place.run("lock", "pods.yaml").code == 0
    place.manifests(f"team/app:index@{digest}")
    assert place.run("lock", "--check", "pods.yaml").code == 0
    place.manifests(f"team/app:index@{ABSENT}")
    name = f"{place.source}/team/app:index"
    for argv in (["--check"], []):
        ran = place.run("lock", *argv, "pods.yaml")
        assert (ran.code, ran.stderr[:2]) == (
            1,
            [
                f'pods.yaml:7:12: error: "{name}@{ABSENT}" has another digest than the lock: '
                f'expected "{digest}" (images.lock.yaml:10:13) (digest-mismatch)',
                f"  hint: change the manifest, or take its digest with --update={name}",
            ],
        )
    ran = place.run("lock", "--update", "pods.yaml")
    assert (ran.code, ran.stderr) == (
        1,
        [
            f'pods.yaml:7:12: error: "{place.mirror}/team/app@{ABSENT}" at {place.mirror} is '
            "not there, HTTP 404 (registry-not-found)",
            NOT_FOUND,
            "images.lock.yaml was not written: 1 error",
        ],
    )


def test_what_is_not_there_is_named_with_its_places(place: Mirrored) -> None:
    place.manifests("team/app:no", "team/app:index", "team/no:1", *["team/app:no"] * 5)
    ran = place.run("lock", "pods.yaml")
    assert (ran.code, ran.stdout, ran.stderr) == (
        1,
        "",
        [
            f'pods.yaml:7:12: error: "{place.mirror}/team/app:no" at {place.mirror} is not '
            "there, HTTP 404; also at pods.yaml:31:12, pods.yaml:39:12, pods.yaml:47:12 and "
            "2 more (registry-not-found)",
            NOT_FOUND,
            f'pods.yaml:23:12: error: "{place.mirror}/team/no:1" at {place.mirror} is not '
            "there, HTTP 404 (registry-not-found)",
            NOT_FOUND,
            "images.lock.yaml was not written: 2 errors",
        ],
    )


def test_both_hold_the_same(place: Mirrored) -> None:
    place.manifests("team/compared:same")
    ran = place.run("lock", "--from=both", "pods.yaml")
    assert (ran.code, ran.stderr) == (0, ["images.lock.yaml: 1 added; 1 image"])
    digest, size = place.described("team/compared:same")
    name = f"{place.source}/team/compared:same"
    assert place.lock.read_text() == HEAD + entry(name, digest, OCI_INDEX, size, whom="both")


@pytest.mark.parametrize("tag", ["subset", "one"])
def test_the_mirror_holds_a_part(place: Mirrored, tag: str) -> None:
    place.manifests(f"team/compared:{tag}")
    ran = place.run("lock", "--from=both", "pods.yaml")
    source, mirror = (f"{it}/team/compared:{tag}" for it in (place.source, place.mirror))
    theirs = Mirrored(folder=place.folder, source="", mirror=place.source)
    ours = place.digest(f"team/compared:{tag}")
    assert (ran.code, ran.stderr) == (
        0,
        [
            f'pods.yaml:7:12: warning: platform subset at the mirror: "{source}" is '
            f'{theirs.digest(f"team/compared:{tag}")}, "{mirror}" is {ours} (platform-subset)',
            "images.lock.yaml: 1 added; 1 image",
        ],
    )
    assert f"    digest: {ours}\n" in place.lock.read_text()


def test_the_mirror_holds_something_else(place: Mirrored) -> None:
    place.configure("{mode: lock, resolveFrom: both}")
    place.manifests("team/compared:different")
    ran = place.run("lock", "pods.yaml")
    source, mirror = (f"{it}/team/compared:different" for it in (place.source, place.mirror))
    theirs = Mirrored(folder=place.folder, source="", mirror=place.source)
    assert (ran.code, ran.stderr) == (
        1,
        [
            f'pods.yaml:7:12: error: different at the mirror: "{source}" is '
            f'{theirs.digest("team/compared:different")}, "{mirror}" is '
            f"{place.digest('team/compared:different')} (mirror-differs)",
            "  hint: copy it again with all its platforms, for example skopeo copy --all "
            "--preserve-digests",
            "images.lock.yaml was not written: 1 error",
        ],
    )
    assert not place.lock.exists()


def test_the_mirror_does_not_have_it(place: Mirrored) -> None:
    place.manifests("team/compared:absent-at-mirror")
    ran = place.run("lock", "--from=both", "pods.yaml")
    assert (ran.code, ran.stderr) == (
        1,
        [
            f'pods.yaml:7:12: error: "{place.mirror}/team/compared:absent-at-mirror" at '
            f"{place.mirror} is not there, HTTP 404 (registry-not-found)",
            NOT_FOUND,
            "images.lock.yaml was not written: 1 error",
        ],
    )


def test_the_source_does_not_have_it(place: Mirrored) -> None:
    place.manifests("team/compared:absent-at-source")
    ran = place.run("lock", "--from=both", "pods.yaml")
    source, mirror = (f"{it}/team/compared:absent-at-source" for it in (place.source, place.mirror))
    assert (ran.code, ran.stderr) == (
        0,
        [
            f'pods.yaml:7:12: warning: absent at the source: "{source}", HTTP 404; the mirror has '
            f'"{mirror}" as {place.digest("team/compared:absent-at-source")} (source-absent)',
            "images.lock.yaml: 1 added; 1 image",
        ],
    )
