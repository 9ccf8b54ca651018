"""The command `images`: the distinct images, with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.cli.arguments import Option
from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, Job, prepare
from transformer.cli.named import DOCKERFILE, named_images, unless_piped
from transformer.cli.options import BILLS, COMMON, MANIFESTS, RULES, format_option
from transformer.cli.registry_options import PINNING
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.cli.voice import say_problems, voice
from transformer.pipeline import Outcome
from transformer.yamltext.documents import documents

if TYPE_CHECKING:
    from transformer.find.suspects import Seen
    from transformer.report.page import Table

IMAGES = ("text", "json", "csv", "markdown", *BILLS, "html")
MAYBE = Option(
    name="maybe",
    variable="MIRRORPIN_MAYBE",
    help="list also what else looks like an image, and is never changed",
)


def run(invocation: Invocation, shell: Shell) -> int:
    """List the distinct images, upstream and final, with counts and places."""
    job = prepare(unless_piped(invocation, shell), shell)
    outcome = transformed(job, invocation, shell, named_images(job, invocation))
    lists_suspects = invocation.own.get("maybe")
    said = (it for it in outcome.results if not (lists_suspects and it.problem.code == "suspects"))
    say = voice(invocation, shell, failed=outcome.failed)
    say_problems(said, say, every=invocation.is_verbose)
    shell.write(_written(job, outcome, invocation).encode())
    return FAILED if outcome.failed else DONE


def _written(job: Job, outcome: Outcome, invocation: Invocation) -> str:
    from transformer.report.images import as_json, as_text, list_images

    name = invocation.output_format
    if name == "html":
        return _page(job, outcome)
    listed = list_images((*outcome.decisions, *outcome.named))
    if name in BILLS:
        from transformer.report.bills import of_images, writer

        return writer(name)(of_images(listed), invocation.own["today"])
    seen = _seen(job, outcome, invocation) if invocation.own.get("maybe") else None
    if name in ("csv", "markdown"):
        from transformer.report import image_tables

        as_table = image_tables.as_csv if name == "csv" else image_tables.as_markdown
        return as_table(listed, seen)
    return (as_json if name == "json" else as_text)(listed, seen)


def _page(job: Job, outcome: Outcome) -> str:
    from transformer.report.page import html
    from transformer.report.page.images import page_of

    more: tuple[Table, ...] = ()
    if job.config.policy is not None:
        from transformer.policy.page import tables

        more = tables(job.config.policy, outcome.findings, outcome.results)
    decisions = (*outcome.decisions, *outcome.named)
    return html.write(page_of(decisions, outcome.results, outcome.grants, outcome.suspects, more))


def _seen(job: Job, outcome: Outcome, invocation: Invocation) -> Seen:
    from transformer.find.suspects import look

    found = (document for source in outcome.sources for document in documents(source))
    return look(found, outcome.decisions, job.config, invocation.options.parser)


COMMAND = Command(
    help="list the distinct images, upstream and final, with their places",
    example="helm template shop charts/shop | mirrorpin images --maybe",
    run=run,
    sections=(
        Section(
            title="the output",
            options=(format_option(*IMAGES), MAYBE, DOCKERFILE),
        ),
        *(RULES, MANIFESTS, PINNING, COMMON),
    ),
    needs_config=False,
)
