from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from tests.helpers.plans import copies, lock, said
from tests.helpers.registry_table import MIRROR, A, B, C, refusal
from transformer.image.reference import Reference
from transformer.plan.attached import LEVELS, unlike, with_attached
from transformer.plan.copies import Copy
from transformer.records import replace
from transformer.registry import RegistryFault
from transformer.registry.attached import Attached, tag_of

NGINX = "docker.io/library/nginx"
D, E, F = (f"sha256:{letter * 64}" for letter in "def")


class Registries:
    """What belongs to what, by name and digest; nothing to all others. Notes what was asked."""

    def __init__(self, known: Mapping[str, Attached | RegistryFault]) -> None:
        self.known = known
        self.asked: list[str] = []

    def __call__(self, references: Sequence[Reference]) -> Mapping[str, Attached | RegistryFault]:
        names = [str(it) for it in references]
        self.asked += names
        return {name: self.known.get(name, Attached()) for name in names}


def nginx() -> list[Copy]:
    return copies("nginx:1.27", known=lock())


def added(known: Mapping[str, Attached | RegistryFault]) -> list[tuple[str, str, str, bool]]:
    """What is copied beside the image: from where, to where, for what, and whether by itself."""
    plan = with_attached(nginx(), Registries(known))
    assert plan.copies[:1] == tuple(nginx())
    assert plan.problems == ()
    return [(str(it.origin), str(it.destination), it.subject, it.carried) for it in plan.copies[1:]]


def test_an_image_alone() -> None:
    registries = Registries({})
    assert with_attached(nginx(), registries).copies == tuple(nginx())
    assert registries.asked == [f"{NGINX}@{A}"]
    assert with_attached([], registries).copies == ()


def test_tags_and_referrers_of_the_image_and_of_its_platforms() -> None:
    signature = f"{tag_of(A)}.sig"
    child = f"{tag_of(B)}.att"
    assert added(
        {
            f"{NGINX}@{A}": Attached(children=(B,), referrers=(C,), tags={signature: D}),
            f"{NGINX}@{B}": Attached(tags={child: E}),
        }
    ) == [
        (f"{NGINX}@{D}", f"{MIRROR}/{NGINX}:{signature}", A, False),
        (f"{NGINX}@{C}", f"{MIRROR}/{NGINX}@{C}", A, False),
        (f"{NGINX}@{E}", f"{MIRROR}/{NGINX}:{child}", B, False),
    ]


def test_one_source_has_several_mirrors() -> None:
    (copy,) = nginx()
    other = replace(copy, target=replace(copy.target, domain="other.example.com"))
    registries = Registries({f"{NGINX}@{A}": Attached(referrers=(C,))})
    plan = with_attached([copy, other], registries)
    assert [str(it.destination) for it in plan.copies[2:]] == [
        f"{MIRROR}/{NGINX}@{C}",
        f"other.example.com/{NGINX}@{C}",
    ]
    assert registries.asked == [f"{NGINX}@{A}", f"{NGINX}@{C}"]


def test_what_a_list_carries_comes_with_it() -> None:
    listed = tag_of(A)
    assert added({f"{NGINX}@{A}": Attached(referrers=(C,), tags={listed: D})}) == [
        (f"{NGINX}@{D}", f"{MIRROR}/{NGINX}:{listed}", A, False),
        (f"{NGINX}@{C}", f"{MIRROR}/{NGINX}@{C}", A, True),
    ]


def test_what_refers_to_a_referrer_is_found() -> None:
    known = {f"{NGINX}@{A}": Attached(referrers=(C,)), f"{NGINX}@{C}": Attached(referrers=(D,))}
    assert [it[0] for it in added(known)] == [f"{NGINX}@{C}", f"{NGINX}@{D}"]


def test_a_circle_ends() -> None:
    known = {f"{NGINX}@{A}": Attached(referrers=(C,)), f"{NGINX}@{C}": Attached(referrers=(A,))}
    assert [it[0] for it in added(known)] == [f"{NGINX}@{C}", f"{NGINX}@{A}"]


def test_a_chain_without_an_end_is_an_error() -> None:
    digests = [A, *(f"sha256:{number:064x}" for number in range(LEVELS + 2))]
    known = {f"{NGINX}@{it}": Attached(referrers=(after,)) for it, after in pairwise(digests)}
    plan = with_attached(nginx(), Registries(known))
    assert said(plan.problems) == [
        "web.yaml:7:12: error: refer to each other more than 6 deep: "
        f'"{NGINX}@{digests[LEVELS]}" (too-deep)'
    ]


def test_a_source_that_does_not_answer_is_an_error() -> None:
    name = f"{NGINX}@{A}"
    plan = with_attached(nginx(), Registries({name: refusal(name)}))
    assert plan.copies == tuple(nginx())
    assert said(plan.problems)[0] == (
        f'web.yaml:7:12: error: "{name}" at docker.io is not there, HTTP 404 (registry-not-found)'
    )


class TestAtMirrors:
    source = Attached(referrers=(C,), tags={f"{tag_of(A)}.sig": D, tag_of(A): E})
    there = f"{MIRROR}/{NGINX}@{A}"

    def found(self, mirror: Attached | RegistryFault) -> list[str]:
        plan = with_attached(nginx(), Registries({f"{NGINX}@{A}": self.source}))
        return said(tuple(unlike(plan.copies, Registries({self.there: mirror}))))

    def test_the_same_is_well(self) -> None:
        assert self.found(self.source) == []
        # The list may have other bytes, or none where the registry makes it.
        assert self.found(Attached(referrers=(F, C), tags={f"{tag_of(A)}.sig": D})) == []

    def test_each_that_is_not_there_is_named(self) -> None:
        hint = "  hint: copy it with mirrorpin sync --referrers"
        other = Attached(tags={f"{tag_of(A)}.sig": F})
        assert self.found(other) == [
            f'web.yaml:7:12: error: signature of "{self.there}" is not there as at its '
            f'source: "{MIRROR}/{NGINX}:{tag_of(A)}.sig" (not-attached)',
            hint,
            f'web.yaml:7:12: error: referrer of "{self.there}" is not there as at its '
            f'source: "{MIRROR}/{NGINX}@{C}" (not-attached)',
            hint,
        ]

    def test_a_mirror_that_does_not_answer_is_an_error_once(self) -> None:
        assert self.found(refusal(self.there, 500)) == [
            f'web.yaml:7:12: error: "{self.there}" at {MIRROR} is not there, HTTP 500 '
            "(registry-not-found)",
            "  hint: compare its name",
        ]

    def test_nothing_is_asked_for_nothing(self) -> None:
        registries = Registries({})
        assert list(unlike(nginx(), registries)) == []
        assert registries.asked == []
