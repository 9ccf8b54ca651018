"""Compose files: which text is one, and where its images are.

Specification: compose-spec, `services.*.image`. The image of a service that is built is the name of
what is built, not of what is pulled.
"""

from __future__ import annotations

from transformer.places.place import COMPOSE, Place
from transformer.yamltext.nodes import resolve, visible
from transformer.yamltext.tree import Mapping, Slot

IMAGES = Place(
    group="",
    kind=COMPOSE,
    path="services{}.image",
    when=(("build", ("",)),),
)


def is_compose(root: Slot | None) -> bool:
    """Whether a document is a Compose file: services, and nothing that an object has."""
    node = resolve(root) if root is not None else None
    if not isinstance(node, Mapping):
        return False
    values = {key.value: value for key, value in visible(node)}
    if "kind" in values or "apiVersion" in values or "services" not in values:
        return False
    return isinstance(resolve(values["services"]), Mapping)
