from __future__ import annotations

import pytest

from tests.helpers.reading import document
from transformer.find.name_lists import FieldItems, secret_field
from transformer.model import Resource, SecretField
from transformer.yamltext.path import Steps
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Mapping, SyntaxFault, read

RESOURCE = Resource(api_version="x.io/v1", kind="Widget", namespace="", name="a")


def field(text: str, keys: tuple[str, ...], items: FieldItems, at: Steps = ()) -> SecretField:
    tree = read(text)
    assert isinstance(tree.root, Mapping)
    return secret_field(Spots(tree), document(text), RESOURCE, tree.root, keys, at, items)


@pytest.mark.parametrize(
    ("items", "value", "steps"),
    [
        pytest.param("objects", "[{name: b}]", ("spec", "secret"), id="objects"),
        pytest.param("strings", "[b]", ("spec", "secret"), id="strings"),
        pytest.param("string", "b", ("spec", "secret"), id="string"),
        pytest.param("object", "{a: c, name: b}", ("spec", "secret", "name"), id="object"),
    ],
)
def test_a_field_leads_to_its_names(items: FieldItems, value: str, steps: Steps) -> None:
    found = field(f"spec: {{secret: {value}}}", ("spec", "secret"), items)
    assert (found.resource, found.steps, found.secrets.names) == (RESOURCE, steps, ("b",))


@pytest.mark.parametrize(
    ("at", "line"),
    [
        pytest.param((), "metadata", id="in the object: before its metadata"),
        pytest.param(("spec",), "kind", id="elsewhere: before the first key"),
    ],
)
def test_an_absent_field_goes_where_it_reads_well(at: Steps, line: str) -> None:
    text = "kind: Widget\nmetadata: {name: a}\n"
    found = field(text, ("secrets", "pull"), "strings", at)
    assert text[found.secrets.spot.spot.start :].startswith(line)
    assert found.steps == (*at, "secrets", "pull")


@pytest.mark.parametrize(
    ("items", "value", "message"),
    [
        pytest.param("object", "b", "field `spec.secret` is not a mapping", id="no object"),
        pytest.param("object", "{name: []}", "field `spec.secret.name` is not a string", id="name"),
        pytest.param("string", "{name: b}", "field `spec.secret` is not a string", id="no string"),
        pytest.param("strings", "b", "field `spec.secret` is not a list", id="no list"),
        pytest.param("objects", "b", "field `spec.secret` is not a list", id="no list of objects"),
    ],
)
def test_a_field_of_another_form_is_a_fault(items: FieldItems, value: str, message: str) -> None:
    with pytest.raises(SyntaxFault) as caught:
        field(f"spec: {{secret: {value}}}", ("spec", "secret"), items)
    assert (caught.value.code, caught.value.message) == ("wrong-type", message)
