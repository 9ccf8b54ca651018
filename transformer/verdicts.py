"""What can be decided about an image: exactly one of four verdicts."""

from __future__ import annotations

from typing import TypeAlias

from transformer.errors import Problem
from transformer.records import record


@record
class Rewrite:
    """The image becomes `image`. `source` is its normalised upstream name without digest."""

    image: str
    source: str
    rule: str
    code: str
    pull_secrets: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@record
class Keep:
    """The image stays as it is, on purpose: `code` is the reason. It is still authorised."""

    source: str
    rule: str
    code: str
    pull_secrets: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@record
class Skip:
    """Nothing was decided about the text at the site: `problem` says why (warning or info)."""

    problem: Problem


@record
class Fail:
    """The site fails the run. `problem` has severity error and no position yet."""

    problem: Problem


Verdict: TypeAlias = "Rewrite | Keep | Skip | Fail"
