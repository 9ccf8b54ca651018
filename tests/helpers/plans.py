"""Plans for streams of pods, over the rules that most tests have."""

from __future__ import annotations

from tests.helpers.registry_table import CONFIG, A, B, pods
from transformer.config.config import Config, parse_config
from transformer.errors import Problem
from transformer.lock.lock import Lock, parse_lock
from transformer.pipeline import transform
from transformer.plan.copies import Copy, Plan, of_decisions, planned
from transformer.records import replace

LOCK = f"""\
version: 1
images:
  docker.io/library/nginx:1.27:
    digest: {A}
    mediaType: application/vnd.oci.image.index.v1+json
    platforms:
      linux/amd64: {B}
  ghcr.io/acme/web:2.0:
    digest: {B}
"""


def config(more: str = "", head: str = CONFIG) -> Config:
    """The usual rules, and more of `spec`."""
    return parse_config("mirrorpin.yaml", head + more, ".")


def lock(text: str = LOCK) -> Lock:
    return parse_lock("images.lock.yaml", text)


def plan(
    stream: str, known: Lock | None = None, settings: Config | None = None, head: str = CONFIG
) -> Plan:
    """The plan for a stream."""
    given = settings or config("  digests: {mode: lock}\n", head)
    found = planned(given)
    if known is None:
        found = replace(found, digests=replace(found.digests, mode="off"))
    outcome = transform([("web.yaml", stream.encode())], found, lock=known)
    assert not outcome.failed, [str(it) for it in outcome.results]
    return of_decisions(outcome.decisions, given, known)


def copies(*images: str, known: Lock | None = None, head: str = CONFIG) -> list[Copy]:
    """The copies for pods with these images, about which there is nothing to say."""
    found = plan(pods(*images), known, head=head)
    assert found.problems == ()
    return list(found.copies)


def said(problems: tuple[Problem, ...]) -> list[str]:
    return [line for problem in problems for line in problem.lines]
