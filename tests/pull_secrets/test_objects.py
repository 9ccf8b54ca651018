from __future__ import annotations

import json
from typing import TypeAlias

import pytest
import yaml

from tests.helpers.reading import document, strings
from tests.helpers.runs import SECRET, config, output, pod, run, stream
from transformer.config.template_language import Budget
from transformer.errors import ConfigError
from transformer.pull_secrets.objects import (
    SecretObject,
    as_documents,
    as_json,
    list_edit,
    missing,
    render_objects,
)
from transformer.yamltext.documents import Source
from transformer.yamltext.tree import read

TEMPLATE = """\
apiVersion: v1
kind: Secret
metadata:
  name: {{ name }}
  namespace: {{ namespace }}
"""

Namespaces: TypeAlias = "list[tuple[str, tuple[str, ...]]]"

SHOP: Namespaces = [("shop", ("pull",))]
BOTH: Namespaces = [("shop", ("pull", "more")), ("bar", ("pull",))]
NAMED = "renders to something else: expected objects with apiVersion, kind and metadata.name"


def rendered(text: str) -> list[SecretObject]:
    return render_objects([("t.j2", text)], SHOP, Budget())


def problem(text: str, namespaces: Namespaces = SHOP) -> str:
    with pytest.raises(ConfigError) as caught:
        render_objects([("t.j2", text)], namespaces, Budget())
    return str(caught.value)


def test_every_template_is_rendered_for_every_namespace() -> None:
    other = TEMPLATE.replace("Secret", "Other").replace("{{ name }}", "{{ names | join('-') }}")
    found = render_objects([("a.j2", TEMPLATE), ("b.j2", other)], BOTH, Budget())
    assert [(it.template, str(it.resource)) for it in found] == [
        ("a.j2", "Secret shop/pull"),
        ("b.j2", "Other shop/pull-more"),
        ("a.j2", "Secret bar/pull"),
        ("b.j2", "Other bar/pull"),
    ]
    assert found[0].text == TEMPLATE.replace("{{ name }}", "pull").replace(
        "{{ namespace }}", "shop"
    )


def test_an_object_that_is_rendered_alike_for_all_is_added_once() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: all}\n"
    assert len(render_objects([("a.j2", text), ("b.j2", text)], BOTH, Budget())) == 1


A = "{apiVersion: v1, kind: A, metadata: {name: a}}"
B = "{apiVersion: v1, kind: B, metadata: {name: b}}"


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("# none\n---\n---\n# none\n...\n", [], id="comments and markers"),
        pytest.param(f"--- # c\n{A}\n...\n# end\n", [f"# c\n{A}\n"], id="comments beside markers"),
        pytest.param(f"%YAML 1.1\n---\n{A}\n", [f"{A}\n"], id="directive"),
        pytest.param(f"--- {A}\n---\n\n{B}\n\n", [f"{A}\n", f"{B}\n"], id="two documents"),
        pytest.param(f"{A}\n--- \n {B}\n", [f"{A}\n", f" {B}\n"], id="one is indented"),
        pytest.param(f"# c\n{A}", [f"# c\n{A}\n"], id="no line break at the end"),
        pytest.param(f"{A} # \x0c\u2028\n".replace("\x0c", ""), [f"{A} # \u2028\n"], id="U+2028"),
        pytest.param(f"{{{{ '---' }}}}\n{A}\n", [f"{A}\n"], id="a marker that was rendered"),
    ],
)
def test_objects_are_cut_from_their_markers(text: str, texts: list[str]) -> None:
    assert [it.text for it in rendered(text)] == texts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "a: {{ name }\n",
            "t.j2:1:1: error: template is not a template: unexpected '}'",
            id="no template",
        ),
        pytest.param(
            "\n{{ nothing }}",
            't.j2:2:1: error: template uses the variable "nothing"',
            id="unknown variable",
        ),
        pytest.param(
            "{{ names[7] }}",
            "t.j2: error: template has no result: ",
            id="no result",
        ),
        pytest.param(
            "{% for a in 'xxxxxxxxxxxxxxxx' %}" * 4 + "{% endfor %}" * 4,
            "t.j2: error: template takes more than 50000 steps",
            id="loop",
        ),
        pytest.param("a: [", "t.j2: error: template renders to what is not YAML: ", id="no YAML"),
        pytest.param(
            '{{ "\\x00" }}',
            "t.j2: error: template renders to what is not YAML: holds the control character",
            id="NUL",
        ),
        pytest.param(
            '{{ "\\ud800" }}',
            "t.j2: error: template renders to text with lone surrogates",
            id="lone surrogate",
        ),
        pytest.param("x", f"t.j2: error: template {NAMED}", id="string"),
        pytest.param("a: b", f"t.j2: error: template {NAMED}", id="no kind"),
        pytest.param(
            "kind: A\nmetadata: {name: a}", f"t.j2: error: template {NAMED}", id="no version"
        ),
        pytest.param("apiVersion: v1\nkind: A", f"t.j2: error: template {NAMED}", id="no name"),
        pytest.param(
            f"apiVersion: v1\nkind: List\nitems: [{A}, {B}]",
            f"t.j2: error: template {NAMED}",
            id="list",
        ),
        pytest.param(
            "apiVersion: v1\nkind: A\nmetadata: {name: a}\ndata: &a {}\n",
            "t.j2: error: template renders to YAML with anchors or aliases",
            id="anchor of a mapping",
        ),
        pytest.param(
            "apiVersion: v1\nkind: A\nmetadata: {name: &a a}\n",
            "t.j2: error: template renders to YAML with anchors or aliases",
            id="anchor of a scalar",
        ),
        pytest.param(
            "apiVersion: v1\nkind: A\nmetadata: {name: *a}\n",
            "t.j2: error: template renders to what is not YAML: an alias names no anchor",
            id="unknown alias",
        ),
    ],
)
def test_a_template_that_renders_no_object_is_an_error(text: str, message: str) -> None:
    found = problem(text)
    assert found.startswith(message)
    assert found.splitlines()[0].endswith("(template)")


