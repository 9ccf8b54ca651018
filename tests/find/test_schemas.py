"""CustomResourceDefinitions, read as far as their schemas begin."""

from __future__ import annotations

import textwrap

import pytest

from tests.helpers.lists import outcomes, said
from tests.helpers.reading import each_parser
from tests.helpers.runs import HUB, config, infos, pod, run, stream
from transformer.config.options import Options
from transformer.find.schemas import head_of, read_head

SETTINGS = config(HUB, "unmatched: keep")

HEAD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
"""
SPEC = """\
spec:
  group: example.com
  # image: a * b, [*]
  description: |-
    This is *not* an image, nor * that
  pattern: '^[a-z]*$'
"""
STATUS = "status:\n  conditions: []\n"

WHOLE = {
    "no such kind": HEAD.replace("Custom", "Other") + SPEC,
    "a kind in quotes": HEAD.replace("kind: Custom", "kind: 'Custom").replace("n\nm", "n'\nm"),
    "no such group": HEAD.replace("apiextensions.k8s.io", "example.com") + SPEC,
    "in another object": "kind: A\nspec:\n  b:\n" + textwrap.indent(HEAD + SPEC, "    "),
    "in a list in another object": "kind: A\nspec:\n- " + textwrap.indent(HEAD + SPEC, "  ")[2:],
    "no spec": HEAD,
    "spec in flow style": HEAD + "spec: {group: example.com}\n",
    "spec in front": SPEC + HEAD,
    "metadata behind": HEAD.partition("metadata:")[0] + SPEC + "metadata:\n  name: things\n",
    "no metadata": HEAD.partition("metadata:")[0] + SPEC,
    "a key behind it": HEAD + SPEC + "image: nginx\n",
    "two keys behind it": HEAD + SPEC + STATUS + STATUS,
    "a key twice": HEAD + "kind: Other\n" + SPEC,
    "another key": HEAD + "image: nginx\n" + SPEC,
    "quotes that go on": HEAD + SPEC + "  a: 'b\nc'\n",
    "a marker behind it": HEAD + SPEC + "...\n",
    "an alias": HEAD + SPEC + "  a: *b\n",
    "an alias on a line of its own": HEAD + SPEC + "  a:\n    *b\n",
    "an alias in a list": HEAD + SPEC + "  a: [*b]\n",
}


def item(text: str, column: int = 0) -> str:
    return " " * column + "- " + textwrap.indent(text, " " * (column + 2)).lstrip()


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_only_what_is_surely_one_is_read_in_part(text: str) -> None:
    assert head_of(text) == head_of(item(text)) == ""
    assert read_head(text, "", 0) is None


@pytest.mark.parametrize("tail", ["", STATUS, "# a comment\n", "\n\n  \n"])
@pytest.mark.parametrize("column", [0, 2])
def test_the_head_ends_in_front_of_the_spec(tail: str, column: int) -> None:
    for head in (HEAD, f"---\n# a comment\n{HEAD}"):
        assert head_of(head + SPEC + tail) == head
    assert head_of(item(HEAD + SPEC + tail, column)) == item(HEAD, column)


@pytest.mark.parametrize("item_of", ["", "apiVersion: v1\nkind: List\nitems:\n"])
@pytest.mark.parametrize("margin", ["", "    "])
def test_images_in_what_only_looks_like_one_are_found(item_of: str, margin: str) -> None:
    text = HEAD.replace("apiextensions.k8s.io", "example.com")
    text += "spec:\n  containers:\n  - name: a\n    image: nginx:1\n"
    if margin:
        text = "apiVersion: a.io/v1\nkind: A\nspec:\n  b:\n" + textwrap.indent(text, margin)
    outcome = run(item_of + item(text) if item_of else text, SETTINGS)
    assert [site.value for site, _ in outcome.decisions] == ["nginx:1"]


BROKEN = {
    "in its spec": HEAD + SPEC + "  a: [\n",
    "in its head": HEAD + "  a: [\n" + SPEC,
    "by quotes that go on": HEAD + "  a: 'b\n" + SPEC,
    "by a number of levels": HEAD + SPEC + "  a: " + "[" * 300 + "]" * 300 + "\n",
    "by a character": HEAD + SPEC + "  a: \x01\n",
    "not at all": HEAD + "  a: 'b\nspec:\n  '\nspec:\n  b: 'image'\n",
    "nor here": HEAD + SPEC + "  image: [a, {b: c}]\n" + STATUS,
}


@each_parser
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_yaml_is_said_as_of_any_document(text: str, parser: str) -> None:
    text = stream(text, pod("nginx"))
    assert said(run(text, SETTINGS, parser=parser)) == said(
        run(text, SETTINGS, parser=parser, strict=True)
    )


@each_parser
@pytest.mark.parametrize("text", [*WHOLE.values(), *BROKEN.values()], ids=[*WHOLE, *BROKEN])
def test_items_say_what_a_list_says_as_a_whole(text: str, parser: str) -> None:
    items = "".join(map(item, (pod("nginx"), text, pod("redis"), HEAD + SPEC)))
    text = f"apiVersion: v1\nkind: List\nitems:\n{items}"
    by_item, whole = outcomes(text, SETTINGS, Options(parser=parser))
    assert said(by_item) == said(whole)


TWICE = HEAD + "  image: a\n  image: b\n" + SPEC + "  image: a\n  image: b\n"
IN_HEAD = "in.yaml:6:3: warning: key `image` is repeated: first at line 5 (repeated-key)"
IN_SPEC = "in.yaml:14:3: warning: key `image` is repeated: first at line 13 (repeated-key)"


def warnings(text: str, *, strict: bool = False) -> list[str]:
    done = run(text, SETTINGS, strict=strict)
    return [str(it.problem) for it in done.results if it.problem.severity == "warning"]


def test_repeated_keys_of_a_schema_are_said_to_who_asks_for_all() -> None:
    assert warnings(TWICE) == [IN_HEAD]
    assert warnings(TWICE + "# *\n# - *a\n") == [IN_HEAD]
    assert warnings(f"{TWICE}  a: &a b\n  c: *a\n") == [IN_HEAD]
    assert warnings(TWICE, strict=True) == [IN_HEAD, IN_SPEC]


@pytest.mark.parametrize("strict", [False, True])
def test_an_object_is_left_alone_and_named_as_ever(strict: bool) -> None:
    said = infos(run(HEAD + SPEC, SETTINGS, strict=strict))
    assert said[0] == (
        "in.yaml:1:1: info: left alone: CustomResourceDefinition things.example.com holds schemas, "
        "build instructions or a lock, not images to pull (never-touched)"
    )
