"""Edits inside of a scalar, and keys that are added, or why they are not."""

from __future__ import annotations

import pytest

from tests.helpers.deciding import cells_of, decided
from tests.helpers.placed import DIGEST, HEAD, RULES, at
from tests.helpers.reading import document
from tests.helpers.runs import sites
from transformer.edit.cells import PLAIN_HINT, SHARED_HINT
from transformer.edit.compound import Unwritable, addition_edits, edit_within, unwritable_results
from transformer.edit.edits import apply_edits
from transformer.model import Site
from transformer.yamltext.scalar_edits import Stretch
from transformer.yamltext.tree import read

LINE = "--image=quay.io/a"
STRETCH = Stretch(start=8, end=17, text="m.io/a")


def site_of(written: str) -> tuple[Site, str]:
    text = f"kind: Pod\nspec:\n  containers:\n  - image: {written}\n    x: y\n"
    (site,) = sites(text)
    return site, text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(LINE, "--image=m.io/a", id="plain"),
        pytest.param(f"'{LINE}'", "'--image=m.io/a'", id="single quotes"),
        pytest.param(f'"{LINE}"', '"--image=m.io/a"', id="double quotes"),
        pytest.param(f"|\n      {LINE}", "|\n      --image=m.io/a", id="literal"),
        pytest.param(f"&a !!str {LINE}", "&a !!str --image=m.io/a", id="anchor and tag"),
    ],
)
def test_a_stretch_is_exchanged_in_its_style(before: str, after: str) -> None:
    site, text = site_of(before)
    new = site.value.replace("quay.io", "m.io")
    edit = edit_within(site.spot, site.value, new, [STRETCH], text)
    assert edit is not None
    changed = apply_edits(text, [edit])
    assert changed == text.replace(before, after)
    assert read(changed).tokens[edit.first : edit.last] == list(edit.tokens)


@pytest.mark.parametrize(
    ("before", "stretch"),
    [
        pytest.param(f"{LINE}\n      b", Stretch(start=17, end=18, text="\n"), id="a fold"),
        pytest.param(LINE, Stretch(start=8, end=17, text="m.io/a: b"), id="what is not a string"),
        pytest.param(LINE, Stretch(start=8, end=17, text="quay.io/a"), id="nothing that changes"),
    ],
)
def test_what_a_style_cannot_hold_is_not_exchanged(before: str, stretch: Stretch) -> None:
    site, text = site_of(before)
    new = site.value[: stretch.start] + stretch.text + site.value[stretch.end :]
    assert edit_within(site.spot, site.value, new, [stretch], text) is None


PARTS = (("name", "n"), ("tag", "t"), ("digest", "d"))
SPLIT, OTHER = (at(key, form="split", parts=PARTS) for key in ("spec", "other"))


def added(text: str) -> str:
    text = HEAD + text
    cells = cells_of(text.removeprefix(HEAD), SPLIT, OTHER)
    edits, results = addition_edits(cells.additions, text)
    assert results == []
    return apply_edits(text, edits).removeprefix(HEAD)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "spec: {n: quay.io/acme/app, t: '1'}\n",
            f"spec: {{d: \"{DIGEST}\", n: quay.io/acme/app, t: '1'}}\n",
            id="one",
        ),
        pytest.param(
            "spec:\n  n: quay.io/acme/app\n  t: '1'\nother:\n  n: quay.io/acme/app\n  t: '1'\n",
            f"spec:\n  d: \"{DIGEST}\"\n  n: quay.io/acme/app\n  t: '1'\n"
            f"other:\n  d: \"{DIGEST}\"\n  n: quay.io/acme/app\n  t: '1'\n",
            id="two",
        ),
        pytest.param(
            "spec: &a {n: quay.io/acme/app, t: '1'}\nother: *a\n",
            f"spec: &a {{d: \"{DIGEST}\", n: quay.io/acme/app, t: '1'}}\nother: *a\n",
            id="two at one place",
        ),
        pytest.param("spec: {n: quay.io/acme/app}\n", "spec: {n: quay.io/acme/app}\n", id="none"),
    ],
)
def test_a_key_is_added_once_at_each_place(before: str, after: str) -> None:
    assert added(before) == after


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "spec: &a {n: quay.io/acme/app, t: '1'}\nelse: *a\n", id="another use is not an image"
        ),
        pytest.param(
            "base: &a {n: quay.io/acme/app, t: '1'}\nspec: *a\nother: {<<: *a, t: '2'}\n",
            id="another use is another image",
        ),
    ],
)
def test_a_key_that_must_not_be_added_is_a_problem(text: str) -> None:
    text = HEAD + text
    additions = cells_of(text.removeprefix(HEAD), SPLIT).additions
    edits, (result,) = addition_edits(additions, text)
    assert edits == []
    start = document(text).position(additions[0].gap.spot.start)
    assert str(result.problem) == (
        f'{start}: error: "{DIGEST}" is shared by places that need different values, to get '
        "`d` (shared-anchor)\n"
        f"  hint: {SHARED_HINT}"
    )
    assert (str(result.resource), result.field) == ("Thing web", "spec.n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("spec: {? n : quay.io/acme/app, t: '1'}\n", id="a key that is explicit"),
        pytest.param("spec:\n  ? n\n  : quay.io/acme/app\n  t: '1'\n", id="in block style"),
        pytest.param("spec: {n: quay.io/acme/app, t: '1', d: &d ~}\n", id="a null with an anchor"),
    ],
)
def test_a_key_that_cannot_be_added_is_a_problem_of_the_layout(text: str) -> None:
    additions = cells_of(text, SPLIT).additions
    edits, (result,) = addition_edits(additions, HEAD + text)
    assert edits == []
    start = document(HEAD + text).position(additions[0].gap.spot.start)
    assert str(result.problem) == (
        f'{start}: error: "{DIGEST}" is written so that no key can be added, to get `d` '
        "(unsupported-layout)\n"
        f"  hint: {PLAIN_HINT}"
    )


def test_places_that_want_different_values_for_one_key_are_a_problem() -> None:
    text = "spec: &a {n: quay.io/acme/app, t: '1'}\nother: *a\n"
    additions = cells_of(text, SPLIT, OTHER).additions
    first = additions[0]
    edits, results = addition_edits(additions, HEAD + text)
    assert (len(edits), results) == (1, [])
    changed = type(first)(site=first.site, steps=first.steps, gap=first.gap, value="sha256:b")
    edits, results = addition_edits([changed, *additions[1:]], HEAD + text)
    assert edits == []
    assert [it.problem.code for it in results] == ["shared-anchor"]


def test_an_image_that_does_not_fit_is_a_problem_of_its_site() -> None:
    ((site, _),) = decided("spec: {n: quay.io/a}\n", SPLIT, spec=(RULES,))
    (result,) = unwritable_results([Unwritable(site, "m.io/b")])
    assert str(result.problem) == (
        'in.yaml:4:11: error: "m.io/b" does not fit into the fields of "quay.io/a" '
        "(too-few-parts)\n"
        "  hint: give the rule a target with a host and a folder, or write the image in one "
        "field"
    )
    assert (result.field, result.current) == ("spec.n", "quay.io/a")
