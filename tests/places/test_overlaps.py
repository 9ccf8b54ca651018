"""Whether places overlap is told by tries; here they are compared two by two, as it is defined."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from transformer.places.overlaps import Overlap, Relation, Spoken, claims
from transformer.places.place import Place
from transformer.yamltext.path import EACH, EVERY, Steps

PATHS = st.builds(
    lambda first, others: first + "".join(others),
    st.sampled_from(["a", "b"]),
    st.lists(st.sampled_from([".a", ".b", "[]", "{}"]), max_size=4),
)
WHEN = st.sampled_from([(), ((("a"), ("x",)),)])
VERSIONS = st.lists(st.sampled_from(["v1", "v2", "v3"]), max_size=2, unique=True).map(tuple)
FORMS = st.sampled_from(["image", "podSpec", "containers"])
PLACES = st.builds(
    lambda path, form, when, versions: Place(
        group="g", kind="K", path=path, form=form, when=when, versions=versions
    ),
    PATHS,
    FORMS,
    WHEN,
    VERSIONS,
)


def relation(one: Steps, other: Steps) -> Relation | None:
    for mine, theirs in zip(one, other, strict=False):
        if mine == theirs:
            continue
        if EACH in (mine, theirs):
            return "list"
        if EVERY not in (mine, theirs):
            return None
    if len(one) == len(other):
        return "same"
    return "below" if len(one) > len(other) else "above"


def may_meet(one: Place, other: Place) -> bool:
    versions = not one.versions or not other.versions or set(one.versions) & set(other.versions)
    return one.when == other.when and bool(versions)


def first_overlap(place: Place, others: Sequence[Place]) -> Overlap | None:
    for other in filter(lambda it: may_meet(place, it), others):
        for mine in claims(place):
            for theirs in claims(other):
                found = relation(mine, theirs)
                if found is not None:
                    return Overlap(place=other, relation=found, theirs=theirs)
    return None


@given(st.lists(PLACES, max_size=8))
def test_a_place_overlaps_the_first_that_speaks_for_the_same(places: list[Place]) -> None:
    spoken = Spoken()
    for index, place in enumerate(places):
        found, expected = spoken.overlap(place), first_overlap(place, places[:index])
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert found.place is expected.place
            assert (found.relation, found.theirs) == (expected.relation, expected.theirs)
        spoken.add(place)
