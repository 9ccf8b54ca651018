"""The commands `plan` and `sync` with real engines, from one real registry to another."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.e2e.conftest import search_path
from tests.e2e.mirrored import Mirrored, Ran, variables
from tests.e2e.packages import DOCKER_REGISTRY
from tests.e2e.pusher import EMPTY, Pusher
from tests.e2e.registries import (
    PASSWORD,
    STARTS,
    USER,
    Registry,
    distribution,
    htpasswd,
)
from tests.e2e.tools import CRANE, ORAS, REGCTL, REGISTRY, REGSYNC
from tests.helpers.quirk_server import QuirkServer, Reply
from tests.helpers.quirks import basic_header
from transformer.registry.manifests import OCI_INDEX, OCI_MANIFEST

pytestmark = pytest.mark.e2e

Source: TypeAlias = "tuple[Registry, dict[str, str]]"

ENGINES = ("regctl", "skopeo", "crane", "oras")
KINDS = ("index", "image", "artifact", "list")
COUNT = 40


def push(host: str, **headers: str) -> dict[str, str]:
    """Push the images of all tests, a repository for each four. Returns their digests by name."""
    digests: dict[str, str] = {}
    for number in range(COUNT // len(KINDS)):
        pusher = Pusher(host=host, path=f"team/app{number}", headers=headers)
        found: dict[str, dict[str, Any]] = {
            "index": pusher.index("index"),
            "image": pusher.image("image", "arm64"),
            "artifact": pusher.artifact("artifact"),
            "list": pusher.index("list", docker=True),
        }
        digests |= {f"team/app{number}:{kind}": it["digest"] for kind, it in found.items()}
    return digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A source with images, a mirror without, and the folder between them."""

    place: Mirrored
    digests: dict[str, str]

    @property
    def hosts(self) -> list[str]:
        return [f"--plain-http={self.place.source}", f"--plain-http={self.place.mirror}"]

    def run(self, *argv: str) -> Ran:
        return self.place.run(*argv)

    def agree(self) -> None:
        """See by skopeo that the mirror has each image with its digest."""
        for name, digest in self.digests.items():
            assert self.place.digest(name) == digest

    def nothing_is_missing(self) -> None:
        ran = self.run("plan", "--missing", *self.hosts, "pods.yaml")
        assert (ran.code, ran.stdout) == (0, "")
        assert ran.stderr[-1] == "0 images missing at the mirrors"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    with distribution(REGISTRY, tmp_path_factory.mktemp("source")) as registry:
        yield registry, push(registry.host)


@pytest.fixture
def pair(source: Source, tmp_path: Path) -> Iterator[Pair]:
    """Each test has a mirror of its own."""
    with distribution(REGISTRY, tmp_path / "mirror") as mirror:
        yield between(tmp_path, source, mirror)


def between(folder: Path, source: Source, mirror: Registry) -> Pair:
    registry, digests = source
    path = search_path(CRANE, ORAS, REGCTL, REGSYNC)
    place = Mirrored(
        folder=folder, source=registry.host, mirror=mirror.host, environment={"PATH": path}
    )
    place.configure()
    place.manifests(*digests)
    return Pair(place=place, digests=digests)


def shell(pair: Pair, *command: str) -> subprocess.CompletedProcess[str]:
    place = pair.place
    return subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=place.folder,
        env={"HOME": str(place.folder), **place.environment},
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("name", ENGINES)
def test_a_script_brings_all_there_and_goes_on_from_where_it_was(pair: Pair, name: str) -> None:
    assert pair.run("lock", "--from=source", "pods.yaml").code == 0
    ran = pair.run("plan", "--format", name, *pair.hosts, "pods.yaml")
    assert ran.code == 0
    script = pair.place.folder / "copy.sh"
    lines = ran.stdout.splitlines(keepends=True)
    half = len(lines) // 2
    cut = next(at for at in range(half, len(lines)) if lines[at].startswith("#"))
    script.write_text("".join(lines[:cut]) + "false\n" + "".join(lines[cut:]))
    assert shell(pair, "sh", "copy.sh").returncode == 1
    script.write_text(ran.stdout)
    done = shell(pair, "sh", "copy.sh")
    assert done.returncode == 0, done.stderr
    pair.agree()
    pair.nothing_is_missing()
    assert shell(pair, "sh", "copy.sh").returncode == 0


