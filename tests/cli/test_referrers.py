"""What belongs to images, from one registry on this machine to another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.quirk_server import OCI_INDEX, OCI_MANIFEST, QuirkServer
from tests.helpers.registry_table import pods

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{{source: "{source}", target: "{mirror}"}}]
  digests: {{mode: lock}}
"""


class Pair:
    """A source whose image is signed, and a mirror that has the image alone."""

    def __init__(self, source: QuirkServer, mirror: QuirkServer) -> None:
        self.source, self.mirror = source, mirror
        image = {"schemaVersion": 2, "mediaType": OCI_MANIFEST}
        self.digest = source.put("app:1", image, OCI_MANIFEST)
        self.tag = self.digest.replace(":", "-")
        self.name = f"{mirror.host}/app"
        mirror.put("app:1", image, OCI_MANIFEST)
        self.sbom = source.put("app:sbom", {**image, "artifactType": "a/b"}, OCI_MANIFEST)
        self.signature = source.put(f"app:{self.tag}.sig", {**image, "s": 1}, OCI_MANIFEST)
        manifests = [{"mediaType": OCI_MANIFEST, "digest": self.sbom, "size": 1}]
        self.listed = source.put(f"app:{self.tag}", {"schemaVersion": 2, "manifests": manifests})
        Path("mirrorpin.yaml").write_text(CONFIG.format(source=source.host, mirror=mirror.host))
        Path("images.lock.yaml").write_text(
            f"version: 1\nimages:\n  {source.host}/app:1:\n    digest: {self.digest}\n"
        )
        self.stream = pods(f"{source.host}/app:1")

    def travel(self) -> None:
        """Let all that belongs to the image be at the mirror."""
        for name in (f"app:{self.tag}", f"app:{self.tag}.sig", "app:sbom"):
            path, _, tag = name.partition(":")
            kind, body = self.source.content[f"/v2/{path}/manifests/{tag}"]
            self.mirror.put(name, body, kind)

    def run(self, *argv: str) -> Ran:
        return command(*argv, stdin=self.stream, environment={"HOME": "."})


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.chdir(tmp_path)
    with QuirkServer() as source, QuirkServer() as mirror:
        yield Pair(source, mirror)


def test_they_are_planned_beside_their_image(pair: Pair) -> None:
    ran = pair.run("plan", "--referrers", "--format=tsv")
    assert ran.code == 0
    rows = [it.split("\t") for it in ran.stdout.decode().splitlines()[1:]]
    assert [(row[1], row[2], row[5]) for row in rows] == [
        (pair.digest, f"{pair.name}:1", ""),
        (pair.signature, f"{pair.name}:{pair.tag}.sig", pair.digest),
        (pair.listed, f"{pair.name}:{pair.tag}", pair.digest),
    ]
    text = pair.run("plan", "--referrers").stdout.decode()
    assert f" (mirrors[0], of {pair.digest})\n" in text


def test_what_is_there_is_left_out(pair: Pair) -> None:
    ran = pair.run("plan", "--referrers", "--missing", "--format=tsv")
    rows = [it.split("\t")[1] for it in ran.stdout.decode().splitlines()[1:]]
    assert rows == [pair.signature, pair.listed]
    pair.travel()
    ran = pair.run("plan", "--referrers", "--missing")
    assert (ran.code, ran.stdout) == (0, b"")


def test_an_image_without_a_digest_has_the_one_of_its_source(pair: Pair) -> None:
    ran = pair.run("plan", "--referrers", "--digests=off", "--format=tsv")
    assert pair.digest in ran.stdout.decode()


def test_a_source_that_is_not_there_is_an_error(pair: Pair) -> None:
    del pair.source.content[f"/v2/app/manifests/{pair.digest}"]
    ran = pair.run("plan", "--referrers")
    assert (ran.code, ran.stdout) == (1, b"")
    assert ran.stderr[0].startswith(f'<stdin>:7:12: error: "{pair.source.host}/app@')
    assert ran.stderr[-1] == "nothing was planned: 1 error"


def test_offline_they_cannot_be_known(pair: Pair) -> None:
    ran = pair.run("plan", "--referrers", "--offline")
    assert ran.code == 1
    assert ran.stderr[0].endswith("(registry-offline)")


@pytest.mark.parametrize("argv", [("verify",), ("verify", "images.lock.yaml")])
def test_verify_wants_them_at_the_mirror(pair: Pair, argv: tuple[str, ...]) -> None:
    assert pair.run(*argv).code == 0
    ran = pair.run(*argv, "--referrers")
    place = "<stdin>:7:12" if len(argv) == 1 else "images.lock.yaml:4:13"
    hint = "  hint: copy it with mirrorpin sync --referrers"
    at = f'"{pair.name}@{pair.digest}" is not there as at its source:'
    assert (ran.code, ran.stderr) == (
        1,
        [
            f'{place}: error: signature of {at} "{pair.name}:{pair.tag}.sig" (not-attached)',
            hint,
            f'{place}: error: referrer of {at} "{pair.name}@{pair.sbom}" (not-attached)',
            hint,
            "verify failed: 2 errors",
        ],
    )
    pair.travel()
    assert pair.run(*argv, "--referrers").code == 0


def test_verify_says_what_it_cannot_know(pair: Pair) -> None:
    config = CONFIG.replace('target: "{mirror}"', 'template: "{mirror}/{{{{ repository }}}}"')
    hosts = {"source": pair.source.host, "mirror": pair.mirror.host}
    Path("mirrorpin.yaml").write_text(config.format(**hosts))
    pair.stream = pods(f"{pair.name}:1@{pair.digest}")
    ran = pair.run("verify", "--referrers")
    assert ran.code == 0
    assert ran.stderr[0].endswith("(unknown-source)")


def test_sync_copies_them(pair: Pair) -> None:
    engine = Path("bin/crane")
    engine.parent.mkdir()
    engine.write_text("#!/bin/sh\n")
    engine.chmod(0o755)
    environment = {"HOME": ".", "PATH": str(engine.parent)}
    argv = ("sync", "--referrers", "--dry-run")
    ran = command(*argv, stdin=pair.stream, environment=environment)
    source = f"{pair.source.host}/app@"
    assert ran.stdout.decode().splitlines() == [
        f"crane copy {source}{pair.signature} {pair.name}:{pair.tag}.sig",
        f"crane copy {source}{pair.listed} {pair.name}:{pair.tag}",
    ]


def test_an_index_is_known_by_its_platforms(pair: Pair) -> None:
    manifests = [{"mediaType": OCI_MANIFEST, "digest": pair.digest, "size": 1}]
    index = pair.source.put("app:2", {"schemaVersion": 2, "manifests": manifests}, OCI_INDEX)
    pair.stream = pods(f"{pair.source.host}/app:2@{index}")
    ran = pair.run("plan", "--referrers", "--format=tsv")
    subjects = [it.split("\t")[5] for it in ran.stdout.decode().splitlines()[1:]]
    assert subjects == ["", pair.digest, pair.digest]
