"""Where relative paths of a function start when kpt runs it; the real one is in tests/e2e."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import Ran, command

DIGEST = f"sha256:{'a' * 64}"
LOCK = f"version: 1\nimages:\n  docker.io/library/nginx:1:\n    digest: {DIGEST}\n"
SPEC = "mirrors: [{source: docker.io, target: m.io/hub}], digests: {mode: lock}"
PATH = "internal.config.kubernetes.io/package-path"


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a lock, beside the working directory."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "Kptfile").touch()
    (folder / "images.lock.yaml").write_text(LOCK)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return folder


def listed(function: str, *paths: str) -> str:
    items = "".join(
        f"- {{apiVersion: v1, kind: Pod, metadata: {{name: p{at}, annotations: "
        f"{{{PATH}: {path}}}}}, spec: {{containers: [{{name: a, image: nginx:1}}]}}}}\n"
        for at, path in enumerate(paths)
    )
    return f"kind: ResourceList\nfunctionConfig: {function}\nitems:\n{items}"


def own(path: str, spec: str = SPEC) -> str:
    return (
        "{apiVersion: mirrorpin.dev/v1alpha1, kind: ImageTransformer, "
        f"metadata: {{annotations: {{{PATH}: {path}}}}}, spec: {{{spec}}}}}"
    )


def made(name: str = "function-input") -> str:
    data = "mirrors: '[{source: docker.io, target: m.io/hub}]', digests: 'mode: lock'"
    return f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}, data: {{{data}}}}}"


def is_pinned(ran: Ran) -> bool:
    return ran.code == 0 and f"m.io/hub/library/nginx:1@{DIGEST}".encode() in ran.stdout


def test_a_function_of_a_package_starts_there(package: Path) -> None:
    assert is_pinned(command("-q", stdin=listed(own(str(package)), str(package))))


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_of_a_config_map_the_outermost_package_counts(package: Path, quote: str) -> None:
    paths = [f"{quote}{package}{it}{quote}" for it in ("/sub", "", "/sub/deep")]
    assert is_pinned(command("-q", stdin=listed(made(), *paths)))


def test_what_is_wrong_is_named_as_it_is_seen_from_here(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "images.lock.yaml").unlink()
    stdin = listed(own(str(package)), str(package))
    said = "error: `spec.digests.lockFile` is not there: "
    assert f'{said}"{package}/images.lock.yaml"' in command(stdin=stdin).stderr[0]
    monkeypatch.chdir(package.parent)
    assert f'{said}"shop/images.lock.yaml"' in command(stdin=stdin).stderr[0]
    monkeypatch.chdir(package)
    assert f'{said}"images.lock.yaml"' in command(stdin=stdin).stderr[0]


def test_what_it_extends_starts_there(package: Path) -> None:
    head = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
    (package / "base.yaml").write_text(f"{head}spec: {{{SPEC}}}\n")
    stdin = listed(own(str(package), "extends: [base.yaml]"), str(package))
    assert is_pinned(command("-q", stdin=stdin))


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(own("PACKAGE"), id="a folder without a Kptfile"),
        pytest.param(own("../shop"), id="a relative path"),
        pytest.param(own('"/a\\0b"'), id="NUL"),
        pytest.param(own("''"), id="empty"),
        pytest.param(made("images"), id="a ConfigMap that kpt did not make"),
        pytest.param(made().replace("metadata: {name: function-input}, ", ""), id="no metadata"),
        pytest.param(made().replace("{name: function-input}", ""), id="null metadata"),
    ],
)
def test_nothing_else_is_believed(package: Path, function: str) -> None:
    if "PACKAGE" in function:
        (package / "Kptfile").unlink()
    stdin = listed(function.replace("PACKAGE", str(package)), str(package))
    ran = command(stdin=stdin)
    assert ran.code == 2
    assert '`spec.digests.lockFile` is not there: "images.lock.yaml"' in ran.stderr[0]


def test_a_list_without_packages_starts_here() -> None:
    Path("images.lock.yaml").write_text(LOCK)
    stdin = listed(made(), "x").replace(PATH, "a.b/c")
    assert is_pinned(command("-q", stdin=stdin))


def test_a_lock_in_a_package_is_no_manifest() -> None:
    head = f"apiVersion: mirrorpin.dev/v1alpha1\nkind: ImagesLock\nmetadata: {{name: a}}\n{LOCK}"
    Path("mirrorpin.yaml").write_text(
        "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
        "spec: {suspects: fail, mirrors: [{source: docker.io, target: m.io/hub}]}\n"
    )
    text = head + f"  quay.io/a/b:1:\n    digest: {DIGEST}\n    image: nginx:1\n"
    assert command("-q", stdin=text) == Ran(code=0, stdout=text.encode())
