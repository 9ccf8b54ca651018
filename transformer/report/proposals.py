"""Places for the kinds that CustomResourceDefinitions define, as proposals for `spec.fields`.

    spec:
      fields:
      - {group: example.com, kind: App, path: spec.image}  # sure: a string called image

What is proposed is what the configuration takes: of two places that overlap, the surer one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from transformer.errors import InputError, Position, Problem
from transformer.find.objects import objects
from transformer.messages import counted, shown
from transformer.places.catalogue import shipped
from transformer.places.crd_schema import Finding, Sureness, findings
from transformer.places.listing import HEAD, data_of, flow
from transformer.places.overlaps import Spoken, is_own_list
from transformer.places.place import BadPath, Place, parse_path, write_path
from transformer.records import record
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.faults import fault_problem
from transformer.yamltext.load import plain_data
from transformer.yamltext.nodes import count_uses
from transformer.yamltext.tree import SyntaxFault, read

GROUP, KIND = "apiextensions.k8s.io", "CustomResourceDefinition"

_SURENESS: tuple[Sureness, ...] = ("sure", "likely", "guess")


@record
class Proposal:
    """A place that a schema suggests: how sure that is, and why."""

    place: Place
    sureness: Sureness
    why: str


def propose(sources: Iterable[Source], parser: str = "") -> list[Proposal]:
    """What the definitions in some sources suggest, kind by kind, in the order of the schemas.

    Raises `InputError` for a document that cannot be read, and where there is no definition.
    """
    kinds: dict[tuple[str, str], list[Proposal]] = {}
    name = ""
    for source in sources:
        name = name or source.name
        for document in documents(source):
            for definition in _definitions(document, parser):
                group, kind = _names(definition)
                proposals = kinds.setdefault((group, kind), [])
                proposals += _of_versions(group, kind, _schemas(definition))
    if not kinds:
        problem = Problem(
            code="no-definition",
            message=f"there is no {KIND}: expected one",
            position=Position(file=name),
            hint="kubectl get crd NAME -o yaml",
        )
        raise InputError(problem)
    return [it for proposals in kinds.values() for it in _compatible(proposals)]


def _definitions(document: Document, parser: str) -> Iterator[dict[str, Any]]:
    if KIND not in document.text:
        return
    try:
        tree = read(document.text, parser)
        if tree.aliases:
            count_uses(tree)
        for mapping, resource, _ in objects(tree.root, with_labels=False):
            if (resource.group, resource.kind) == (GROUP, KIND):
                yield plain_data(mapping)
    except SyntaxFault as fault:
        raise InputError(fault_problem(document, fault)) from None


def _at(data: object, *keys: str) -> Any:  # noqa: ANN401 data of any shape
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _names(definition: dict[str, Any]) -> tuple[str, str]:
    return str(_at(definition, "spec", "group")), str(_at(definition, "spec", "names", "kind"))


def _schemas(definition: dict[str, Any]) -> dict[str, object]:
    # The schemas of the versions that are served; version v1beta1 has one for all.
    listed = _at(definition, "spec", "versions")
    common = _at(definition, "spec", "validation", "openAPIV3Schema")
    versions = [it for it in listed if isinstance(it, dict)] if isinstance(listed, list) else []
    return {
        str(it.get("name")): _at(it, "schema", "openAPIV3Schema") or common
        for it in versions or [{"name": _at(definition, "spec", "version")}]
        if it.get("served") != "false"
    }


def _of_versions(group: str, kind: str, schemas: dict[str, object]) -> Iterator[Proposal]:
    found: dict[Finding, list[str]] = {}
    for version, schema in schemas.items():
        for finding in findings(schema):
            found.setdefault(finding, []).append(version)
    for finding, versions in found.items():
        if _is_written(finding):
            place = Place(
                group=group,
                kind=kind,
                path=write_path(finding.steps),
                form=finding.form,
                parts=finding.parts,
                items=finding.items,
                versions=() if len(versions) == len(schemas) else tuple(versions),
                origin="user",
            )
            yield Proposal(place=place, sureness=finding.sureness, why=finding.why)


def _is_written(finding: Finding) -> bool:
    # No path can name a key with a quote in it, or without any letter.
    try:
        return parse_path(write_path(finding.steps)) == finding.steps
    except BadPath:
        return False


def _compatible(proposals: list[Proposal]) -> list[Proposal]:
    spoken = Spoken()
    kept: set[int] = set()
    for sureness in _SURENESS:
        for it in proposals:
            is_next = it.sureness == sureness and not is_own_list(it.place)
            if is_next and spoken.overlap(it.place) is None:
                spoken.add(it.place)
                kept.add(id(it))
    return [it for it in proposals if id(it) in kept]


def as_yaml(proposals: Iterable[Proposal]) -> str:
    """The proposals as part of a configuration; comments say how sure each is."""
    lines: list[str] = []
    before = None
    for it in proposals:
        kind = (it.place.group, it.place.kind)
        if kind != before:
            lines += _about(*kind)
        before = kind
        lines.append(f"  - {flow(data_of(it.place))}  # {it.sureness}: {it.why}\n")
    return HEAD + "".join(lines) if lines else f"{HEAD.rstrip()} []\n"


def _about(group: str, kind: str) -> Iterator[str]:
    known = sum(1 for _ in shipped(group, kind))
    if known:
        name = shown(f"{kind} ({group})")
        yield f"  # The catalogue has {counted(known, 'place')} of {name} already.\n"


def as_data(proposals: Iterable[Proposal]) -> list[dict[str, object]]:
    """The proposals for programs: items of `spec.fields`, with `sureness` and `why`."""
    return [{**data_of(it.place), "sureness": it.sureness, "why": it.why} for it in proposals]
