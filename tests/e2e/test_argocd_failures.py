"""What a person in front of Argo CD reads when the plugin fails; it never fails unseen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.argocd import PLUGIN, plugin, serve, sidecar, string
from tests.e2e.test_kustomize import edit
from tests.helpers.rendering import pretend

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.argocd import Server
    from tests.e2e.conftest import Run

pytestmark = pytest.mark.e2e

# What the plugin runs, for a person to run by hand.
BY_HAND = ("mirrorpin", "cmp", "kustomize")


def refusal(
    server: Server,
    repository: Path,
    environment: dict[str, str] | None = None,
    path: str = "example",
) -> str:
    return server.refuse(repository, path, environment)


def failed(status: int, reason: str, command: str = "kustomize") -> str:
    begin = f"error generating manifests: `mirrorpin cmp {command}` failed exit status {status}: "
    return begin + reason.rstrip("\n")


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        pytest.param(
            [{"name": "overlay", "array": ["overlays/dev"]}],
            'error: parameter "overlay" is not a string (wrong-type)',
            id="list-instead-of-string",
        ),
        pytest.param(
            [{"name": "config", "map": {"dev": "edge.yaml"}}],
            'error: parameter "config" is not a string (wrong-type)',
            id="map-instead-of-string",
        ),
        pytest.param(
            [string("overly", "overlays/prod")],
            'error: parameter "overly" is not known (unknown-parameter)\n'
            '  hint: did you mean "overlay"? there are config, digests, overlay',
            id="misspelt",
        ),
        pytest.param(
            [string("digests", "resolve")],
            (
                'error: parameter "digests" is "resolve": expected one of off, require, lock '
                "(bad-value)"
            ),
            id="unknown-mode",
        ),
        pytest.param(
            [string("overlay", "overlays/test")],
            'error: parameter "overlay" is "overlays/test", which is not there: expected it '
            "in the repository (missing-file)",
            id="no-such-overlay",
        ),
        pytest.param(
            [string("config", "../nowhere.yaml")],
            'error: parameter "config" is "../nowhere.yaml", which is not there: expected it '
            "in the repository (missing-file)",
            id="no-such-configuration",
        ),
        pytest.param(
            [string("config", "../../../../../etc/passwd")],
            'error: parameter "config" leads out of the repository: '
            '"../../../../../etc/passwd" (outside)',
            id="out-of-the-repository",
        ),
        pytest.param(
            [string("overlay", "/")],
            'error: parameter "overlay" leads out of the repository: "/" (outside)',
            id="absolute",
        ),
        pytest.param(
            [string("overlay", "-o")],
            (
                'error: parameter "overlay" is "-o", which is not there: expected it in the '
                "repository (missing-file)"
            ),
            id="option-of-kustomize",
        ),
        pytest.param(
            [string("overlay", "$(id)")],
            (
                'error: parameter "overlay" is "$(id)", which is not there: expected it in the '
                "repository (missing-file)"
            ),
            id="command-of-a-shell",
        ),
    ],
)
def test_wrong_parameter(
    server: Server, repository: Path, parameters: list[dict[str, Any]], reason: str
) -> None:
    assert refusal(server, repository, plugin(*parameters)) == failed(2, reason)


def test_wrong_parameter_of_a_chart(helm_server: Server, repository: Path) -> None:
    begin = "error generating manifests: `mirrorpin cmp helm` failed exit status 2: "
    for wrong, reason in (
        (string("values", "values-prod.yaml"), 'parameter "values" is not a list (wrong-type)'),
        (
            {"name": "values", "map": {"tag": "1.26"}},
            'parameter "values" is not a list (wrong-type)',
        ),
        (
            {"name": "values", "array": ["values-prod.yaml", "no.yaml"]},
            (
                'parameter "values" is "no.yaml", which is not there: expected it in the '
                "repository (missing-file)"
            ),
        ),
    ):
        said = refusal(helm_server, repository, plugin(wrong), "example-chart")
        assert said == f"{begin}error: {reason}"


def without_rule(folder: Path) -> None:
    edit(folder / "base/web.yaml", "ghcr.io/acme/migrate", "quay.io/acme/migrate")


def without_lock_entry(folder: Path) -> None:
    edit(folder / "images.lock.yaml", "docker.io/library/nginx:1.27", "docker.io/library/nginx:1")


def tampered_lock(folder: Path) -> None:
    edit(folder / "images.lock.yaml", "sha256:6965a10c", "sha256:6965a10")


def broken_kustomization(folder: Path) -> None:
    edit(folder / "kustomization.yaml", "[base]", "[base, nowhere.yaml]")


def no_manifests(folder: Path) -> None:
    edit(folder / "kustomization.yaml", "[base]", "[]")


@pytest.mark.parametrize(
    ("change", "status", "fragment"),
    [
        pytest.param(without_rule, 1, '"quay.io/acme/migrate:2.4.1"', id="no-rule-for-one-image"),
        pytest.param(without_lock_entry, 1, '"docker.io/library/nginx:1.27"', id="not-in-the-lock"),
        pytest.param(tampered_lock, 2, "images.lock.yaml:5:13: error: ", id="tampered-lock"),
        pytest.param(broken_kustomization, 1, "nowhere.yaml", id="kustomize-fails"),
        pytest.param(
            no_manifests, 1, ("there is no manifest: expected at least one"), id="no-manifests"
        ),
    ],
)
def test_reason_arrives_whole(
    run: Run,
    server: Server,
    repository: Path,
    change: Callable[[Path], None],
    status: int,
    fragment: str,
) -> None:
    folder = repository / "example"
    change(folder)
    by_hand = run(*BY_HAND, cwd=folder)
    assert by_hand.returncode == status
    assert (by_hand.stdout, fragment in by_hand.stderr) == ("", True)
    said = re.sub(r"[^\s']+/_cmp_server/[^/]+", str(repository), refusal(server, repository))
    assert said == failed(status, by_hand.stderr)


def test_missing_configuration_says_what_to_do(server: Server, repository: Path) -> None:
    (repository / "example/mirrorpin.yaml").unlink()
    assert refusal(server, repository) == failed(
        2,
        'error: no configuration: there is no mirrorpin.yaml in "example", or above it '
        "in the repository (no-config)\n"
        '  hint: commit one, or set the parameter "config"',
    )


def test_three_hundred_reasons_arrive_whole(run: Run, server: Server, repository: Path) -> None:
    folder = repository / "example"
    web = yaml.safe_load((folder / "base/web.yaml").read_text())
    web["spec"]["template"]["spec"]["containers"] = [
        {"name": f"c{number}", "image": f"quay.io/acme/{number}:1"} for number in range(300)
    ]
    (folder / "base/web.yaml").write_text(yaml.safe_dump(web))
    by_hand = run(*BY_HAND, cwd=folder)
    assert by_hand.stderr.count("quay.io/acme/") >= 300
    assert refusal(server, repository) == failed(1, by_hand.stderr)


BLANK = (
    "<stdin>: error: there is no manifest: expected at least one (no-manifests)\n"
    "  hint: what was to render them failed, or rendered nothing"
)
ENDED = "error: `CALL` failed: it ended with exit status"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        pytest.param("exit 0", BLANK, id="prints-nothing"),
        pytest.param("echo '# off'; echo ---", BLANK, id="prints-a-comment"),
        pytest.param("exit 4", f"{ENDED} 4 (render)", id="fails-without-a-word"),
        pytest.param(
            "echo 'no such flag' >&2; exit 64",
            f"no such flag\n{ENDED} 64 (render)",
            id="fails",
        ),
        pytest.param(
            "cat base/web.yaml crds/shop.yaml 2>/dev/null; echo 'disk is full' >&2; exit 5",
            f"disk is full\n{ENDED} 5 (render)",
            id="fails-behind-its-output",
        ),
    ],
)
@pytest.mark.parametrize("name", ["kustomize", "helm"])
def test_blank_output_is_never_a_success(
    repository: Path, tmp_path: Path, name: str, program: str, said: str
) -> None:
    pretend(tmp_path / "bin", name, program)
    folder, path, call = {
        "kustomize": (PLUGIN, "example", "kustomize build"),
        "helm": (PLUGIN / "helm", "example-chart", "helm template"),
    }[name]
    with serve(folder, sidecar(tmp_path / "bin")) as running:
        answer = refusal(running, repository, path=path)
    assert answer == failed(1, said.replace("CALL", call), name)


def test_lock_outside_of_the_repository(server: Server, repository: Path) -> None:
    config = repository / "example/mirrorpin.yaml"
    given = config.read_text()
    config.write_text(given.replace("images.lock.yaml", "../../images.lock.yaml"))
    assert config.read_text() != given
    assert refusal(server, repository) == failed(
        2,
        "mirrorpin.yaml: error: `spec.digests.lockFile` leads out of the repository: "
        '"../../images.lock.yaml" (outside)\n'
        "  hint: it leads to ../../images.lock.yaml",
    )