def test_regsync_takes_its_file(pair: Pair) -> None:
    assert pair.run("lock", "--from=source", "pods.yaml").code == 0
    ran = pair.run("plan", "--format=regsync", *pair.hosts, "pods.yaml")
    (pair.place.folder / "regsync.yaml").write_text(ran.stdout)
    done = shell(pair, "regsync", "once", "-c", "regsync.yaml")
    assert done.returncode == 0, done.stderr
    pair.agree()
    pair.nothing_is_missing()


@pytest.mark.parametrize("name", ENGINES)
def test_sync_brings_all_there_by_each_engine(pair: Pair, name: str) -> None:
    argv = ("sync", "--engine", name, *pair.hosts, "pods.yaml")
    ran = pair.run(*argv)
    assert ran.code == 0, ran.stderr
    assert ran.stderr[-1] == f"40 images at the mirrors: 40 copied by {name}, 0 there before"
    pair.agree()
    pair.nothing_is_missing()
    assert pair.run(*argv).stderr == [
        f"40 images at the mirrors: 0 copied by {name}, 40 there before"
    ]


@pytest.mark.parametrize("name", [it for it in STARTS if it != "distribution 3"])
def test_sync_brings_all_to_other_registries(source: Source, tmp_path: Path, name: str) -> None:
    with STARTS[name](tmp_path / "mirror") as mirror:
        pair = between(tmp_path, source, mirror)
        ran = pair.run("sync", *pair.hosts, "pods.yaml")
        assert ran.code == 0, ran.stderr
        pair.agree()


def test_a_lock_alone_is_synced_by_its_digests(pair: Pair) -> None:
    place = pair.place
    assert pair.run("lock", "--from=source", "pods.yaml").code == 0
    pusher = Pusher(host=place.source, path="team/app0")
    kept = place.lock.read_text()
    try:
        pusher.image("index", "s390x")
        ran = pair.run("sync", *pair.hosts, "images.lock.yaml")
        assert ran.code == 0, ran.stderr
        pair.agree()
        assert place.lock.read_text() == kept
        assert pair.run("verify", "pods.yaml").code == 0
    finally:
        pusher.index("index")


def test_killed_in_the_middle_the_next_run_finishes(pair: Pair) -> None:
    place = pair.place
    command = [sys.executable, "-m", "transformer", "sync", "-j2", "--engine=crane"]
    process = subprocess.Popen(
        [*command, *pair.hosts, "pods.yaml"],
        cwd=place.folder,
        env=variables(place.folder) | place.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines = [process.stderr.readline() for _ in range(5)]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert lines[4].startswith("5 of 40: ")
    time.sleep(1)
    ran = pair.run("sync", "--engine=crane", *pair.hosts, "pods.yaml")
    assert ran.code == 0, ran.stderr
    before = int(ran.stderr[-1].rpartition(", ")[2].split()[0])
    assert 5 <= before < COUNT
    pair.agree()


def test_a_mirror_that_goes_down_half_way(pair: Pair, tmp_path: Path) -> None:
    place = pair.place
    crane = tmp_path / "bin" / "crane"
    crane.parent.mkdir()
    # The real one, but for the eighth call, which takes the mirror with it.
    with distribution(REGISTRY, tmp_path / "other") as other:
        place.configure(mirror=other.host)
        crane.write_text(
            f"#!/bin/sh\necho x >> {tmp_path}/calls\n"
            f"[ $(wc -l < {tmp_path}/calls) -ne 8 ] || kill -9 {other.process.pid}\n"
            f'exec {CRANE.path} "$@"\n'
        )
        crane.chmod(0o755)
        place.environment["PATH"] = f"{tmp_path}/bin:/usr/bin:/bin"
        ran = pair.run("sync", "-j1", "--engine=crane", "--deadline=5", "pods.yaml")
        assert ran.code == 1
        failed = [it for it in ran.stderr if it.endswith("(not-copied)")]
        assert len(failed) == 10
        assert ran.stderr[-1] == "sync failed: 0 of 40 images copied and seen there"


def closed(tmp_path: Path, source: Source) -> Iterator[Pair]:
    """A mirror that knows one user."""
    auth = htpasswd(tmp_path / "auth")
    with distribution(DOCKER_REGISTRY, tmp_path / "mirror", auth=auth) as mirror:
        yield between(tmp_path, source, mirror)


CLOSED = contextmanager(closed)
SECRETS = (PASSWORD, basic_header(USER, PASSWORD).split()[1])


def login(file: Path, host: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"auths": {host: {"auth": SECRETS[1]}}}))


