"""What the policy looks like, to the byte, and what is named because it cannot be said there."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.helpers import runs
from tests.helpers.shared import ROOT
from transformer.errors import Problem
from transformer.export.format import Export, Request
from transformer.export.formats import format_of

EXPECTED = ROOT / "tests/export/policies"
HUB = "{source: docker.io, target: m.io/hub}"
SAME = "{source: cache.io, target: m.io/hub}"
# The second is for other kinds.
OF_PODS = (
    "{source: ghcr.io, target: m.io/pods, where: {kinds: [Pod]}}",
    "{source: ghcr.io, target: m.io/ghcr}",
)
REQUIRE = "digests: {mode: require}"
SCOPED = (
    "{source: quay.io, target: edge.io/quay, where: {namespaces: [edge-*, lab], "
    "containers: [agent, 'x.*'], selector: {matchLabels: {tier: edge}}}}",
    "{source: quay.io, target: lab.io/quay, where: {namespaces: [lab], kinds: [P*]}}",
    "{source: quay.io, target: m.io/quay, where: {namespaces: [a, b], containers: ['**']}}",
    "{source: ghcr.io, target: m.io/ghcr, only: digests}",
    "{source: '*.us.gcr.io', keep: true}",
    "{source: '*.gcr.io', template: 'm.io/gcr/{{ name }}'}",
    "{source: '*', target: m.io/all}",
    "{source: 'docker.io/library/nginx:1.27', block: true}",
    "{source: 'docker.io/library/a@sha256:DIGEST', block: true}".replace("DIGEST", "a" * 64),
    "{source: docker.io, target: m.io/charts, artifacts: [charts]}",
)


def export(*rules: str, spec: tuple[str, ...] = ()) -> Export:
    settings = runs.config("mirrors:", *(f"- {it}" for it in rules), *spec)
    return format_of("vap").make(Request(config=settings))


def text_of(made: Export) -> str:
    (file,) = made.files
    assert file.path == "mirrorpin.yaml"
    return file.text


def lines_of(problems: tuple[Problem, ...]) -> list[str]:
    return [line for it in problems for line in it.lines]


def variable(made: Export, name: str) -> str:
    policy, _ = yaml.safe_load_all(text_of(made))
    found = {it["name"]: it["expression"] for it in policy["spec"]["variables"]}
    return str(found[name])


@pytest.mark.parametrize(
    ("name", "rules", "spec"),
    [
        ("plain", (HUB, SAME, *OF_PODS, "{source: docker.io/evil, block: true}"), (REQUIRE,)),
        ("scoped", SCOPED, ("unmatched: keep",)),
    ],
)
def test_policy(name: str, rules: tuple[str, ...], spec: tuple[str, ...]) -> None:
    made = export(*rules, spec=spec)
    assert (made.unsaid, made.warnings) == ((), ())
    assert text_of(made) == (EXPECTED / f"validating-{name}.yaml").read_text()


REFERENCE = "'must be an image reference'"
FROM = "'must be pulled from ' + i.rule.to + ' (' + i.rule.rule + ')'"
RULE = "'must be covered by a rule'"
DIGEST = "'must carry a digest'"


@pytest.mark.parametrize(
    ("spec", "faults"),
    [
        ((), [REFERENCE, FROM, RULE]),
        (("unmatched: warn",), [REFERENCE, FROM, "''"]),
        (("unmatched: keep", "digests: {mode: require}"), [REFERENCE, FROM, DIGEST]),
        (("unmatched: keep", "digests: {mode: lock}"), [REFERENCE, FROM, "''", DIGEST]),
        (("digests: {mode: lock, missing: warn}",), [REFERENCE, FROM, RULE]),
        (("invalid: warn",), ["''", FROM, RULE]),
    ],
)
def test_what_is_a_fault(spec: tuple[str, ...], faults: list[str]) -> None:
    assert re.findall(r" \? (.*) :\n", variable(export(HUB, spec=spec), "faults")) == faults


def test_no_rules_cover_nothing() -> None:
    made = export()
    assert variable(made, "rules") == "{}"
    assert "'rule': ([]\n" in variable(made, "judged")


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        (
            "{source: a.io, sameAs: docker.io}",
            [
                "mirrorpin.yaml:5:5: error: `sameAs` of `mirrors[0]` is set, which admission "
                'cannot say: "a.io" (not-exportable)',
                "  hint: give it the target of the other name",
            ],
        ),
        (
            "{source: a.io, target: m.io/a, where: {kinds: [Pod, Deployment]}}",
            [
                "mirrorpin.yaml:5:5: error: `where.kinds` of `mirrors[0]` is set, which "
                'admission cannot say: "a.io" (not-exportable)',
                "  hint: a pod does not show which kind of object made it",
            ],
        ),
        (
            "{source: a.io, target: m.io/a, onAbsent: keep}",
            [
                "mirrorpin.yaml:5:5: error: `onAbsent` of `mirrors[0]` is set, which "
                'admission cannot say: "a.io" (not-exportable)',
                "  hint: a pod does not show what the lock says of its images",
            ],
        ),
    ],
)
def test_what_a_pod_does_not_show(rule: str, lines: list[str]) -> None:
    made = export(rule, HUB)
    assert lines_of(made.unsaid) == lines
    # The rest is said, and what is at the mirror is there.
    keys = variable(made, "rules")
    assert "'a.io'" not in keys
    assert ("'m.io/a'" in keys) is ("target" in rule)


def test_a_place_in_pods_is_not_looked_at() -> None:
    fields = (
        "fields:",
        "- {group: '', kind: Pod, path: 'metadata.annotations[\"x\"]'}",
        "- {group: example.com, kind: Pod, path: spec.image}",
    )
    assert lines_of(export(HUB, spec=fields).unsaid) == [
        "mirrorpin.yaml:7:5: error: a place in pods is named, which admission cannot say: "
        '"metadata.annotations["x"]" (not-exportable)',
        "  hint: admission looks at containers and image volumes",
    ]
