"""Exactly one verdict for every site.

An image is decided once for each rule that it meets, however often it occurs: parsing, matching,
renaming and pinning are remembered, and a site costs a look-up. A verdict depends on the image, and
through `where` on the object and container it is in; never on another site, but for collisions.
"""

from __future__ import annotations

from collections.abc import Iterable

from transformer.config.config import Config
from transformer.config.mirrors import (
    RenameFault,
    Rule,
    Target,
    compile_rules,
    rename,
)
from transformer.config.template_language import Budget
from transformer.decide.choices import Choices, choices_of, noted_choices, origins
from transformer.decide.collisions import collide
from transformer.decide.pin import name_as_written, not_chosen, pin, unpinned
from transformer.decide.unread import (
    chart_left,
    guessed,
    image_at,
    looks_like_an_image,
    may_stand_in,
    read_image,
    rule_hint,
    stand_in,
)
from transformer.errors import Problem
from transformer.image.parts import Capability, keeps_tag
from transformer.image.reference import Reference
from transformer.lock.lock import Lock
from transformer.messages import quoted, shown
from transformer.model import Decision, Fail, Keep, Rewrite, Site, Verdict
from transformer.records import record, replace


@record
class Decisions:
    """One decision for each site, in order, and the rules that no image met.

    `firsts` are the rules that took their first target as no lock can choose.
    """

    decisions: tuple[Decision, ...]
    unused: tuple[Rule, ...]
    firsts: tuple[Rule, ...] = ()


def decide(
    sites: Iterable[Site],
    config: Config,
    lock: Lock | None,
    budget: Budget | None = None,
    *,
    apart: bool = False,
) -> Decisions:
    """Decide every site.

    Takes the sites of the whole run, the configuration, the lock, which must be there where
    `digests.mode` is `lock`, and what the templates of the run may cost. Two sources that land on
    one name turn every site of both into a failure, unless each site is a run of its own (`apart`).
    Raises `ConfigError` where the budget is spent.
    """
    judge = _Judge(config, lock, budget or Budget())
    decisions = [(site, judge.verdict(site)) for site in sites]
    decisions = decisions if apart else collide(decisions)
    met = judge.met.union(*({it.index for it in at.rules} for at in judge.lain_under.values()))
    unused = tuple(rule for rule in config.rules if rule.index not in met)
    firsts = tuple(rule for rule in config.rules if rule.index in judge.firsts)
    return Decisions(decisions=tuple(decisions), unused=unused, firsts=firsts)


