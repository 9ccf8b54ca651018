"""Which images of a run a registry is asked for."""

from __future__ import annotations

from tests.helpers.placed import HEAD, at, rules
from tests.helpers.runs import run
from transformer.lock.wanted import wanted_images

IMAGE = at("spec.image")
NO_DIGEST = at("spec.version", digest="none")
PREFIX = at("spec.registry", form="registry")
SPEC = ("mirrors: [{source: quay.io, target: m.io/quay}]", "digests: {mode: resolve}")


def wanted(spec: str) -> list[tuple[str, int]]:
    """The keys of the images that are asked for, with their number of places."""
    settings = rules(*SPEC, fields=(IMAGE, NO_DIGEST, PREFIX))
    off = rules(SPEC[0], fields=settings.fields)
    decisions = run(f"{HEAD}spec: {spec}\n", off).decisions
    return [(key, len(it.places)) for key, it in wanted_images(decisions, settings).items()]


def test_an_image_that_takes_a_digest_is_asked_for() -> None:
    assert wanted("{image: 'quay.io/a:1'}") == [("quay.io/a:1", 1)]


def test_what_takes_no_digest_is_not() -> None:
    assert wanted("{version: 'quay.io/a:1', registry: quay.io}") == []


def test_what_takes_a_digest_elsewhere_is_asked_for_there() -> None:
    assert wanted("{version: 'quay.io/a:1', image: 'quay.io/a:1'}") == [("quay.io/a:1", 1)]
