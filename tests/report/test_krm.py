from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.helpers.reading import each_parser, strings
from transformer.errors import AgreementError, InputError, Problem
from transformer.model import Resource, Result
from transformer.report.krm import Envelope, checked_list, envelope, with_results
from transformer.yamltext.documents import Source, decode, documents
from transformer.yamltext.nodes import offset_of
from transformer.yamltext.tree import Collection

RESOURCE = Resource(
    api_version="v1", kind="Pod", namespace="", name="web", path="a.yaml", index="1"
)
RESULTS = [
    Result(problem=Problem(code="a", message="must\u2028 🚀", severity="info")),
    Result(
        problem=Problem(code="b", message="must", hint="do"),
        resource=RESOURCE,
        field="spec",
        current="1",
    ),
]
DATA = [
    {"message": "must\\u2028 🚀", "severity": "info", "tags": {"code": "a"}},
    {
        "message": "must; hint: do",
        "severity": "error",
        "resourceRef": {"apiVersion": "v1", "kind": "Pod", "name": "web"},
        "field": {"path": "spec", "currentValue": "1"},
        "file": {"path": "a.yaml", "index": 1},
        "tags": {"code": "b"},
    },
]
ONE = RESULTS[:1]
LINES = r'results:/- message: "must\\u2028 🚀"/  severity: "info"/  tags:/    code: "a"'
FLOW = r'"results": [{"message": "must\\u2028 🚀", "severity": "info", "tags": {"code": "a"}}]'


def block(indent: str = "", newline: str = "\n") -> str:
    return LINES.replace("/", newline + indent)


def came(text: str, parser: str = "") -> Envelope | None:
    return envelope(Source("<stdin>", text), parser)


def load(text: str) -> Any:  # noqa: ANN401 data of any shape
    return yaml.load(text, Loader=yaml.CSafeLoader)


@each_parser
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("kind: ResourceList\nitems: []\n", id="items"),
        pytest.param("kind: ResourceList\nfunctionConfig: {}\n", id="functionConfig"),
        pytest.param('{"kind":"ResourceList","items":[]}', id="JSON"),
        pytest.param("# c\n--- # d\nkind: ResourceList\nitems: ~\n...\n# e\n", id="markers"),
        pytest.param("kind: &k ResourceList\nitems: [*k]\n", id="alias"),
    ],
)
def test_a_resource_list_is_known_by_its_kind_and_keys(text: str, parser: str) -> None:
    found = came(text, parser)
    assert found is not None
    assert found.api_version == "config.kubernetes.io/v1"
    assert found.document.text == text


@each_parser
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("kind: List\nitems: []\n", id="List"),
        pytest.param("kind: ResourceList\n", id="neither items nor configuration"),
        pytest.param("kind: List\nitems: [ResourceList]\n", id="the word elsewhere"),
        pytest.param("kind: ResourceLists\nitems: []\n", id="another kind"),
        pytest.param("- ResourceList\n", id="sequence"),
        pytest.param("# ResourceList\n", id="nothing"),
        pytest.param("kind: ResourceList\nitems: []\n---\na: b\n", id="two documents"),
        pytest.param("x: [ # ResourceList\n", id="what cannot be read and would be none"),
    ],
)
def test_what_else_is_no_resource_list(text: str, parser: str) -> None:
    assert came(text, parser) is None


