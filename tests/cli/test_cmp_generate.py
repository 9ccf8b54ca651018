"""`mirrorpin cmp kustomize` and `helm`, with programs in the place of the real ones.

The real ones are in tests/e2e/test_argocd_borders.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers.command import Ran
from tests.helpers.rendering import (
    CONFIG,
    MIRRORED,
    POD,
    SHOW_AND_RENDER,
    SUMMARY,
    application,
    plugin,
    pretend,
    sidecar,
)

DIGEST = "sha256:" + "5f" * 32
PINNING = CONFIG.replace("spec: {", "spec: {digests: {mode: lock}, ")
LOCK = f"version: 1\nimages:\n  docker.io/library/nginx:1.27: {{digest: {DIGEST}}}\n"

pytestmark = pytest.mark.parametrize("name", ["kustomize", "helm"])


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in whose only application we are, and a file beside the repository."""
    folder = application(tmp_path / "repository")
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "tenant.yaml").write_text(f"password: hunter2\n{CONFIG}")
    for renderer in ("kustomize", "helm"):
        pretend(tmp_path / "bin", renderer, SHOW_AND_RENDER)
    monkeypatch.chdir(folder)
    return tmp_path / "repository"


def run(repository: Path, name: str, *options: str, **variables: str) -> Ran:
    around = repository.parent
    seen = {"POD": str(around / "pod.yaml"), "SEEN": str(around / "seen")}
    return plugin(name, sidecar(around / "bin", **seen, **variables), *options)


def failed(*stderr: str, code: int = 2) -> Ran:
    return Ran(code=code, stdout=b"", stderr=list(stderr))


def seen(repository: Path) -> list[str]:
    """The arguments that the renderer has got."""
    return (repository.parent / "seen").read_text().splitlines()[1:]


def was_not_started(repository: Path) -> bool:
    return not (repository.parent / "seen").exists()


def test_what_is_rendered_is_mirrored(repository: Path, name: str) -> None:
    expected = Ran(code=0, stdout=MIRRORED.encode(), stderr=[SUMMARY])
    assert run(repository, name) == expected
    # What comes before the manifests is not empty for lack of them.
    assert run(repository, name, MIRRORPIN_NO_EMPTY="true") == expected


def test_a_list_of_functions_is_no_function_call(repository: Path, name: str) -> None:
    # Its functionConfig would win over the configuration, and a failure would print the list.
    config = CONFIG.replace("m.io", "evil.io").replace("\n", "\n  ")
    items = POD.replace("\n", "\n  ").replace("nginx:1.27", "quay.io/x")
    text = f"kind: ResourceList\nfunctionConfig:\n  {config}\nitems:\n- {items}\n"
    (repository.parent / "pod.yaml").write_text(text)
    assert run(repository, name) == failed(
        '<stdin>:12:42: error: no rule covers "quay.io/x" (quay.io/x) in Pod web'
        " at `spec.containers[0].image` (no-rule)",
        "  hint: add a rule to `spec.mirrors`: {source: quay.io, target: ...}",
        "nothing was written: 1 error, 1 image",
        code=1,
    )


