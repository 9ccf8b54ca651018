"""Where a lock may lie, and whose word counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import Ran, command

CONFIG = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  mirrors: [{source: docker.io, target: m.io/hub}]
  digests: {lockFile: ../../images.lock.yaml}
"""
POD = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: nginx:1}]}\n"


def lock(digit: str) -> str:
    digest = f"sha256:{digit * 64}"
    return f"version: 1\nimages:\n  docker.io/library/nginx:1:\n    digest: {digest}\n"


def pinned(digit: str) -> bytes:
    name = f"m.io/hub/library/nginx:1@sha256:{digit * 64}"
    return POD.replace("nginx:1", name).encode()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, and in it the working directory with a configuration."""
    deep = tmp_path / "repository/overlays/prod"
    deep.mkdir(parents=True)
    (tmp_path / "repository/.git").mkdir()
    (deep / "mirrorpin.yaml").write_text(CONFIG)
    monkeypatch.chdir(deep)
    return tmp_path / "repository"


def refused(*argv: str) -> list[str]:
    ran = command(*argv, stdin=POD)
    assert (ran.code, ran.stdout) == (2, b"")
    return ran.stderr


def test_a_lock_at_the_root_of_the_repository(folder: Path) -> None:
    (folder / "images.lock.yaml").write_text(lock("a"))
    assert command("-q", stdin=POD).stdout == pinned("a")
    assert command("-q", "lock", "--check", stdin=POD).code == 0


def test_a_lock_above_is_named_as_it_is_seen_from_here(folder: Path) -> None:
    (folder / "images.lock.yaml").write_text(lock("z"))
    assert refused()[0].startswith("../../images.lock.yaml:4:13: error: ")
    Path("mirrorpin.yaml").rename("../../mirrorpin.yaml")
    (folder / "mirrorpin.yaml").write_text(CONFIG.replace("../../", "overlays/../"))
    assert refused()[0].startswith("../../images.lock.yaml:4:13: error: ")


def test_a_lock_outside_of_the_repository(folder: Path) -> None:
    (folder.parent / "images.lock.yaml").write_text(lock("a"))
    (folder / "images.lock.yaml").symlink_to("../images.lock.yaml")
    assert refused() == [
        "mirrorpin.yaml: error: `spec.digests.lockFile` leads out of the repository: "
        '"../../images.lock.yaml" (outside)',
        "  hint: it leads to ../../../images.lock.yaml",
    ]
    assert command("-q", "--root=../../..", stdin=POD).stdout == pinned("a")


def test_a_lock_outside_of_the_folder_where_there_is_no_repository(folder: Path) -> None:
    (folder / ".git").rmdir()
    (folder / "images.lock.yaml").write_text(lock("a"))
    assert refused() == [
        "mirrorpin.yaml: error: `spec.digests.lockFile` leads out of the configuration's "
        'folder: "../../images.lock.yaml" (outside)',
        "  hint: it leads to ../../images.lock.yaml; `--root` names a folder around both, where "
        "no repository does",
    ]
    assert refused("--root=.")[1] == "  hint: it leads to ../../images.lock.yaml"
    environment = {"MIRRORPIN_ROOT": "../.."}
    assert command("-q", stdin=POD, environment=environment).stdout == pinned("a")


def test_a_lock_that_is_named_counts_and_may_lie_anywhere(folder: Path) -> None:
    (folder / "images.lock.yaml").write_text(lock("a"))
    other = folder.parent / "other.yaml"
    other.write_text(lock("b"))
    assert command("-q", "--lock", str(other), stdin=POD).stdout == pinned("b")
    environment = {"MIRRORPIN_LOCK": str(other)}
    assert command("-q", stdin=POD, environment=environment).stdout == pinned("b")
    here = ("-q", "--lock=../../images.lock.yaml")
    assert command(*here, stdin=POD, environment=environment).stdout == pinned("a")
    assert command("lock", "--check", stdin=POD, environment=environment) == Ran(
        code=0, stdout=b"", stderr=[f"{other}: check passed, 1 image"]
    )


def test_a_lock_that_is_named_and_missing() -> None:
    assert refused("--lock=gone.yaml") == [
        "gone.yaml: error: lock is not there (missing-file)",
        "  hint: `mirrorpin lock --lock gone.yaml` writes it",
    ]


def test_a_lock_that_is_named_is_not_read_where_none_is_wanted() -> None:
    ran = command("-q", "--lock=gone.yaml", "--digests=off", stdin=POD)
    assert ran.stdout == POD.replace("nginx", "m.io/hub/library/nginx").encode()


def test_a_template_above(folder: Path) -> None:
    (folder / "secret.j2").write_text("{apiVersion: v1, kind: Secret, metadata: {name: pull}}\n")
    Path("mirrorpin.yaml").write_text(
        CONFIG.replace("target: m.io/hub", "target: m.io/hub, pullSecrets: [pull]").replace(
            "  digests: {lockFile: ../../images.lock.yaml}",
            "  pullSecrets: {templates: [../../secret.j2]}",
        )
    )
    assert b"kind: Secret" in command("-q", stdin=POD).stdout