def test_tags_are_no_anchors() -> None:
    assert len(rendered("apiVersion: v1\nkind: A\nmetadata: !!map {name: !!str a}\n")) == 1


def test_one_object_in_two_ways_is_an_error() -> None:
    text = "apiVersion: v1\nkind: A\nmetadata: {name: a}\ndata: {{ namespace }}\n"
    assert problem(text, BOTH) == (
        't.j2: error: template renders "A a" in two ways (template)\n'
        "  hint: set metadata.namespace to {{ namespace }}"
    )


@pytest.mark.parametrize(
    ("text", "is_missing"),
    [
        pytest.param(A, False, id="there"),
        pytest.param(
            f"x: y\n---\nkind: List\napiVersion: v1\nitems: [{B}, {A}]\n", False, id="in a list"
        ),
        pytest.param(A.replace("v1", "v2"), False, id="another version"),
        pytest.param(A.replace("v1", "g/v1"), True, id="another group"),
        pytest.param(A.replace("kind: A", "kind: B # A\n"), True, id="another kind"),
        pytest.param(A.replace("name: a", "name: a, namespace: x"), True, id="another namespace"),
        pytest.param(f"{A} [", True, id="what cannot be read"),
        pytest.param("", True, id="nothing"),
    ],
)
def test_objects_that_the_manifests_hold_are_not_missing(text: str, is_missing: bool) -> None:
    found = missing(rendered(f"{A}\n---\n{B}\n"), [Source("x", "# a"), Source("in", text)])
    kinds = [it.resource.kind for it in found]
    assert ("A" in kinds) == is_missing


