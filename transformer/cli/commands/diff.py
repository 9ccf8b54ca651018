"""The command `diff`: what transform would change."""

from __future__ import annotations

from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation, prepare
from transformer.cli.options import COMMON, MANIFESTS, RULES, format_option
from transformer.cli.registry_options import PINNING
from transformer.cli.run import transformed
from transformer.cli.shell import Shell
from transformer.cli.voice import report, summarise
from transformer.pipeline import Outcome


def run(invocation: Invocation, shell: Shell) -> int:
    """Show what transform would change: a unified diff, or the operations per object."""
    outcome = transformed(prepare(invocation, shell), invocation, shell)
    report(outcome, invocation, shell)
    if not outcome.failed:
        as_patches = invocation.output_format == "jsonpatch"
        text = _json_patches(outcome) if as_patches else _unified(outcome)
        if not as_patches and shell.paints(shell.stdout):
            from transformer.cli import colour

            text = colour.diff(text)
        shell.write(text.encode())
    summarise(outcome, invocation, shell)
    return FAILED if outcome.failed else DONE


def _json_patches(outcome: Outcome) -> str:
    from transformer.edit.patches import object_patches
    from transformer.messages import json_page

    patches = object_patches(outcome.changes, outcome.added)
    return json_page(patches)


def _unified(outcome: Outcome) -> str:
    from transformer.report.diff import unified_diff

    lines: list[str] = []
    for source in outcome.sources:
        edits = [it for it in outcome.edits if it[0].source is source]
        lines += unified_diff(source, edits)
    return "".join(line + "\n" for line in lines)


COMMAND = Command(
    help="show what transform would change",
    example="mirrorpin diff --format jsonpatch manifests/",
    run=run,
    sections=(
        Section(title="the output", options=(format_option("unified", "jsonpatch"),)),
        *(RULES, MANIFESTS, PINNING, COMMON),
    ),
)
