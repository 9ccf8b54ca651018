"""What looks like an image is said by every command that reads manifests, and weighs the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.helpers.registry_table import MIRROR, NGINX, A, Place, index
from tests.helpers.rendering import SHOW_AND_RENDER, application, plugin, pretend, sidecar

NGINX_A = f"{MIRROR}/docker.io/library/nginx@{A}"
LOCK = f"version: 1\nimages:\n  {NGINX}:\n    digest: {A}\n"

PLAIN = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: "nginx:1.27"}]}
"""
WITH = f"""\
{PLAIN}---
apiVersion: example.com/v1
kind: Thing
metadata: {{name: one}}
spec: {{worker: {{image: acme/worker:1}}, registry: quay.io}}
"""

COUNTED = [
    "warning: 2 values look like images and are left as they are (suspects)",
    "  hint: list what was seen: mirrorpin images --maybe",
]
NAMED = [
    '<stdin>:9:24: warning: looks like an image and is left as it is: "acme/worker:1" in Thing one '
    "at `spec.worker.image` (suspect)",
    '<stdin>:9:50: warning: looks like an image and is left as it is: "quay.io" in Thing one '
    "at `spec.registry` (suspect)",
]
FAILED = [
    '<stdin>:9:24: error: "acme/worker:1" looks like an image, and is not named in the '
    "configuration in Thing one at `spec.worker.image` (suspect)",
    "  hint: add to `spec.fields`: {group: example.com, kind: Thing, path: spec.worker.image}",
    '<stdin>:9:50: error: "quay.io" looks like an image, and is not named in the '
    "configuration in Thing one at `spec.registry` (suspect)",
    "  hint: add to `spec.fields`: {group: example.com, kind: Thing, path: spec.registry, "
    "form: registry}",
]

COMMANDS = ("transform", "check", "diff", "lock", "lock --check", "verify")


def run(folder: Path, words: str, manifests: str, weight: str = "") -> tuple[int, list[str]]:
    """The exit code of a command, and what it says."""
    place = Place(folder, {NGINX_A: index(A)}, "{mode: lock}")
    place.lock.write_text(LOCK)
    if weight:
        config = folder / "mirrorpin.yaml"
        config.write_text(f"{config.read_text()}  suspects: {weight}\n")
    code = place.run(*words.split(), stdin=manifests)
    return code, place.err.splitlines()


def about(lines: list[str], code: str) -> list[str]:
    """The lines about a code, with their hints."""
    at = [number for number, line in enumerate(lines) if line.endswith(f"({code})")]
    return [
        line
        for it in at
        for line in lines[it : it + 2]
        if it == lines.index(line) or line[0] == " "
    ]


def told(words: str, lines: list[str]) -> list[str]:
    """The lines as a command tells them: `verify` says where alone, which several objects share."""
    if words != "verify":
        return lines
    return [re.sub(r" in Thing one at `[\w.]+`", "", line) for line in lines]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_counts_them_in_one_warning(tmp_path: Path, words: str) -> None:
    code, said = run(tmp_path, words, WITH)
    assert about(said, "suspects") == COUNTED
    assert about(said, "suspect") == []
    assert (code, said[-1].replace(" 0 left alone", "")) == (
        run(tmp_path, words, PLAIN)[0],
        run(tmp_path, words, PLAIN)[1][-1].replace(" 0 left alone", ""),
    )


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_says_nothing_of_them_where_there_are_none(tmp_path: Path, words: str) -> None:
    _, said = run(tmp_path, words, PLAIN)
    assert [line for line in said if "suspect" in line] == []


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_names_each_on_request(tmp_path: Path, words: str) -> None:
    _, said = run(tmp_path, f"{words} -v", WITH)
    assert about(said, "suspects") == COUNTED
    assert about(said, "suspect") == told(words, NAMED)
    assert [it for it in run(tmp_path, f"{words} -v", PLAIN)[1] if "suspect" in it] == []


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_fails_where_they_must_be_settled(tmp_path: Path, words: str) -> None:
    code, said = run(tmp_path, words, WITH, "fail")
    assert code == 1
    assert about(said, "suspect") == told(words, FAILED)
    settled, said = run(tmp_path, words, PLAIN, "fail")
    assert settled == run(tmp_path, words, PLAIN)[0]
    assert [line for line in said if "suspect" in line] == []


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_does_not_look_where_they_are_ignored(tmp_path: Path, words: str) -> None:
    for verbose in ("", " -v"):
        _, said = run(tmp_path, words + verbose, WITH, "ignore")
        assert [line for line in said if "suspect" in line] == []


@pytest.mark.parametrize("words", ["transform", "diff"])
def test_a_command_rewrites_what_a_rule_covers(tmp_path: Path, words: str) -> None:
    place = Place(tmp_path, {}, "{mode: lock}")
    place.lock.write_text(f"{LOCK}  docker.io/acme/worker:1:\n    digest: {A}\n")
    config = tmp_path / "mirrorpin.yaml"
    config.write_text(f"{config.read_text()}  suspects: rewrite\n")
    place.run(words, stdin=WITH)
    assert f"worker: {{image: {MIRROR}/docker.io/acme/worker:1}}" in place.out
    assert about(place.err.splitlines(), "suspects") == [
        "warning: 1 value looks like an image and is left as it is (suspects)",
        COUNTED[1],
    ]
    place.run(words, stdin=PLAIN)
    assert "worker" not in place.out + place.err


def test_a_list_of_objects_has_it_among_its_results(tmp_path: Path) -> None:
    items = {"items": [{"apiVersion": "example.com/v1", "kind": "Thing", "spec": {"image": "a:1"}}]}
    envelope = {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", **items}
    place = Place(tmp_path, {})
    assert place.run("transform", stdin=json.dumps(envelope)) == 0
    (result,) = json.loads(place.out)["results"]
    assert result["severity"] == "warning"
    assert "1 value looks like an image" in result["message"]


@pytest.mark.parametrize("name", ["kustomize", "helm"])
def test_the_plugin_counts_them_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(application(tmp_path / "repository"))
    pretend(tmp_path / "bin", name, SHOW_AND_RENDER)
    rendered = tmp_path / "pod.yaml"
    around = sidecar(tmp_path / "bin", POD=str(rendered), SEEN=str(tmp_path / "seen"))
    rendered.write_text(WITH)
    ran = plugin(name, around)
    assert ran.code == 0
    assert about(ran.stderr, "suspects") == COUNTED
    rendered.write_text(PLAIN)
    assert about(plugin(name, around).stderr, "suspects") == []