MULTI = """apiVersion: v1
kind: Secret
metadata:
  name: s # pull
data:
  script: |
    a
     \x20

    b

  end: ~
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "kind: List\nitems:\n- a: b\n",
            "kind: List\nitems:\n- a: b\n- # c\n  {apiVersion: v1, kind: A, metadata: {name: a}}\n",
            id="block",
        ),
        pytest.param(
            "kind: ResourceList\nitems:\n  - a: b # c\n# end\nx: y\n",
            f"kind: ResourceList\nitems:\n  - a: b # c\n  - # c\n    {A}\n# end\nx: y\n",
            id="block, something behind",
        ),
        pytest.param(
            "kind: List\nitems:\n- a: b",
            f"kind: List\nitems:\n- a: b\n- # c\n  {A}",
            id="no newline",
        ),
        pytest.param(
            "kind: List\r\nitems:\r\n- a: b\r\n",
            f"kind: List\r\nitems:\r\n- a: b\r\n- # c\r\n  {A}\r\n",
            id="CRLF",
        ),
        pytest.param(
            "kind: List\nitems: &i\n  - |\n    a\nx: y\n",
            f"kind: List\nitems: &i\n  - |\n    a\n  - # c\n    {A}\nx: y\n",
            id="behind a block scalar",
        ),
        pytest.param(
            "kind: List\nitems: [a: b]\n",
            'kind: List\nitems: [a: b, {"apiVersion": "v1", "kind": "A", "metadata": '
            '{"name": "a"}}]\n',
            id="flow",
        ),
        pytest.param(
            '{"kind":"List","items":[]}',
            '{"kind":"List","items":[{"apiVersion": "v1", "kind": "A", '
            '"metadata": {"name": "a"}}]}',
            id="JSON, empty",
        ),
    ],
)
def test_objects_are_added_to_a_list(before: str, after: str) -> None:
    found = list_edit(document(before), rendered(f"# c\n{A}\n"))
    assert found is not None
    edit, texts = found
    assert before[: edit.start] + edit.text + before[edit.end :] == after
    assert strings(after)["items"][-1] == strings(texts[0]) == strings(A)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("kind: PodList\nitems: []\n", id="typed list"),
        pytest.param("kind: List\nitems: ~\n", id="null"),
        pytest.param("kind: List\n", id="no items"),
        pytest.param("items: []\n", id="no kind"),
        pytest.param("- List\n", id="sequence"),
        pytest.param("", id="nothing"),
    ],
)
def test_nothing_can_be_added_to_what_is_no_list_of_anything(text: str) -> None:
    assert list_edit(document(text), rendered(A)) is None


def test_text_of_several_lines_keeps_every_space_as_an_item() -> None:
    found = list_edit(document("kind: List\nitems:\n  - a: b\n"), rendered(MULTI))
    assert found is not None
    assert found[0].text == (
        "\n  - apiVersion: v1\n    kind: Secret\n    metadata:\n      name: s # pull\n    data:\n"
        "      script: |\n        a\n          \n\n        b\n\n      end: ~"
    )
    assert found[0].tokens == tuple(read(MULTI).tokens)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "{a: {b: [1, x]}, c: }", '{"a": {"b": [1, "x"]}, "c": null}', id="collections"
        ),
        pytest.param("[~, null, Null, '~', '']", '[null, null, null, "~", ""]', id="null"),
        pytest.param("[true, True, FALSE, 'true']", '[true, true, false, "true"]', id="booleans"),
        pytest.param("[yes, on, y]", '["yes", "on", "y"]', id="strings since YAML 1.2"),
        pytest.param("[0, -1, 1.5, 1e3, -0.1E-2]", "[0, -1, 1.5, 1e3, -0.1E-2]", id="numbers"),
        pytest.param(
            "[01, 0x1, 1_0, .5, '1', +1, NaN, .inf, -Infinity]",
            '["01", "0x1", "1_0", ".5", "1", "+1", "NaN", ".inf", "-Infinity"]',
            id="what JSON has no numbers for",
        ),
        pytest.param("[!!str 1, !!str true, !!str ]", '["1", "true", ""]', id="tags"),
        pytest.param("{<<: {a: b}, c: d}", '{"c": "d", "a": "b"}', id="merge key"),
        pytest.param('["\\u2028\\x85", "🚀"]', '["\\u2028\\u0085", "🚀"]', id="rare characters"),
    ],
)
def test_a_node_is_written_as_json(text: str, expected: str) -> None:
    root = read(text).root
    assert root is not None
    assert as_json(root) == expected
    json.loads(expected)
    assert yaml.safe_load(expected) == json.loads(expected) or "1e3" in text


@pytest.mark.parametrize(
    ("before", "added"),
    [
        pytest.param("a: b\n", f"---\n{A}\n", id="stream"),
        pytest.param("a: b", f"\n---\n{A}\n", id="no newline at the end"),
        pytest.param("a: b\r\n", f"---\r\n{A}\r\n", id="CRLF"),
        pytest.param("a: b\r\nc: d", f"\r\n---\r\n{A}\r\n", id="CRLF, but not at the end"),
        pytest.param("{a: b}\n", f"---\n{A}\n", id="flow style"),
        pytest.param("", f"---\n{A}\n", id="nothing"),
        pytest.param("a: b\n...\n", f"---\n{A}\n", id="end marker"),
        pytest.param('---\n{"a": 1}\n', f"---\n{A}\n", id="JSON behind a marker"),
        pytest.param(
            '{"a": 1}\n',
            '{"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}\n',
            id="JSON",
        ),
        pytest.param(
            '{"a": 1}',
            '\n{"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}}\n',
            id="JSON without newline",
        ),
    ],
)
def test_objects_are_added_behind_a_document(before: str, added: str) -> None:
    text, texts = as_documents(document(before), rendered(A))
    assert text == added
    assert [strings(it) for it in texts] == [strings(A)]


def test_deeply_nested_json_is_no_json() -> None:
    text, _ = as_documents(document("[" * 100_000), rendered(A))
    assert text.startswith("\n---\n")


TEMPLATES = [("t.j2", TEMPLATE)]


def test_pods_get_the_objects_of_their_namespaces_once() -> None:
    text = stream(pod("nginx", namespace="shop"), pod("nginx", namespace="bar"))
    outcome = run(text, config(SECRET), templates=TEMPLATES)
    assert [str(it.resource) for it in outcome.added] == ["Secret shop/pull", "Secret bar/pull"]
    after = output(outcome)
    assert after.endswith(
        "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: pull\n  namespace: bar\n"
    )
    again = run(after, config(SECRET), templates=TEMPLATES)
    assert (output(again), again.added) == (after, ())


@pytest.mark.parametrize("kind", ["List", "ResourceList"])
def test_lists_of_anything_get_them_as_items(kind: str) -> None:
    for items in ("\n- " + pod("nginx").replace("\n", "\n  ").rstrip(" "), f" [{FLOW}]\n"):
        text = f"apiVersion: v1\nkind: {kind}\nitems:{items}"
        after = output(run(text, config(SECRET), templates=TEMPLATES))
        assert strings(after)["items"][1]["kind"] == "Secret"
        assert output(run(after, config(SECRET), templates=TEMPLATES)) == after


FLOW = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: nginx}]}}"


def test_nothing_is_rendered_for_a_run_that_fails_or_needs_none() -> None:
    broken = [("t.j2", "{{ nothing }}")]
    assert run(pod("Nginx"), config(SECRET), templates=broken).failed
    assert run(pod("m.io/own/a"), config(SECRET, "unmatched: keep"), templates=broken).added == ()
