"""What a search looks for, and which texts can hold it."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.find.candidates import may_hold_suspect
from transformer.places.catalogue import Catalogue, may_be_without_name
from transformer.places.place import COMPOSE
from transformer.records import record
from transformer.yamltext.documents import may_hold
from transformer.yamltext.tree import Slot


@record
class Scope:
    """What to look for: the table of places, and what to do with kinds that it does not know.

    With structure `off` they are not looked at; otherwise their sites are marked `by_structure`.
    Pods and accounts are noted only when pull secrets are wanted, labels when rules look at them.
    `env` and `args` are globs of variables and flags that name images, beside those that are known;
    with `shapes` names that say so do as well, and take digests with `pin`. A text that holds none
    of `names` holds no image; without them every text may. With `with_suspects`, what only looks
    like one is an image too; `with_compose`, Compose files are looked into.
    """

    table: Catalogue
    structure: str = "rewrite"
    with_pods: bool = True
    with_labels: bool = True
    env: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    shapes: bool = True
    pin: bool = False
    names: tuple[str, ...] | None = None
    with_suspects: bool = False
    with_compose: bool = False

    @property
    def passes_schemas(self) -> bool:
        """Whether nothing is looked for in what CustomResourceDefinitions define."""
        return self.names is not None and not self.with_suspects

    def kind_of(self, root: Slot | None) -> str:
        """The kind of a document that names none, '' for one that is no object then."""
        if not self.with_compose:
            return ""
        from transformer.places.compose import is_compose

        return COMPOSE if is_compose(root) else ""

    def may_hold(self, text: str) -> bool:
        """False for the text of a document, or of an item of one, that holds no image."""
        if self.names is None or can_hold_image(text, self.names):
            return True
        return self.with_suspects and may_hold_suspect(text)


def can_hold_image(text: str, names: Iterable[str]) -> bool:
    """False for a document's text that holds none of the names, nor an escape that could spell one,
    nor an object of a group that the catalogue knows places of by other names.

    A key may be written with escapes inside double quotes (YAML 1.1, 5.7), and so may JSON's.
    """
    return may_hold(text, names) or may_be_without_name(text)
