"""The product's work, stage by stage: read, find, decide, authorise, edit, check.

Every stage looks at immutable facts of the one before. A document that cannot hold an image is
passed through unread; the others are read, searched and forgotten one by one. Nothing is returned
but whole outputs: with one error among the results they are the inputs, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from transformer.agreement import Fingerprint, fingerprint
from transformer.config import Config
from transformer.decide import decide
from transformer.digests import Lock
from transformer.fields import BUILTINS, compile_table, wanted_names
from transformer.model import Account, Decision, Edit, Grant, Pod, Result, Site
from transformer.plans import add_objects, check_plan, make_plans, output
from transformer.pull_secrets import plan_grants
from transformer.records import record
from transformer.results import decision_results, unused_results
from transformer.sites import Found, fault_problem, find
from transformer.source import Document, Source, decode, documents
from transformer.tree import SyntaxFault, Tree, read

_ESCAPES = ("\\u", "\\U", "\\x", "\\\n", "\\\r")


@record
class Options:
    """How to work: the YAML parser ('' for the fastest), the depth of the check, and `strict`.

    `verify` is `events` (read every changed document again), `full` (also compare the data with
    the plan applied by `jsonpatch`) or `off`. `strict` reads every document.
    """

    parser: str = ""
    verify: str = "events"
    strict: bool = False


@record
class Outcome:
    """What a run came to: one output for each input, in order, and everything to be said."""

    outputs: tuple[bytes, ...]
    decisions: tuple[Decision, ...]
    grants: tuple[Grant, ...]
    results: tuple[Result, ...]
    sources: tuple[Source, ...]
    edits: tuple[tuple[Document, tuple[Edit, ...]], ...] = ()

    @property
    def failed(self) -> bool:
        return any(result.problem.severity == "error" for result in self.results)


class _Run:
    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.pods: list[Pod] = []
        self.accounts: list[Account] = []
        self.results: list[Result] = []
        self.prints: dict[int, Fingerprint] = {}


def transform(
    inputs: Sequence[tuple[str, bytes]],
    config: Config,
    *,
    lock: Lock | None = None,
    complete: Callable[[Sequence[Site]], Lock] | None = None,
    templates: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    known: Callable[[str], Tree | None] | None = None,
) -> Outcome:
    """Rewrite, pin and authorise the images of a run's manifests.

    Takes the inputs as (name for messages, bytes), the configuration, the lock and the pull secret
    templates that it names, who completes the lock for all sites of the run, options, and who knows
    the tree of a text that was read before. Returns the outcome. Raises `InputError` for input that is
    no UTF-8 text, `ConfigError` for a template that cannot be rendered, and `AgreementError` when
    an edited document does not say what was planned.
    """
    options = options or Options()
    sources = tuple(decode(name, data) for name, data in inputs)
    run = _search(sources, config, options, known)
    if complete is not None:
        lock = complete(run.sites)
    decided = decide(run.sites, config, lock)
    decisions = decided.decisions
    granted = plan_grants(
        run.pods, run.accounts, decisions, config.pull_secrets.attach_to, config.secret_names
    )
    plans, conflicts = make_plans(decisions, granted.grants)
    results = (
        *run.results,
        *decision_results(decisions),
        *granted.results,
        *conflicts,
        *unused_results(decided.unused),
    )
    if any(result.problem.severity == "error" for result in results):
        plans = []
    elif templates and granted.namespaces:
        plans = add_objects(plans, sources, templates, granted.namespaces)
    for plan in plans:
        check_plan(plan, run.prints.get(id(plan.document)), options.verify, options.parser)
    outputs = [
        output(source, data, plans) for source, (_, data) in zip(sources, inputs, strict=True)
    ]
    return Outcome(
        outputs=tuple(outputs),
        decisions=decisions,
        grants=granted.grants,
        results=results,
        sources=sources,
        edits=tuple((plan.document, plan.all_edits) for plan in plans),
    )


def _search(
    sources: Iterable[Source],
    config: Config,
    options: Options,
    known: Callable[[str], Tree | None] | None,
) -> _Run:
    places = (*BUILTINS, *config.fields)
    look = partial(
        find,
        table=compile_table(places),
        structure=config.structure,
        with_pods=bool(config.secret_names),
    )
    names = wanted_names(places)
    run = _Run()
    for source in sources:
        for document in documents(source):
            text = document.text
            if options.strict or can_hold_image(text, names):
                tree = known(text) if known is not None else None
                _search_document(run, document, tree, look, options)
                del tree
    return run


def can_hold_image(text: str, names: Iterable[str]) -> bool:
    """False for a document's text that holds none of the names, nor an escape that could spell one.

    A key may be written with escapes inside double quotes (YAML 1.1, 5.7), and so may JSON's.
    """
    for name in names:
        if name in text:
            return True
    return "\\" in text and any(escape in text for escape in _ESCAPES)


def _search_document(
    run: _Run, document: Document, tree: Tree | None, look: Callable[..., Found], options: Options
) -> None:
    try:
        tree = tree or read(document.text, options.parser)
        found = look(document, tree)
    except SyntaxFault as fault:
        run.results.append(Result(problem=fault_problem(document, fault)))
        return
    run.sites += found.sites
    run.pods += found.pods
    run.accounts += found.accounts
    run.results += found.results
    if options.verify != "off" and (found.sites or found.accounts):
        run.prints[id(document)] = fingerprint(tree.tokens, found.spots())
