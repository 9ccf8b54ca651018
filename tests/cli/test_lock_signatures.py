"""`lock --verify-signatures`: a program in place of cosign, and what becomes of the lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.registry_table import MIRROR, NGINX, WEB, A, B, C, Place, index, pods
from tests.lock.test_cosign import KEY
from transformer.lock.cosign import fingerprint
from transformer.lock.diff import entries
from transformer.lock.lock import parse_lock

CONFIG = f"""\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors:
  - source: docker.io
    target: {MIRROR}/docker.io
    signedBy: {{key: keys/hub.pub, transparencyLog: ignore}}
  - source: ghcr.io
    target: {MIRROR}/ghcr.io
    signedBy: {{identity: "https://ci/*@main", issuer: "https://issuer"}}
  - source: quay.io
    keep: true
  digests: {{mode: lock}}
"""
AT = {NGINX: f"{MIRROR}/{NGINX}", WEB: f"{MIRROR}/{WEB}"}
PRINT = fingerprint(KEY)
BY_KEY, BY_CI = {PRINT: "cosign"}, {"https://ci/*@main https://issuer": "cosign"}
# Notes its words, and refuses the images whose digests a file names.
COSIGN = """#!/bin/sh
printf '%s\\n' "$*" >> {folder}/ran
for last; do :; done
if grep -qF "${{last#*@}}" {folder}/unsigned; then
  printf 'Error: no signatures found\\nmain.go:74: \\033[31mat https://me:canary@h/x\\n' >&2
  exit 10
