"""What a policy writes into pods: new names, digests from the lock, and pull secrets.

What cannot be moved is left, for a validating policy to deny. What a first pass wrote lies under a
target and carries a digest, so a second one writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transformer.config.config import Config
from transformer.config.mirrors import Rule
from transformer.errors import Position, Problem
from transformer.export import cel, pins
from transformer.export.admission import value, variables
from transformer.export.cel import Variable
from transformer.export.format import Request
from transformer.export.judgement import Entry, judgement_of, unsayable
from transformer.export.new_names import fields_of
from transformer.export.rewriting import moves, named, pinned, secrets, settled
from transformer.image.repository import under
from transformer.records import record, replace

# The injector of Istio puts its proxy here, after this policy; see `decide.unread`.
_INJECTED = "auto"


@record
class Mutation:
    """What is written: by which entries, and the digests of the lock in `parts`, each a ConfigMap.

    `unsaid` and `warnings` are those of an `Export`.
    """

    config: Config
    entries: tuple[Entry, ...]
    parts: tuple[dict[str, str], ...]
    unsaid: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def mutation_of(request: Request) -> Mutation:
    """What a configuration and its lock say, and an error for each rule that says more."""
    config = request.config
    judgement = judgement_of(config)
    beyond = {it.label: problem for it in config.rules if (problem := _beyond(it, config))}
    entries = tuple(
        replace(it, more=_more(it, config))
        for it in judgement.entries
        if it.action == "mirrored" or it.rule not in beyond
    )
    locked = pins.pins_of(request.lock, config.digests)
    return Mutation(
        config=config,
        entries=entries,
        parts=tuple(pins.parts_of(locked.digests)) if _is_pinning(config) else (),
        unsaid=(*judgement.unsaid, *beyond.values(), *_resolving(config), *locked.unsaid),
        warnings=locked.warnings,
    )


def changes(mutation: Mutation, params: str = "params", *, before: Iterable[Variable] = ()) -> str:
    """The variables and the mutations of a policy, below its `spec`.

    `params` is an expression for a ConfigMap of the lock, and `before` are variables that it needs.
    """
    config, entries, parts = mutation.config, mutation.entries, len(mutation.parts)
    found = [
        *before,
        cel.rules(entries),
        *cel.new_images(with_paths=True),
        cel.references(f"variables.written.filter(i, i.text != '{_INJECTED}')", with_paths=True),
        cel.judged(entries),
        named(entries),
        settled(entries),
        *(pinned(entries, config.rules, params) if parts else ()),
        moves(config, parts, params),
    ]
    patch = _REPLACE
    if _grants(config):
        found.append(secrets(config))
        patch += _ADD
    return f"{variables(found)}{_MUTATIONS}{value('      expression', patch)}"


_MUTATIONS = "  mutations:\n  - patchType: JSONPatch\n    jsonPatch:\n"
_REPLACE = """\
variables.moves.map(i, JSONPatch{op: 'replace', path: i.path, value: i.final})"""
_ADD = """
+ (variables.secrets.size() == 0 || has(object.spec.imagePullSecrets) ? [] :
    [JSONPatch{op: 'add', path: '/spec/imagePullSecrets', value: []}])
+ variables.secrets.map(s, JSONPatch{
    op: 'add',
    path: '/spec/imagePullSecrets/-',
    value: Object.spec.imagePullSecrets{name: s}
  })"""


def _is_pinning(config: Config) -> bool:
    return config.digests.mode in ("lock", "resolve")


def _beyond(rule: Rule, config: Config) -> Problem | None:
    if "images" not in rule.artifacts or rule.same_as:
        return None
    if len(rule.prefixes) > 1:
        return unsayable(rule, "targets", "give it one: the lock alone says which has an image")
    if fields_of(rule) is None:
        hint = "texts and variables with lower, replace and slug are what CEL can do"
        return unsayable(rule, "template", hint)
    targets = [prefix for it in config.rules for prefix in it.prefixes if prefix]
    if any(rule.prefixes) and any(under(rule.source, it) for it in targets):
        return unsayable(rule, "source", "it lies under a target: keep it, or move all at once")
    if rule.keep and rule.only == "tags" and _is_pinning(config):
        return unsayable(rule, "only", "an image that is kept and pinned has a digest next time")
    return None


def _resolving(config: Config) -> Iterator[Problem]:
    if config.digests.mode == "resolve":
        yield Problem(
            code="not-exportable",
            message="`digests.mode` is resolve, and admission asks no registry",
            position=Position(file=config.name),
            hint="use `mode: lock`, whose digests are exported",
        )


def _more(entry: Entry, config: Config) -> dict[str, str]:
    rule = next(it for it in config.rules if it.label == entry.rule)
    ways = fields_of(rule if entry.action == "move" else None) or {}
    if not _grants(config):
        return ways
    return {**ways, "pull": ",".join(_secrets(entry, rule, config))}


def _grants(config: Config) -> bool:
    return bool(config.secret_names) and config.pull_secrets.attach_to in ("pods", "both")


def _secrets(entry: Entry, rule: Rule, config: Config) -> Iterable[str]:
    # What an image there needs; one that is moved is looked up again by its new name.
    if entry.action not in ("mirrored", "keep"):
        return ()
    prefixes = (prefix for it in config.rules for prefix in it.prefixes if prefix)
    target = max((it for it in prefixes if under(entry.key, it)), key=len, default="")
    own = rule.pull_secrets if entry.action == "keep" else ()
    if not target:
        return own
    theirs = [name for it in config.rules if target in it.prefixes for name in it.pull_secrets]
    return dict.fromkeys((*theirs, *own, *config.pull_secrets.names))
