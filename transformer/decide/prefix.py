"""Prefixes of images: a host, or a host and a path, to which a controller appends names.

    imageRegistry: quay.io/acme    becomes    imageRegistry: registry.example.com/quay.io/acme

A prefix can be moved where everything below it moves in the same way: no rule may have a source
further down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from transformer.config.config import Config
from transformer.config.mirrors import Rule, compile_rules
from transformer.errors import Problem
from transformer.image.prefix import BELOW, about_all, below, full_name
from transformer.image.reference import BadReference, normalize
from transformer.image.repository import under
from transformer.messages import quoted
from transformer.model import Fail, Keep, Site, Skip, Verdict
from transformer.records import replace


def decide_prefix(
    site: Site, config: Config, verdict_of: Callable[[Site, str], Verdict]
) -> Verdict:
    """Decide a prefix.

    Takes its site, the configuration, and who decides an image at a site.
    """
    prefix = site.value.strip().rstrip("/")
    if not prefix:
        message = "left alone: an empty string names no registry"
        return Skip(problem=Problem(code="empty", message=message, severity="info"))
    verdict = verdict_of(site, below(prefix))
    name = _full_name(prefix)
    rules = [it for it in config.rules if site.artifact in it.artifacts]
    further = [it.source for it in rules if under(it.source, name) and it.source != name]
    further += _by_digest(prefix, rules) if any(it.only for it in rules) else ()
    if further and not isinstance(verdict, Fail):
        return _split(site, further)
    # What it says is about everything below the prefix.
    if isinstance(verdict, Fail | Skip):
        return replace(verdict, problem=_about_all(verdict.problem))
    problems = tuple(map(_about_all, verdict.problems))
    verdict = replace(verdict, source=about_all(verdict.source), problems=problems)
    if isinstance(verdict, Keep):
        return verdict
    if not verdict.image.endswith(BELOW):
        return _split(site, [verdict.rule])
    end = site.value[len(site.value.rstrip("/\n")) :].rstrip("\n")
    return replace(verdict, image=verdict.image.removesuffix(BELOW) + end)


def _by_digest(prefix: str, rules: Iterable[Rule]) -> Iterator[str]:
    # What moves the images of a prefix that are written in one way, and not those of the other.
    particular = compile_rules(replace(it, only="") for it in rules if it.only)
    try:
        reference = normalize(below(prefix))
    except BadReference:
        return
    yield from (it.source for it in particular.candidates(reference))


def _full_name(prefix: str) -> str:
    try:
        return full_name(prefix)
    except BadReference:
        return prefix


def _about_all(problem: Problem) -> Problem:
    return replace(problem, message=about_all(problem.message))


def _split(site: Site, others: list[str]) -> Fail:
    what = ", ".join(map(quoted, others))
    message = f"{quoted(site.value)} is a prefix of images that move apart, by {what}"
    hint = "name the images one by one, or give everything below it one rule"
    return Fail(problem=Problem(code="prefix-apart", message=message, hint=hint))
