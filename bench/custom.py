"""The benchmark's custom resources: 5,000 objects of 50 kinds that the catalogue knows.

Each kind is of another group, so that a run reads fifty files of the catalogue. An object has its
image in the first place of its kind that is one string, beside settings such as most of them have.
`python -m bench.custom FILE` writes the stream.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.generate import distinct_images
from transformer.places.catalogue import entries, shipped
from transformer.places.place import Place
from transformer.yamltext.path import EACH

OBJECTS = 5_000
KINDS = 50

_CATALOGUE = Path(__file__).parents[1] / "transformer" / "places" / "catalog"

_OBJECT = """\
---
apiVersion: {group}/v1
kind: {kind}
metadata:
  name: {name}
  namespace: team-{number}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: shop
spec:
  replicas: 3
  paused: false
  resources:
    requests: {{cpu: 100m, memory: 128Mi}}
    limits: {{cpu: "1", memory: 512Mi}}
  settings:
    logLevel: info
    retention: 30d
    endpoints:
    - https://one.example.com:8443/path
    - https://two.example.com:8443/path
  tolerations:
  - key: dedicated
    operator: Equal
    value: operators
    effect: NoSchedule
"""


def places() -> list[Place]:
    """The places of the benchmark: of one kind in each of fifty groups."""
    found = []
    for path in sorted(_CATALOGUE.glob("*.*.yaml")):
        group = path.stem
        kinds = [kind for entry in entries(group) for kind in entry.get("kinds", ())]
        simple = (it for kind in kinds for it in shipped(group, kind) if _is_simple(it))
        found += [place for place in [next(simple, None)] if place is not None]
    return found[:: len(found) // KINDS][:KINDS]


def _is_simple(place: Place) -> bool:
    steps = place.steps
    return (
        place.form == "image"
        and not place.when
        and EACH not in steps
        and 2 < len(steps) < 5
        and all(isinstance(step, str) for step in steps)
        and steps[0] == "spec"
        and steps[1] not in ("resources", "settings", "tolerations")
    )


def stream(count: int = OBJECTS) -> str:
    """The stream of so many objects."""
    kinds = places()
    return "".join(_objects(kinds, count))


def _objects(kinds: list[Place], count: int) -> Iterator[str]:
    known = distinct_images()
    for number in range(count):
        place = kinds[number % len(kinds)]
        yield _OBJECT.format(
            group=place.group, kind=place.kind, name=f"object-{number}", number=number % 40
        )
        *above, last = place.steps[1:]
        for depth, key in enumerate(above, 1):
            yield f"{'  ' * depth}{key}:\n"
        yield f"{'  ' * (len(above) + 1)}{last}: {known[number % len(known)]}\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(stream(), newline="\n")
