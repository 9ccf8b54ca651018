"""What settles a suspect: the line to paste, in the setting that it belongs to."""

from __future__ import annotations

from tests.helpers.runs import config, messages, run

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - image: m.io/hub/library/nginx
    env:
    - {name: WORKER_IMAGE, value: "quay.io/acme/worker:1"}
"""
RULES = "mirrors: [{source: docker.io, target: m.io/hub}]"


def test_a_variable_is_named_in_the_strings_where_shapes_are_off() -> None:
    (said,) = messages(run(POD, config(RULES, "suspects: fail", "strings: {shapes: 'off'}")))
    assert "(suspect)" in said
    assert "spec.strings.env" in said
    assert "WORKER_IMAGE" in said


def test_a_flag_is_named_in_the_strings_where_its_value_is_the_next_item() -> None:
    text = POD.partition("    env:")[0] + "    args: [--helper-image, acme/helper:1]\n"
    (said,) = messages(run(text, config(RULES, "suspects: fail", "strings: {shapes: 'off'}")))
    assert "spec.strings.args" in said
    assert "--helper-image" in said
