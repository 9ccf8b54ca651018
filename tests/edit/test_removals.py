from __future__ import annotations

import pytest

from transformer.edit.edits import apply_edits
from transformer.edit.patches import says_the_same
from transformer.edit.removals import Removal, removed
from transformer.model import Resource
from transformer.yamltext.agreement import agrees, fingerprint, read_tokens
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.edit import Spot
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import read

HINT = "\n  hint: write it in plain block or flow style, or take it out by hand"
SHARED_HINT = "\n  hint: write the value out instead of sharing it by an anchor"


def removal(document: Document, steps: Steps, keep: int = 0, most: int = 1) -> Removal:
    resource = Resource(api_version="v1", kind="Pod", namespace="", name="web")
    return Removal(document=document, resource=resource, steps=steps, keep=keep, most=most)


def without(text: str, *steps: Steps, keep: int = 0, most: int = 1) -> str:
    """A text without what is at the steps, checked in both ways; or what is in the way."""
    (document,) = documents(Source("in.yaml", text))
    done = removed([removal(document, it, keep, most) for it in steps], text)
    if done.results:
        return "\n".join(map(str, done.results))
    after = apply_edits(text, done.edits)
    spots = [Spot(start=it.start, end=it.end, first=it.first, last=it.last) for it in done.edits]
    assert agrees(fingerprint(read(text).tokens, spots), done.edits, read_tokens(after))
    assert says_the_same(text, after, done.operations)
    return after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("n:\n- a\n- b\nz: 1\n", "z: 1\n", id="a block list in front"),
        pytest.param("y: 1\nn:\n- a\n# z\nz: 1\n", "y: 1\n# z\nz: 1\n", id="in front of a comment"),
        pytest.param("y: 1\nn:\n- a # why\n", "y: 1\n", id="at the end"),
        pytest.param("y: 1\nn:\n- a", "y: 1\n", id="at the end without a line break"),
        pytest.param("y: 1\r\nn:\r\n- a\r\nz: 1\r\n", "y: 1\r\nz: 1\r\n", id="Windows lines"),
        pytest.param('{"n":["a"],"z":1}', '{"z":1}', id="JSON"),
        pytest.param('{\n  "n": ["a"],\n  "z": 1\n}', '{\n  "z": 1\n}', id="JSON with lines"),
        pytest.param('{"z":1,"n":["a"]}', '{"z":1,"n":[]}', id="JSON, not where a run adds it"),
        pytest.param('{"n":["a"],"metadata":1}', '{"metadata":1}', id="in front of metadata"),
        pytest.param('{"y":1,"n":["a"],"metadata":1}', '{"y":1,"metadata":1}', id="behind a head"),
        pytest.param("y: 1\nn: [a]\n", "y: 1\nn: []\n", id="between brackets of its own"),
        pytest.param('{"y":1,"n":"a"}', '{"y":1}', id="a string at the end of a mapping"),
        pytest.param('{"n":"a"}', "{}", id="a string that is all of a mapping"),
        pytest.param("n: a\nz: 1\n", "z: 1\n", id="a string"),
    ],
)
def test_a_key_goes(before: str, after: str) -> None:
    assert without(before, ("n",)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("n:\n- a # own\n- b\nz: 1\n", "n:\n- a # own\nz: 1\n"),
        ("n:\n- a\n- b\n- c", "n:\n- a"),
        ("n: [a, b, c]\n", "n: [a]\n"),
        ('{"n":["a",\n"b"]}', '{"n":["a"]}'),
    ],
)
def test_the_last_items_go(before: str, after: str) -> None:
    assert without(before, ("n",), keep=1) == after


