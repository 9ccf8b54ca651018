"""What Kyverno's policies look like, to the byte, and that they say what those of Kubernetes do."""

from __future__ import annotations

from typing import Any

import yaml

from tests.helpers import runs
from tests.helpers.shared import ROOT
from transformer.export.format import Export, Request
from transformer.export.formats import format_of
from transformer.lock.lock import Lock, parse_lock

EXPECTED = ROOT / "tests/export/policies"
RULES = (
    "{source: docker.io, target: m.io/hub, pullSecrets: [hub-pull]}",
    "{source: quay.io, target: m.io/quay, where: {namespaces: [edge-*]}}",
    "{source: docker.io/evil, block: true}",
)
LOCK = runs.locked({"docker.io/library/nginx:1.27": f"{{digest: sha256:{'1' * 64}}}"})
LOCKED = "digests: {mode: lock}"


def export(name: str, *rules: str, lock: Lock | None = None, spec: str = LOCKED) -> Export:
    settings = runs.config("mirrors:", *(f"- {it}" for it in rules), spec)
    return format_of(name).make(Request(config=settings, lock=lock))


def text_of(made: Export) -> str:
    (file,) = made.files
    return file.text


def objects_of(made: Export) -> list[dict[str, Any]]:
    return [*yaml.safe_load_all(text_of(made))]


def test_policies() -> None:
    made = export("kyverno", *RULES, lock=LOCK)
    assert (made.unsaid, made.warnings) == ((), ())
    assert text_of(made) == (EXPECTED / "kyverno.yaml").read_text()


def test_they_say_what_those_of_kubernetes_do() -> None:
    lock, mutating, validating = objects_of(export("kyverno", *RULES, lock=LOCK))
    theirs, other, _ = objects_of(export("map", *RULES, lock=LOCK))
    policy, _ = objects_of(export("vap", *RULES))
    assert lock == theirs
    params, *variables = mutating["spec"]["variables"]
    assert params["name"] == "params"
    told = yaml.safe_dump(variables).replace("variables.params", "params")
    assert told == yaml.safe_dump(other["spec"]["variables"])
    assert mutating["spec"]["mutations"] == other["spec"]["mutations"]
    assert validating["spec"]["variables"] == policy["spec"]["variables"]
    (ours,) = validating["spec"]["validations"]
    assert [{**ours, "reason": "Forbidden"}] == policy["spec"]["validations"]


def test_without_a_lock_none_is_asked_for() -> None:
    mutating, _ = objects_of(export("kyverno", *RULES, spec="digests: {mode: off}"))
    assert [it["name"] for it in mutating["spec"]["variables"]][:2] == ["rules", "before"]


def test_each_part_of_a_lock_has_its_policy() -> None:
    entry = f"    digest: sha256:{'1' * 64}\n"
    lines = (f"  a.io/{'x' * 200}{index}:1:\n{entry}" for index in range(3700))
    lock = parse_lock("images.lock.yaml", f"version: 1\nimages:\n{''.join(lines)}")
    found = [yaml.safe_load(it.partition("\ndata:\n")[0])
             for it in text_of(export("kyverno", *RULES, lock=lock)).split("---\n")]  # fmt: skip
    names = [(it["kind"], it["metadata"]["name"]) for it in found]
    assert names == [
        ("ConfigMap", "mirrorpin-lock-1"),
        ("ConfigMap", "mirrorpin-lock-2"),
        ("MutatingPolicy", "mirrorpin-1"),
        ("MutatingPolicy", "mirrorpin-2"),
        ("ValidatingPolicy", "mirrorpin"),
    ]
    for index, policy in enumerate(found[2:4]):
        variables = {it["name"]: it["expression"] for it in policy["spec"]["variables"]}
        assert variables["params"].endswith(f"'mirrorpin-lock-{index + 1}')")
        assert "variables.params.metadata.annotations" in variables["moves"]


def test_what_cannot_be_said() -> None:
    rules = (
        "{source: a.io, targets: [m.io/a, n.io/a]}",
        "{source: b.io, target: m.io/b, onAbsent: keep}",
        "{source: docker.io/acme, target: m.io/acme}",
    )
    made = export("kyverno", *rules, lock=LOCK)
    assert [it.message for it in made.unsaid] == [
        '`onAbsent` of `mirrors[1]` is set, which admission cannot say: "b.io"',
        '`targets` of `mirrors[0]` is set, which admission cannot say: "a.io"',
    ]
    _, mutating, validating = objects_of(made)
    # What only the first cannot say, the second does.
    rules_of = {
        it["kind"]: next(v for v in it["spec"]["variables"] if v["name"] == "rules")["expression"]
        for it in (mutating, validating)
    }
    assert "'a.io'" not in rules_of["MutatingPolicy"]
    assert "'a.io'" in rules_of["ValidatingPolicy"]
