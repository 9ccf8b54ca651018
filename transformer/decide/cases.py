"""Cases against the rules: what each image becomes, and where that is not what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from transformer.config.cases import NONE, Case, Facts
from transformer.decide.imagined import imagined
from transformer.errors import Problem
from transformer.image.reference import name_of
from transformer.model import Decision, Fail, Site, Skip, Verdict, final_image
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
    cases: Sequence[Case], decisions: Sequence[Decision], said: Mapping[int, Sequence[Problem]]
) -> Iterator[Outcome]:
    """What comes of each case, given what was decided at its site as if it were a run of its own.

    Takes also what gates say, by the number of its case.
    """
    for number, (case, (site, verdict)) in enumerate(zip(cases, decisions, strict=True)):
        yield Outcome(case=case, actual=_facts(case, site, verdict, said.get(number, ())))


def _facts(case: Case, site: Site, verdict: Verdict, said: Sequence[Problem]) -> Facts:
    if isinstance(verdict, Fail):
        return {"error": verdict.problem.code}
    if isinstance(verdict, Skip):
        return {"warning": (verdict.problem.code,)}
    errors = [it.code for it in said if it.severity == "error"]
    if errors:
        # Of several gates that fail, any may be expected.
        expected = str(case.expected.get("error", ""))
        return {"error": expected if expected in errors else errors[0]}
    image = final_image(site, verdict)
    facts: dict[str, str | tuple[str, ...]] = {
        "name": name_of(image),
        "digest": image.partition("@")[2] or NONE,
        "pullSecrets": verdict.pull_secrets,
        "rule": verdict.rule or NONE,
    }
    warned = (it.code for it in said if it.severity == "warning")
    warnings = (*(it.code for it in verdict.problems), *warned)
    return {**facts, "warning": warnings} if warnings else facts
