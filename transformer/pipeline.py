"""The product's work, stage by stage: read, find, decide, authorise, edit, check.

Every stage looks at immutable facts of the one before. A document that cannot hold an image is
passed through unread; the others are read, searched and forgotten one by one. Nothing is returned
but whole outputs: with one error among the results they are the inputs, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from transformer.config.config import Config
from transformer.config.options import Options
from transformer.decide.decide import Decisions, decide
from transformer.edit.patches import Located
from transformer.edit.plans import Plan, add_objects, check_plan, make_plans, output
from transformer.find.embedded import InnerSource, unread
from transformer.find.lists import ITEMS, Expansion, items_of, may_matter
from transformer.find.search import Found
from transformer.find.sites import Scope, find
from transformer.lock.lock import Lock
from transformer.model import Account, Decision, Grant, Pod, Result, Site
from transformer.places.catalogue import CORE_NAMES, Catalogue
from transformer.places.place import BUILTINS, wanted_names
from transformer.pull_secrets.grants import Grants, plan_grants
from transformer.records import record
from transformer.report.results import decision_results, unused_field_results, unused_results
from transformer.yamltext.agreement import Fingerprint, fingerprint
from transformer.yamltext.documents import Document, Source, decode, documents
from transformer.yamltext.edit import Edit
from transformer.yamltext.items import DEPTH, Items, cut_items
from transformer.yamltext.skim import skim
from transformer.yamltext.tree import SyntaxFault, Tree, read

if TYPE_CHECKING:
    from transformer.edit.originals import Note, NotePlace
    from transformer.pull_secrets.objects import SecretObject


class Known(Protocol):
    """Who has looked at the inputs before: decoded, how a document's list is cut, and its tree."""

    @property
    def sources(self) -> tuple[Source, ...]: ...

    def items(self, document: Document, /) -> Items | None: ...

    def tree(self, document: Document, /) -> Tree | None: ...


@record
class Outcome:
    """What a run came to: one output for each input, in order, and everything to be said.

    `added` are new objects, which stand behind everything in the last output.
    """

    outputs: tuple[bytes, ...]
    decisions: tuple[Decision, ...]
    grants: tuple[Grant, ...]
    results: tuple[Result, ...]
    sources: tuple[Source, ...]
    notes: tuple[Note, ...] = ()
    added: tuple[SecretObject, ...] = ()
    plans: tuple[Plan, ...] = ()

    @property
    def edits(self) -> list[tuple[Document, tuple[Edit, ...]]]:
        """The documents of the inputs that change, each with its edits."""
        return [(plan.document, plan.all_edits) for plan in self.plans if not plan.is_inner]

    @property
    def changes(self) -> list[Located]:
        """What changes in the objects of the inputs, as JSON Patch operations."""
        return [it for plan in self.plans if not plan.is_inner for it in plan.changes]

    @property
    def failed(self) -> bool:
        return any(result.problem.severity == "error" for result in self.results)


class _Run:
    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.pods: list[Pod] = []
        self.accounts: list[Account] = []
        self.note_places: list[NotePlace] = []
        self.results: list[Result] = []
        self.prints: dict[int, Fingerprint] = {}
        self.met: set[int] = set()


def transform(
    inputs: Sequence[tuple[str, bytes]],
    config: Config,
    *,
    lock: Lock | None = None,
    complete: Callable[[Sequence[Site]], Lock] | None = None,
    templates: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    known: Known | None = None,
) -> Outcome:
    """Rewrite, pin and authorise the images of a run's manifests.

    Takes the inputs as (name for messages, bytes), the configuration, the lock and the pull secret
    templates that it names, who completes the lock for all sites of the run, options, and who knows
    the tree of a text that was read before. Returns the outcome. Raises `InputError` for input that
    is no UTF-8 text, `ConfigError` for a template that cannot be rendered, and `AgreementError`
    when an edited document does not say what was planned.
    """
    options = options or Options()
    sources = known.sources if known else tuple(decode(name, data) for name, data in inputs)
    run = _search(sources, config, options, known, by_item=not templates)
    if complete is not None:
        lock = complete(run.sites)
    decided = decide(run.sites, config, lock)
    granted = _grant(run, decided, config)
    notes = _note(run, decided)
    plans, conflicts = make_plans(decided.decisions, granted.grants, notes)
    run.results += (*decision_results(decided.decisions), *granted.results, *conflicts)
    run.results += _unused(run, decided, config)
    added: tuple[SecretObject, ...] = ()
    if any(result.problem.severity == "error" for result in run.results):
        plans = []
    elif templates:
        added = _new_objects(sources, granted, templates)
        plans = add_objects(plans, sources, added) if added else plans
    for plan in plans:
        check_plan(plan, run.prints.get(id(plan.document)), options.verify, options.parser)
    outputs = (
        output(source, data, plans) for source, (_, data) in zip(sources, inputs, strict=True)
    )
    return Outcome(
        outputs=tuple(outputs),
        decisions=decided.decisions,
        grants=granted.grants,
        notes=notes,
        added=added,
        results=tuple(run.results),
        sources=sources,
        plans=tuple(plans),
    )


