"""Decisions to text edits, and edits to text.

An image is one scalar. Where aliases make several places share it, it is written once when all of
them agree; otherwise the alias of the place that differs gives way to the value itself, so that no
place changes that was not meant. What cannot be told apart like that is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from transformer.edit.cells import PLAIN_HINT, SHARED, SHARED_HINT, Cell, Cells, cell_result
from transformer.errors import Problem
from transformer.messages import quoted, shown
from transformer.model import Grant, Result, Rewrite, final_value
from transformer.yamltext.edit import Anchor, Edit, Spot
from transformer.yamltext.insertions import grow
from transformer.yamltext.path import Steps, field_path
from transformer.yamltext.scalars import kept_token, token, written

_INSIDE = "is written so that it cannot be edited inside"
_INSIDE_HINT = "write it as a literal block (|) or in double quotes, on one line"
# Of a field that is part of several images: no anchor is to be blamed.
_PARTS_HINT = "give the images that have it in common one rule, or each a field of its own"
_STATES = {
    "objects": "is not a list of mappings",
    "strings": "is not a list of strings",
    "string": "is not a string",
    "commas": "is not a string",
}


class Conflict(Exception):
    """A piece of text cannot become what is wanted: what it is, and a hint."""

    def __init__(self, code: str, state: str, hint: str) -> None:
        super().__init__(state)
        self.code = code
        self.state = state
        self.hint = hint


def image_edits(cells: Cells, text: str) -> tuple[list[Edit], list[Result]]:
    """The edits that carry out what was decided for one document, and the sites where none can.

    Takes the cells of the document and its text.
    """
    edits: list[Edit] = []
    groups: list[Sequence[Cell]] = []
    shared: dict[int, list[Cell]] = {}
    for site, verdict in cells.simple:
        image = final_value(site, verdict.image) if isinstance(verdict, Rewrite) else site.value
        if image != site.value:
            kept = isinstance(verdict, Rewrite) and verdict.keeps_style
            edits.append(_scalar_edit(site.spot, site.value, image, text, keeps_style=kept))
    twice = _repeated_keys(cells.compound) if cells.compound else []
    for cell in cells.compound:
        if cell in twice:
            continue
        if cell.spot.uses != 1 or cell.anchor is not None or cell.is_part:
            key = cell.anchor.definition.start if cell.anchor else cell.spot.start
            shared.setdefault(key, []).append(cell)
        else:
            groups.append((cell,))
    results = [_conflict(cell, _twice(cell.new)) for cell in twice]
    for group in (*groups, *shared.values()) if cells.compound else ():
        try:
            edits += _shared_edits(group, text)
        except Conflict as conflict:
            results.append(_conflict(group[0], conflict))
    if cells.additions or cells.unwritable:
        from transformer.edit.compound import addition_edits, unwritable_results

        added, conflicts = addition_edits(cells.additions, text)
        edits += added
        results += (*unwritable_results(cells.unwritable), *conflicts)
    return edits, results


def _repeated_keys(cells: Iterable[Cell]) -> list[Cell]:
    # Those that become what another key of their mapping is, or becomes.
    keys: dict[tuple[Steps, Steps, str], list[Cell]] = {}
    for cell in cells:
        if cell.is_key:
            place = (cell.site.resource.steps, cell.steps[:-1], cell.new)
            keys.setdefault(place, []).append(cell)
    alike = (group for group in keys.values() if len(group) > 1)
    return [cell for group in alike for cell in group if cell.new != cell.old]


def _twice(key: str) -> Conflict:
    state = f"becomes a key that is there already, {quoted(key)}"
    return Conflict("repeated-key", state, "remove one of the two")


def _shared_edits(group: Sequence[Cell], text: str) -> list[Edit]:
    cell = group[0]
    old = cell.old
    anchor = cell.anchor or Anchor(value=old, definition=cell.spot, aliases=())
    wanted: dict[int, list[str]] = {}
    for it in group:
        wanted.setdefault(it.spot.start, []).append(it.new)
    new = _wish(anchor.definition, wanted, old)
    edits = []
    if new != old:
        edits.append(_definition_edit(anchor.definition, old, new, group, text))
    for alias in anchor.aliases:
        wish = _wish(alias, wanted, old)
        if wish != new:
            edits.append(_literal_edit(alias, wish))
    return edits


def _wish(spot: Spot, images: Mapping[int, Sequence[str]], old: str) -> str:
    # Uses that are no sites want the old value.
    wanted = images.get(spot.start, ())
    wishes = {*wanted, old} if len(wanted) < spot.uses else set(wanted)
    if len(wishes) > 1:
        raise Conflict("shared-anchor", SHARED, SHARED_HINT)
    return wishes.pop() if wishes else old


def _definition_edit(spot: Spot, old: str, new: str, group: Sequence[Cell], text: str) -> Edit:
    stretches = next((it.stretches for it in group if it.new == new and it.stretches), ())
    if not stretches:
        kept = any(it.keeps_style for it in group if it.new == new)
        return _scalar_edit(spot, old, new, text, keeps_style=kept)
    from transformer.edit.compound import edit_within

    edit = edit_within(spot, old, new, stretches, text)
    if edit is None:
        raise Conflict("unsupported-layout", _INSIDE, _INSIDE_HINT)
    return edit


def _scalar_edit(spot: Spot, old: str, new: str, text: str, *, keeps_style: bool = False) -> Edit:
    start, end, inserted = spot.start, spot.end, written(new, spot.style)
    expected = token(new, spot.style, spot.anchor, spot.tag)
    if keeps_style and not spot.style:
        inserted, expected = new, kept_token(new, "", spot.anchor, spot.tag)
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


def _conflict(cell: Cell, conflict: Conflict) -> Result:
    is_field = cell.is_part and cell.anchor is None and cell.spot.uses == 1
    problem = Problem(
        code=conflict.code,
        message=f"{quoted(cell.old)} {conflict.state}",
        position=cell.site.document.position(cell.spot.start),
        hint=_PARTS_HINT if is_field and conflict.hint == SHARED_HINT else conflict.hint,
    )
    return cell_result(cell.site, problem, cell.old)


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
    code, state, hint = "unsupported-layout", _STATES[grant.holder.secrets.items], PLAIN_HINT
    if not agreed:
        state = "is shared by an anchor with places that do not need them"
        code, hint = "shared-anchor", SHARED_HINT
    message = f"`{shown(field)}` {state}, to get {names}"
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
