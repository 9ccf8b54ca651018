"""The pull secrets that namespaces need as a list: who brings each, what it opens, who names it."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.messages import json_page, listed, page, shown
from transformer.pull_secrets.needs import Need


def as_text(needs: Iterable[Need]) -> str:
    """The list for people: a line for each, and below it what it must open and who names it."""
    lines: list[str] = []
    for it in needs:
        where = f"namespace {shown(it.namespace)}" if it.namespace else "the namespace of kubectl"
        lines += (
            f"{shown(it.name)} in {where}: {_held(it)}",
            f"     opens {listed(it.registries, 'nothing that is known')}",
            f"     for {listed(it.users)}",
        )
    return page(lines)


def _held(need: Need) -> str:
    if need.held:
        return f"{need.held} among the manifests"
    if need.elsewhere:
        return f"not among the manifests, but for those of {listed(need.elsewhere)}"
    return "not among the manifests"


def as_json(needs: Iterable[Need]) -> str:
    """The list for programs: `{"secrets": [...]}`, as `mirrorpin schema secrets` has it."""
    return json_page(
        {
            "secrets": [
                {
                    "namespace": it.namespace,
                    "name": it.name,
                    "held": it.held,
                    "elsewhere": list(it.elsewhere),
                    "registries": list(it.registries),
                    "users": list(it.users),
                }
                for it in needs
            ]
        }
    )