def _unused(run: _Run, decided: Decisions, config: Config) -> Iterator[Result]:
    yield from unused_results(decided.unused)
    yield from unused_field_results(it for it in config.fields if id(it) not in run.met)


def _grant(run: _Run, decided: Decisions, config: Config) -> Grants:
    attach_to = config.pull_secrets.attach_to
    names = config.secret_names
    return plan_grants(run.pods, run.accounts, decided.decisions, attach_to, names)


def _note(run: _Run, decided: Decisions) -> tuple[Note, ...]:
    if not run.note_places:
        return ()
    from transformer.edit.originals import plan_notes

    return plan_notes(run.note_places, decided.decisions)


def _new_objects(
    sources: Sequence[Source], granted: Grants, templates: Sequence[tuple[str, str]]
) -> tuple[SecretObject, ...]:
    from transformer.pull_secrets.objects import missing, render_objects

    return missing(render_objects(templates, granted.namespaces), sources)


def _search(
    sources: Iterable[Source],
    config: Config,
    options: Options,
    known: Known | None,
    by_item: bool,
) -> _Run:
    names = (*wanted_names((*BUILTINS, *config.fields)), *CORE_NAMES)
    scope = Scope(
        table=Catalogue((*BUILTINS, *config.fields)),
        structure=config.structure,
        with_pods=bool(config.secret_names),
        env=config.env,
        args=config.args,
        with_labels=any(rule.where is not None and rule.where.labels for rule in config.rules),
        names=None if options.strict else names,
    )
    run = _Run()
    for source in sources:
        for document in documents(source):
            if scope.may_hold(document.text):
                _search_document(run, document, scope, config, options, known, by_item)
    return run


def _search_document(
    run: _Run,
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
            tree = known.tree(document) if known else None
            tree = tree or read(document.text, options.parser)
            found = _search_text(run, document, tree, scope, config, options)
            del tree
    except SyntaxFault as fault:
        run.results.append(unread(document, fault))
        return
    run.sites += found.sites
    run.met |= found.met
    run.pods += found.pods
    run.accounts += found.accounts
    run.results += found.results
    for inner in found.inner:
        for within in documents(inner):
            _search_document(run, within, scope, config, options)


def _search_items(
    run: _Run, cut: Items, scope: Scope, config: Config, options: Options
) -> Found | None:
    # None where only the whole of the list can tell what is in it, or what is wrong with it.
    items = items_of(cut)
    if items is None:
        return None
    together = Found()
    expansion = Expansion()
    noted = len(run.note_places)
    try:
        for item in items:
            text = item.text
            if may_matter(text, scope.may_hold):
                tree = read(text, options.parser, DEPTH)
                together.take_in(_search_text(run, item, tree, scope, config, options))
                expansion.add(tree)
            else:
                skim(text, options.parser, DEPTH)
    except SyntaxFault:
        del run.note_places[noted:]
        return None
    return together


def _search_text(
    run: _Run, document: Document, tree: Tree, scope: Scope, config: Config, options: Options
) -> Found:
    found = find(document, tree, scope)
    noted = _note_places(document, tree, found) if config.original_images else ()
    run.note_places += noted
    if options.verify != "off" and found.has_spots:
        spots = (*found.spots(), *(it.place.spot.spot for it in noted))
        run.prints[id(document)] = fingerprint(tree.tokens, spots)
    return found


def _note_places(document: Document, tree: Tree, found: Found) -> tuple[NotePlace, ...]:
    from transformer.edit.originals import note_places

    if isinstance(document.source, InnerSource):
        return ()
    try:
        return note_places(document, tree, found.sites)
    except SyntaxFault:
        # The search has met the same fault, and said so.
        return ()
