"""Adding names to a list of `{name: ...}` objects, in the style around it.

    imagePullSecrets:            imagePullSecrets: [{name: a}]       "imagePullSecrets": null
    - name: a                                     ^ , {name: b}      becomes [{"name": "b"}]
    - name: b

Nothing that stands there is removed or written again; an absent list is added whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from transformer.fields import PULL_SECRETS
from transformer.model import Edit, ListSpot
from transformer.nodes import BREAKS
from transformer.scalars import token, written
from transformer.tree import END, MAPPING, SEQUENCE, Token


def grow(spot: ListSpot, names: Sequence[str], text: str) -> Edit | None:
    """The edit that adds names to a list.

    Takes the list's spot, at least one name and the document's text. Returns None for a layout
    that cannot be added to.
    """
    if spot.layout == "unsupported":
        return None
    inserted, tokens = _LAYOUTS[spot.layout](spot, names, text)
    return spot.spot.becomes(inserted, tokens)


def _lines(names: Sequence[str], column: int) -> list[str]:
    return [" " * column + f"- name: {written(name, '')}" for name in names]


def _items(names: Sequence[str], quote: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    for name in names:
        tokens += [MAPPING, token("name", quote), token(name, quote), END]
    return tuple(tokens)


def _whole(names: Sequence[str], quote: str) -> tuple[Token, ...]:
    return (SEQUENCE, *_items(names, quote), END)


def _block(spot: ListSpot, names: Sequence[str], text: str) -> tuple[str, tuple[Token, ...]]:
    lines = _lines(names, spot.column)
    at = spot.spot.start
    if at and text[at - 1] in BREAKS:
        inserted = "".join(line + spot.newline for line in lines)
    else:
        inserted = "".join(spot.newline + line for line in lines)
    return inserted, _items(names, "")


def _absent_block(spot: ListSpot, names: Sequence[str], _: str) -> tuple[str, tuple[Token, ...]]:
    lines = [" " * spot.column + PULL_SECRETS + ":", *_lines(names, spot.item_column)]
    inserted = "".join(line + spot.newline for line in lines)
    return inserted, (PULL_SECRETS, *_whole(names, ""))


def _absent_inline(
    spot: ListSpot, names: Sequence[str], text: str
) -> tuple[str, tuple[Token, ...]]:
    # The first key of a list item: its dash stays in front of what is inserted.
    inserted, tokens = _absent_block(spot, names, text)
    return inserted[spot.column :] + " " * spot.column, tokens


def _absent_flow(spot: ListSpot, names: Sequence[str], text: str) -> tuple[str, tuple[Token, ...]]:
    quote = _quote(spot)
    at = spot.spot.start
    behind = _comma(spot)
    if spot.column:
        behind = f",{spot.newline}{text[at - spot.column : at]}"
    inserted = f"{quote}{PULL_SECRETS}{quote}{_colon(spot)}[{_objects(spot, names)}]{behind}"
    return inserted, (token(PULL_SECRETS, quote), *_whole(names, quote))


def _null(spot: ListSpot, names: Sequence[str], _: str) -> tuple[str, tuple[Token, ...]]:
    # Nothing at all stands directly behind its colon.
    before = " " if spot.spot.start == spot.spot.end else ""
    return f"{before}[{_objects(spot, names)}]", _whole(names, _quote(spot))


def _empty(spot: ListSpot, names: Sequence[str], _: str) -> tuple[str, tuple[Token, ...]]:
    return _objects(spot, names), _items(names, _quote(spot))


def _flow(spot: ListSpot, names: Sequence[str], text: str) -> tuple[str, tuple[Token, ...]]:
    inserted, tokens = _empty(spot, names, text)
    return _comma(spot) + inserted, tokens


def _objects(spot: ListSpot, names: Sequence[str]) -> str:
    quote = _quote(spot)
    key = f"{quote}name{quote}{_colon(spot)}"
    return _comma(spot).join(f"{{{key}{written(name, quote)}}}" for name in names)


def _quote(spot: ListSpot) -> str:
    return '"' if spot.is_json else ""


def _colon(spot: ListSpot) -> str:
    return ":" if spot.is_compact else ": "


def _comma(spot: ListSpot) -> str:
    return "," if spot.is_compact else ", "


_LAYOUTS = {
    "absent-block": _absent_block,
    "absent-inline": _absent_inline,
    "absent-flow": _absent_flow,
    "null": _null,
    "empty": _empty,
    "block": _block,
    "flow": _flow,
}
