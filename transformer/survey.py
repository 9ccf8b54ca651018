"""What the documents of a run hold: read, searched and forgotten one by one.

A document that cannot hold an image is passed through unread. A list is read item by item, or as a
whole where only that tells what is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from transformer.config.config import Config
from transformer.config.options import Options
from transformer.find.candidates import SCHEMA
from transformer.find.embedded import InnerSource, unread
from transformer.find.found import Found
from transformer.find.lists import ITEMS, Expansion, items_of, may_matter
from transformer.find.scope import Scope
from transformer.find.sites import find
from transformer.model import Account, Pod, Resource, Result, Shadow, Site
from transformer.places.catalogue import CORE_NAMES, Catalogue
from transformer.places.place import BUILTINS, PULL_SECRET_TYPES, Place, wanted_names
from transformer.yamltext.agreement import Fingerprint, fingerprint
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.items import DEPTH, Items, Known, cut_items
from transformer.yamltext.skim import skim
from transformer.yamltext.tree import SyntaxFault, Tree, read

if TYPE_CHECKING:
    from transformer.edit.originals import NotePlace


class Survey:
    """What was found, in the order of the texts.

    `documents` are all of the inputs; where the items of a list were read alone, they stand in its
    place. `prints` and `shadows` are by the `id` of their document; `met` are the `id`s of the
    user's places that were there.
    """

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.sites: list[Site] = []
        self.pods: list[Pod] = []
        self.accounts: list[Account] = []
        self.secrets: list[Resource] = []
        self.note_places: list[NotePlace] = []
        self.results: list[Result] = []
        self.prints: dict[int, Fingerprint] = {}
        self.shadows: dict[int, list[Shadow]] = {}
        self.met: set[int] = set()


def survey(
    sources: Iterable[Source],
    config: Config,
    options: Options,
    known: Known | None,
    *,
    by_item: bool,
) -> Survey:
    """Search the documents of a run, given its inputs, its configuration and its options.

    `known` has what was read before; with `by_item`, the items of lists are documents of their own.
    """
    names = (*wanted_names((*BUILTINS, *config.fields)), *CORE_NAMES)
    compose = _compose() if options.with_compose else ()
    names += PULL_SECRET_TYPES if config.secret_names else ()
    scope = Scope(
        table=Catalogue((*BUILTINS, *compose, *config.fields)),
        structure=config.structure,
        with_pods=bool(config.secret_names),
        env=config.strings.env,
        args=config.strings.args,
        shapes=config.strings.shapes != "off",
        pin=config.strings.pin,
        with_labels=any(rule.where is not None and rule.where.labels for rule in config.rules),
        names=None if options.strict else names,
        with_suspects=config.suspects == "rewrite",
        with_compose=options.with_compose,
    )
    run = Survey()
    for source in sources:
        for document in documents(source):
            if scope.may_hold(document.text):
                _search_document(run, document, scope, config, options, known, by_item)
            else:
                run.documents.append(document)
    return run


def _compose() -> tuple[Place, ...]:
    from transformer.places.compose import IMAGES

    return (IMAGES,)


def _search_document(
    run: Survey,
    document: Document,
    scope: Scope,
    config: Config,
    options: Options,
    known: Known | None = None,
    by_item: bool = False,
) -> None:
    found = None
    if by_item:
        cut = known.items(document) if known else cut_items(document, ITEMS, options.parser)
        found = _search_items(run, cut, scope, config, options) if cut is not None else None
    try:
        if found is None:
            if not isinstance(document.source, InnerSource):
                run.documents.append(document)
            tree = known.tree(document) if known else None
            tree = tree or _read(document.text, scope, options.parser)
            found = _search_text(run, document, tree, scope, config, options)
            del tree
    except SyntaxFault as fault:
        run.results.append(unread(document, fault))
        return
    run.sites += found.sites
    run.met |= found.met
    run.pods += found.pods
    run.accounts += found.accounts
    run.secrets += found.secrets
    run.results += found.results
    for inner in found.inner:
        for within in documents(inner):
            _search_document(run, within, scope, config, options)


def _search_items(
    run: Survey, cut: Items, scope: Scope, config: Config, options: Options
) -> Found | None:
    # None where only the whole of the list can tell what is in it, or what is wrong with it.
    items = items_of(cut)
    if items is None:
        return None
    together = Found()
    expansion = Expansion()
    noted, seen = len(run.note_places), len(run.documents)
    try:
        for item in items:
            run.documents.append(item)
            text = item.text
            if may_matter(text, scope.may_hold):
                tree = _read(text, scope, options.parser, DEPTH)
                together.take_in(_search_text(run, item, tree, scope, config, options))
                expansion.add(tree)
            else:
                skim(text, options.parser, DEPTH)
    except SyntaxFault:
        del run.note_places[noted:]
        for it in run.documents[seen:]:
            run.shadows.pop(id(it), None)
        del run.documents[seen:]
        return None
    return together


def _read(text: str, scope: Scope, parser: str, depth: int = 0) -> Tree:
    if SCHEMA in text and scope.passes_schemas:
        from transformer.find.schemas import read_head

        head = read_head(text, parser, depth)
        if head is not None:
            return head
    return read(text, parser, depth)


def _search_text(
    run: Survey, document: Document, tree: Tree, scope: Scope, config: Config, options: Options
) -> Found:
    found = find(document, tree, scope)
    if config.suspects == "rewrite" and not isinstance(document.source, InnerSource):
        _add_suspects(document, tree, found, config)
    noted = _note_places(document, tree, found) if config.original_images else ()
    run.note_places += noted
    if found.shadows:
        run.shadows[id(document)] = found.shadows
    if options.verify != "off" and found.has_spots:
        spots = (*found.spots(), *(it.place.spot.spot for it in noted))
        run.prints[id(document)] = fingerprint(tree.tokens, spots)
    return found


def _add_suspects(document: Document, tree: Tree, found: Found, config: Config) -> None:
    from transformer.find.suspect_sites import suspect_sites

    found.sites += suspect_sites(document, tree, found, config)
    found.sites.sort(key=lambda site: site.spot.start)


def _note_places(document: Document, tree: Tree, found: Found) -> tuple[NotePlace, ...]:
    from transformer.edit.originals import note_places

    if isinstance(document.source, InnerSource):
        return ()
    try:
        return note_places(document, tree, found.sites)
    except SyntaxFault:
        # The search has met the same fault, and said so.
        return ()