class _Judge:
    def __init__(self, config: Config, lock: Lock | None, budget: Budget) -> None:
        self.config = config
        self.lock = lock
        self.budget = budget
        self.mirrors = compile_rules(config.rules)
        self.choices: dict[str, Choices | Verdict] = {}
        self.moves: dict[tuple[str, int], Choices | Fail] = {}
        self.verdicts: dict[tuple[str, int, int, Capability, str, str], Verdict] = {}
        self.settled: dict[object, Verdict] = {}
        self.is_scoped = any(rule.where is not None for rule in config.rules)
        self.is_particular = any(rule.only for rule in config.rules)
        self.is_choosing = any(rule.chooses for rule in config.rules)
        self.met: set[int] = set()
        self.lain_under: dict[str, Target] = {}
        self.firsts: set[int] = set()

    def verdict(self, site: Site) -> Verdict:
        verdict = self._of_site(site)
        return guessed(verdict, site) if site.by_shape or site.by_structure else verdict

    def _of_site(self, site: Site) -> Verdict:
        if site.by_structure and self.config.structure == "warn":
            return looks_like_an_image(site)
        if site.names == "prefix":
            from transformer.decide.prefix import decide_prefix

            return decide_prefix(site, self.config, self._verdict)
        image = image_at(site)
        left = stand_in(site, image) if may_stand_in(image) else None
        if left is not None:
            return left
        memo: object = image
        if site.digest != "whole":
            memo = (image, site.digest, site.reason, site.artifact)
        if memo in self.settled:
            return self.settled[memo]
        verdict = self._verdict(site, image)
        if not self.is_scoped:
            self.settled[memo] = verdict
        return verdict

    def _verdict(self, site: Site, image: str) -> Verdict:
        choices = self.choices.get(image)
        if choices is None:
            choices = self.choices[image] = self._read(image)
        if not isinstance(choices, Choices):
            return choices
        rule = choices.rule(site)
        moved = self._moved(image, choices.reference, rule)
        if isinstance(moved, Fail):
            return moved
        after = moved.rule(site) if moved is not None else None
        memo = (image, _index(rule), _index(after), site.digest, site.reason, site.artifact)
        if self.is_particular and self.is_scoped:
            return self._judge(site, choices, rule, moved, after)
        verdict = self.verdicts.get(memo)
        if verdict is None:
            verdict = self.verdicts[memo] = self._judge(site, choices, rule, moved, after)
        return verdict

    def _read(self, image: str) -> Choices | Verdict:
        reference = read_image(image, self.config.invalid)
        if not isinstance(reference, Reference):
            return reference
        reference, name = self.mirrors.upstream(reference)
        if name is not None:
            self.met.add(name.index)
        choices = choices_of(self.mirrors, reference)
        if not self.is_choosing:
            return choices
        noted = noted_choices(choices, self.lock)
        # A rule that was left for the next has been met.
        left = {it.index for it in choices.rules} - {it.index for it in noted.rules}
        self.met.update(left)
        return noted

    def _moved(self, image: str, reference: Reference, rule: Rule | None) -> Choices | Fail | None:
        # What the rules will say about the image's new name; None where it keeps its name.
        if rule is None or rule.keep or rule.block:
            return None
        memo = (image, rule.index)
        if memo not in self.moves:
            self.moves[memo] = self._move(reference, rule)
        return self.moves[memo]

    def _move(self, reference: Reference, rule: Rule) -> Choices | Fail:
        self.met.add(rule.index)
        try:
            name = rename(rule, reference, self.budget)
        except RenameFault as fault:
            return _fail(fault.code, fault.message, fault.hint)
        domain, _, path = name.partition("/")
        return choices_of(self.mirrors, replace(reference, domain=domain, path=path))

    def _judge(
        self,
        site: Site,
        choices: Choices,
        rule: Rule | None,
        moved: Choices | None,
        after: Rule | None,
    ) -> Verdict:
        reference = choices.reference
        if rule is None:
            if choices.target is not None:
                return self._already_mirrored(site, choices.target, reference)
            return self._unmatched(site, reference)
        if moved is not None:
            return self._renamed(site, reference, rule, moved, after)
        self.met.add(rule.index)
        if rule.block:
            message = f"{quoted(reference.original)} is blocked by `{rule.label}`"
            return _fail("blocked", message)
        secrets = self._secrets(choices.target, rule)
        keep = Keep(source=reference.key, rule=rule.label, code="kept", pull_secrets=secrets)
        return self._pinned(site, keep, reference, reference.name, (reference.key,))

    def _renamed(
        self, site: Site, reference: Reference, rule: Rule, moved: Choices, after: Rule | None
    ) -> Verdict:
        name = moved.reference.name
        if after is not None and after.block:
            self.met.add(after.index)
            message = f"would become {quoted(name)}, which `{after.label}` blocks"
            return _fail("blocked", message)
        settles = after.keep if after is not None else moved.target is not None
        if not settles:
            message = f"would become {quoted(name)}, which the next run would rewrite again"
            hint = f"`{rule.label}` leads there: keep it with a rule, {{source: ..., keep: true}}"
            return _fail("not-convergent", message, hint)
        rewrite = Rewrite(
            image=name,
            source=reference.key,
            rule=rule.label,
            code="mirrored",
            pull_secrets=self._secrets(moved.target, after),
        )
        if rule.chooses:
            problem = self._unchosen(site, reference, rule)
            if problem is not None and problem.severity == "error":
                return Fail(problem=problem)
            rewrite = replace(rewrite, problems=(problem,) if problem is not None else ())
        return self._pinned(site, rewrite, reference, name, (reference.key,))

    def _unchosen(self, site: Site, reference: Reference, rule: Rule) -> Problem | None:
        # Only whole images with a tag are in a lock.
        by_digest = bool(reference.digest and not reference.tag)
        if self.lock is None or by_digest or site.names != "image":
            self.firsts.add(rule.index)
            return None
        return not_chosen(reference, rule, self.config.digests, self.lock)

    def _secrets(self, target: Target | None, rule: Rule | None) -> tuple[str, ...]:
        # What the final name needs: of every rule that leads to its target, and of one that keeps
        # it there. So a second run asks for the same names.
        names = rule.pull_secrets if rule is not None else ()
        if target is None:
            return names
        ours = self.config.pull_secrets.names
        return tuple(dict.fromkeys((*target.pull_secrets, *names, *ours)))

    def _already_mirrored(self, site: Site, target: Target, reference: Reference) -> Verdict:
        self.lain_under[target.name] = target
        sources = origins(target, self.mirrors, reference)
        keep = Keep(
            source=sources[0],
            rule=target.rules[0].label,
            code="already-mirrored",
            pull_secrets=self._secrets(target, None),
        )
        return self._pinned(site, keep, reference, reference.name, sources)

    def _unmatched(self, site: Site, reference: Reference) -> Verdict:
        if site.artifact == "charts":
            return chart_left(reference, is_said=self.config.unmatched != "keep")
        message = f"no rule covers {quoted(reference.original)} ({shown(reference.name)})"
        hint = rule_hint(reference, self.mirrors.target_hosts)
        if self.config.unmatched == "fail":
            return _fail("no-rule", message, hint)
        problem = Problem(code="no-rule", message=message, severity="warning", hint=hint)
        problems = (problem,) if self.config.unmatched == "warn" else ()
        keep = Keep(source=reference.key, rule="", code="no-rule", problems=problems)
        # The lock is about images that rules cover; `require` is about everything that leaves.
        if self.config.digests.mode != "require":
            return keep
        return self._pinned(site, keep, reference, reference.name, ())

    def _pinned(
        self,
        site: Site,
        verdict: Rewrite | Keep,
        reference: Reference,
        name: str,
        sources: Iterable[str],
    ) -> Verdict:
        if site.digest == "none":
            pinned = unpinned(reference, site.reason, self.config.digests)
            # It is said of all of them together.
            pinned = replace(pinned, problem=None) if site.by_shape else pinned
        else:
            pinned = pin(reference, sources, self.config.digests, self.lock)
        digest, problem = pinned.digest, pinned.problem
        if problem is not None and problem.severity == "error":
            return Fail(problem=problem)
        problems = (*verdict.problems, problem) if problem is not None else verdict.problems
        if isinstance(verdict, Keep):
            if digest == reference.digest:
                return replace(verdict, problems=problems)
            # Only a digest is added: the name stays as it was written.
            name = name_as_written(reference)
            verdict = _as_rewrite(verdict)
        is_kept = not digest or keeps_tag(site.digest, self.config.digests.keep_tag)
        tag = reference.tag if is_kept else ""
        image = name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
        if self.is_particular and digest != reference.digest and not self._settles(site, image):
            return _fail(
                "not-convergent",
                f"would become {quoted(name)}, which the next run would rewrite, by its digest",
                "let `only` not part what is pinned from what is not, or write the digest",
            )
        return replace(verdict, image=image, problems=problems)

    def _settles(self, site: Site, image: str) -> bool:
        choices = self._read(image)
        assert isinstance(choices, Choices)
        rule = choices.rule(site)
        return rule is None or rule.keep


def _index(rule: Rule | None) -> int:
    return rule.index if rule is not None else -1


def _as_rewrite(keep: Keep) -> Rewrite:
    return Rewrite(
        image="", source=keep.source, rule=keep.rule, code="pinned", pull_secrets=keep.pull_secrets
    )


def _fail(code: str, message: str, hint: str = "") -> Fail:
    return Fail(problem=Problem(code=code, message=message, hint=hint))