@pytest.mark.parametrize(
    ("before", "most", "after"),
    [
        ("m:\n  a:\n    n: x\n  z: 1\n", 2, "m:\n  z: 1\n"),
        ("m:\n  a: {n: x}\n  z: 1\n", 2, "m:\n  a: {}\n  z: 1\n"),
        ('{"m":{"a":{"n":"x"},"z":1}}', 2, '{"m":{"z":1}}'),
        ('{"m":{"z":1,"a":{"n":"x"}}}', 2, '{"m":{"z":1,"a":{}}}'),
        ('{"m":{"a":{"n":"x"}}}', 9, "{}"),
    ],
)
def test_the_mapping_goes_that_holds_nothing_else(before: str, most: int, after: str) -> None:
    assert without(before, ("m", "a", "n"), most=most) == after


def test_a_key_on_the_line_of_a_dash_goes() -> None:
    assert without("- n:\n  - a\n  z: 1\n- y: 1\n", (0, "n")) == "- z: 1\n- y: 1\n"


def test_what_all_places_want_out_goes_once() -> None:
    text = "a: &a\n  n: [x]\n  z: 1\nb: *a\n"
    assert without(text, ("a", "n"), ("b", "n")) == "a: &a\n  n: []\n  z: 1\nb: *a\n"
    text = "a: &a\n  n:\n  - x\n  z: 1\nb: *a\n"
    assert without(text, ("a", "n"), ("b", "n")) == "a: &a\n  z: 1\nb: *a\n"


@pytest.mark.parametrize(
    ("text", "steps", "said"),
    [
        pytest.param(
            "a: &a {n: x, z: 1}\nb: *a\n",
            ("a", "n"),
            "is shared by places that need different values, to be taken out "
            f"(shared-anchor){SHARED_HINT}",
            id="shared with a place that keeps it",
        ),
        pytest.param(
            "a: {n: &a [x], z: 1}\nb: {n: *a, z: 1}\n",
            ("b", "n"),
            "is shared by places that need different values, to be taken out "
            f"(shared-anchor){SHARED_HINT}",
            id="an alias",
        ),
        pytest.param(
            "x: &x {n: y}\na:\n  <<: *x\n",
            ("a", "n"),
            f"is not written where it counts, to be taken out (unsupported-layout){HINT}",
            id="merged",
        ),
        pytest.param(
            "a: x\n",
            ("a", "n"),
            f"is not written where it counts, to be taken out (unsupported-layout){HINT}",
            id="not there",
        ),
        pytest.param(
            "a:\n  n: x\n",
            ("a", "n"),
            f"is all that its mapping holds, to be taken out (unsupported-layout){HINT}",
            id="alone",
        ),
        pytest.param(
            "a:\n- n: x\n  # z\n  z: 1\n",
            ("a", 0, "n"),
            f"stands on lines of others, to be taken out (unsupported-layout){HINT}",
            id="behind a dash and in front of a comment",
        ),
        pytest.param(
            "a:\n  ? n\n  : x\n  ? z\n  : x\n",
            ("a", "n"),
            f"stands on lines of others, to be taken out (unsupported-layout){HINT}",
            id="an explicit key",
        ),
    ],
)
def test_what_cannot_go_is_named(text: str, steps: Steps, said: str) -> None:
    path = "a[0].n" if 0 in steps else ".".join(map(str, steps))
    assert without(text, steps) == f"in.yaml:1:1: error: `{path}` {said}".replace(
        ", to be taken out", ", to be taken out in Pod web"
    )


def test_two_places_of_one_list_must_want_the_same() -> None:
    text = "a: {n: &a [x, y], z: 1}\nb: {n: *a, z: 1}\n"
    (document,) = documents(Source("in.yaml", text))
    wanted = [removal(document, ("a", "n"), 1), removal(document, ("b", "n"))]
    (result,) = removed(wanted, text).results
    assert result.problem.code == "shared-anchor"
    text = text.replace(", y", "")
    (document,) = documents(Source("in.yaml", text))
    wanted = [removal(document, (it, "n")) for it in "ab"]
    (result,) = removed(wanted, text).results
    assert result.problem.code == "shared-anchor"
