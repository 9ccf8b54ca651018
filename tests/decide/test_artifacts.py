"""Rules for images, for charts, and for both."""

from __future__ import annotations

import pytest

from tests.helpers import runs

CHART = """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: a, namespace: b}
spec: {chart: "oci://%s", jobImage: %s}
"""


def run(rules: str, *more: str) -> tuple[str, list[tuple[str, str]]]:
    settings = runs.config(f"mirrors: [{rules}]", "pullSecrets: {attachTo: none}", *more)
    outcome = runs.run(CHART % ("ghcr.io/acme/shop", "ghcr.io/acme/helm:1"), settings)
    said = [(it.problem.code, str(it.problem.severity)) for it in outcome.results]
    return runs.output(outcome), said


LEFT = ("chart-left", "warning")


@pytest.mark.parametrize(
    ("rules", "chart", "image", "said"),
    [
        pytest.param(
            "{source: ghcr.io, target: m.io/g}",
            "ghcr.io/acme/shop",
            "m.io/g/acme/helm:1",
            [LEFT],
            id="images alone",
        ),
        pytest.param(
            "{source: ghcr.io, target: m.io/g, artifacts: [charts, images]}",
            "m.io/g/acme/shop",
            "m.io/g/acme/helm:1",
            [],
            id="both",
        ),
        pytest.param(
            "{source: ghcr.io, target: m.io/g}, "
            "{source: ghcr.io, target: m.io/charts, artifacts: [charts]}",
            "m.io/charts/acme/shop",
            "m.io/g/acme/helm:1",
            [],
            id="apart",
        ),
        pytest.param(
            "{source: ghcr.io, keep: true, artifacts: [charts]}, {source: '*', target: m.io}",
            "ghcr.io/acme/shop",
            "m.io/ghcr.io/acme/helm:1",
            [],
            id="kept",
        ),
    ],
)
def test_what_moves(rules: str, chart: str, image: str, said: list[tuple[str, str]]) -> None:
    assert run(rules) == (CHART % (chart, image), said)


def test_a_chart_that_nobody_wants_to_hear_of() -> None:
    text, said = run("{source: ghcr.io, target: m.io/g}", "unmatched: keep")
    assert text == CHART % ("ghcr.io/acme/shop", "m.io/g/acme/helm:1")
    assert said == [("chart-left", "info")]


def test_what_is_said() -> None:
    settings = runs.config("mirrors: [{source: ghcr.io, target: m.io/g}]")
    outcome = runs.run(CHART % ("ghcr.io/acme/shop", "ghcr.io/acme/helm:1"), settings)
    (problem,) = (it.problem for it in outcome.results if it.problem.code == "chart-left")
    assert str(problem) == (
        'in.yaml:4:15: warning: chart left alone, no rule for charts covers "ghcr.io/acme/shop" '
        "(chart-left)\n  hint: write `artifacts: [images, charts]` into its rule, once its mirror "
        "has charts"
    )


def test_a_rule_for_charts_alone_pins_no_image() -> None:
    lock = runs.locked({})
    settings = runs.config(
        "mirrors: [{source: ghcr.io, target: m.io/g, artifacts: [charts]}]",
        "unmatched: keep",
        "digests: {mode: lock}",
    )
    outcome = runs.run(runs.pod("ghcr.io/acme/helm:1"), settings, lock)
    assert runs.output(outcome) == runs.pod("ghcr.io/acme/helm:1")