class Watch(threading.Thread):
    """Notes the words and variables of all processes with a home."""

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True)
        self.home = f"HOME={home}\0".encode()
        self.seen: set[bytes] = set()
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.002):
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    variables = (folder / "environ").read_bytes()
                    if self.home in variables:
                        self.seen |= {variables, (folder / "cmdline").read_bytes()}


def test_credentials_are_the_engine_s_and_seen_nowhere(source: Source, tmp_path: Path) -> None:
    with CLOSED(tmp_path, source) as pair:
        login(tmp_path / ".docker/config.json", pair.place.mirror)
        watch = Watch(tmp_path)
        watch.start()
        said = []
        for name in ENGINES:
            pair.place.configure(mirror=f"{pair.place.mirror}/{name}")
            argv = ("sync", "-v", "--engine", name, "--log-file=log", *pair.hosts, "pods.yaml")
            ran = pair.run(*argv)
            assert ran.code == 0, ran.stderr
            ran = pair.run("plan", "--format", name, "pods.yaml")
            said += [ran.stdout, *ran.stderr]
        watch.ended.set()
        watch.join()
        programs = {it.split(b"\0")[0].rpartition(b"/")[2] for it in watch.seen}
        assert {name.encode() for name in ENGINES} <= programs
        said += [(tmp_path / "log").read_text(), *(it.decode() for it in watch.seen)]
        assert [text for text in said if any(it in text for it in SECRETS)] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("regctl", "unauthorized"),
        ("skopeo", "authentication required"),
        ("crane", "401 Unauthorized"),
        ("oras", "basic credential not found"),
    ],
)
def test_a_mirror_without_push_rights(
    source: Source, tmp_path: Path, name: str, words: str
) -> None:
    with CLOSED(tmp_path, source) as pair:
        login(tmp_path / "ours.json", pair.place.mirror)
        pair.place.manifests("team/app0:index")
        argv = ("sync", "--engine", name, "--auth-file=ours.json", *pair.hosts, "pods.yaml")
        ran = pair.run(*argv)
        assert ran.code == 1
        assert ran.stderr[0].startswith(f"pods.yaml:7:12: error: {name} did not copy ")
        assert [it for it in ran.stderr[2:-1] if not it.startswith("  | ")] == []
        assert words in "".join(ran.stderr[2:-1])
        assert ran.stderr[-1] == "sync failed: 0 of 1 image copied and seen there"


def test_the_way_of_a_newcomer(pair: Pair) -> None:
    place = pair.place
    (place.folder / "mirrorpin.yaml").unlink()
    ran = pair.run("init", f"--registry={place.mirror}/all", "--output=mirrorpin.yaml", "pods.yaml")
    assert ran.code == 0, ran.stderr
    ran = pair.run("lock", "pods.yaml")
    assert ran.code == 1
    assert any("copy it there, mirrorpin plan" in it for it in ran.stderr)
    assert pair.run("plan", "pods.yaml").code == 0
    ran = pair.run("sync", *pair.hosts, "pods.yaml")
    assert ran.code == 0, ran.stderr
    assert pair.run("lock", "pods.yaml").code == 0
    config = place.folder / "mirrorpin.yaml"
    config.write_text(f"{config.read_text()}  digests: {{mode: lock}}\n")
    ran = pair.run("pods.yaml")
    assert ran.code == 0
    (place.folder / "mirrored.yaml").write_text(ran.stdout)
    assert all(it in ran.stdout for it in pair.digests.values())
    assert pair.run("check", "mirrored.yaml").code == 0
    assert pair.run("verify", "pods.yaml").stderr[-1] == "verify passed: 40 images are there"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """An index whose list and platforms have signatures and more, in every way of keeping them."""
    with distribution(REGISTRY, tmp_path_factory.mktemp("signed")) as registry:
        pusher = Pusher(host=registry.host, path="team/app")
        children = [pusher.image("", it) for it in ("amd64", "arm64")]
        content = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children}
        index = pusher.manifest("index", content, OCI_INDEX)
        sbom = refer(pusher, index, "application/spdx+json")
        listed(pusher, index, sbom)
        listed(pusher, sbom, refer(pusher, sbom, "application/vnd.cncf.notary.signature"))
        pusher.image(f"{index['digest'].replace(':', '-')}.sig", "riscv64")
        pusher.image(f"{children[0]['digest'].replace(':', '-')}.att", "ppc64le")
        yield registry, {"team/app:index": index["digest"]}


