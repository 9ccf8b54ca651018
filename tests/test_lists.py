"""A list is read item by item, and nobody can tell."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings, strategies

from tests.helpers.lists import outcomes, said
from tests.helpers.reading import each_parser
from tests.helpers.runs import SECRET, config, messages, run
from transformer.config.options import Options

SETTINGS = config(SECRET, "unmatched: warn", "invalid: warn", "report: {originalImages: true}")

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    image: nginx:1.27
"""

# Each is the text of one item, without its dash.
ITEMS = {
    "pod": POD,
    "pod in flow style": "{kind: Pod, apiVersion: v1, spec: {containers: [{image: redis}]}}\n",
    "no image": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n",
    "no image, but a repeated key": "apiVersion: v1\nkind: Service\nmetadata: {a: 1, a: 2}\n",
    "repeated key": POD + "metadata:\n  name: again\n",
    "repeated image": POD + "    image: redis\n",
    "kind and version of the list": POD.partition("kind: Pod\n")[2],
    "a list in the list": "kind: List\nitems:\n- " + textwrap.indent(POD, "  ").lstrip(),
    "unknown kind": POD.replace("v1", "example.com/v1").replace("Pod", "Unknown"),
    "its image is a list": POD.replace("nginx:1.27", "[a]"),
    "its kind is a list": POD.replace("Pod", "[Pod]"),
    "no rule": POD.replace("nginx", "quay.io/nginx"),
    "no reference": POD.replace("nginx", "Nginx"),
    "service account": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n",
    "local configuration": POD.replace(
        "name: web\nspec", "annotations: {config.kubernetes.io/local-config: 'true'}\nspec"
    ),
    "anchor": POD.replace("nginx", "&image nginx"),
    "alias": POD.replace("nginx:1.27", "*image"),
    "anchor and alias": POD.replace("image: nginx:1.27", "image: &image nginx\n  - image: *image"),
    "alias of a pod spec": "kind: Pod\napiVersion: v1\nspec: *spec\n",
    "anchor of a pod spec": POD.replace("spec:", "spec: &spec"),
    "alias of itself": "&item {kind: Pod, x: *item}\n",
    "double quotes that go on at column 0": POD + '    command: ["a\n- b"]\n',
    "single quotes that go on at column 0": "kind: Service\nx: 'a\n- kind: Pod\n  b'\n",
    "quotes within plain text": "kind: Service\nx: it's \"so\"\ny: 'it''s'\nz: \"\\\"\"\n",
    "quoted lists": 'kind: Service\nx: ["a", "b"]\ny:\n- "a"\n- \'b\'\n',
    "a document in a string": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: |\n    - image: nginx\n"
    ),
    "block scalar": "kind: Service\nx: |2-\n  - a\n\n y: |+\n  b\n\n",
    "unclosed bracket": "kind: Service\nx: [a\n",
    "unclosed quote": "kind: Service\nx: 'a\n",
    "wrong indentation": "kind: Service\n x: a\n",
    "a tab": "kind: Service\nx:\n\ty: a\n",
    "a control character": "kind: Service\nx: \x01\n",
    "another line break": "kind: Service\nx: a\u2028- kind: Pod\n",
    "a byte order mark": "kind: Service\n\ufeffx: a\n",
    "not ASCII": "kind: Service\nx: \u00fc\u2014\U0001f680\n",
    "nested deep": "kind: Service\nx: " + "[" * 253 + "]" * 253 + "\n",
    "nested too deep": "kind: Service\nx: " + "[" * 254 + "]" * 254 + "\n",
    "indented far": "kind: Service\nx:\n" + "- " * 60 + "a\n",
    "a string": "image\n",
    "null": "",
    "a list": "- image: nginx\n- b\n",
    "a comment below": POD + "# image: nginx\n\n  # more\n",
    "an empty line above": "\n" + POD,
    "a tag": "!!map\n" + POD,
    "a directive": "kind: Service\n%TAG ! x:\n",
    "no list": "kind: Service\n- a\n",
    "explicit keys": "? kind\n: Pod\n? spec\n: {containers: [{image: nginx}]}\n",
    "merged": "<<: {kind: Pod, apiVersion: v1}\nspec: {containers: [{image: nginx}]}\n",
}

HEADS = (
    "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n",
    "apiVersion: v1\nkind: List\n",
    "# about\n---\nkind: PodList # image\napiVersion: v1\n",
    "kind: List\nmetadata: &m {a: b}\n",
    "kind: List\nkind: List\n",
    "kind: {a: List}\n",
    "%YAML 1.1\n---\nkind: List\n",
    "<<: {kind: List}\n",
    "kind: Other\n",
    "",
)
TAILS = (
    "",
    "functionConfig:\n  kind: ImageTransformer\n  spec: {a: 1}\n",
    "results:\n- message: 'a\n- b'\n",
    "items: []\n",
    "x: *m\n",
    "status: {containers: [{name: a, image: redis}]}\n",
    "...\n# image\n",
    "functionConfig: {a: 1, a: 2}\n",
    "x: [a\n",
    "- behind\n",
    " x: y\n",
    "-behind\n",
)
KEYS = ("items:\n", "items:  # these\n\n# more\n", "items: &all\n", '"items":\n', "items:\r\n")


