"""The promises again, for text that few write: odd line breaks, and keys that are repeated."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transformer.config.config import Config, parse_config
from transformer.config.options import Options
from transformer.pipeline import Outcome, transform
from transformer.yamltext.tree import PARSERS

RULES = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImageTransformer
spec:
  unmatched: keep
  mirrors:
  - {source: docker.io, target: r.io/hub, pullSecrets: [hub-pull]}
  - {source: quay.io, target: r.io/quay, pullSecrets: [quay-pull]}
"""
MANIFESTS = [
    """\
# Of the account.
kind: ServiceAccount
metadata:
  name: default
imagePullSecrets:
- name: own # Of the last name.
# Of nothing.
---
apiVersion: v1
kind: Pod
# Of the metadata.
metadata:
  # Of the name.
  name: web
  annotations:
    # Of the team.
    team: shop
spec:
  # Of the containers.
  containers:
  - name: web # Of the name.
    # Of the image.
    image: nginx
    args: [serve]
""",
    """\
apiVersion: psmdb.percona.com/v1
kind: PerconaServerMongoDB
metadata: {name: store, # Of the labels.
  labels: {team: shop}}
spec:
  # Of the image.
  image: percona/mongo
  containers:
  - # Of the name.
    name: exporter
    image: quay.io/acme/exporter
""",
    """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: trial-templates
data:
  # Of the job.
  job: |
    # Of the kind.
    kind: Pod
    spec:
      # Of the containers.
      containers:
      - name: train # Of the name.
        image: alpine
  note: |
    nothing to see
""",
]
BREAKS = "\n\r\x85\u2028\u2029"


def config(attach_to: str, notes: str) -> Config:
    spec = f"  pullSecrets: {{attachTo: {attach_to}}}\n  report: {{originalImages: {notes}}}\n"
    return parse_config("c.yaml", RULES + spec, "")


CONFIGS = [
    config(it, notes) for it in ("pods", "serviceAccounts", "both") for notes in ("true", "false")
]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A manifest of which a few lines end in another way, and one may stand twice."""
    lines = draw(st.sampled_from(MANIFESTS)).splitlines()
    at = st.integers(0, len(lines) - 1)
    ends = ["\n"] * len(lines)
    for number in draw(st.lists(at, max_size=4)):
        ends[number] = draw(st.sampled_from(BREAKS))
    written = [line + end for line, end in zip(lines, ends, strict=True)]
    if draw(st.booleans()):
        number = draw(at)
        written.insert(draw(at), lines[number] + "\n")
    return "".join(written)


def run(text: str, rules: Config, verify: str, parser: str) -> Outcome:
    options = Options(verify=verify, parser=parser)
    return transform([("in.yaml", text.encode())], rules, options=options)


def said(outcome: Outcome) -> Sequence[str]:
    return [str(it) for it in outcome.results]


@pytest.mark.parametrize("parser", PARSERS)
@given(texts(), st.sampled_from(CONFIGS))
@example(f"{MANIFESTS[2]}  job:\n", CONFIGS[0])
@example(MANIFESTS[0].replace("    team", "  annotations:\n    team"), CONFIGS[0])
def test_both_depths_of_the_check_agree_and_twice_is_once(
    parser: str, text: str, rules: Config
) -> None:
    outcome = run(text, rules, "events", parser)
    full = run(text, rules, "full", parser)
    assert (full.outputs, said(full)) == (outcome.outputs, said(outcome))
    if not outcome.failed:
        (once,) = outcome.outputs
        again = run(once.decode(), rules, "full", parser)
        assert not again.failed
        assert again.outputs == outcome.outputs
