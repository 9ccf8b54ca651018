"""The images of a run as a list: each distinct one once, upstream and final, with its places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.model import Decision, Site
from transformer.records import record
from transformer.verdicts import Fail, Keep, Rewrite, Skip, Verdict
from transformer.wording import shown


@record
class Image:
    """One distinct image, as written, its upstream name and what becomes of it, and its places.

    `source` and `final` are '' for what is left alone or fails, `code` says why.
    """

    written: str
    source: str
    final: str
    code: str
    sites: tuple[Site, ...]


def list_images(decisions: Iterable[Decision]) -> list[Image]:
    """The distinct images of a run in order of first use; one that scopes split is listed twice."""
    groups: dict[tuple[str, str, str, str], list[Site]] = {}
    for site, verdict in decisions:
        is_read = not isinstance(verdict, Skip | Fail)
        # What is no reference may hold a password.
        written = site.value.rstrip("\n") if is_read else shown(site.value)
        groups.setdefault((written, *_outcome(written, verdict)), []).append(site)
    return [
        Image(written=written, source=source, final=final, code=code, sites=tuple(sites))
        for (written, source, final, code), sites in groups.items()
    ]


def _outcome(written: str, verdict: Verdict) -> tuple[str, str, str]:
    if isinstance(verdict, Rewrite):
        return verdict.source, verdict.image, verdict.code
    if isinstance(verdict, Keep):
        return verdict.source, written, verdict.code
    return "", "", verdict.problem.code


def as_text(images: Sequence[Image]) -> str:
    """The list for people: count, image, what it becomes, and a line for each place."""
    lines: list[str] = []
    for image in images:
        final = image.final or "nothing"
        arrow = f" -> {final}" if image.final != image.written else ""
        lines.append(f"{len(image.sites):4} {image.written or '(empty)'}{arrow} ({image.code})")
        lines += [f"     {_place(site)}" for site in image.sites]
    return "".join(line + "\n" for line in lines)


def _place(site: Site) -> str:
    position = site.document.position(site.spot.start)
    return f"{position} {shown(str(site.resource))} {shown(site.field)}"


def as_json(images: Sequence[Image]) -> str:
    """The list for programs: `{"images": [...]}`, lines and columns from 1, documents from 0."""
    import json

    listed = [
        {
            "image": image.written,
            "source": image.source,
            "final": image.final,
            "code": image.code,
            "count": len(image.sites),
            "places": [_place_data(site) for site in image.sites],
        }
        for image in images
    ]
    return json.dumps({"images": listed}, indent=2, ensure_ascii=False) + "\n"


def _place_data(site: Site) -> dict[str, str | int]:
    position = site.document.position(site.spot.start)
    resource = site.resource
    return {
        "file": position.file,
        "line": position.line,
        "column": position.column,
        "document": site.document.index,
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "namespace": resource.namespace,
        "name": resource.name,
        "field": site.field,
    }
