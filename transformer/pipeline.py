"""The product's work, stage by stage: read, find, decide, authorise, edit, check.

Every stage looks at immutable facts of the one before. Nothing is returned but whole outputs: with
one error among the results they are the inputs, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from transformer.config.config import Config
from transformer.config.mirrors import Rule
from transformer.config.options import Options
from transformer.config.template_language import Budget
from transformer.decide.decide import Decisions, decide
from transformer.edit.output import carry_out
from transformer.edit.plans import Made, Plan, add_objects, make_plans
from transformer.find.candidates import candidates
from transformer.lock.lock import Lock
from transformer.model import Decision, Grant, Grants, Result, Site
from transformer.records import record, replace
from transformer.report.results import (
    decision_results,
    first_target_results,
    unpinned_results,
    unused_field_results,
    unused_results,
)
from transformer.survey import Survey, survey
from transformer.yamltext.documents import Document, Source, decode
from transformer.yamltext.edit import Edit
from transformer.yamltext.items import Known

if TYPE_CHECKING:
    from transformer.edit.originals import Note
    from transformer.edit.patches import Located
    from transformer.find.suspects import Sighting
    from transformer.policy.gates import Finding
    from transformer.pull_secrets.objects import SecretObject


@record
class Outcome:
    """What a run came to: one output for each input, in order, and everything to be said.

    `chunks` are the outputs, each in pieces; `added` are new objects, which stand behind everything
    in the last one. `suspects` look like images, and are in no known place; `named` are the
    decisions about images that no manifest names; `findings` are what gates have against images,
    waived or not. `lock` is that which digests are from, with what was asked for the run.
    """

    chunks: tuple[tuple[bytes, ...], ...]
    decisions: tuple[Decision, ...]
    grants: tuple[Grant, ...]
    results: tuple[Result, ...]
    sources: tuple[Source, ...]
    notes: tuple[Note, ...] = ()
    added: tuple[SecretObject, ...] = ()
    suspects: tuple[Sighting, ...] = ()
    named: tuple[Decision, ...] = ()
    findings: tuple[Finding, ...] = ()
    lock: Lock | None = None

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
        return _fails(self.results)


def _fails(results: Iterable[Result]) -> bool:
    return any(result.problem.severity == "error" for result in results)


def transform(
    inputs: Iterable[tuple[str, bytes]],
    config: Config,
    *,
    lock: Lock | None = None,
    complete: Callable[[Sequence[Site]], Lock] | None = None,
    templates: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    known: Known | None = None,
    named: Sequence[Site] = (),
) -> Outcome:
    """Rewrite, pin and authorise the images of a run's manifests.

    Takes the inputs as (name for messages, bytes), of which those of an iterator are let go once
    they were decoded, the configuration, the lock and the pull secret templates that it names, who
    completes the lock for all sites of the run, options, who knows the tree of a text that was read
    before, and sites of images that no manifest names. Returns the outcome. Raises `InputError` for
    input that is not UTF-8 text, `ConfigError` for templates that fail or do too much, and
    `AgreementError` when an edited text does not say what was planned.
    """
    options, budget = options or Options(), Budget()
    sources = known.sources if known else tuple(decode(name, data) for name, data in inputs)
    run = survey(sources, config, options, known, by_item=not templates)
    lock = complete((*run.sites, *named)) if complete is not None else lock
    decided, apart = _decide(run.sites, named, config, lock, budget)
    granted, notes = _grant(run, decided, config), _note(run, decided)
    suspects = _suspects(run, decided, config, options)
    run.results += (*decision_results((*decided.decisions, *apart)), *granted.results)
    last = (*_about_all(run, decided, config), *_suspect_results(suspects, config))
    last, findings = _judged(run, decided, apart, suspects, config, granted, lock, options, last)
    made: Iterable[Made] = make_plans(decided.decisions, granted.grants, notes, run.shadows)
    added: tuple[SecretObject, ...] = ()
    failed = _fails((*run.results, *last))
    if templates and not failed:
        made, added = _with_objects(list(made), sources, granted, templates, budget)
    written = carry_out(made, sources, run.prints, options, failed=failed)
    return Outcome(
        chunks=written.chunks(inputs),
        decisions=decided.decisions,
        grants=granted.grants,
        notes=notes,
        added=added,
        results=_once((*run.results, *written.conflicts, *last)),
        sources=sources,
        suspects=suspects,
        named=apart,
        findings=findings,
        lock=lock,
    )


def _judged(
    run: Survey,
    decided: Decisions,
    apart: Sequence[Decision],
    suspects: Sequence[Sighting],
    config: Config,
    granted: Grants,
    lock: Lock | None,
    options: Options,
    last: tuple[Result, ...],
) -> tuple[tuple[Result, ...], tuple[Finding, ...]]:
    # What is still to be said last, and the findings of gates, which are said before.
    if config.policy is None:
        return last, ()
    from transformer.policy.gates import judge
    from transformer.policy.held import Held
    from transformer.policy.waivers import waive
    from transformer.pull_secrets.generated import rename

    # Secrets go by the names under which they are granted.
    every = (*decided.decisions, *apart)
    named = rename(every, config.secret_names, run.secrets).decisions
    count = len(decided.decisions)
    held = Held(granted.grants, run.accounts)
    findings = (
        *judge(named[:count], suspects, config.policy, lock, held, options.today),
        # Who pulls what no manifest names is not known, or nobody does: a Dockerfile is built.
        *judge(named[count:], (), config.policy, lock, None, options.today),
    )
    judged = waive((*run.results, *last), findings, config.policy, options.today)
    run.results = list(judged.results)
    return (), judged.findings


def _decide(
    sites: Sequence[Site],
    named: Sequence[Site],
    config: Config,
    lock: Lock | None,
    budget: Budget,
) -> tuple[Decisions, tuple[Decision, ...]]:
    if not named:
        return decide(sites, config, lock, budget), ()
    # What no manifest names is judged with the rest, and is no part of what is edited.
    decided = decide((*sites, *named), config, lock, budget)
    count = len(sites)
    return replace(decided, decisions=decided.decisions[:count]), decided.decisions[count:]


def _once(results: Sequence[Result]) -> tuple[Result, ...]:
    # A warning about a key says less than the error that it is in the way of an edit.
    repeated = [it.problem for it in results if it.problem.code == "repeated-key"]
    failed = {it.position for it in repeated if it.severity == "error"}
    less = {id(it) for it in repeated if it.severity != "error" and it.position in failed}
    return tuple(it for it in results if id(it.problem) not in less)


def _suspects(
    run: Survey, decided: Decisions, config: Config, options: Options
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
    # A gate for suspects names each of them.
    if not suspects or (config.policy is not None and "suspects" in config.policy.levels):
        return ()
    from transformer.report.suspect_results import failed, summary_results

    return failed(suspects) if config.suspects == "fail" else summary_results(suspects)


def _about_all(run: Survey, decided: Decisions, config: Config) -> Iterator[Result]:
    if config.digests.mode != "off":
        yield from unpinned_results(decided.decisions)
    yield from unused_results(_unused(decided, config))
    yield from first_target_results(decided.firsts)
    yield from unused_field_results(it for it in config.fields if id(it) not in run.met)


def _unused(decided: Decisions, config: Config) -> Iterable[Rule]:
    if not (decided.unused and config.images):
        return decided.unused
    from transformer.find.named import named_sites

    unpinned = replace(config, digests=replace(config.digests, mode="off"))
    idle = {it.index for it in decide(named_sites(config.images), unpinned, None).unused}
    return (it for it in decided.unused if it.index in idle)


def _grant(run: Survey, decided: Decisions, config: Config) -> Grants:
    if not config.secret_names:
        return Grants()
    from transformer.pull_secrets.generated import rename
    from transformer.pull_secrets.grants import plan_grants

    attach_to = config.pull_secrets.attach_to
    named = rename(decided.decisions, config.secret_names, run.secrets)
    granted = plan_grants(run.pods, run.accounts, named.decisions, attach_to, named.order)
    elsewhere = _elsewhere(run, decided, config) if run.secrets else ()
    return replace(granted, results=(*named.results, *elsewhere, *granted.results))


def _elsewhere(run: Survey, decided: Decisions, config: Config) -> Iterable[Result]:
    from transformer.pull_secrets.elsewhere import elsewhere_results

    settings = config.pull_secrets
    # A template brings what it grants, and who is granted nothing names nothing.
    brings = bool(settings.templates) or settings.attach_to == "none"
    uses = () if brings else decided.decisions
    return elsewhere_results(uses, run.pods, run.secrets, run.documents)


def _note(run: Survey, decided: Decisions) -> tuple[Note, ...]:
    if not run.note_places:
        return ()
    from transformer.edit.originals import plan_notes

    return plan_notes(run.note_places, decided.decisions)


def _with_objects(
    made: list[Made],
    sources: Sequence[Source],
    granted: Grants,
    templates: Sequence[tuple[str, str]],
    budget: Budget,
) -> tuple[Iterable[Made], tuple[SecretObject, ...]]:
    if any(_fails(conflicts) for _, conflicts in made):
        return made, ()
    from transformer.pull_secrets.objects import missing, render_objects

    added = missing(render_objects(templates, granted.namespaces, budget), sources)
    return add_objects(made, sources, added) if added else made, added
