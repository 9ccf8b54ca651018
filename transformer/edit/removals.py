"""Taking out of a document what a run has added to it: a key, or the last items of a list.

    imagePullSecrets:            imagePullSecrets: [{name: a}, {name: b}]
    - name: a                                               ^^^^^^^^^^^
    - name: b    <- goes

It is the way back of `yamltext.insertions` and `yamltext.annotations`. What a mapping of block
style would be without its last key cannot be written, so that the key above goes, too; between
brackets of its own nothing is left instead. Whether that was empty or null before nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from transformer.edit.cells import SHARED, SHARED_HINT
from transformer.edit.patches import Located
from transformer.errors import Problem
from transformer.messages import shown
from transformer.model import Resource, Result
from transformer.records import record
from transformer.yamltext.documents import Document
from transformer.yamltext.edit import Edit
from transformer.yamltext.lines import column_of, content_end, line_end
from transformer.yamltext.nodes import offset_of, resolve, size_of
from transformer.yamltext.path import Step, Steps, field_path, pointer
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Mapping, Slot, Tree, read
from transformer.yamltext.tree import Sequence as SequenceNode

_HINT = "write it in plain block or flow style, or take it out by hand"


@record
class Removal:
    """What goes out of an object: the key that `steps` lead to, or of its list all but `keep`.

    Where it is all that the mapping around it holds, up to `most` keys go with it.
    """

    document: Document
    resource: Resource
    steps: Steps
    keep: int = 0
    most: int = 1


@record
class _Pair:
    # A key and its value, and the mapping that they are in.
    owner: Mapping
    key: Slot
    value: Slot


@record
class _Way:
    # The keys that lead to what goes.
    removal: Removal
    pairs: tuple[_Pair, ...]


@record
class Removed:
    """What takes removals out of a document: edits, and the operations (RFC 6902) that say the
    same; and the places where nothing can."""

    edits: tuple[Edit, ...] = ()
    operations: tuple[Located, ...] = ()
    results: tuple[Result, ...] = ()


class _Refused(Exception):
    def __init__(self, code: str, state: str, hint: str) -> None:
        super().__init__(state)
        self.code, self.state, self.hint = code, state, hint


def removed(removals: Iterable[Removal], text: str, parser: str = "") -> Removed:
    """What takes the removals out of one document.

    Takes the removals, all of one document, and its text. What several places share by an anchor
    must be wanted out by all of them.
    """
    tree = read(text, parser)
    spots = Spots(tree)
    groups: dict[int, list[_Way]] = {}
    for removal in removals:
        way = _way(tree, removal)
        start = offset_of(resolve(way.pairs[-1].value)) if way.pairs else -1 - len(groups)
        groups.setdefault(start, []).append(way)
    edits: list[Edit] = []
    operations: list[Located] = []
    results: list[Result] = []
    for group in groups.values():
        try:
            cut = _cut(spots, group)
        except _Refused as refused:
            results.append(_problem(group[0].removal, refused))
            continue
        edits.append(cut[0])
        for way in group:
            of, depth = way.removal, cut[1]
            paths = [pointer(of.steps[: len(of.steps) - depth])]
            if depth < 0:
                paths = [f"{pointer(of.steps)}/{at}" for at in range(-depth - 1, of.keep - 1, -1)]
            operations += ((of.document, of.resource, {"op": "remove", "path": it}) for it in paths)
    return Removed(edits=tuple(edits), operations=tuple(operations), results=tuple(results))


def _way(tree: Tree, removal: Removal) -> _Way:
    # Without pairs where a key on the way is not written where it counts.
    pairs: list[_Pair] = []
    node = tree.root
    for step in (*removal.document.own_steps(removal.resource.steps), *removal.steps):
        owner = resolve(node) if node is not None else None
        node = _child(owner, step)
        if node is None:
            return _Way(removal=removal, pairs=())
        if isinstance(owner, Mapping):
            key = owner.children[owner.children.index(node) - 1]
            pairs.append(_Pair(owner=owner, key=key, value=node))
    return _Way(removal=removal, pairs=tuple(pairs))


def _child(owner: object, step: Step) -> Slot | None:
    if isinstance(owner, Mapping) and isinstance(step, str):
        pairs = zip(owner.children[::2], owner.children[1::2], strict=True)
        return next((value for key, value in pairs if key.value == step), None)
    if isinstance(owner, SequenceNode) and isinstance(step, int):
        return owner.children[step]
    return None


def _cut(spots: Spots, group: Sequence[_Way]) -> tuple[Edit, int]:
    # The edit, and how many keys above it the key is that goes; or, negative, how many items the
    # list had of which some go.
    removal, pairs = group[0].removal, group[0].pairs
    if not pairs:
        raise _Refused("unsupported-layout", "is not written where it counts", _HINT)
    node = resolve(pairs[-1].value)
    is_one = len({way.removal.keep for way in group}) == 1
    if not is_one or spots.uses(node) != len(group):
        raise _Refused("shared-anchor", SHARED, SHARED_HINT)
    if isinstance(node, SequenceNode):
        is_within = node.is_flow and not (pairs[-1].owner.is_flow and _is_first(pairs[-1]))
        if removal.keep or is_within:
            return _without_items(spots, node, removal.keep), -len(node.children)
    at = _widest(pairs, removal.most)
    if spots.uses(pairs[at].owner) != len(group):
        raise _Refused("shared-anchor", SHARED, SHARED_HINT)
    return _without_key(spots, pairs[at]), len(pairs) - 1 - at


def _is_first(pair: _Pair) -> bool:
    # Where a run adds a key: in front of all, or of what is no head of an object.
    _, behind = _neighbours(pair)
    return pair.owner.children[0] is pair.key or getattr(behind, "value", "") == "metadata"


def _without_items(spots: Spots, node: SequenceNode, keep: int) -> Edit:
    text, kept, gone = spots.text, node.children[:keep], node.children[keep:]
    start, end = offset_of(gone[0]), content_end(gone[-1])
    if kept and node.is_flow:
        start = content_end(kept[-1])
    elif kept:
        start, end = line_end(text, content_end(kept[-1])), line_end(text, end)
    first = spots.order(node, gone[0])
    return Edit(start=start, end=end, text="", first=first, last=node.last, tokens=())


def _widest(pairs: Sequence[_Pair], most: int) -> int:
    # The highest key that holds nothing else. Between brackets of a block mapping nothing is left.
    at = len(pairs) - 1
    while (
        len(pairs) - at < most
        and len(pairs[at].owner.children) == 2
        and pairs[at - 1].value is pairs[at].owner
        and pairs[at].owner.is_flow == pairs[at - 1].owner.is_flow
        and (_is_first(pairs[at - 1]) or not pairs[at].owner.is_flow)
    ):
        at -= 1
    return at


def _without_key(spots: Spots, pair: _Pair) -> Edit:
    span = _flow_span if pair.owner.is_flow else _block_span
    start, end = span(spots.text, pair)
    last = spots.order(pair.owner, pair.value) + size_of(pair.value)
    first = spots.order(pair.owner, pair.key)
    return Edit(start=start, end=end, text="", first=first, last=last, tokens=())


def _flow_span(_: str, pair: _Pair) -> tuple[int, int]:
    before, behind = _neighbours(pair)
    start, end = offset_of(pair.key), content_end(pair.value)
    if behind is not None:
        return start, offset_of(behind)
    return (content_end(before) if before is not None else start), end


def _block_span(text: str, pair: _Pair) -> tuple[int, int]:
    before, behind = _neighbours(pair)
    if before is None and behind is None:
        state = "is all that its mapping holds"
        raise _Refused("unsupported-layout", state, _HINT)
    start = offset_of(pair.key)
    line = start - column_of(text, start)
    end = _next_line(text, line_end(text, content_end(pair.value)))
    if not text[line:start].strip(" "):
        return line, end
    if behind is None or text[line:start].strip(" -") or text[end : offset_of(behind)].strip(" "):
        raise _Refused("unsupported-layout", "stands on lines of others", _HINT)
    return start, offset_of(behind)


def _next_line(text: str, end: int) -> int:
    if text.startswith("\r\n", end):
        return end + 2
    return min(end + 1, len(text))


def _neighbours(pair: _Pair) -> tuple[Slot | None, Slot | None]:
    # The value in front of a key, and the key behind its value.
    children: list[Slot] = pair.owner.children
    at = children.index(pair.key)
    return children[at - 1] if at else None, next(iter(children[at + 2 : at + 3]), None)


def _problem(removal: Removal, refused: _Refused) -> Result:
    field = field_path(removal.steps)
    problem = Problem(
        code=refused.code,
        message=f"`{shown(field)}` {refused.state}, to be taken out",
        position=removal.document.position(0),
        hint=refused.hint,
    )
    return Result(problem=problem, resource=removal.resource, field=field)
