"""Where a value stands in the text, and how its surroundings are written.

Everything an edit will need is noted here while the tree is at hand: edits are planned when it is
long gone. Offsets are characters from the start of the document's text.
"""

from __future__ import annotations

from collections import Counter

from transformer.records import replace
from transformer.yamltext.edit import Anchor, ListSpot, Spot
from transformer.yamltext.lines import (
    above_comments,
    column_of,
    content_before,
    content_end,
    indent_of,
    line_end,
    newline_at,
)
from transformer.yamltext.nodes import (
    count_uses,
    offset_of,
    order_of,
    orders,
    resolve,
    value_start,
)
from transformer.yamltext.tree import Alias, Collection, Mapping, RawEvent, Sequence, Slot, Tree


class Spots:
    """Answers for one document where its nodes stand. Counts uses only where there are aliases."""

    def __init__(self, tree: Tree) -> None:
        self.text = tree.text
        self._uses: Counter[int] = Counter()
        self._orders: dict[int, int] = {}
        self._aliases: dict[int, list[Alias]] = {}
        self._anchors: dict[int, Anchor] = {}
        if tree.aliases:
            self._uses = count_uses(tree)
            self._orders = orders(tree)
            for alias in tree.aliases:
                self._aliases.setdefault(id(alias.target), []).append(alias)

    def uses(self, slot: Slot) -> int:
        return self._uses[id(slot)] if self._orders else 1

    def order(self, owner: Collection, slot: Slot) -> int:
        if self._orders:
            return self._orders[id(slot)]
        return order_of(owner, slot)

    def spot(self, owner: Collection, slot: Slot) -> Spot:
        """The spot of a scalar's value, or of a whole alias, that stands in `owner`."""
        return self._spot(slot, self.order(owner, slot), self.uses(slot))

    def anchor(self, slot: Slot) -> Anchor | None:
        """The anchored scalar at a place and every alias of it; None when nothing repeats it."""
        node: RawEvent = resolve(slot)
        aliases = self._aliases.get(id(node))
        if aliases is None:
            return None
        if id(node) not in self._anchors:
            spots = tuple(self._spot(it, self._orders[id(it)], self.uses(it)) for it in aliases)
            own = self.uses(node) - sum(spot.uses for spot in spots)
            definition = self._spot(node, self._orders[id(node)], own)
            anchor = Anchor(value=node.value, definition=definition, aliases=spots)
            self._anchors[id(node)] = anchor
        return self._anchors[id(node)]

    def scalar(self, node: Slot, order: int) -> Spot:
        return self._spot(node, self._orders.get(id(node), order), self.uses(node))

    def _spot(self, slot: Slot, order: int, uses: int) -> Spot:
        if isinstance(slot, Alias):
            start, end = slot.start.start_mark.index, slot.start.end_mark.index
            return Spot(start=start, end=end, first=order, last=order + 1, style="*", uses=uses)
        event: RawEvent = slot
        adorned = event.anchor or event.tag
        return Spot(
            start=value_start(self.text, event) if adorned else event.start_mark.index,
            end=event.end_mark.index,
            first=order,
            last=order + 1,
            style=event.style or "",
            uses=uses,
            anchor=event.anchor,
            tag=event.tag,
        )


def absent_spot(spots: Spots, owner: Mapping, anchor_key: str = "") -> ListSpot:
    """Where a key can be added to a mapping: before `anchor_key`, or before the first key."""
    text = spots.text
    keys = owner.children[::2]
    uses = spots.uses(owner)
    if not keys:
        return _empty_mapping(spots, owner, uses)
    key = next((it for it in keys if it.value == anchor_key), keys[0])
    start = offset_of(key)
    order = spots.order(owner, key)
    before = owner.children[: 2 * keys.index(key)]
    floor = content_end(before[-1]) if before else 0
    if owner.is_flow:
        layout = "unsupported" if text[content_before(text, start)] == "?" else "absent-flow"
        return _flow_spot(layout, _gap(start, order, uses), text, key)
    column = column_of(text, start)
    layout = _absent_layout(text[start - column : start])
    # A comment above the first line of a document is about the object, not about its first key.
    if layout == "absent-block" and (before or column):
        start = above_comments(text, start - column, floor)
    return ListSpot(
        layout=layout,
        spot=_gap(start, order, uses),
        column=column,
        item_column=column + _list_indent(text, owner),
        newline=newline_at(text, start),
    )


