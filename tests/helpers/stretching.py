"""What the tests of edits inside of scalars share."""

from __future__ import annotations

from collections.abc import Iterable

from tests.helpers.reading import nodes
from transformer.yamltext.edit import Spot
from transformer.yamltext.scalar_edits import Stretch, edit_inside, edited
from transformer.yamltext.spots import Spots
from transformer.yamltext.tree import Mapping, Tree, read


def find(tree: Tree) -> tuple[Spot, str]:
    """The spot and the value of the scalar under the key `key`."""
    for owner in (tree.root, *nodes(tree)):
        if isinstance(owner, Mapping):
            for key, value in zip(owner.children[::2], owner.children[1::2], strict=True):
                if key.value == "key" and value.value is not None:
                    return Spots(tree).spot(owner, value), value.value
    raise AssertionError(tree.text)


def edit(text: str, parser: str, stretches: Iterable[Stretch]) -> str | None:
    """The text with stretches of the value of `key` replaced, if that can be done.

    Then what is read there is the edited value, and all else stays as it was.
    """
    stretches = list(stretches)
    tree = read(text, parser)
    spot, value = find(tree)
    found = edit_inside(text, spot, value, stretches)
    if found is None:
        return None
    assert all(spot.start <= it.start <= it.end <= spot.end for it in found)
    after = edited(text, found)
    old, new = tree.tokens[spot.first], edited(value, stretches)
    tree.tokens[spot.first] = (new, *old[1:]) if isinstance(old, tuple) else new
    assert read(after, parser).tokens == tree.tokens
    return after
