"""Parts of a split image in other places than beside each other, or of two images at once."""

from __future__ import annotations

from tests.helpers.placed import DIGEST, PIN, RULES, at, becomes
from tests.helpers.searching import UNKNOWN, places, search


def test_a_name_is_of_the_first_place_that_knows_it() -> None:
    parts = (("registry", "r"), ("name", "n"))
    first = at("spec.image", form="split", parts=parts)
    second = at("spec{}", form="split", parts=parts)
    result = search(UNKNOWN.format("spec: {image: {r: q.io, n: a}}"), fields=(first, second))
    assert (places(result), result.results) == ([("spec.image.n", "q.io/a")], [])


def test_parts_of_the_root_are_none_where_that_is_a_list() -> None:
    split = at("[].image", form="split", parts=(("registry", "/r"), ("name", "n")))
    document = at("spec.doc", form="document", inside=(split,))
    before = "spec: {doc: '[{image: {n: quay.io/a}}]'}\n"
    after = before.replace("quay.io", "m.io/quay")
    assert becomes(before, document, spec=(RULES,)) == after


def test_parts_of_the_root_are_found_inside_of_a_string_too() -> None:
    split = at("image", form="split", parts=(("registry", "/r"), ("name", "n"), ("tag", "/t")))
    document = at("spec.doc", form="document", inside=(split,))
    before = 'spec:\n  doc: |\n    r: quay.io\n    t: "1"\n    image: {n: acme/app}\n'
    assert becomes(before, document) == before.replace("quay.io", "m.io/quay")


def test_two_images_may_get_one_digest() -> None:
    fields = [
        at("spec", form="split", parts=(("name", name), ("tag", "t"), ("digest", "d")))
        for name in ("one", "two")
    ]
    text = "spec:\n{}  one: {}/acme/app\n  two: {}/acme/app\n  t: '1'\n"
    before = text.format("", "quay.io", "quay.io")
    after = text.format(f'  d: "{DIGEST}"\n', "m.io/quay", "m.io/quay")
    assert becomes(before, *fields, spec=(RULES, PIN)) == after
