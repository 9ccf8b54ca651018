"""The command `test`: a table of images, and what the rules must make of them."""

from __future__ import annotations

from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, prepare, read_text
from transformer.cli.options import COMMON, RULES, format_option
from transformer.cli.registry_options import PINNING
from transformer.cli.run import completing
from transformer.cli.shell import Shell
from transformer.cli.voice import tell
from transformer.errors import usage_error
from transformer.messages import counted
from transformer.records import replace


def run(invocation: Invocation, shell: Shell) -> int:
    """Try the cases of files on the rules; exit 1 where one of them comes out differently.

    Raises as `prepare` does, and `ConfigError` for a file that is no table of cases.
    """
    from transformer.config.cases import parse_cases
    from transformer.decide.cases import outcomes, sites_of
    from transformer.report.cases import as_json, as_text, problems

    if not invocation.paths:
        hint = "mirrorpin help test has an example"
        raise usage_error("`test` must be followed by a file with cases", hint)
    job = prepare(replace(invocation, paths=(), needs_inputs=False), shell)
    files = [read_text(path, is_named=True) for path in invocation.paths]
    cases = [case for name, text in files for case in parse_cases(name, text)]
    sites = sites_of(cases)
    complete = completing(job, invocation, shell)
    lock = complete(sites) if complete is not None else job.lock
    found = list(outcomes(cases, sites, job.config, lock))
    wrong = list(problems(found))
    as_format = as_json if invocation.output_format == "json" else as_text
    shell.write(as_format(found).encode())
    say = tell(wrong, invocation, shell, failed=bool(wrong))
    many = counted(len(found), "case")
    say(f"{len(wrong)} of {many} failed" if wrong else f"{many} passed")
    return FAILED if wrong else DONE


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
