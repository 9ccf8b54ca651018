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


def test_what_a_schema_fills_in_is_acknowledged_and_not_rewritten() -> None:
    schema = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: things.example.com}\n"
        "spec: {properties: {image: {default: 'docker.io/acme/thing:1'}}}\n"
    )
    left = run(schema, config(RULES, "suspects: rewrite"))
    assert left.outputs == (schema.encode(),)
    said = messages(run(schema, config(RULES, "suspects: fail")))[-1]
    assert "docker.io/acme/thing:1" in said
    entry = (
        "{group: apiextensions.k8s.io, kind: CustomResourceDefinition, "
        "path: spec.properties.image.default, form: none, reason: it is built in place}"
    )
    known = config(RULES, "suspects: fail", f"fields: [{entry}]")
    assert not run(schema, known).failed
