"""Adding names of pull secrets to a field, in the style around it.

    imagePullSecrets:            imagePullSecrets: [{name: a}]       "imagePullSecrets": null
    - name: a                                     ^ , {name: b}      becomes [{"name": "b"}]
    - name: b

Nothing that stands there is removed or written again; an absent field is added whole, with the
mappings around it.
"""

from __future__ import annotations

from collections.abc import Sequence

from transformer.yamltext.edit import Addition, Edit, NameList
from transformer.yamltext.nodes import BREAKS
from transformer.yamltext.scalars import is_plain, token, written
from transformer.yamltext.tree import MAPPING, MAPPING_END, SEQUENCE, SEQUENCE_END, Token

STEP = 2


def grow(field: NameList, names: Sequence[str], text: str) -> Edit | None:
    """The edit that adds names to a field.

    Takes the field, at least one name, one only where it holds a `string`, and the document's text.
    Returns None for a layout that cannot be added to.
    """
    write = _LAYOUTS.get(field.spot.layout)
    if write is None:
        return None
    inserted, tokens = write(field, names, text)
    return field.spot.spot.becomes(inserted, tokens)


def _block(field: NameList, names: Sequence[str], text: str) -> Addition:
    lines = _lines(field, names, field.spot.column)
    newline, at = field.spot.newline, field.spot.spot.start
    if at and text[at - 1] in BREAKS:
        inserted = "".join(line + newline for line in lines)
    else:
        inserted = "".join(newline + line for line in lines)
    return inserted, _tokens(field, names)[1:-1]


def _lines(field: NameList, names: Sequence[str], column: int) -> list[str]:
    return [" " * column + f"- {_item(field, name)}" for name in names]


def _item(field: NameList, name: str) -> str:
    return f"name: {_scalar(name)}" if field.items == "objects" else _scalar(name)


def _absent_block(field: NameList, names: Sequence[str], _: str) -> Addition:
    spot = field.spot
    lines = [
        " " * (spot.column + STEP * depth) + f"{_scalar(key)}:"
        for depth, key in enumerate(field.keys)
    ]
    if field.items == "string":
        lines[-1] += f" {_scalar(names[0])}"
    else:
        lines += _lines(field, names, spot.item_column + STEP * (len(field.keys) - 1))
    return "".join(line + spot.newline for line in lines), _tokens(field, names)[1:-1]


def _absent_inline(field: NameList, names: Sequence[str], text: str) -> Addition:
    # The first key of a list item: its dash stays in front of what is inserted.
    column = field.spot.column
    inserted, tokens = _absent_block(field, names, text)
    return inserted[column:] + " " * column, tokens


def _absent_flow(field: NameList, names: Sequence[str], text: str) -> Addition:
    spot = field.spot
    at = spot.spot.start
    behind = _comma(field)
    if spot.column:
        behind = f",{spot.newline}{text[at - spot.column : at]}"
    inserted, tokens = _empty(field, names, text)
    return inserted + behind, tokens


def _null(field: NameList, names: Sequence[str], _: str) -> Addition:
    # Nothing at all stands directly behind its colon.
    before = " " if field.spot.spot.start == field.spot.spot.end else ""
    return before + _flow_text(field, names), _tokens(field, names)


def _empty(field: NameList, names: Sequence[str], _: str) -> Addition:
    return _flow_text(field, names)[1:-1], _tokens(field, names)[1:-1]


def _flow(field: NameList, names: Sequence[str], text: str) -> Addition:
    inserted, tokens = _empty(field, names, text)
    return _comma(field) + inserted, tokens


def _value(field: NameList, names: Sequence[str], _: str) -> Addition:
    spot = field.spot.spot
    style, value = spot.style.strip("*"), field.value(tuple(names))
    return written(value, style), (token(value, style, spot.anchor, spot.tag),)


def _flow_text(field: NameList, names: Sequence[str]) -> str:
    # What is to stand behind the colon: the names, and the mappings around them.
    quote, colon = _quote(field), ":" if field.spot.is_compact else ": "
    before, behind = "", ""
    if field.items == "objects":
        before, behind = f"{{{_scalar('name', quote)}{colon}", "}"
    text = _comma(field).join(f"{before}{_scalar(name, quote)}{behind}" for name in names)
    if field.items != "string":
        text = f"[{text}]"
    for key in reversed(field.keys):
        text = f"{{{_scalar(key, quote)}{colon}{text}}}"
    return text


def _tokens(field: NameList, names: Sequence[str]) -> tuple[Token, ...]:
    # Those of the same. Nothing but JSON has quotes, and block style is none.
    quote = _quote(field)
    tokens = [token(name, quote) for name in names]
    if field.items == "objects":
        name = token("name", quote)
        tokens = [it for value in tokens for it in (MAPPING, name, value, MAPPING_END)]
    if field.items != "string":
        tokens = [SEQUENCE, *tokens, SEQUENCE_END]
    for key in reversed(field.keys):
        tokens = [MAPPING, token(key, quote), *tokens, MAPPING_END]
    return tuple(tokens)


def _scalar(text: str, quote: str = "") -> str:
    if is_plain(text):
        return written(text, quote)
    # Keys and inherited names are the user's: any text.
    from transformer.yamltext.json_text import json_text

    return json_text(text)


def _quote(field: NameList) -> str:
    return '"' if field.spot.is_json else ""


def _comma(field: NameList) -> str:
    return "," if field.spot.is_compact else ", "


_LAYOUTS = {
    "absent-block": _absent_block,
    "absent-inline": _absent_inline,
    "absent-flow": _absent_flow,
    "null": _null,
    "empty": _empty,
    "block": _block,
    "flow": _flow,
    "value": _value,
}