# What is in most lists, so that most are read item by item.
USUAL = (
    "pod",
    "no image",
    "service account",
    "block scalar",
    "quoted lists",
    "quotes within plain text",
    "a document in a string",
    "no rule",
    "anchor and alias",
    "local configuration",
    "double quotes that go on at column 0",
    "a comment below",
    "no image, but a repeated key",
    "repeated key",
)


def item(text: str, column: int) -> str:
    """An item of a list at a column; lines in quotes stand at column 0."""
    lines = textwrap.indent(text, " " * (column + 2)).removeprefix(" " * (column + 2))
    for line in ('- b"]', "- kind: Pod\n  b'"):
        indented = textwrap.indent(line, " " * (column + 2))
        lines = lines.replace(f"\n{indented}", f"\n{line}")
    return " " * column + "- " + lines


@strategies.composite
def lists(draw: strategies.DrawFn) -> str:
    column = draw(strategies.sampled_from((0, 0, 2, 3)))
    is_odd = draw(strategies.booleans())
    names = strategies.sampled_from(sorted(ITEMS) if is_odd else USUAL)
    chosen = draw(strategies.lists(names, max_size=6))
    body = "".join(item(ITEMS[name], column) for name in chosen)
    head, key, tail = (
        draw(strategies.sampled_from(them)) if draw(strategies.integers(0, 3)) == 0 else them[0]
        for them in (HEADS, KEYS, TAILS)
    )
    text = head + key + body + tail
    if draw(strategies.integers(0, 9)) == 0:
        text = text.replace("\n", "\r\n")
    return text.removesuffix("\n") if draw(strategies.integers(0, 4)) == 0 else text


@each_parser
@given(lists(), strategies.sampled_from(("events", "full")), strategies.booleans())
@settings(max_examples=2 * settings().max_examples)
def test_item_by_item_and_as_a_whole_it_comes_to_the_same(
    parser: str, text: str, verify: str, strict: bool
) -> None:
    options = Options(verify=verify, parser=parser, strict=strict)
    by_item, whole = outcomes(text, SETTINGS, options)
    assert said(by_item) == said(whole)


@pytest.mark.parametrize("name", ITEMS)
@pytest.mark.parametrize("column", [0, 2])
def test_each_item_among_others(name: str, column: int) -> None:
    body = "".join(item(ITEMS[it], column) for it in ("pod", name, "no image", "anchor"))
    by_item, whole = outcomes(f"kind: List\nitems:\n{body}", SETTINGS, Options())
    assert said(by_item) == said(whole)


def test_what_is_wrong_at_the_end_of_a_long_list_is_wrong_with_the_list() -> None:
    items = [item(ITEMS["pod" if number % 2 else "no image"], 0) for number in range(6_000)]
    items[5_998] = "- kind: Pod\n  image: [\n"
    outcome = run("kind: List\nitems:\n" + "".join(items), SETTINGS)
    (error,) = (it for it in messages(outcome) if "error" in it)
    assert error == (
        "in.yaml:32994:1: error: is not YAML: while parsing a flow node, did not find "
        "expected node content (yaml)"
    )
    assert outcome.decisions == ()


def test_a_list_in_a_stream_is_read_item_by_item_too() -> None:
    texts = (ITEMS["pod"], f"kind: List\nitems:\n{item(ITEMS['pod'], 2)}")
    by_item, whole = outcomes("---\n".join(texts), SETTINGS, Options())
    assert said(by_item) == said(whole)
    assert [site.field for site, _ in by_item.decisions] == ["spec.containers[0].image"] * 2
    assert [str(site.document.position(0)) for site, _ in by_item.decisions] == [
        "in.yaml:1:1",
        "in.yaml:12:1",
    ]


@pytest.mark.parametrize("head", HEADS)
def test_each_head(head: str) -> None:
    text = f"{head}items:\n{item(ITEMS['pod'], 0)}"
    by_item, whole = outcomes(text, SETTINGS, Options())
    assert said(by_item) == said(whole)


def test_aliases_of_all_items_are_bounded_together() -> None:
    laughs = "a0: &a0 [" + "x, " * 60 + "]\n"
    laughs += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in (1, 2, 3))
    text = "kind: List\nitems:\n" + 6 * item(f"kind: Pod\nimage: x\n{laughs}", 0)
    by_item, whole = outcomes(text, SETTINGS, Options())
    assert said(by_item) == said(whole)
    assert any("aliases expand" in it for it in messages(whole))
