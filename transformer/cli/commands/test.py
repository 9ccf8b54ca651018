"""The command `test`: a table of images, and what the rules must make of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, prepare, read_text
from transformer.cli.options import COMMON, RULES, format_option
from transformer.cli.registry_options import PINNING
from transformer.cli.run import completing, findings_of
from transformer.cli.shell import Shell
from transformer.cli.voice import tell
from transformer.errors import Problem, usage_error
from transformer.messages import counted
from transformer.model import Site
from transformer.records import replace

if TYPE_CHECKING:
    from transformer.policy.gates import Finding


def run(invocation: Invocation, shell: Shell) -> int:
    """Try the cases of files on the rules; exit 1 where one of them comes out differently.

    Raises as `prepare` does, and `ConfigError` for a file that is no table of cases.
    """
    from transformer.config.cases import parse_cases
    from transformer.decide.cases import outcomes, sites_of
    from transformer.decide.decide import decide
    from transformer.report.cases import as_json, as_text, problems

    if not invocation.paths:
        hint = "mirrorpin help test has an example"
        raise usage_error("`test` is used alone: expected a file with cases", hint)
    job = prepare(replace(invocation, paths=(), needs_inputs=False), shell)
    files = [read_text(path, is_named=True) for path in invocation.paths]
    cases = [case for name, text in files for case in parse_cases(name, text)]
    sites = sites_of(cases)
    complete = completing(job, invocation, shell)
    lock = complete(sites) if complete is not None else job.lock
    decisions = decide(sites, job.config, lock, apart=True).decisions
    said = _said(sites, findings_of(job, invocation, decisions, lock))
    found = list(outcomes(cases, decisions, said))
    wrong = list(problems(found))
    as_format = as_json if invocation.output_format == "json" else as_text
    shell.write(as_format(found).encode())
    say = tell(wrong, invocation, shell, failed=bool(wrong))
    many = counted(len(found), "case")
    say(f"{len(wrong)} of {many} failed" if wrong else f"{many} passed")
    return FAILED if wrong else DONE


def _said(sites: Sequence[Site], findings: Iterable[Finding]) -> dict[int, list[Problem]]:
    numbers = {id(site): number for number, site in enumerate(sites)}
    said: dict[int, list[Problem]] = {}
    for it in findings:
        said.setdefault(numbers[id(it.site)], []).append(it.result.problem)
    return said


COMMAND = Command(
    help="try a table of images on the rules, and compare",
    example="mirrorpin test cases.yaml",
    run=run,
    sections=(
        Section(title="the output", options=(format_option("text", "json"),)),
        *(RULES, PINNING, COMMON),
    ),
    operands="FILE...",
)
