"""The product's work, stage by stage: read, find, decide, authorise, edit, check.

Every stage looks at immutable facts of the one before. A document that cannot hold an image is
passed through unread; the others are read, searched and forgotten one by one. Nothing is returned
but whole outputs: with one error among the results they are the inputs, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from transformer.config.config import Config
from transformer.config.options import Options
from transformer.decide.decide import Decisions, decide
from transformer.edit.output import Output
from transformer.edit.patches import Located
from transformer.edit.plans import Made, Plan, add_objects, check_plan, make_plans
from transformer.errors import AgreementError
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
from transformer.yamltext.items import DEPTH, Items, Known, cut_items
from transformer.yamltext.skim import skim
from transformer.yamltext.tree import SyntaxFault, Tree, read

if TYPE_CHECKING:
    from transformer.edit.originals import Note, NotePlace
    from transformer.pull_secrets.objects import SecretObject


@record
class Outcome:
    """What a run came to: one output for each input, in order, and everything to be said.

    `chunks` are the outputs, each in pieces; `added` are new objects, which stand behind everything
    in the last one.
    """

    chunks: tuple[tuple[bytes, ...], ...]
    decisions: tuple[Decision, ...]
    grants: tuple[Grant, ...]
    results: tuple[Result, ...]
    sources: tuple[Source, ...]
    notes: tuple[Note, ...] = ()
    added: tuple[SecretObject, ...] = ()

    @property
    def outputs(self) -> tuple[bytes, ...]:
        """The outputs, each as a whole."""
        return tuple(it[0] if len(it) == 1 else b"".join(it) for it in self.chunks)

    @property
    def plans(self) -> list[Plan]:
        """What was done to each document that changes: worked out again, since few ask."""
        if self.failed:
            return []
        made: Iterable[Made] = make_plans(self.decisions, self.grants, self.notes)
        if self.added:
            made = add_objects(list(made), self.sources, self.added)
        return [plan for plan, _ in made if plan.changes_text]

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
        self._looked_at = 0
        self._has_error = False

    @property
    def failed(self) -> bool:
        """Whether there is an error among the results so far."""
        new = self.results[self._looked_at :]
        self._looked_at += len(new)
        self._has_error |= any(it.problem.severity == "error" for it in new)
        return self._has_error


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
    run.results += (*decision_results(decided.decisions), *granted.results)
    made: Iterable[Made] = make_plans(decided.decisions, granted.grants, notes)
    added: tuple[SecretObject, ...] = ()
    if templates:
        made = list(made)
        if not run.failed and not any(conflicts for _, conflicts in made):
            added = _new_objects(sources, granted, templates)
            made = add_objects(made, sources, added) if added else made
    outputs = _carry_out(run, made, sources, inputs, options)
    run.results += _unused(run, decided, config)
    return Outcome(
        chunks=tuple(outputs),
        decisions=decided.decisions,
        grants=granted.grants,
        notes=notes,
        added=added,
        results=tuple(run.results),
        sources=sources,
    )


def _carry_out(
    run: _Run,
    made: Iterable[Made],
    sources: Sequence[Source],
    inputs: Sequence[tuple[str, bytes]],
    options: Options,
) -> Iterable[tuple[bytes, ...]]:
    # Each plan is checked and written while it is at hand; one that fails takes all back.
    outputs = {id(source): Output(source) for source in sources}
    disagreement: AgreementError | None = None
    for plan, conflicts in made:
        run.results += conflicts
        if not plan.changes_text or run.failed or disagreement is not None:
            continue
        try:
            before = run.prints.pop(id(plan.document), None)
            check_plan(plan, before, options.verify, options.parser)
        except AgreementError as error:
            disagreement = error
        else:
            if not plan.is_inner:
                outputs[id(plan.document.source)].add(plan)
    if run.failed:
        return [(data,) for _, data in inputs]
    if disagreement is not None:
        raise disagreement
    return [
        outputs[id(source)].end() or (data,)
        for source, (_, data) in zip(sources, inputs, strict=True)
    ]


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