def laughs() -> str:
    lines = [f"a{it}: &a{it} [{', '.join([f'*a{it - 1}'] * 9)}]\n" for it in range(1, 9)]
    return "a0: &a0 [x]\n" + "".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "kind: ResourceList\nitems: [\n", "<stdin>:3:1: error: is not YAML: ", id="syntax"
        ),
        pytest.param(
            '{"kind" : "ResourceList", "items": {]}',
            "<stdin>:1:37: error: is not YAML: ",
            id="syntax of JSON",
        ),
        pytest.param(
            "kind: ResourceList\nitems: []\nitems: []\n",
            "<stdin>:3:1: error: key `items` is repeated: first at line 2 (repeated-key)",
            id="repeated key",
        ),
        pytest.param(
            f"{laughs()}kind: ResourceList\nitems: []\n",
            "<stdin>:2:10: error: aliases expand to more than 200000 nodes",
            id="billion laughs",
        ),
    ],
)
def test_a_resource_list_that_cannot_be_read_is_an_error(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        came(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("config", "is_mapping"),
    [("{a: b}", True), ("*a", True), ("~", False), ("x", False), ("[]", False)],
)
def test_the_configuration_is_a_mapping(config: str, is_mapping: bool) -> None:
    found = came(f"x: &a {{a: b}}\nkind: ResourceList\nitems: []\nfunctionConfig: {config}\n")
    assert found is not None
    assert isinstance(found.config, Collection) is is_mapping


def test_without_a_configuration_there_is_none() -> None:
    found = came("apiVersion: x/v1\nkind: ResourceList\nitems: []\n")
    assert found is not None
    assert (found.config, found.api_version) == (None, "x/v1")


def test_a_list_that_could_be_cut_is_not_read() -> None:
    found = came("kind: ResourceList\nitems:\n- kind: Pod\nfunctionConfig: {kind: A}\n")
    assert found is not None
    (document,) = documents(found.sources[0])
    items = found.items(document)
    assert items is not None
    assert [document.text[start:end] for start, end in items.spans] == ["- kind: Pod\n"]
    assert found.document.text == "kind: ResourceList\nitems:\n\nfunctionConfig: {kind: A}\n"
    assert found.config is not None
    assert str(found.document.position(offset_of(found.config))) == "<stdin>:4:17"
    assert found.tree(document).text == document.text


def test_another_list_is_read_once() -> None:
    found = came("kind: ResourceList\nitems: [{kind: Pod}]\n")
    assert found is not None
    (document,) = documents(found.sources[0])
    assert found.items(document) is None
    tree = found.tree(document)
    assert tree.text == document.text
    assert found.tree(document) is not tree


def test_what_is_wrong_with_an_item_is_wrong_with_the_list() -> None:
    found = came("kind: ResourceList\nitems:\n- [\n- b\n")
    assert found is not None
    with pytest.raises(InputError, match=r"^<stdin>:4:1: error: is not YAML: "):
        found.tree(*documents(found.sources[0]))


HEAD = "kind: ResourceList\n"


@each_parser
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(f"{HEAD}items: []\n", f"{HEAD}items: []\n{block()}\n", id="block"),
        pytest.param(f"{HEAD}items:\n- a: b", f"{HEAD}items:\n- a: b\n{block()}", id="no newline"),
        pytest.param(
            f"{HEAD}items: [] # c\n# d\n", f"{HEAD}items: [] # c\n{block()}\n# d\n", id="comments"
        ),
        pytest.param(
            f"---\n{HEAD}items:\n- a\n...\n# c\n",
            f"---\n{HEAD}items:\n- a\n{block()}\n...\n# c\n",
            id="markers",
        ),
        pytest.param(
            f"{HEAD}items:\n- |\n  a\n", f"{HEAD}items:\n- |\n  a\n{block()}\n", id="block scalar"
        ),
        pytest.param(
            f"{HEAD}items: []\nfunctionConfig:\n",
            f"{HEAD}items: []\nfunctionConfig:\n{block()}\n",
            id="nothing before",
        ),
        pytest.param(
            f"items: &i []\n{HEAD}x: *i\n", f"items: &i []\n{HEAD}x: *i\n{block()}\n", id="alias"
        ),
        pytest.param(
            "  kind: ResourceList\r\n  items:\r\n  - a\r\n",
            f"  kind: ResourceList\r\n  items:\r\n  - a\r\n  {block('  ', chr(13) + chr(10))}\r\n",
            id="indented, CRLF",
        ),
        pytest.param(
            "{kind: ResourceList, items: []}\n",
            f"{{kind: ResourceList, items: [], {FLOW}}}\n",
            id="flow",
        ),
        pytest.param(
            "{kind: ResourceList,\n items: [],\n}\n",
            f"{{kind: ResourceList,\n items: [], {FLOW},\n}}\n",
            id="flow, a comma at the end",
        ),
        pytest.param(
            '{\n  "kind": "ResourceList",\n  "items": [\n  ]\n}',
            f'{{\n  "kind": "ResourceList",\n  "items": [\n  ], {FLOW}\n}}',
            id="JSON",
        ),
        pytest.param(
            f"results: []\n{HEAD}items: []\n", f"{block()}\n{HEAD}items: []\n", id="old, empty"
        ),
        pytest.param(
            f"{HEAD}results:\n- message: a # c\n  x: {{}}\n# d\nitems: []\n",
            f"{HEAD}{block()}\n# d\nitems: []\n",
            id="old, block",
        ),
        pytest.param(
            f"{HEAD}items: []\nresults:", f"{HEAD}items: []\n{block()}", id="old, nothing"
        ),
        pytest.param(
            f"{HEAD}results: ~ # c\nitems: []\n",
            f"{HEAD}{block()} # c\nitems: []\n",
            id="old, null",
        ),
        pytest.param(
            f"{HEAD}results: # c\nitems: []\n",
            f"{HEAD}{block()} # c\nitems: []\n",
            id="old, comment",
        ),
        pytest.param(
            f"x: &x []\n{HEAD}results: *x\nitems: []\n",
            f"x: &x []\n{HEAD}{block()}\nitems: []\n",
            id="old, alias",
        ),
        pytest.param(
            f"{HEAD}results: |\n  a\nitems: []\n",
            f"{HEAD}{block()}\nitems: []\n",
            id="old, literal",
        ),
        pytest.param(
            '{"kind": "ResourceList", "results": [{"a": [1]}], "items": []}',
            f'{{"kind": "ResourceList", {FLOW}, "items": []}}',
            id="old, JSON",
        ),
        pytest.param(
            "  results: []\n  kind: ResourceList\n  items: []\n",
            f"  {block('  ')}\n  kind: ResourceList\n  items: []\n",
            id="old, indented",
        ),
    ],
)
def test_results_are_written_in_the_style_around_them(before: str, after: str, parser: str) -> None:
    assert with_results(before, ONE, parser) == after
    assert load(after)["results"] == DATA[:1]
    assert with_results(after, ONE, parser) == after
    others = {**strings(before), "results": None}
    assert {**strings(after), "results": None} == others


