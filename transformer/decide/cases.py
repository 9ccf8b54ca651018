"""Cases against the rules: what each image becomes, and where that is not what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transformer.config.cases import NONE, Case, Facts
from transformer.config.config import Config
from transformer.decide.decide import decide
from transformer.decide.imagined import imagined
from transformer.image.reference import name_of
from transformer.lock.lock import Lock
from transformer.model import Fail, Site, Skip, Verdict, final_image
from transformer.records import record


@record
class Outcome:
    """What came of a case: what is expected, and what is, of the keys that are of interest."""

    case: Case
    actual: Facts

    @property
    def differences(self) -> tuple[str, ...]:
        """The keys of which something else is expected."""
        return tuple(
            key
            for key, wanted in self.case.expected.items()
            if not _is_met(key, wanted, self.actual)
        )


def _is_met(key: str, wanted: str | tuple[str, ...], actual: Facts) -> bool:
    found = actual.get(key, ())
    return wanted in found if key == "warning" else wanted == found


def sites_of(cases: Sequence[Case]) -> list[Site]:
    """The site of each case."""
    return [imagined(it.image, it.namespace, it.kind, it.container, it.labels) for it in cases]


def outcomes(
    cases: Sequence[Case], sites: Sequence[Site], config: Config, lock: Lock | None
) -> Iterator[Outcome]:
    """What comes of each case at its site, each as if it were a run of its own."""
    decided = decide(sites, config, lock, apart=True).decisions
    for case, (site, verdict) in zip(cases, decided, strict=True):
        yield Outcome(case=case, actual=_facts(site, verdict))


def _facts(site: Site, verdict: Verdict) -> Facts:
    if isinstance(verdict, Fail):
        return {"error": verdict.problem.code}
    if isinstance(verdict, Skip):
        return {"warning": (verdict.problem.code,)}
    image = final_image(site, verdict)
    facts: dict[str, str | tuple[str, ...]] = {
        "name": name_of(image),
        "digest": image.partition("@")[2] or NONE,
        "pullSecrets": verdict.pull_secrets,
        "rule": verdict.rule or NONE,
    }
    warnings = tuple(it.code for it in verdict.problems)
    return {**facts, "warning": warnings} if warnings else facts
