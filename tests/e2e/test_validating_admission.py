"""A ValidatingAdmissionPolicy on a real API server: it takes what a run would leave as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.admission import Pods, apply, exported, is_denied, namespace, wait_for
from tests.e2e.admission import settings as with_canary
from tests.e2e.pod_images import (
    VALIDATING_RULES,
    VALIDATING_SPECS,
    containers,
    images,
    is_left_alone,
    vectors,
)

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster

pytestmark = pytest.mark.e2e

FORMAT = "validating-admission-policy"


@pytest.fixture(scope="module")
def pods(cluster: Cluster) -> Pods:
    return Pods(cluster, namespace(cluster))


@pytest.mark.parametrize("spec", VALIDATING_SPECS)
def test_takes_what_a_run_leaves_alone(cluster: Cluster, pods: Pods, spec: str) -> None:
    settings, canary = with_canary(VALIDATING_RULES, *VALIDATING_SPECS[spec])
    apply(cluster, exported(FORMAT, settings))
    wait_for(pods, canary)
    texts = [*vectors(), *images()]
    assert len(texts) > 500
    differ = [
        (it, answer)
        for it in texts
        if is_denied(answer := pods.create(containers(it))) is is_left_alone(it, settings)
    ]
    assert differ == []