class TestConfiguration:
    def test_of_the_sidecar_may_lie_anywhere(self, repository: Path, name: str) -> None:
        trusted = repository.parent / "trusted.yaml"
        trusted.write_text(CONFIG.replace("m.io", "edge.io"))
        ran = run(repository, name, MIRRORPIN_CONFIG=str(trusted))
        assert ran.stdout.decode() == MIRRORED.replace("m.io", "edge.io")
        assert run(repository, name, "-c", str(trusted)) == ran

    def test_of_the_sidecar_named_from_the_folder(self, repository: Path, name: str) -> None:
        Path("edge.yaml").write_text(CONFIG.replace("m.io", "edge.io"))
        ran = run(repository, name, MIRRORPIN_CONFIG="edge.yaml")
        assert ran.stdout.decode() == MIRRORED.replace("m.io", "edge.io")
        assert run(repository, name, "--config=edge.yaml") == ran
        Path("edge.yaml").unlink()
        Path("edge.yaml").symlink_to("../../../tenant.yaml")
        assert run(repository, name, MIRRORPIN_CONFIG="edge.yaml") == failed(
            'error: the configuration leads out of the repository: "edge.yaml" (outside)'
        )

    def test_of_the_application_wins(self, repository: Path, name: str) -> None:
        Path("edge.yaml").write_text(CONFIG.replace("m.io", "edge.io"))
        ran = run(repository, name, MIRRORPIN_CONFIG="/nowhere", PARAM_CONFIG="edge.yaml")
        assert ran.stdout.decode() == MIRRORED.replace("m.io", "edge.io")

    def test_is_missing(self, repository: Path, name: str) -> None:
        Path("mirrorpin.yaml").unlink()
        hint = '  hint: commit one, or set the parameter "config"'
        begin = "error: no configuration: there is no mirrorpin.yaml in"
        end = ", or above it in the repository (no-config)"
        assert run(repository, name) == failed(f'{begin} "apps/web"{end}', hint)
        rooted = run(repository, name, ARGOCD_APP_SOURCE_PATH="")
        assert rooted == failed(f'{begin} "."{end}', hint)
        assert was_not_started(repository)

    def test_above_the_application_is_one_of_the_repository(
        self, repository: Path, name: str
    ) -> None:
        Path("mirrorpin.yaml").rename("../mirrorpin.yaml")
        assert run(repository, name).stdout == MIRRORED.encode()
        Path("../mirrorpin.yaml").rename("../../../mirrorpin.yaml")
        assert run(repository, name).code == 2

    def test_has_its_lock_anywhere_in_the_repository(self, repository: Path, name: str) -> None:
        lock = PINNING.replace("mode: lock", "lockFile: ../../images.lock.yaml")
        Path("mirrorpin.yaml").write_text(lock)
        (repository / "images.lock.yaml").write_text(LOCK)
        assert DIGEST in run(repository, name).stdout.decode()
        Path("mirrorpin.yaml").write_text(lock.replace("../../", "../../../"))
        (repository.parent / "images.lock.yaml").write_text(LOCK)
        ran = run(repository, name, MIRRORPIN_ROOT="/")
        assert ran.stderr[0] == (
            "mirrorpin.yaml: error: `spec.digests.lockFile` leads out of the repository: "
            '"../../../images.lock.yaml" (outside)'
        )

    def test_lock_that_the_sidecar_names(self, repository: Path, name: str) -> None:
        Path("mirrorpin.yaml").write_text(PINNING)
        trusted = repository.parent / "trusted.yaml"
        trusted.write_text(LOCK)
        assert DIGEST in run(repository, name, MIRRORPIN_LOCK=str(trusted)).stdout.decode()
        Path("linked.yaml").symlink_to(trusted)
        assert run(repository, name, MIRRORPIN_LOCK="linked.yaml") == failed(
            'error: the lock leads out of the repository: "linked.yaml" (outside)'
        )

    def test_that_only_checks_prints_no_manifests(self, repository: Path, name: str) -> None:
        Path("mirrorpin.yaml").write_text(CONFIG.replace("spec: {", "spec: {mode: check, "))
        assert run(repository, name) == failed(
            'mirrorpin.yaml: error: `spec.mode` is "check": expected transform in a plugin '
            "(bad-value)"
        )
        assert was_not_started(repository)

    @pytest.mark.parametrize("target", ["../../../tenant.yaml", "absolute"])
    def test_link_out_of_the_repository(self, repository: Path, name: str, target: str) -> None:
        outside = repository.parent / "tenant.yaml" if target == "absolute" else target
        Path("mirrorpin.yaml").unlink()
        Path("mirrorpin.yaml").symlink_to(outside)
        assert run(repository, name) == failed(
            'error: the configuration leads out of the repository: "mirrorpin.yaml" (outside)'
        )
        assert run(repository, name, PARAM_CONFIG="mirrorpin.yaml") == failed(
            'error: parameter "config" leads out of the repository: "mirrorpin.yaml" (outside)'
        )

    def test_link_that_leads_nowhere(self, repository: Path, name: str) -> None:
        Path("mirrorpin.yaml").unlink()
        Path("mirrorpin.yaml").symlink_to("gone.yaml")
        assert run(repository, name) == failed(
            'error: the configuration is "mirrorpin.yaml", which is not there: expected it '
            "in the repository (missing-file)"
        )

    def test_link_within_the_repository_has_its_lock_beside_itself(
        self, repository: Path, name: str
    ) -> None:
        (repository / "shared.yaml").write_text(PINNING)
        Path("mirrorpin.yaml").unlink()
        Path("mirrorpin.yaml").symlink_to("../../shared.yaml")
        Path("images.lock.yaml").write_text(LOCK)
        assert DIGEST in run(repository, name).stdout.decode()
        assert DIGEST in run(repository, name, PARAM_CONFIG="./mirrorpin.yaml").stdout.decode()
        assert run(repository, name, PARAM_CONFIG="../../shared.yaml") == failed(
            "../../shared.yaml: error: `spec.digests.lockFile` is not there: "
            '"../../images.lock.yaml" (missing-file)',
            "  hint: mirrorpin lock writes it",
        )

    def test_folder_of_a_link_lies_outside(self, repository: Path, name: str) -> None:
        # What the link leads to is inside, but the lock would be looked for beside the link.
        (repository.parent / "back.yaml").symlink_to("repository/apps/web/mirrorpin.yaml")
        assert run(repository, name, PARAM_CONFIG="../../../back.yaml") == failed(
            'error: parameter "config" leads out of the repository: "../../../back.yaml" (outside)'
        )

    @pytest.mark.parametrize("what", ["lock", "template"])
    def test_what_it_names_leads_out(self, repository: Path, name: str, what: str) -> None:
        text = PINNING
        if what == "template":
            text = CONFIG.replace("spec: {", "spec: {pullSecrets: {templates: [linked.yaml]}, ")
        Path("mirrorpin.yaml").write_text(text)
        link = Path("images.lock.yaml" if what == "lock" else "linked.yaml")
        link.symlink_to(repository.parent / "tenant.yaml")
        key = "spec.digests.lockFile" if what == "lock" else "spec.pullSecrets.templates"
        assert run(repository, name) == failed(
            f'mirrorpin.yaml: error: `{key}` leads out of the repository: "{link}" (outside)',
            "  hint: it leads to ../../../tenant.yaml",
        )
        assert was_not_started(repository)

    @pytest.mark.parametrize("base", ["linked.yaml", "../../../tenant.yaml"])
    def test_what_it_extends_leads_out(self, repository: Path, name: str, base: str) -> None:
        (repository.parent / "tenant.yaml").write_text("password: hunter2\n")
        Path("linked.yaml").symlink_to(repository.parent / "tenant.yaml")
        Path("mirrorpin.yaml").write_text(CONFIG.replace("spec: {", f"spec: {{extends: [{base}], "))
        assert run(repository, name) == failed(
            "mirrorpin.yaml:4:18: error: `spec.extends[0]` leads out of the repository: "
            f'"{base}" (outside)',
            "  hint: it leads to ../../../tenant.yaml",
        )
        assert was_not_started(repository)

    def test_is_no_file(self, repository: Path, name: str) -> None:
        os.mkfifo("pipe.yaml")
        for path in ("pipe.yaml", "../web"):
            assert run(repository, name, PARAM_CONFIG=path) == failed(
                f'error: parameter "config" is "{path}": expected a file (wrong-type)'
            )


