from __future__ import annotations

import pytest

from tests.helpers.runs import HUB, config, messages, output, pod, run
from transformer.decide.unread import EXPANDED

LOOK = "  hint: mirror what is put in by hand, where its value is"

TASK = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: build}
spec:
  steps:
  - {name: a, image: $(params.image)}
  - {name: b, image: "nginx:$(params.tag)"}
  - {name: c, image: nginx}
"""

WORKFLOW = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: build}
spec:
  templates:
  - {name: a, container: {image: "{{inputs.parameters.image}}"}}
  - {name: b, container: {image: "$IMAGE"}}
"""


def test_what_the_controller_of_a_kind_expands_is_left_alone() -> None:
    outcome = run(TASK, config(HUB))
    assert output(outcome) == TASK.replace("image: nginx}", "image: m.io/hub/library/nginx}")
    assert messages(outcome) == [
        "in.yaml:6:22: warning: left alone, its controller puts an image in: "
        f'"$(params.image)" (placeholder)\n{LOOK}',
        "in.yaml:7:22: warning: left alone, its controller puts an image in: "
        f'"nginx:$(params.tag)" (placeholder)\n{LOOK}',
    ]


def test_what_its_controller_does_not_expand_is_an_error() -> None:
    first, second = messages(run(WORKFLOW, config(HUB)))
    assert first.startswith("in.yaml:6:34: warning: left alone, its controller puts an image in")
    assert second == (
        'in.yaml:7:34: error: holds a placeholder: "$IMAGE" (placeholder)\n'
        "  hint: substitute it before mirrorpin, or set `invalid: warn` to leave it alone"
    )


@pytest.mark.parametrize("image", ["$(params.image)", "{{ image }}", "${IMAGE}"])
def test_a_kind_that_expands_nothing_is_told_so(image: str) -> None:
    (said,) = messages(run(pod(f'"{image}"'), config(HUB)))
    assert f'error: holds a placeholder: "{image}" (placeholder)' in said


def test_the_word_that_the_injector_of_istio_replaces_stays() -> None:
    text = pod("nginx", "auto")
    outcome = run(text, config(HUB))
    assert output(outcome) == text.replace("nginx", "m.io/hub/library/nginx")
    problems = [str(result.problem) for result in outcome.results]
    assert problems[0] == (
        "in.yaml:10:12: info: left alone: the injector of Istio puts its proxy here (injected)"
    )


@pytest.mark.parametrize("image", ["auto:1", "x/auto", "docker.io/library/auto", "automatic"])
def test_an_image_of_a_like_name_is_one(image: str) -> None:
    assert "m.io/hub" in output(run(pod(image), config(HUB)))


def test_groups_are_in_order() -> None:
    assert sorted(EXPANDED) == list(EXPANDED)