@each_parser
def test_everything_in_a_result_is_kept(parser: str) -> None:
    for text in (f"{HEAD}items: []\n", "{kind: ResourceList, items: []}"):
        after = with_results(text, RESULTS, parser)
        assert load(after)["results"] == DATA
        assert with_results(after, RESULTS, parser) == after
        assert len(load(with_results(after, ONE, parser))["results"]) == 1


def test_no_results_change_nothing() -> None:
    text = f"{HEAD}items: []\nresults: [a]\n"
    assert with_results(text, ()) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{HEAD}results: &r []\nitems: *r\n", id="an anchor that is used"),
        pytest.param(f"{HEAD}items:\n- |\n  a", id="a literal without its line break"),
    ],
)
def test_what_results_would_change_is_a_fault(text: str) -> None:
    with pytest.raises(AgreementError) as caught:
        with_results(text, ONE)
    assert str(caught.value) == (
        "error: a ResourceList keeps everything but its results (disagreement)\n"
        "  hint: this is a fault of mirrorpin, please report it with the ResourceList"
    )


@pytest.mark.parametrize(
    ("version", "written"),
    [
        pytest.param("config.kubernetes.io/v1alpha1", "config.kubernetes.io/v1alpha1", id="known"),
        pytest.param('"x: y\\nz"', r'"x: y\nz"', id="anything"),
        pytest.param("'1'", '"1"', id="number"),
        pytest.param("~", "config.kubernetes.io/v1", id="none"),
    ],
)
def test_a_validator_answers_without_items(version: str, written: str) -> None:
    found = came(f"apiVersion: {version}\n{HEAD}items: [a]\n")
    assert found is not None
    head = f"apiVersion: {written}\nkind: ResourceList\nitems: []\n"
    assert checked_list(found, ()) == head
    assert checked_list(found, ONE) == f"{head}{block()}\n"
    assert load(head)["items"] == []


PATHS = "metadata: {annotations: {%s: a.yaml}}"
NAMED = "kind: ResourceList\nitems:\n- kind: A\n- kind: B\n  "
PATH = "config.kubernetes.io/path"
BUILT = f"metadata: {{annotations: {{{PATH}: a.yaml, kustomize.config.k8s.io/id: a}}}}\n"


@each_parser
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(NAMED + PATHS % f"internal.{PATH}" + "\n", id="kpt"),
        pytest.param(NAMED + PATHS % PATH + "\n", id="older kpt"),
        pytest.param(f"{NAMED}metadata: {{kind: 1}}\n- kind: [{PATH}]\n", id="unclear"),
    ],
)
def test_a_list_of_files_is_handed_back(text: str, parser: str) -> None:
    found = came(text, parser)
    assert found is not None
    assert checked_list(found, (), parser) == text
    assert checked_list(found, ONE, parser) == f"{text}{block()}\n"


def test_a_list_is_handed_back_with_its_byte_order_mark() -> None:
    text = "\ufeff" + NAMED + PATHS % PATH + "\n"
    found = envelope(decode("<stdin>", text.encode()))
    assert found is not None
    assert checked_list(found, ()) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"kind: ResourceList\nitems: []\n# {PATH}\n", id="comment"),
        pytest.param(f"{NAMED}data: {{{PATH}: a.yaml}}\n", id="elsewhere"),
        pytest.param(f"{NAMED}metadata: [{PATH}]\n", id="odd metadata"),
        pytest.param(NAMED + BUILT, id="kustomize"),
    ],
)
def test_what_kustomize_builds_is_answered_without_items(text: str) -> None:
    found = came(text)
    assert found is not None
    assert load(checked_list(found, ()))["items"] == []


@each_parser
@pytest.mark.parametrize("before", ["", "results: []\n", "results:\n- message: a\n"])
@pytest.mark.parametrize("behind", ["", "functionConfig: {}\n", "results: []\n", "# c\n"])
def test_results_stand_where_they_stand_in_a_list_that_is_read_as_a_whole(
    before: str, behind: str, parser: str
) -> None:
    if before and behind.startswith("results"):
        behind = ""
    items = "".join(f"- kind: Pod\n  x: {number}\n# {number}\n" for number in range(3))
    text = f"{HEAD}{before}items:\n{items}{behind}"
    whole = text.replace("items:", "items: !!seq")
    after = with_results(text, ONE, parser)
    assert after == with_results(whole, ONE, parser).replace("items: !!seq", "items:")
    assert load(after)["results"] == DATA[:1]