def refer(pusher: Pusher, subject: dict[str, Any], kind: str) -> dict[str, Any]:
    """Push an artifact that refers to a manifest (image-spec v1.1, `subject`)."""
    content = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": kind,
        "config": {"mediaType": EMPTY, **pusher.blob(b"{}")},
        "layers": [{"mediaType": kind, **pusher.blob(kind.encode())}],
        "subject": {key: subject[key] for key in ("mediaType", "digest", "size")},
    }
    return pusher.manifest("", content, OCI_MANIFEST)


def listed(pusher: Pusher, subject: dict[str, Any], *referrers: dict[str, Any]) -> None:
    """List referrers by the tag that stands for the list where a registry has none."""
    content = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": referrers}
    pusher.manifest(subject["digest"].replace(":", "-"), content, OCI_INDEX)


@pytest.mark.parametrize("name", ENGINES)
def test_signatures_travel(signed: Source, tmp_path: Path, name: str) -> None:
    with distribution(REGISTRY, tmp_path / "mirror") as mirror:
        pair = between(tmp_path, signed, mirror)
        assert pair.run("sync", "--engine", name, *pair.hosts, "pods.yaml").code == 0
        assert pair.run("lock", "pods.yaml").code == 0
        assert pair.run("verify", "pods.yaml").code == 0
        ran = pair.run("verify", "--referrers", "pods.yaml")
        assert ran.code == 1
        assert sum(it.endswith("(not-attached)") for it in ran.stderr) == 3
        ran = pair.run("sync", "--referrers", "--engine", name, *pair.hosts, "pods.yaml")
        assert ran.code == 0, ran.stderr
        assert ran.stderr[-1] == f"5 images at the mirrors: 4 copied by {name}, 1 there before"
        assert pair.run("verify", "--referrers", "pods.yaml").code == 0
        ran = pair.run("plan", "--referrers", "--missing", "pods.yaml")
        assert (ran.code, ran.stdout) == (0, "")


@pytest.mark.parametrize(("name", "writes"), [(it, it != "skopeo") for it in ENGINES])
def test_a_list_of_the_source_becomes_a_tag_of_the_mirror(
    tmp_path: Path, name: str, writes: bool
) -> None:
    # No registry that can be had here makes a list of referrers by itself.
    with QuirkServer() as source, distribution(REGISTRY, tmp_path / "mirror") as mirror:
        image = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": EMPTY, "digest": source.put_blob("app", {}), "size": 2},
            "layers": [],
        }
        digest = source.put("app:1", image, OCI_MANIFEST)
        body = source.content[f"/v2/app/manifests/{digest}"][1]
        subject = {"mediaType": OCI_MANIFEST, "digest": digest, "size": len(body)}
        sbom = source.put("app:s", {**image, "subject": subject}, OCI_MANIFEST)
        page = {"schemaVersion": 2, "manifests": [{"digest": sbom}]}
        reply = Reply(headers={"Content-Type": OCI_INDEX}, body=json.dumps(page).encode())
        source.routes[f"/v2/app/referrers/{digest}"] = lambda _: reply
        pair = between(
            tmp_path,
            (Registry(host=source.host, process=mirror.process), {"app:1": digest}),
            mirror,
        )
        argv = ("sync", "--referrers", "-j1", "--engine", name, *pair.hosts, "pods.yaml")
        assert pair.run(*argv).code == 0
        assert pair.run("lock", "pods.yaml").code == 0
        assert pair.run("verify", "--referrers", "pods.yaml").code == (0 if writes else 1)
