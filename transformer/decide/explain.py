"""Why an image becomes what it becomes: what was tried in a run, told step by step.

The verdict is that of `decide`, and nothing here decides again: the rules are tried once more in
words, and digest and pull secrets of the verdict are traced to what they came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from transformer.config.config import Config
from transformer.config.mirrors import Mirrors, Rule, Target, compile_rules
from transformer.config.trials import Trial, try_rules
from transformer.decide.choices import Choices, choices_of, noted_choices, origins
from transformer.decide.unread import image_at, may_stand_in, stand_in
from transformer.errors import Problem
from transformer.image.prefix import below
from transformer.image.reference import BadReference, Reference, normalize
from transformer.lock.lock import Lock
from transformer.model import Decision, Fail, Keep, Rewrite, Site, Skip, Verdict, final_image
from transformer.records import record, replace

if TYPE_CHECKING:
    from transformer.config.policy import Gate, Level, Waiver

_NOT_THERE = "none of its targets has the image, as the lock notes, and `onAbsent` is next"
_NO_DIGEST = {
    "off": "`digests.mode` is off, and none is written",
    "require": "none is written, and `digests.mode` require looks none up",
}


GateState: TypeAlias = Literal["met", "fails", "warns", "waived", "not asked"]


@record
class GateAnswer:
    """What a gate that is on says of an image.

    `problems` are what it has against it, or would have without its `waiver`; a waiver for it that
    is over has `ended`.
    """

    gate: Gate
    level: Level
    state: GateState
    problems: tuple[Problem, ...] = ()
    waiver: Waiver | None = None
    ended: Waiver | None = None


@record
class Explanation:
    """What was done about the image at a site, and why.

    `reference` is the normalised image, None for a text that is none. `target` is that under which
    it lies already, `chosen` says which of several the lock notes, and where, `settled` says what
    keeps its new name there. `digest` is '' where the final
    image has none, `digest_from` says where it is from, or why there is none. Each of
    `pull_secrets` has the settings that demand it. `gates` are those of the policy that are on.
    """

    site: Site
    verdict: Verdict
    reference: Reference | None = None
    trials: tuple[Trial, ...] = ()
    target: Target | None = None
    chosen: str = ""
    settled: str = ""
    digest: str = ""
    digest_from: str = ""
    pull_secrets: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    gates: tuple[GateAnswer, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a run fails by it."""
        return isinstance(self.verdict, Fail) or any(it.state == "fails" for it in self.gates)

    @property
    def final(self) -> str:
        """The final image; '' where it is left alone or fails."""
        verdict = self.verdict
        return final_image(self.site, verdict) if isinstance(verdict, Rewrite | Keep) else ""

    @property
    def code(self) -> str:
        verdict = self.verdict
        return verdict.problem.code if isinstance(verdict, Skip | Fail) else verdict.code

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a run says about it."""
        verdict = self.verdict
        return (verdict.problem,) if isinstance(verdict, Skip | Fail) else verdict.problems


def explain(
    decisions: Iterable[Decision], config: Config, lock: Lock | None
) -> Iterator[Explanation]:
    """Explain decisions, given the configuration and the lock that they were made with."""
    mirrors = compile_rules(config.rules)
    for site, verdict in decisions:
        reference = _reference(site)
        if reference is None:
            yield Explanation(site=site, verdict=verdict)
        else:
            yield _explained(site, verdict, reference, mirrors, config, lock)


def _explained(
    site: Site,
    verdict: Verdict,
    reference: Reference,
    mirrors: Mirrors,
    config: Config,
    lock: Lock | None,
) -> Explanation:
    reference, naming = mirrors.upstream(reference)
    choices = choices_of(mirrors, reference)
    noted = noted_choices(choices, lock)
    kept = {it.index: it for it in noted.rules}
    left = [it for it in choices.rules if it.index not in kept]
    rules = [it for it in config.rules if site.artifact in it.artifacts and it is not naming]
    tried = [it for it in rules if it not in left]
    trials = try_rules(tried, reference, site.resource, site.container, choices.floor)
    trials[:0] = [Trial(rule=it, is_won=False, reason=_NOT_THERE) for it in left if it in rules]
    if naming is not None:
        reason = f"another name of {naming.same_as}, for which the rules are tried"
        trials.insert(0, Trial(rule=naming, is_won=False, reason=reason, is_name=True))
    told = Explanation(
        site=site,
        verdict=verdict,
        reference=reference,
        trials=tuple(trials),
        target=choices.target,
        chosen=_chosen(choices.rule(site), noted.rule(site), reference, lock),
    )
    if isinstance(verdict, Skip | Fail):
        return told
    final = _final(site, told.final)
    after = choices_of(mirrors, final)
    digest, origin = _digest(site, choices, mirrors, final, verdict, config, lock)
    return replace(
        told,
        settled=_settled(verdict, after.target, after.rule(site)),
        digest=digest,
        digest_from=origin,
        pull_secrets=_pull_secrets(verdict, after.target, after.rule(site), config),
    )


def _chosen(rule: Rule | None, noted: Rule | None, reference: Reference, lock: Lock | None) -> str:
    if rule is None or not rule.chooses or noted is None or noted.chooses:
        return ""
    entry = lock.get(reference.key) if lock is not None else None
    where = noted.target if noted.index == rule.index and noted.target else "none"
    return f"{where} of {rule.choice}, as {entry.position} notes" if entry is not None else ""


def _reference(site: Site) -> Reference | None:
    image = image_at(site)
    if site.names == "prefix":
        image = below(image)
    if may_stand_in(image) and stand_in(site, image) is not None:
        return None
    try:
        return normalize(image)
    except BadReference:
        return None


def _final(site: Site, image: str) -> Reference:
    return normalize(below(image) if site.names == "prefix" else image)


def _settled(verdict: Rewrite | Keep, target: Target | None, rule: Rule | None) -> str:
    if verdict.code != "mirrored":
        return ""
    if rule is not None and rule.keep:
        return f"`{rule.label}` keeps it"
    assert target is not None
    return f"it lies under {target.name}"


def _digest(
    site: Site,
    choices: Choices,
    mirrors: Mirrors,
    final: Reference,
    verdict: Rewrite | Keep,
    config: Config,
    lock: Lock | None,
) -> tuple[str, str]:
    reference, target = choices.reference, choices.target
    if reference.digest:
        return reference.digest, "it is written"
    if not final.digest:
        return "", _why_none(site, verdict, config)
    # An image that gets another name is looked up by the one that it had.
    keys: tuple[str, ...] = (reference.key,)
    if target is not None and verdict.code != "mirrored":
        keys = origins(target, mirrors, reference)
    assert lock is not None
    entries = ((key, lock.get(key)) for key in keys)
    key, entry = next((key, it) for key, it in entries if it and it.digest == final.digest)
    whom = "a registry's answer for" if entry.is_answer else f"{entry.position}, the entry of"
    return final.digest, f"{whom} {key}"


def _why_none(site: Site, verdict: Rewrite | Keep, config: Config) -> str:
    if config.digests.mode in _NO_DIGEST:
        return _NO_DIGEST[config.digests.mode]
    if verdict.code == "no-rule":
        return "no rule covers it"
    if site.digest == "none":
        return site.reason or "this field takes no digest"
    return "the lock has none"


def _pull_secrets(
    verdict: Rewrite | Keep, target: Target | None, rule: Rule | None, config: Config
) -> dict[str, tuple[str, ...]]:
    theirs = target.rules if target is not None else ()
    reasons: dict[str, tuple[str, ...]] = {}
    for name in verdict.pull_secrets:
        found = [
            f"`{it.label}`, as the final name lies under its target"
            for it in theirs
            if name in it.pull_secrets
        ]
        if rule is not None and name in rule.pull_secrets:
            found.append(f"`{rule.label}`, which keeps the final name")
        if target is not None and name in config.pull_secrets.names:
            found.append("`pullSecrets.names`, for every image under a target")
        reasons[name] = tuple(found)
    return reasons
