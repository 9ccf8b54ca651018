"""The product's work, stage by stage: read, find, decide, authorise, edit, check.

Every stage looks at immutable facts of the one before. A document that cannot hold an image is
passed through unread; the others are read, searched and forgotten one by one. Nothing is returned
but whole outputs: with one error among the results they are the inputs, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from transformer.config.config import Config
from transformer.config.options import Options
from transformer.config.template_language import Budget
from transformer.decide.decide import Decisions, decide
from transformer.edit.patches import Located
from transformer.edit.plans import Plan, add_objects, check_plan, make_plans, output
from transformer.find.candidates import candidates
from transformer.find.embedded import InnerSource, unread
from transformer.find.search import Found
from transformer.find.sites import Scope, can_hold_image, find
from transformer.lock.lock import Lock
from transformer.model import Account, Decision, Grant, Pod, Resource, Result, Shadow, Site
from transformer.places.catalogue import CORE_NAMES, Catalogue
from transformer.places.place import BUILTINS, PULL_SECRET_TYPES, wanted_names
from transformer.pull_secrets.generated import rename
from transformer.pull_secrets.grants import Grants, plan_grants
from transformer.records import record, replace
from transformer.report.results import (
    decision_results,
    unpinned_results,
    unused_field_results,
    unused_results,
)
from transformer.yamltext.agreement import Fingerprint, fingerprint
from transformer.yamltext.documents import Document, Source, decode, documents
from transformer.yamltext.edit import Edit
from transformer.yamltext.tree import SyntaxFault, Tree, read

if TYPE_CHECKING:
    from transformer.edit.originals import Note, NotePlace
    from transformer.find.suspects import Sighting
    from transformer.pull_secrets.objects import SecretObject

KnownTrees: TypeAlias = "Callable[[str], Tree | None]"


@record
class Outcome:
    """What a run came to: one output for each input, in order, and everything to be said.

    `added` are new objects, which stand behind everything in the last output. `suspects` look like
    images, and are in no known place.
    """

    outputs: tuple[bytes, ...]
    decisions: tuple[Decision, ...]
    grants: tuple[Grant, ...]
    results: tuple[Result, ...]
    sources: tuple[Source, ...]
    notes: tuple[Note, ...] = ()
    added: tuple[SecretObject, ...] = ()
    plans: tuple[Plan, ...] = ()
    suspects: tuple[Sighting, ...] = ()

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
        return _fails(self.results)


def _fails(results: Iterable[Result]) -> bool:
    return any(result.problem.severity == "error" for result in results)


class _Run:
    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.pods: list[Pod] = []
        self.accounts: list[Account] = []
        self.secrets: list[Resource] = []
        self.note_places: list[NotePlace] = []
        self.results: list[Result] = []
        self.prints: dict[int, Fingerprint] = {}
        self.met: set[int] = set()
        self.shadows: dict[int, list[Shadow]] = {}
        self.budget = Budget()
        self.documents: list[Document] = []


def transform(
    inputs: Sequence[tuple[str, bytes]],
    config: Config,
    *,
    lock: Lock | None = None,
    complete: Callable[[Sequence[Site]], Lock] | None = None,
    templates: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    known: KnownTrees | None = None,
) -> Outcome:
    """Rewrite, pin and authorise the images of a run's manifests.

    Takes the inputs as (name for messages, bytes), the configuration, the lock and the pull secret
    templates that it names, who completes the lock for all sites of the run, options, and who knows
    the tree of a text that was read before. Returns the outcome. Raises `InputError` for input that
    is no UTF-8 text, `ConfigError` for a template that cannot be rendered or templates that do
    too much, and `AgreementError` when an edited document does not say what was planned.
    """
    options = options or Options()
    sources = tuple(decode(name, data) for name, data in inputs)
    run = _search(sources, config, options, known)
    if complete is not None:
        lock = complete(run.sites)
    decided = decide(run.sites, config, lock, run.budget)
    granted = _grant(run, decided, config)
    notes = _note(run, decided)
    plans, conflicts = make_plans(decided.decisions, granted.grants, notes, run.shadows)
    suspects = _suspects(run, decided, config, options)
    run.results += (*decision_results(decided.decisions), *granted.results, *conflicts)
    run.results += (*_about_all(run, decided, config), *_suspect_results(suspects, config))
    added: tuple[SecretObject, ...] = ()
    if _fails(run.results):
        plans = []
    elif templates:
        added = _new_objects(sources, granted, templates, run.budget)
        plans = add_objects(plans, sources, added) if added else plans
    for plan in plans:
        check_plan(plan, run.prints.get(id(plan.document)), options.verify, options.parser)
    pairs = zip(sources, inputs, strict=True)
    return Outcome(
        outputs=tuple(output(source, data, plans) for source, (_, data) in pairs),
        decisions=decided.decisions,
        grants=granted.grants,
        notes=notes,
        added=added,
        results=_once(run.results),
        sources=sources,
        plans=tuple(plans),
        suspects=suspects,
    )


def _once(results: Sequence[Result]) -> tuple[Result, ...]:
    # A warning about a key says less than the error that it is in the way of an edit.
    repeated = [it.problem for it in results if it.problem.code == "repeated-key"]
    failed = {it.position for it in repeated if it.severity == "error"}
    less = {id(it) for it in repeated if it.severity != "error" and it.position in failed}
    return tuple(it for it in results if id(it.problem) not in less)


def _suspects(
    run: _Run, decided: Decisions, config: Config, options: Options
) -> tuple[Sighting, ...]:
    # What a search could not read may hold images that are no suspects.
    if config.suspects == "ignore" or _fails(run.results):
        return ()
    found = candidates(run.documents, decided.decisions)
    if not found:
        return ()
    from transformer.find.suspects import look

    return look(found, decided.decisions, config, options.parser).maybe


def _suspect_results(suspects: Sequence[Sighting], config: Config) -> Iterable[Result]:
    if not suspects:
        return ()
    from transformer.report.suspect_results import failed, summary_results

    return failed(suspects) if config.suspects == "fail" else summary_results(suspects)


def _about_all(run: _Run, decided: Decisions, config: Config) -> Iterator[Result]:
    if config.digests.mode != "off":
        yield from unpinned_results(decided.decisions)
    yield from unused_results(decided.unused)
    yield from unused_field_results(it for it in config.fields if id(it) not in run.met)


def _grant(run: _Run, decided: Decisions, config: Config) -> Grants:
    attach_to = config.pull_secrets.attach_to
    named = rename(decided.decisions, config.secret_names, run.secrets)
    granted = plan_grants(run.pods, run.accounts, named.decisions, attach_to, named.order)
    return replace(granted, results=(*named.results, *granted.results))


def _note(run: _Run, decided: Decisions) -> tuple[Note, ...]:
    if not run.note_places:
        return ()
    from transformer.edit.originals import plan_notes

    return plan_notes(run.note_places, decided.decisions)


def _new_objects(
    sources: Sequence[Source],
    granted: Grants,
    templates: Sequence[tuple[str, str]],
    budget: Budget,
) -> tuple[SecretObject, ...]:
    from transformer.pull_secrets.objects import missing, render_objects

    return missing(render_objects(templates, granted.namespaces, budget), sources)


def _search(
    sources: Iterable[Source], config: Config, options: Options, known: KnownTrees | None
) -> _Run:
    scope = Scope(
        table=Catalogue((*BUILTINS, *config.fields)),
        structure=config.structure,
        with_pods=bool(config.secret_names),
        env=config.strings.env,
        args=config.strings.args,
        shapes=config.strings.shapes != "off",
        pin=config.strings.pin,
        with_labels=any(rule.where is not None and rule.where.labels for rule in config.rules),
    )
    names = (*wanted_names((*BUILTINS, *config.fields)), *CORE_NAMES)
    names += PULL_SECRET_TYPES if scope.with_pods else ()
    run = _Run()
    for source in sources:
        for document in documents(source):
            run.documents.append(document)
            text = document.text
            is_rewritten = config.suspects == "rewrite" and candidates([document], ())
            if options.strict or can_hold_image(text, names) or is_rewritten:
                tree = known(text) if known is not None else None
                _search_document(run, document, tree, scope, config, options)
                del tree
    return run


def _search_document(
    run: _Run,
    document: Document,
    tree: Tree | None,
    scope: Scope,
    config: Config,
    options: Options,
) -> None:
    try:
        tree = tree or read(document.text, options.parser)
        found = find(document, tree, scope)
        if config.suspects == "rewrite" and not isinstance(document.source, InnerSource):
            _add_suspects(document, tree, found, config)
        noted = _note_places(document, tree, found) if config.original_images else ()
    except SyntaxFault as fault:
        run.results.append(unread(document, fault))
        return
    run.sites += found.sites
    run.met |= found.met
    if found.shadows:
        run.shadows[id(document)] = found.shadows
    run.pods += found.pods
    run.accounts += found.accounts
    run.secrets += found.secrets
    run.note_places += noted
    run.results += found.results
    if options.verify != "off" and found.has_spots:
        spots = (*found.spots(), *(it.place.spot.spot for it in noted))
        run.prints[id(document)] = fingerprint(tree.tokens, spots)
    for inner in found.inner:
        for within in documents(inner):
            _search_document(run, within, None, scope, config, options)


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
