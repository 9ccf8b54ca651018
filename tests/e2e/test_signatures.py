"""`lock --verify-signatures` with the real cosign, from one real registry to another."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import search_path
from tests.e2e.mirrored import Mirrored, Ran, variables
from tests.e2e.pusher import Pusher
from tests.e2e.registries import PASSWORD, USER, Config, distribution, htpasswd
from tests.e2e.tools import COSIGN, CRANE, REGISTRY

pytestmark = pytest.mark.e2e

SIGNED, UNSIGNED, FOREIGN, WHOLE = (
    "team/signed:1",
    "team/unsigned:1",
    "team/foreign:1",
    "team/whole:1",
)
CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - source: "{source}"
    target: "{mirror}"
    signedBy: {{key: ours.pub, transparencyLog: ignore}}
  digests: {{mode: lock}}
"""


def call(folder: Path, *words: str) -> str:
    done = subprocess.run(
        words,
        capture_output=True,
        check=False,
        cwd=folder,
        env={**variables(folder), "PATH": search_path(COSIGN, CRANE), "COSIGN_PASSWORD": "pw"},
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sign(folder: Path, image: str, key: str, *words: str) -> None:
    offline = ("--use-signing-config=false", "--tlog-upload=false", "--yes")
    call(folder, "cosign", "sign", f"--key={key}.key", *offline, *words, image)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A source with signed images and others, a mirror, and the folder between them."""

    place: Mirrored
    digests: dict[str, str]

    def run(self, *argv: str, **environment: str) -> Ran:
        hosts = (f"--plain-http={it}" for it in (self.place.source, self.place.mirror))
        return self.place.run(*argv, *hosts, "pods.yaml", **environment)

    def sync(self, *names: str) -> None:
        """Bring images to the mirror, with what belongs to them."""
        self.place.manifests(*names)
        ran = self.run("sync", "--engine=crane", "--referrers")
        assert ran.code == 0, ran.stderr

    def lock(self, *argv: str) -> Ran:
        return self.run("lock", "--verify-signatures", *argv)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("source")
    for key in ("ours", "theirs"):
        call(folder, "cosign", "generate-key-pair", f"--output-key-prefix={key}")
    with distribution(REGISTRY, folder / "registry") as registry:
        digests: dict[str, str] = {}
        for name in (SIGNED, UNSIGNED, FOREIGN, WHOLE):
            path, _, tag = name.partition(":")
            pushed = Pusher(host=registry.host, path=path).index(tag)
            digests[name] = f"{registry.host}/{path}@{pushed['digest']}"
        sign(folder, digests[SIGNED], "ours")
        sign(folder, digests[FOREIGN], "theirs")
        sign(folder, digests[WHOLE], "ours", "--recursive")
        yield folder, registry.host, digests


@pytest.fixture
def pair(source: tuple[Path, str, dict[str, str]], tmp_path: Path) -> Iterator[Pair]:
    """Each test has a mirror of its own."""
    with between(tmp_path, source) as made:
        yield made


@contextmanager
def between(
    folder: Path, source: tuple[Path, str, dict[str, str]], **config: Config
) -> Iterator[Pair]:
    keys, host, digests = source
    (folder / "ours.pub").write_bytes((keys / "ours.pub").read_bytes())
    path = search_path(COSIGN, CRANE)
    with distribution(REGISTRY, folder / "mirror", **config) as mirror:
        place = Mirrored(folder=folder, source=host, mirror=mirror.host, environment={"PATH": path})
        written = CONFIG.format(source=host, mirror=mirror.host)
        (folder / "mirrorpin.yaml").write_text(written)
        yield Pair(place=place, digests=digests)


def test_the_mirror_is_asked_and_the_key_is_noted(pair: Pair) -> None:
    pair.sync(SIGNED)
    assert (ran := pair.lock()).code == 0, ran.stderr
    der = f"openssl pkey -pubin -in {pair.place.folder}/ours.pub -outform DER | sha256sum"
    printed = call(pair.place.folder, "sh", "-c", der).split()[0]
    digest = pair.digests[SIGNED].partition("@")[2]
    text = pair.place.lock.read_text()
    assert f"digest: {digest}\n" in text
    assert f"    signedBy:\n      'sha256:{printed}': cosign\n" in text
    assert pair.run("lock", "--check").code == 0
    assert pair.lock("--check").code == 0


@pytest.mark.parametrize("name", [UNSIGNED, FOREIGN])
def test_nothing_is_written_for_what_we_have_not_signed(pair: Pair, name: str) -> None:
    pair.sync(SIGNED, name)
    ran = pair.lock()
    assert ran.code == 1
    assert not pair.place.lock.exists()
    command, *said = ran.stderr
    image = pair.digests[name].replace(pair.place.source, pair.place.mirror)
    assert command.startswith("cosign verify --key=ours.pub --insecure-ignore-tlog=true ")
    assert f" {image}: exit status " in command
    assert [it for it in said if it.startswith("  | ")]
    (error,) = [it for it in said if it.endswith("(not-verified)")]
    assert error.startswith("pods.yaml:15:12: error: ")
    assert pair.lock("--keep-going").code == 1
    text = pair.place.lock.read_text()
    assert f"{pair.place.source}/{SIGNED}:" in text
    assert f"{pair.place.source}/{name}:" not in text


def test_a_signature_that_did_not_travel_is_at_the_source_alone(pair: Pair) -> None:
    pair.place.manifests(SIGNED)
    assert pair.run("sync", "--engine=crane").code == 0
    ran = pair.lock()
    assert ran.code == 1
    assert "mirrorpin sync --referrers brings signatures to the mirror" in "\n".join(ran.stderr)
    assert pair.lock("--from=source").code == 0
    pair.sync(SIGNED)
    assert pair.lock("--update").code == 0


@pytest.mark.parametrize(("name", "code"), [(SIGNED, 1), (WHOLE, 0)])
def test_one_platform_of_a_signed_index_is_signed_only_by_itself(
    pair: Pair, name: str, code: int
) -> None:
    pair.sync(name)
    mirrored = f"{pair.place.mirror}/{name}"
    assert pair.lock().code == 0
    manifest = json.loads(call(pair.place.folder, "crane", "manifest", mirrored))
    child = manifest["manifests"][0]["digest"]
    repository = mirrored.rpartition(":")[0]
    call(pair.place.folder, "crane", "tag", f"{repository}@{child}", "1")
    ran = pair.lock("--update")
    assert ran.code == code, ran.stderr
    assert (f"digest: {child}\n" in pair.place.lock.read_text()) is (code == 0)


def test_cosign_finds_credentials_of_its_own(
    source: tuple[Path, str, dict[str, str]], tmp_path: Path
) -> None:
    with between(tmp_path, source, auth=htpasswd(tmp_path / "mirror")) as pair:
        (tmp_path / ".docker").mkdir()
        known = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        auths = {"auths": {pair.place.mirror: {"auth": known}}}
        (tmp_path / ".docker" / "config.json").write_text(json.dumps(auths))
        pair.sync(SIGNED)
        ran = pair.lock()
        assert ran.code == 0, ran.stderr
        (tmp_path / ".docker" / "config.json").rename(tmp_path / "mounted.json")
        ran = pair.lock(f"--auth-file={tmp_path}/mounted.json")
        # What is ours is not handed on: cosign is asked whether it may, and it may not.
        assert ran.code == 1
        assert "UNAUTHORIZED" in "\n".join(ran.stderr)
        assert not {PASSWORD, known} & set("\n".join(ran.stderr).split())
