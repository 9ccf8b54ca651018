"""Fields for pull secrets of images in no pod: where they are none, or not what they must be."""

from __future__ import annotations

import pytest

from tests.helpers.placed import HEAD, SECRETS, at, becomes, said
from tests.helpers.placed import ran as ran_with
from tests.helpers.runs import messages, output
from transformer.places.place import Place
from transformer.records import replace

IMAGE = at("spec.image")
FIELD = at("spec.x.secrets", form="pullSecrets")
NO_FIELD = (
    "in.yaml:4:15: warning: `Thing web` sets no pull secrets, and its images need "
    '"pull" (no-pull-secret-field)\n  hint: set it at `spec.x.secrets`'
)


def ran(text: str, *fields: Place) -> tuple[bool, list[str]]:
    """Whether the image was rewritten, and what is said."""
    outcome = ran_with(f"spec: {{image: quay.io/a, x: {text}}}\n", *fields, spec=(SECRETS,))
    return "m.io/quay/a" in output(outcome), messages(outcome)


@pytest.mark.parametrize(
    ("items", "before", "after"),
    [
        pytest.param("objects", "{secrets: []}", "{secrets: [{name: pull}]}", id="objects"),
        pytest.param("strings", "{secrets: []}", "{secrets: [pull]}", id="strings"),
        pytest.param("string", "{secrets: ''}", "{secrets: 'pull'}", id="string"),
        pytest.param("object", "{secrets: {}}", "{secrets: {name: pull}}", id="object"),
        pytest.param("objects", "{y: z}", "{secrets: [{name: pull}], y: z}", id="absent"),
        pytest.param(
            "objects", "{secrets: [{name: pull}]}", "{secrets: [{name: pull}]}", id="there"
        ),
    ],
)
def test_the_field_beside_an_image_gets_what_it_needs(items: str, before: str, after: str) -> None:
    field = replace(FIELD, items=items)
    text = "spec: {{image: {}, x: {}}}\n"
    old, new = text.format("quay.io/a", before), text.format("m.io/quay/a", after)
    assert becomes(old, IMAGE, field, spec=(SECRETS,)) == new


@pytest.mark.parametrize("text", ["~", "a", "[]"], ids=["null", "string", "list"])
def test_a_field_without_its_surroundings_is_none(text: str) -> None:
    assert ran(text, IMAGE, FIELD) == (True, [NO_FIELD])


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        pytest.param(
            FIELD, "{secrets: a}", "4:39: {}: field `spec.x.secrets` is not a list", id="string"
        ),
        pytest.param(
            FIELD,
            "{secrets: [a]}",
            "4:40: {}: field `spec.x.secrets[0]` is not a mapping",
            id="item",
        ),
        pytest.param(
            replace(FIELD, items="string"),
            "{secrets: [a]}",
            "4:39: {}: field `spec.x.secrets` is not a string",
            id="list",
        ),
        pytest.param(
            at("spec.x[].secrets", form="pullSecrets"),
            "{secrets: a}",
            "4:29: {}: field `spec.x` is not a list",
            id="mapping for a list on the way",
        ),
    ],
)
def test_a_field_of_another_type_is_a_fault(field: Place, text: str, message: str) -> None:
    is_rewritten, (first, *_) = ran(text, IMAGE, field)
    assert first == f"in.yaml:{message.format('error')} (wrong-type)"
    assert not is_rewritten
    # What is shipped may be of another version than the object.
    is_rewritten, (first, *_) = ran(text, IMAGE, replace(field, origin="shipped"))
    assert first == f"in.yaml:{message.format('warning')} (wrong-type)"
    assert is_rewritten


def test_no_field_is_looked_at_where_no_image_is_found() -> None:
    assert said("spec: {x: {secrets: a}}\n", IMAGE, FIELD, spec=(SECRETS,)) == []


def test_pods_that_a_controller_runs_an_image_in_get_what_it_needs() -> None:
    pod = at("spec.podTemplate.spec", form="podSpec")
    text = "spec: {{image: {}, podTemplate: {{spec: {{{}x: y}}}}}}\n"
    old = text.format("quay.io/a", "")
    new = text.format("m.io/quay/a", "imagePullSecrets: [{name: pull}], ")
    assert becomes(old, IMAGE, pod, spec=(SECRETS,)) == new


def test_a_document_in_a_string_has_the_pods_beside_it() -> None:
    pod = at("spec.podTemplate.spec", form="podSpec")
    document = at("spec.doc", form="document", inside=(at("image"),))
    text = "spec: {doc: 'image: quay.io/a', podTemplate: {spec: {x: y}}}\n"
    outcome = ran_with(text, document, pod, spec=(SECRETS,))
    assert messages(outcome) == []
    assert output(outcome) == HEAD + text.replace("quay.io", "m.io/quay").replace(
        "{x: y}", "{imagePullSecrets: [{name: pull}], x: y}"
    )
