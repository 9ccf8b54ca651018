"""Split images whose name is a whole reference: what stands beside it is another image's."""

from __future__ import annotations

from tests.helpers.runs import config, messages, output, run

QUAY = "mirrors: [{source: quay.io, target: m.io/quay}]"

DATADOG = """\
apiVersion: datadoghq.com/v2alpha1
kind: DatadogAgent
metadata: {name: d}
spec:
  global: {registry: quay.io/datadoghq}
  override:
    nodeAgent: {image: {name: agent, tag: "7"}}
    clusterAgent: {image: {name: "quay.io/datadoghq/cluster-agent:7"}}
"""

NVIDIA = """\
apiVersion: nvidia.com/v1
kind: ClusterPolicy
metadata: {name: c}
spec:
  vgpuManager: {enabled: false, image: vgpu-manager}
  gfd: {image: "quay.io/a/gfd:1"}
"""


def test_a_registry_beside_a_whole_name_is_not_its_own() -> None:
    outcome = run(DATADOG, config(QUAY))
    assert messages(outcome) == []
    assert output(outcome) == DATADOG.replace("quay.io", "m.io/quay")


def test_a_bare_name_alone_is_no_whole_reference() -> None:
    outcome = run(NVIDIA, config(QUAY))
    assert output(outcome) == NVIDIA.replace("quay.io", "m.io/quay")
    assert messages(outcome) == [
        "in.yaml:5:16: warning: left alone: `spec.vgpuManager` names no repository: the controller "
        "pulls its own (incomplete)\n"
        "  hint: write it out, with its registry, or mirror what the controller pulls by default"
    ]