fi
echo "Verification for $last --" >&2
echo '[{{"critical": {{}}}}]'
"""


class Signed(Place):
    """A place whose cosign refuses what it is told to."""

    def __init__(self, folder: Path) -> None:
        self.answers = {AT[NGINX]: index(A), AT[WEB]: index(B), NGINX: index(A)}
        super().__init__(folder, self.answers)
        for name in ("bin", "keys"):
            (folder / name).mkdir()
        (folder / "mirrorpin.yaml").write_text(CONFIG)
        (folder / "keys" / "hub.pub").write_text(KEY)
        program = folder / "bin" / "cosign"
        program.write_text(COSIGN.format(folder=folder))
        program.chmod(0o755)
        self.refuse()
        self.environment = {"PATH": f"{folder}/bin:/usr/bin:/bin"}

    def refuse(self, *digests: str) -> None:
        (self.folder / "unsigned").write_text("".join(f"{it}\n" for it in digests))

    def write(self, *argv: str, images: tuple[str, ...] = ("nginx:1.27", WEB)) -> int:
        return self.run("lock", "--verify-signatures", *argv, stdin=pods(*images))

    @property
    def ran(self) -> list[str]:
        file = self.folder / "ran"
        text = file.read_text() if file.exists() else ""
        file.unlink(missing_ok=True)
        return sorted(text.replace(f"{self.folder}/", "").splitlines())

    @property
    def signers(self) -> dict[str, dict[str, str]]:
        parsed = parse_lock("l", self.lock.read_text())
        return {name: dict(it.signers) for name, it in entries(parsed).items()}


@pytest.fixture
def place(tmp_path: Path) -> Signed:
    return Signed(tmp_path)


ASKED = (
    f"verify --certificate-identity-regexp=^https://ci/.*@main$ "
    f"--certificate-oidc-issuer=https://issuer {MIRROR}/ghcr.io/acme/web@{B}",
    f"verify --key=keys/hub.pub --insecure-ignore-tlog=true {MIRROR}/docker.io/library/nginx@{A}",
)


def test_who_has_signed_is_checked_at_the_mirror_and_noted(place: Signed) -> None:
    assert place.write() == 0
    assert place.ran == list(ASKED)
    assert place.signers == {NGINX: BY_KEY, WEB: BY_CI}
    assert f"      '{PRINT}': cosign\n" in place.lock.read_text()
    before = place.lock.read_bytes()
    assert place.write() == 0
    assert len(place.ran) == 2
    assert place.lock.read_bytes() == before


def test_each_image_of_a_rule_is_asked_about(place: Signed) -> None:
    redis = "docker.io/library/redis:7"
    place.answers[f"{MIRROR}/{redis}"] = index(C)
    assert place.write(images=("nginx:1.27", "redis:7")) == 0
    assert [it.rpartition("@")[2] for it in place.ran] == [A, C]
    assert place.signers == {NGINX: BY_KEY, redis: BY_KEY}


def test_how_many_are_signed_is_said(place: Signed) -> None:
    place.answers |= {"quay.io/a/b:1": index(C), f"{MIRROR}/docker.io/library/alpine:3": index(C)}
    images = ("nginx:1.27", "alpine:3", "quay.io/a/b:1")
    assert place.write(images=images) == 0
    assert place.err == "images.lock.yaml: 3 added; 3 images; 2 known to be signed\n"


def test_a_flag_that_checks_nothing_is_a_warning(place: Signed) -> None:
    text = "".join(it for it in CONFIG.splitlines(keepends=True) if "signedBy" not in it)
    (place.folder / "mirrorpin.yaml").write_text(text)
    assert place.write() == 0
    assert "warning: no rule says by whom an image is signed: nothing was" in place.err
    assert (place.ran, place.lock.exists()) == ([], True)
    stdin = pods("nginx:1.27", WEB)
    assert place.run("lock", "--check", "--verify-signatures", stdin=stdin) == 0
    assert "(no-signer)" in place.err


def test_what_no_rule_demands_is_not_asked_about(place: Signed) -> None:
    place.answers["quay.io/a/b:1"] = index(C)
    assert place.write(images=("quay.io/a/b:1",)) == 0
    assert place.ran == []
    assert place.signers == {"quay.io/a/b:1": {}}


def test_the_source_is_asked_where_that_alone_is(place: Signed) -> None:
    assert place.write("--from=source", images=("nginx:1.27",)) == 0
    (said,) = place.ran
    assert said.endswith(f" docker.io/library/nginx@{A}")


def test_nothing_is_written_where_one_is_not_signed(place: Signed) -> None:
    place.refuse(A)
    assert place.write() == 1
    assert not place.lock.exists()
    command, *lines = place.err.splitlines()
    assert command.startswith("cosign verify --key=keys/hub.pub --insecure-ignore-tlog=true ")
    assert command.endswith(f"nginx@{A}: exit status 10")
    assert lines[:2] == [
        "  | Error: no signatures found",
        "  | main.go:74: \\x1b[31mat https://***@h/x",
    ]
    assert lines[2].startswith("<stdin>:7:12: error: ")
    assert lines[2].endswith("(not-verified)")
    assert lines[3].startswith("  hint: what cosign said stands above; mirrorpin sync --referrers")
    assert lines[-1] == "images.lock.yaml was not written: 1 error"


def test_at_the_source_no_mirror_is_filled(place: Signed) -> None:
    place.refuse(A)
    assert place.write("--from=source", images=("nginx:1.27",)) == 1
    assert "stands above" in place.err
    assert "--referrers" not in place.err


def test_the_others_are_written_on_request(place: Signed) -> None:
    place.refuse(A)
    assert place.write("--keep-going") == 1
    assert place.signers == {WEB: BY_CI}
    assert "1 not locked" in place.err


def test_an_entry_that_is_not_signed_any_more_loses_its_note(place: Signed) -> None:
    place.write()
    place.refuse(A)
    before = place.lock.read_bytes()
    assert place.write() == 1
    assert place.lock.read_bytes() == before
    assert place.write("--keep-going") == 1
    assert place.signers == {NGINX: {}, WEB: BY_CI}
    assert f"no longer seen to be signed by {PRINT}" in place.out
    place.refuse()
    assert place.write() == 0
    assert f"signed by {PRINT}" in place.out
    assert place.signers == {NGINX: BY_KEY, WEB: BY_CI}


def test_another_digest_that_is_not_signed_is_not_taken(place: Signed) -> None:
    place.write()
    place.answers[AT[NGINX]] = index(C)
    place.refuse(C)
    assert place.write("--update", "--keep-going") == 1
    assert A in place.lock.read_text()
    assert C not in place.lock.read_text()
    assert place.signers == {NGINX: BY_KEY, WEB: BY_CI}


def test_a_note_is_about_a_digest(place: Signed) -> None:
    place.write()
    assert place.run("lock", "--update", stdin=pods("nginx:1.27", WEB)) == 0
    assert place.signers == {NGINX: BY_KEY, WEB: BY_CI}
    place.answers[AT[NGINX]] = index(C)
    assert place.run("lock", "--update", stdin=pods("nginx:1.27", WEB)) == 0
    assert place.signers == {NGINX: {}, WEB: BY_CI}


def test_what_the_lock_alone_has_is_checked_where_it_is_asked_for(place: Signed) -> None:
    place.write()
    place.ran  # noqa: B018 forgets
    assert place.run("lock", "--verify-signatures", "--update", stdin=None) == 0
    assert place.ran == list(ASKED)
    demand = "signedBy: {key: keys/hub.pub, transparencyLog: ignore}"
    blocking = CONFIG.replace(f"target: {MIRROR}/docker.io\n    {demand}", "block: true")
    (place.folder / "mirrorpin.yaml").write_text(blocking)
    assert place.run("lock", "--verify-signatures", "--update", "--keep-going", stdin=None) == 1
    assert place.ran == [ASKED[0]]


def test_each_rule_that_leads_to_an_image_is_met(place: Signed) -> None:
    scoped = f"""\
  - source: docker.io
    target: {MIRROR}/docker.io
    where: {{kinds: [Job]}}
    signedBy: {{key: k8s://ns/key}}
"""
    config = CONFIG.replace("  - source: quay.io\n", f"{scoped}  - source: quay.io\n")
    (place.folder / "mirrorpin.yaml").write_text(config)
    job = pods("nginx:1.27").replace("kind: Pod", "kind: Job", 1)
    both = pods("nginx:1.27") + job.replace(
        "spec:\n  containers:\n  - name: c\n    image: nginx:1.27",
        "spec:\n  template:\n    spec:\n      containers:\n      - {name: c, image: nginx:1.27}",
    )
    assert place.run("lock", "--verify-signatures", stdin=both) == 0
    assert place.signers == {NGINX: {**BY_KEY, "k8s://ns/key": "cosign"}}
    assert [it.split()[1] for it in place.ran] == ["--key=k8s://ns/key", "--key=keys/hub.pub"]
    place.refuse(A)
    assert place.run("lock", "--verify-signatures", "--keep-going", stdin=both) == 1
    assert place.signers == {NGINX: {}}


def test_an_image_under_its_mirrors_name_is_checked_as_well(place: Signed) -> None:
    assert place.write(images=(AT[NGINX],)) == 0
    assert place.ran == [ASKED[1]]
    assert place.signers == {NGINX: BY_KEY}


def test_where_the_image_is_of_several_targets(place: Signed) -> None:
    config = CONFIG.replace(
        f"target: {MIRROR}/docker.io\n", f"targets: [e.io/hub, {MIRROR}/docker.io]\n"
    )
    (place.folder / "mirrorpin.yaml").write_text(config)
    assert place.write(images=("nginx:1.27",)) == 0
    assert place.ran == [ASKED[1]]
    assert place.signers == {NGINX: BY_KEY}
    assert place.write(images=("nginx:1.27",)) == 0
    assert place.ran == [ASKED[1]]


def test_registries_without_tls_are_named(place: Signed) -> None:
    assert place.write("--plain-http", MIRROR, images=("nginx:1.27",)) == 0
    assert "--allow-http-registry=true" in place.ran[0].split()


def test_a_check_sees_that_it_is_noted(place: Signed) -> None:
    stdin = pods("nginx:1.27", WEB)
    place.run("lock", stdin=stdin)
    assert place.run("lock", "--check", stdin=stdin) == 1
    assert place.ran == []
    first, hint, second, *_ = place.err.splitlines()
    assert "does not say that it is signed by keys/hub.pub" in first
    assert "mirrorpin lock --verify-signatures" in hint
    assert second.endswith("(not-verified)")
    place.write()
    assert place.run("lock", "--check", stdin=stdin) == 0
    assert len(place.ran) == 2
    assert place.run("lock", "--check", "--verify-signatures", stdin=stdin) == 0
    assert len(place.ran) == 2
    place.refuse(B)
    code = place.run("lock", "--check", "--verify-signatures", "--format=json", stdin=stdin)
    assert (code, place.out.count('"not-verified"')) == (1, 1)


def test_without_cosign_it_says_where_to_get_it(place: Signed) -> None:
    (place.folder / "bin" / "cosign").unlink()
    assert place.write() == 2
    assert "cosign is not on PATH: expected it, to check signatures" in place.err
    assert "https://docs.sigstore.dev" in place.err
    assert not place.lock.exists()
    place.answers["quay.io/a/b:1"] = index(C)
    assert place.write(images=("quay.io/a/b:1",)) == 0


def test_a_program_that_cannot_be_run_is_no_proof(place: Signed) -> None:
    (place.folder / "bin" / "cosign").write_bytes(b"\x7fELF")
    assert place.write(images=("nginx:1.27",)) == 1
    assert "Exec format error" in place.err
    assert not place.lock.exists()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("", "4: error: `mirrors[0].signedBy.key` is "),
        (None, "7:15: error: `mirrors[0].signedBy.key` is not there"),
    ],
)
def test_a_key_that_is_none(place: Signed, key: str | None, expected: str) -> None:
    file = place.folder / "keys" / "hub.pub"
    file.unlink() if key is None else file.write_text(key)
    assert place.write() == 2
    assert expected.partition(": ")[2] in place.err
    assert "mirrorpin.yaml:7:15: error" in place.err
    assert place.ran == []


def test_a_key_does_not_lead_out(place: Signed) -> None:
    config = (place.folder / "mirrorpin.yaml").read_text().replace("keys/hub.pub", "../../k.pub")
    (place.folder / "mirrorpin.yaml").write_text(config)
    assert place.write() == 2
    assert "(outside)" in place.err


def test_a_base_names_its_key_from_its_own_folder(place: Signed) -> None:
    base = place.folder / "base"
    (place.folder / "keys").rename(place.folder / "keys_")
    base.mkdir()
    (place.folder / "keys_").rename(base / "keys")
    (base / "base.yaml").write_text(CONFIG)
    (place.folder / "mirrorpin.yaml").write_text(
        "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
        "spec: {extends: [base/base.yaml]}\n"
    )
    assert place.run("lock", "--verify-signatures", stdin=pods("nginx:1.27", WEB)) == 0
    assert "--key=base/keys/hub.pub" in place.ran[1]
    (base / "keys/hub.pub").unlink()
    assert place.run("lock", "--verify-signatures", stdin=pods("nginx:1.27", WEB)) == 2
    assert "base/base.yaml:7:15: error: `mirrors[0].signedBy.key` is not there: " in place.err


@pytest.mark.parametrize("other", ["--offline", "--diff=x", "--import=x"])
def test_it_needs_registries(place: Signed, other: str) -> None:
    assert place.write(other) == 2
    assert "`--verify-signatures` are both given" in place.err


def test_variables_of_ours_are_not_handed_on(place: Signed) -> None:
    program = place.folder / "bin" / "cosign"
    program.write_text(f"#!/bin/sh\nexport -p > {place.folder}/variables\n")
    place.environment |= {"MIRRORPIN_CACHE": "rediss://u:canary@h:1/0", "DOCKER_CONFIG": "theirs"}
    assert place.write(images=("nginx:1.27",)) == 0
    variables = (place.folder / "variables").read_text()
    assert "DOCKER_CONFIG='theirs'" in variables
    assert "canary" not in variables
