"""Which places apply to manifests: what is found in each object, by which entry, and what is not.

    web.yaml:1:1 Deployment shop/web
      spec.template.spec.containers[0].image  podSpec  digest whole
        secrets spec.template.spec.imagePullSecrets  builtin

Nothing is decided here: what rules, locks and secrets make of an image is no part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from transformer.config.config import Config
from transformer.config.options import Options
from transformer.errors import Position
from transformer.find.embedded import unread
from transformer.find.forms import is_meant
from transformer.find.objects import LEFT_ALONE, objects
from transformer.find.scope import Scope, can_hold_image
from transformer.find.sites import find
from transformer.messages import page, shown
from transformer.model import Resource, Result, Site
from transformer.places.catalogue import CORE_NAMES, Catalogue
from transformer.places.listing import ORIGINS
from transformer.places.place import (
    BUILTINS,
    PULL_SECRETS,
    SCALAR_FORMS,
    Place,
    part_steps,
    wanted_names,
)
from transformer.places.trie import Hit, walk
from transformer.records import record
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.nodes import is_null, offset_of
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.tree import Mapping, SyntaxFault, read

NO_IMAGE = "its value names no image"
IN_STRINGS, BY_STRUCTURE = "strings", "structure"


@record
class Met:
    """A field that was met: what it is taken for, and by whose word.

    `digest` is where it takes a digest and `secrets` who holds its pull secrets, both '' where it
    is not an image; `left` is then why it is left alone, '' for a field of pull secrets.
    """

    position: Position
    field: str
    form: str
    origin: str
    digest: str = ""
    reason: str = ""
    secrets: str = ""
    left: str = ""
    place: Place | None = None


@record
class MetObject:
    """An object and what was met in it; `left` is why all of it is left alone."""

    position: Position
    resource: Resource
    fields: tuple[Met, ...]
    left: str = ""


@record
class MetFields:
    """The objects of a run in which anything was met, and what could not be read."""

    objects: tuple[MetObject, ...]
    results: tuple[Result, ...]


def met_fields(sources: Iterable[Source], config: Config, options: Options) -> MetFields:
    """Which places apply to the objects of sources. Reads the documents that a run would read."""
    scope = Scope(
        table=Catalogue((*BUILTINS, *config.fields)),
        structure=config.structure,
        env=config.strings.env,
        args=config.strings.args,
        shapes=config.strings.shapes != "off",
        pin=config.strings.pin,
        with_labels=False,
    )
    names = (*wanted_names((*BUILTINS, *config.fields)), *CORE_NAMES)
    found: list[MetObject] = []
    results: list[Result] = []
    for source in sources:
        for document in documents(source):
            if options.strict or can_hold_image(document.text, names):
                found += _in_document(document, scope, options, results)
    return MetFields(objects=tuple(found), results=tuple(results))


def _in_document(
    document: Document, scope: Scope, options: Options, results: list[Result]
) -> Iterator[MetObject]:
    sites = list(_sites(document, scope, options, results))
    try:
        tree = read(document.text, options.parser)
        listed = list(objects(tree.root, with_labels=False))
    except SyntaxFault:
        # The search has met the same fault, and said so.
        return
    owners = [resource.steps for _, resource, _ in listed]
    for mapping, resource, reason in listed:
        own = [site for site, at in sites if _owner(owners, at) == resource.steps]
        met = () if reason else _in_object(document, mapping, resource, own, scope)
        if met or reason:
            yield MetObject(
                position=document.position(offset_of(mapping)),
                resource=resource,
                fields=tuple(met),
                left=LEFT_ALONE[reason] if reason else "",
            )


def _owner(owners: Iterable[Steps], at: Steps) -> Steps | None:
    return max((it for it in owners if at[: len(it)] == it), key=len, default=None)


def _sites(
    document: Document, scope: Scope, options: Options, results: list[Result]
) -> Iterator[tuple[Site, Steps]]:
    # With the steps to the object in the file, also where a document within it holds the site.
    try:
        found = find(document, read(document.text, options.parser), scope)
    except SyntaxFault as fault:
        results.append(unread(document, fault))
        return
    results += found.results
    yield from ((site, site.resource.steps) for site in found.sites)
    for inner in found.inner:
        for within in documents(inner):
            for site, _ in _sites(within, scope, options, results):
                yield site, inner.resource.steps


def _in_object(
    document: Document, mapping: Mapping, resource: Resource, sites: Sequence[Site], scope: Scope
) -> list[Met]:
    branch = scope.table.get((resource.group, resource.kind))
    hits = [] if branch is None else walk(mapping, branch, lambda *_: None)
    hits = [hit for hit in hits if is_meant(hit, mapping, resource)]
    met: list[Met] = []
    used: set[int] = set()
    for site in sites:
        hit = _hit_of(site, hits)
        if hit is not None:
            used.add(id(hit))
        met.append(_met(site, hit))
    met += (_left(document, hit) for hit in hits if id(hit) not in used and _is_left(hit))
    for place in branch.holders if branch is not None else ():
        met.append(
            Met(
                position=document.position(offset_of(mapping)),
                field=place.path,
                form=place.form,
                origin=ORIGINS[place.origin],
                place=place,
            )
        )
    return met


def _hit_of(site: Site, hits: Iterable[Hit]) -> Hit | None:
    full = (*site.resource.within, *site.steps)
    leading = [
        (len(lead), hit) for hit in hits for lead in _leads(hit) if full[: len(lead)] == lead
    ]
    return max(leading, key=lambda it: it[0], default=(0, None))[1]


def _leads(hit: Hit) -> Iterator[Steps]:
    # The steps that lead to the images of a place, or on the way to them.
    if hit.place.form != "split":
        yield hit.steps
        return
    for name, keys in hit.place.parts:
        for key in keys.split("|") if name in ("repository", "name") else ():
            yield part_steps(hit.steps, key)


def _met(site: Site, hit: Hit | None) -> Met:
    form, origin = _entry(site, hit)
    return Met(
        position=site.position,
        field=site.field,
        form=form,
        origin=origin,
        digest=site.digest,
        reason=site.reason,
        secrets=_secrets(site),
        place=hit.place if hit is not None and origin != IN_STRINGS else None,
    )


def _entry(site: Site, hit: Hit | None) -> tuple[str, str]:
    if site.by_structure and hit is None:
        return "podSpec", BY_STRUCTURE
    in_pod = hit is not None and hit.place.form in ("podSpec", "containers")
    if hit is None or (in_pod and site.steps[-1] not in ("image", "reference")):
        return "image", IN_STRINGS
    return hit.place.form, ORIGINS[hit.place.origin]


def _secrets(site: Site) -> str:
    pods = [site.pod] if site.pod is not None else site.pods
    if pods:
        paths = ((*pod.resource.within, *pod.steps, PULL_SECRETS) for pod in pods)
        return " and ".join(map(field_path, paths))
    if site.holder is not None:
        return field_path((*site.holder.resource.within, *site.holder.steps))
    return site.secrets_at


def _is_left(hit: Hit) -> bool:
    return hit.place.form in ("match", "none", *SCALAR_FORMS) and not is_null(hit.slot)


def _left(document: Document, hit: Hit) -> Met:
    return Met(
        position=document.position(offset_of(hit.slot)),
        field=field_path(hit.steps),
        form=hit.place.form,
        origin=ORIGINS[hit.place.origin],
        left=hit.place.reason or NO_IMAGE,
        place=hit.place,
    )


def places_of(found: Iterable[MetObject]) -> list[Place]:
    """The places that apply, each once."""
    places = (met.place for it in found for met in it.fields)
    return list({id(it): it for it in places if it is not None}.values())


def as_text(found: Iterable[MetObject]) -> str:
    """The list for people: a line for each object, and one below it for each field."""
    lines: list[str] = []
    for it in found:
        left = f"  left alone: {it.left}" if it.left else ""
        lines.append(f"{it.position} {shown(str(it.resource))}{left}")
        lines += (f"  {_words(met)}" for met in it.fields)
    return page(lines)


def _words(met: Met) -> str:
    words = [shown(met.field), met.form]
    if met.digest:
        words.append(f"digest {met.digest}")
        words.append(f"secrets {shown(met.secrets)}" if met.secrets else "no pull secrets")
    words += [shown(met.reason)] if met.reason else []
    words += [f"left alone: {shown(met.left)}"] if met.left else []
    return "  ".join((*words, met.origin))


def as_data(found: Iterable[MetObject]) -> list[dict[str, object]]:
    """The list for programs: objects with their fields, lines and columns from 1."""
    return [
        {
            "file": it.position.file,
            **it.resource.data,
            "left": it.left,
            "fields": [_field_data(met) for met in it.fields],
        }
        for it in found
    ]


def _field_data(met: Met) -> dict[str, object]:
    return {
        "line": met.position.line,
        "column": met.position.column,
        "field": met.field,
        "form": met.form,
        "digest": met.digest,
        "reason": met.reason,
        "pullSecrets": met.secrets,
        "left": met.left,
        "origin": met.origin,
    }
