"""Decisions to text edits, and edits to text.

An image is one scalar. Where aliases make several places share it, it is written once when all of
them agree; otherwise the alias of the place that differs gives way to the value itself, so that no
place changes that was not meant. What cannot be told apart like that is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from transformer.errors import Problem
from transformer.insertions import grow
from transformer.model import (
    Anchor,
    Decision,
    Edit,
    Grant,
    Result,
    Rewrite,
    Site,
    Spot,
    field_path,
    final_value,
)
from transformer.scalars import token, written
from transformer.wording import quoted, shown

_SHARED_HINT = "write the value out instead of sharing it by an anchor"
_PLAIN_HINT = "write it in plain block or flow style, without anchor, tag or explicit keys"
_DEMANDS = {
    "objects": "must be a list of mappings",
    "strings": "must be a list of strings",
    "string": "must be a string",
}


class Conflict(Exception):
    """Places that share one piece of text want different things of it."""


def image_edits(decisions: Iterable[Decision], text: str) -> tuple[list[Edit], list[Result]]:
    """The edits that carry out the decisions of one document, and the sites where none can."""
    edits: list[Edit] = []
    results: list[Result] = []
    shared: dict[int, list[tuple[Site, str]]] = {}
    for site, verdict in decisions:
        image = final_value(site, verdict.image) if isinstance(verdict, Rewrite) else site.value
        if site.spot.uses == 1 and site.anchor is None:
            if image != site.value:
                edits.append(_scalar_edit(site.spot, site.value, image, text))
        else:
            key = site.anchor.definition.start if site.anchor else site.spot.start
            shared.setdefault(key, []).append((site, image))
    for group in shared.values():
        try:
            edits += _shared_edits(group, text)
        except Conflict:
            results.append(_conflict(group[0][0]))
    return edits, results


def _shared_edits(group: Sequence[tuple[Site, str]], text: str) -> list[Edit]:
    site = group[0][0]
    old = site.value
    anchor = site.anchor or Anchor(value=old, definition=site.spot, aliases=())
    images: dict[int, list[str]] = {}
    for it, image in group:
        images.setdefault(it.spot.start, []).append(image)
    new = _wish(anchor.definition, images, old)
    edits = [_scalar_edit(anchor.definition, old, new, text)] if new != old else []
    for alias in anchor.aliases:
        wish = _wish(alias, images, old)
        if wish != new:
            edits.append(_literal_edit(alias, wish))
    return edits


def _wish(spot: Spot, images: Mapping[int, Sequence[str]], old: str) -> str:
    # Uses that are no sites want the old value.
    wanted = images.get(spot.start, ())
    wishes = {*wanted, old} if len(wanted) < spot.uses else set(wanted)
    if len(wishes) > 1:
        raise Conflict
    return wishes.pop() if wishes else old


def _scalar_edit(spot: Spot, old: str, new: str, text: str) -> Edit:
    start, end, inserted = spot.start, spot.end, written(new, spot.style)
    expected = token(new, spot.style, spot.anchor, spot.tag)
    if spot.style in ("|", ">"):
        content = old.rstrip("\n")
        start = text.rindex(content, spot.start, spot.end)
        end = start + len(content)
        inserted = new.rstrip("\n")
    return Edit(
        start=start,
        end=end,
        text=inserted,
        first=spot.first,
        last=spot.last,
        tokens=(expected,),
    )


def _literal_edit(spot: Spot, value: str) -> Edit:
    return spot.becomes(written(value, ""), (token(value, ""),))


def _conflict(site: Site) -> Result:
    problem = Problem(
        code="shared-anchor",
        message=f"must not be shared by places that need different values: {quoted(site.value)}",
        position=site.document.position(site.spot.start),
        hint=_SHARED_HINT,
    )
    field = field_path(site.steps)
    return Result(problem=problem, resource=site.resource, field=field, current=site.value)


def list_edits(grants: Iterable[Grant], text: str) -> tuple[list[Edit], list[Result]]:
    """The edits that add the granted names in one document, and the places where none can."""
    edits: list[Edit] = []
    results: list[Result] = []
    groups: dict[tuple[int, str], list[Grant]] = {}
    for grant in grants:
        groups.setdefault(_place(grant), []).append(grant)
    for group in groups.values():
        field = group[0].holder.secrets
        is_one = len({grant.holder.secrets.keys for grant in group}) == 1
        agreed = len({grant.names for grant in group}) == 1 and len(group) == field.spot.spot.uses
        edit = grow(field, group[0].names, text) if agreed and is_one else None
        if edit is None:
            results.append(_unsupported(group[0], agreed or not is_one))
        else:
            edits.append(edit)
    return edits, results


def _place(grant: Grant) -> tuple[int, str]:
    # Several keys can be added at one place, each whole, but nothing else more than once.
    field = grant.holder.secrets
    key = field.keys[0] if field.spot.layout.startswith("absent") else ""
    return field.spot.spot.start, key


def _unsupported(grant: Grant, agreed: bool) -> Result:
    names = ", ".join(map(quoted, grant.names))
    field = field_path(grant.steps)
    code, demand, hint = "unsupported-layout", _DEMANDS[grant.holder.secrets.items], _PLAIN_HINT
    if not agreed:
        demand = "must not be shared by an anchor with places that do not need them"
        code, hint = "shared-anchor", _SHARED_HINT
    message = f"`{shown(field)}` {demand}, to get {names}"
    position = grant.holder.document.position(grant.holder.secrets.spot.spot.start)
    problem = Problem(code=code, message=message, position=position, hint=hint)
    return Result(problem=problem, resource=grant.holder.resource, field=field)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """The text with every edit carried out. Edits must not overlap; insertions at one place are
    made in the order in which they are given."""
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += (text[at : edit.start], edit.text)
        at = edit.end
    pieces.append(text[at:])
    return "".join(pieces)
