"""What SECURITY.md says of the command line as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.command import Ran, command
from tests.helpers.quirk_server import QuirkServer
from tests.helpers.registry_runs import INDEX
from tests.helpers.runs import HEAD, pod

CANARY = "canary-77ab1e"
RULE = "{source: docker.io, target: m.io/hub, pullSecrets: [pull]}"
# What others expand, wherever a string can stand.
FORMS = ("$CANARY", "${CANARY}", "$(CANARY)", "%CANARY%", "{{ env.CANARY }}", "{{ CANARY }}")

# Each names a file that is not of the repository, by the key that names it.
OUTSIDE = {
    "digests.lockFile": ("", "digests: {lockFile: FILE}"),
    "pullSecrets.templates": ("", "pullSecrets: {templates: [FILE]}"),
    "mirrorsFrom": ("", "mirrorsFrom: [FILE]"),
    "extends": ("", "extends: [FILE]"),
    "signedBy.key": ("lock", "mirrors: [{source: a.io, keep: true, signedBy: {key: FILE}}]"),
    "trustedRoot": (
        "lock",
        "mirrors: [{source: a.io, keep: true, signedBy: {key: k8s://n/s, trustedRoot: FILE}}]",
    ),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, beside a file of somebody else."""
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (tmp_path / "theirs.yaml").write_text(f"password: {CANARY}\n")
    monkeypatch.chdir(repository)
    return repository


def ran(spec: str, *argv: str, stdin: str, **environment: str) -> Ran:
    Path("mirrorpin.yaml").write_text(f"{HEAD}spec:\n  {spec}\n")
    return command(*argv, stdin=stdin, environment=environment)


@pytest.mark.parametrize("argv", [(), ("check",), ("diff",)])
@pytest.mark.parametrize("image", ["quay.io/a/b", "$(TAG)", "Upper/Case", "docker.io/evil"])
def test_an_error_writes_nothing(argv: tuple[str, ...], image: str) -> None:
    rules = f"mirrors: [{RULE}, {{source: docker.io/library/evil, block: true}}]"
    found = ran(rules, *argv, stdin=pod("nginx", image.replace("docker.io/evil", "evil")))
    assert (found.code, found.stdout) == (1, b"")
    assert found.stderr


@pytest.mark.parametrize("way", ["above", "link"])
@pytest.mark.parametrize("key", OUTSIDE)
def test_no_file_outside_of_the_repository_is_read(folder: Path, key: str, way: str) -> None:
    argv, spec = OUTSIDE[key]
    digest = f"sha256:{'0' * 64}"
    lock = f"version: 1\nimages:\n  a.io/b:1: {{digest: '{digest}'}}\n"
    (folder / "images.lock.yaml").write_text(lock)
    (folder / "link.yaml").symlink_to("../theirs.yaml")
    named = {"above": "../theirs.yaml", "link": "link.yaml"}[way]
    command_line = ("lock", "--check") if argv else ()
    found = ran(spec.replace("FILE", named), *command_line, stdin=pod("a.io/b:1"))
    assert found.code == 2, found
    assert "(outside)" in "\n".join(found.stderr)
    assert CANARY not in str(found)


@pytest.mark.parametrize("form", FORMS)
def test_no_variable_reaches_what_is_written(folder: Path, form: str) -> None:
    (folder / "secret.j2").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: pull, namespace: '{{ namespace }}'}\n"
        f"data: {{a: '{form}'}}\n"
    )
    for spec in (
        f"mirrors: [{{source: docker.io, template: 'm.io/{form}/{{{{ name }}}}'}}]",
        f"mirrors: [{{source: docker.io, target: 'm.io/{form}'}}]",
        f"{{mirrors: [{RULE}], pullSecrets: {{templates: [secret.j2]}}}}",
        f"{{mirrors: [{RULE}], digests: {{lockFile: '{form}.yaml'}}}}",
        f"{{mirrors: [{RULE}], unmatched: keep, policy: {{registries: {{allowed: ['{form}']}}}}}}",
    ):
        found = ran(spec, stdin=pod("nginx", form), CANARY=CANARY, MIRRORPIN_VERBOSE="true")
        assert CANARY not in str(found), spec


def test_a_variable_of_the_sidecar_ends_what_a_configuration_asks_for() -> None:
    with QuirkServer() as server:
        server.put("hub/library/web:1", INDEX)
        target = f"{{source: docker.io, target: {server.host}/hub}}"
        spec = f"{{mirrors: [{target}], digests: {{mode: resolve}}}}"
        ended = ran(spec, stdin=pod("web:1"), MIRRORPIN_OFFLINE="true")
        assert (ended.code, server.asked()) == (1, [])
        assert "(registry-offline)" in ended.stderr[0]
        assert ran(spec, stdin=pod("web:1")).code == 0
        assert server.asked()
