"""Custom resources with images in no pod spec: from sites to the edited text and its check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from tests.helpers.runs import config
from transformer.decide.decide import decide
from transformer.edit.check import check_plan
from transformer.edit.output import Output
from transformer.edit.plans import make_plans
from transformer.find.name_lists import FieldItems, secret_field
from transformer.find.objects import objects
from transformer.model import Grant, Grants, Resource, Result, SecretField, Site
from transformer.pull_secrets.grants import plan_grants
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.nodes import resolve, visible
from transformer.yamltext.path import Steps
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Collection, Mapping, Slot, read
from transformer.yamltext.tree import Sequence as List

# The path of a field for pull secrets, and what it holds.
Field: TypeAlias = "tuple[str, FieldItems]"

TWO = (
    "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [hub]}, "
    "{source: quay.io, target: m.io/quay, pullSecrets: [quay]}]"
)
LOOSE = ("unmatched: keep", "invalid: warn")


def images(slot: Slot, at: Steps) -> Iterator[tuple[Collection, Slot, Steps]]:
    """Every value of a key `image`: the mapping it is in, its place, and the steps to it."""
    node = resolve(slot)
    if isinstance(node, Mapping):
        for key, value in visible(node):
            if key.value == "image" and value.value is not None:
                yield node, value, (*at, "image")
            yield from images(value, (*at, str(key.value)))
    elif isinstance(node, List):
        for index, item in enumerate(node.children):
            yield from images(item, (*at, index))


def sites_of(document: Document, field: Field | None, secrets_at: str = "") -> Iterator[Site]:
    """The images of a document as sites in no pod spec, with the field of each object beside."""
    tree = read(document.text)
    spots = Spots(tree)
    for mapping, resource, _ in objects(tree.root):
        holder = holder_of(spots, document, resource, mapping, field) if field else None
        for parent, slot, steps in images(mapping, ()):
            yield Site(
                document=document,
                resource=resource,
                steps=steps,
                value=str(slot.value),
                spot=spots.spot(parent, slot),
                holder=holder,
                secrets_at=secrets_at,
                anchor=spots.anchor(slot),
            )


def holder_of(
    spots: Spots, document: Document, resource: Resource, mapping: Mapping, field: Field
) -> SecretField:
    keys = tuple(field[0].split("."))
    return secret_field(spots, document, resource, mapping, keys, (), field[1])


def grants_of(
    text: str, field: Field | None, attach_to: str = "pods", secrets_at: str = ""
) -> tuple[Grants, str, list[Result]]:
    """What is planned for a stream, what it becomes, and where nothing could be written."""
    source = Source("in.yaml", text)
    sites = [it for document in documents(source) for it in sites_of(document, field, secrets_at)]
    settings = config(TWO, *LOOSE)
    decisions = decide(sites, settings, None).decisions
    granted = plan_grants([], [], decisions, attach_to, settings.secret_names)
    made = list(make_plans(decisions, granted.grants, ()))
    plans = [plan for plan, _ in made if plan.edits]
    conflicts = [it for _, them in made for it in them]
    if conflicts:
        return granted, text, conflicts
    output = Output(source)
    for plan in plans:
        check_plan(plan, None, "full", "")
        output.add(plan)
    return granted, b"".join(output.end() or (text.encode(),)).decode(), []


def authorised(text: str, field: Field, attach_to: str = "pods") -> str:
    """The text with its images mirrored and authorised; once more must change nothing."""
    granted, after, conflicts = grants_of(text, field, attach_to)
    assert (granted.results, conflicts) == ((), [])
    assert grants_of(after, field, attach_to)[:2] == (
        Grants(namespaces=granted.namespaces),
        after,
    )
    return after


def names_of(grants: Sequence[Grant]) -> list[tuple[str, tuple[str, ...]]]:
    return [(it.holder.resource.name, it.names) for it in grants]
