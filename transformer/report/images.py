"""The images of a run as a list: each distinct one once, upstream and final, with its places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from transformer.errors import Position
from transformer.messages import json_page, page, shown
from transformer.model import Decision, Fail, Keep, Resource, Rewrite, Site, Skip, Verdict
from transformer.records import record
from transformer.report.results import reason_of, rule_of

if TYPE_CHECKING:
    from transformer.find.suspects import Seen, Sighting

_MAYBE = "looks like an image, and is left as it is:"
_NEVER = "is never changed:"


@record
class Image:
    """One distinct image, as written, its upstream name and what becomes of it, and its places.

    `source` and `final` are '' for what is left alone or fails, `code` and `reason` say why. `rule`
    is the one that was followed, '' for none.
    """

    written: str
    source: str
    final: str
    code: str
    rule: str
    reason: str
    sites: tuple[Site, ...]


def list_images(decisions: Iterable[Decision]) -> list[Image]:
    """The distinct images of a run in order of first use; one that scopes split is listed twice."""
    groups: dict[tuple[str, ...], list[Decision]] = {}
    for site, verdict in decisions:
        is_read = not isinstance(verdict, Skip | Fail)
        # What is no reference may hold a password.
        written = site.written if is_read else shown(site.value)
        key = (written, *_outcome(written, verdict), rule_of(verdict))
        groups.setdefault(key, []).append((site, verdict))
    return [_image(key, found) for key, found in groups.items()]


def _image(key: tuple[str, ...], found: Sequence[Decision]) -> Image:
    written, source, final, code, rule = key
    return Image(
        written=written,
        source=source,
        final=final,
        code=code,
        rule=rule,
        reason=reason_of(found[0][1]),
        sites=tuple(site for site, _ in found),
    )


def _outcome(written: str, verdict: Verdict) -> tuple[str, str, str]:
    if isinstance(verdict, Rewrite):
        return verdict.source, verdict.image, verdict.code
    if isinstance(verdict, Keep):
        return verdict.source, written, verdict.code
    return "", "", verdict.problem.code


def as_text(images: Sequence[Image], seen: Seen | None = None) -> str:
    """The list for people: count, image, what it becomes, and a line for each place.

    What else was seen follows, each with its place and the reason why it is listed.
    """
    lines: list[str] = []
    for image in images:
        final = image.final or "nothing"
        arrow = f" -> {final}" if image.final != image.written else ""
        lines.append(f"{len(image.sites):4} {image.written or '(empty)'}{arrow} ({image.code})")
        lines += [_of_site(site) for site in image.sites]
    if seen is not None:
        for title, sightings in ((_MAYBE, seen.maybe), (_NEVER, seen.never)):
            lines += [title] if sightings else []
            lines += [_sighting(it) for it in sightings]
    return page(lines)


def _of_site(site: Site) -> str:
    place = _place(site.position, site.resource, site.field)
    return f"{place}: {shown(site.note)}" if site.note else place


def _place(position: Position, resource: Resource, field: str) -> str:
    return f"     {position} {shown(str(resource))} {shown(field)}"


def _sighting(it: Sighting) -> str:
    return f"{_place(it.position, it.resource, it.field)}: {shown(it.image)} ({it.reason})"


def as_json(images: Sequence[Image], seen: Seen | None = None) -> str:
    """The list for programs: `{"images": [...]}`, lines and columns from 1, documents from 0.

    What else was seen are two more lists, `maybe` and `never`.
    """
    listed: dict[str, list[dict[str, object]]] = {"images": [_image_data(it) for it in images]}
    if seen is not None:
        listed["maybe"] = [_sighting_data(it) for it in seen.maybe]
        listed["never"] = [_sighting_data(it) for it in seen.never]
    return json_page(listed)


def _image_data(image: Image) -> dict[str, object]:
    return {
        "image": image.written,
        "source": image.source,
        "final": image.final,
        "code": image.code,
        "rule": image.rule,
        "reason": image.reason,
        "count": len(image.sites),
        "places": [
            _place_data(site.position, site.document.index, site.resource, site.field)
            for site in image.sites
        ],
    }


def _sighting_data(it: Sighting) -> dict[str, object]:
    place = _place_data(it.position, it.document.index, it.resource, it.field)
    return {"image": shown(it.image), "reason": it.reason, **place}


def _place_data(
    position: Position, document: int, resource: Resource, field: str
) -> dict[str, object]:
    return {**position.data, "document": document, **resource.data, "field": field}