def _empty_mapping(spots: Spots, node: Mapping, uses: int) -> ListSpot:
    # The key in front of it shows the style, if there is one.
    text = spots.text
    start = value_start(text, node.start)
    colon = content_before(text, start)
    is_json = text[colon - 1 : colon + 1] == '":'
    return ListSpot(
        layout="empty",
        spot=_gap(node.start.end_mark.index, node.last, uses),
        is_json=is_json,
        is_compact=is_json and colon + 1 == start,
    )


def _absent_layout(prefix: str) -> str:
    if not prefix.strip(" "):
        return "absent-block"
    return "unsupported" if prefix.strip(" -") else "absent-inline"


def null_spot(spots: Spots, owner: Mapping, slot: Slot) -> ListSpot:
    """Where a collection can take the place of a null that stands in `owner`."""
    text = spots.text
    node = resolve(slot)
    spot = spots.scalar(node, spots.order(owner, slot))
    is_supported = spot.anchor is None and spot.tag is None
    if spot.start == spot.end:
        # In a flow mapping the parsers disagree where it is that nothing stands.
        colon = content_before(text, spot.start)
        is_supported = is_supported and text[colon] == ":"
        spot = replace(spot, start=colon + 1, end=colon + 1)
    layout = "null" if is_supported else "unsupported"
    return _flow_spot(layout, spot, text, owner.children[0])


def nothing_spot(spots: Spots, owner: Mapping, node: Mapping) -> ListSpot:
    """Where a collection can take the place of an empty mapping that stands in `owner`."""
    text = spots.text
    spot = Spot(
        start=value_start(text, node.start),
        end=node.end,
        first=node.order,
        last=node.last + 1,
        uses=spots.uses(node),
    )
    is_bare = node.start.anchor is None and node.start.tag is None
    return _flow_spot("null" if is_bare else "unsupported", spot, text, owner.children[0])


def empty_spot(spots: Spots, owner: Mapping, node: Collection) -> ListSpot:
    """Where something can be put between the brackets of an empty collection in `owner`."""
    spot = _gap(node.start.end_mark.index, node.last, spots.uses(node))
    return _flow_spot("empty", spot, spots.text, owner.children[0])


def present_spot(spots: Spots, owner: Mapping, node: Sequence) -> ListSpot:
    """Where items can be added behind those of a list that stands in `owner`."""
    text = spots.text
    uses = spots.uses(node)
    if not node.children:
        return empty_spot(spots, owner, node)
    end = content_end(node.children[-1])
    if node.is_flow:
        first = resolve(node.children[0])
        keys = first.children if isinstance(first, Mapping) and first.children else owner.children
        return _flow_spot("flow", _gap(end, node.last, uses), text, keys[0])
    end = line_end(text, end)
    dash = value_start(text, node.start)
    column = column_of(text, dash)
    return ListSpot(
        layout="unsupported" if text[dash - column : dash].strip(" :-") else "block",
        spot=_gap(end, node.last, uses),
        column=column,
        newline=newline_at(text, end),
    )


def _gap(offset: int, order: int, uses: int) -> Spot:
    return Spot(start=offset, end=offset, first=order, last=order, uses=uses)


def _flow_spot(layout: str, spot: Spot, text: str, key: Slot) -> ListSpot:
    # The key shows the style: JSON or not, and compact or not.
    is_json = text[offset_of(key)] == '"'
    colon = text.find(":", content_end(key))
    column = indent_of(text, spot.start)
    line = spot.start - column
    return ListSpot(
        layout=layout,
        spot=spot,
        column=column,
        is_json=is_json,
        is_compact=is_json and text[colon + 1 : colon + 2] not in " \t\r\n",
        newline="\r\n" if text.endswith("\r\n", 0, line) else "\n",
    )


def _list_indent(text: str, owner: Mapping) -> int:
    for key, value in zip(owner.children[::2], owner.children[1::2], strict=True):
        if isinstance(value, Sequence) and not value.is_flow:
            dash = value_start(text, value.start)
            return max(0, column_of(text, dash) - column_of(text, offset_of(key)))
    return 0
