"""What Gatekeeper's objects look like, to the byte, and that they say what Kubernetes' own do."""

from __future__ import annotations

import yaml

from tests.helpers import runs
from tests.helpers.shared import ROOT
from transformer.export.format import Export, Request
from transformer.export.formats import format_of

EXPECTED = ROOT / "tests/export/policies"
RULES = (
    "{source: docker.io, target: m.io/hub}",
    "{source: quay.io, target: m.io/quay, where: {namespaces: [edge-*]}}",
    "{source: docker.io/evil, block: true}",
)


def export(name: str, *rules: str) -> Export:
    settings = runs.config("mirrors:", *(f"- {it}" for it in rules), "digests: {mode: require}")
    return format_of(name).make(Request(config=settings))


def test_objects() -> None:
    made = export("gatekeeper", *RULES)
    assert (made.unsaid, made.warnings) == ((), ())
    template, constraint = made.files
    assert (template.path, constraint.path) == ("template.yaml", "constraint.yaml")
    assert template.text + constraint.text == (EXPECTED / "gatekeeper.yaml").read_text()


def test_they_say_what_kubernetes_does() -> None:
    template, _ = export("gatekeeper", *RULES).files
    ((target,),) = [yaml.safe_load(template.text)["spec"]["targets"]]
    (code,) = target["code"]
    (policy,) = export("vap", *RULES).files
    theirs = next(yaml.safe_load_all(policy.text))["spec"]
    assert code["source"]["variables"] == theirs["variables"]
    assert code["source"]["matchCondition"] == theirs["matchConditions"]
    assert code["source"]["failurePolicy"] == theirs["failurePolicy"]
    (ours,) = code["source"]["validations"]
    assert [{**ours, "reason": "Forbidden"}] == theirs["validations"]


def test_what_cannot_be_said() -> None:
    (problem,) = export("gatekeeper", "{source: a.io, target: m.io/a, onAbsent: keep}").unsaid
    assert (
        problem.message == '`onAbsent` of `mirrors[0]` is set, which admission cannot say: "a.io"'
    )