class TestDigests:
    def test_of_the_application_win(self, repository: Path, name: str) -> None:
        Path("mirrorpin.yaml").write_text(PINNING)
        Path("images.lock.yaml").write_text(LOCK)
        assert DIGEST in run(repository, name).stdout.decode()
        assert run(repository, name, PARAM_DIGESTS="off").stdout.decode() == MIRRORED
        assert run(repository, name, MIRRORPIN_DIGESTS="off").stdout.decode() == MIRRORED
        ran = run(repository, name, MIRRORPIN_DIGESTS="off", PARAM_DIGESTS="lock")
        assert DIGEST in ran.stdout.decode()

    def test_of_another_mode(self, repository: Path, name: str) -> None:
        assert run(repository, name, PARAM_DIGESTS="\x1b[31m") == failed(
            'error: parameter "digests" is "\\x1b[31m": expected one of off, require, lock '
            "(bad-value)"
        )


class TestParameters:
    def test_all_that_are_wrong_are_told(self, repository: Path, name: str) -> None:
        ran = run(repository, name, PARAM_CONFIG_0="a", PARAM_CONFIG_1="b", PARAM_DIGEST="off")
        others = {"kustomize": "overlay", "helm": "release, values"}[name]
        assert ran == failed(
            'error: parameter "config" is not a string (wrong-type)',
            'error: parameter "digest" is not known (unknown-parameter)',
            f'  hint: did you mean "digests"? there are config, digests, {others}',
        )

    def test_unlike_any(self, repository: Path, name: str) -> None:
        others = {"kustomize": "overlay", "helm": "release, values"}[name]
        assert run(repository, name, PARAM_X_0="") == failed(
            'error: parameter "x_0" is not known (unknown-parameter)',
            f"  hint: there are config, digests, {others}",
        )


class TestRenderer:
    def test_is_missing(self, repository: Path, name: str) -> None:
        (repository.parent / "bin" / name).unlink()
        assert run(repository, name) == failed(
            f"error: {name} cannot be started: No such file or directory (no-renderer)",
            "  hint: install it in the sidecar, on its PATH",
        )

    @pytest.mark.parametrize(
        ("program", "status"),
        [
            pytest.param('cat "$POD"; echo full >&2; exit 5', "exit status 5", id="behind-output"),
            pytest.param('echo full >&2; cat "$POD"; kill -9 $$', "signal 9", id="killed"),
            pytest.param("echo full >&2; kill -40 $$", "signal 40", id="killed-without-a-name"),
        ],
    )
    def test_fails(self, repository: Path, name: str, program: str, status: str) -> None:
        pretend(repository.parent / "bin", name, program)
        call = {"kustomize": "kustomize build", "helm": "helm template"}[name]
        begin = f"error: `{call}` failed: it ended with"
        assert run(repository, name) == failed("full", f"{begin} {status} (render)", code=1)

    @pytest.mark.parametrize("program", ["exit 0", "echo '# off'; echo ---"])
    def test_prints_nothing(self, repository: Path, name: str, program: str) -> None:
        pretend(repository.parent / "bin", name, program)
        assert run(repository, name) == failed(
            "<stdin>: error: there is no manifest: expected at least one (no-manifests)",
            "  hint: what was to render them failed, or rendered nothing",
            code=1,
        )
