"""A first configuration, made from rules of other files."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.cli.first_config import page, rest
from transformer.config.rule import Rule
from transformer.messages import one_line
from transformer.yamltext.scalars import written


def imported_configuration(
    rules: Iterable[Rule], *, is_function: bool = False, schema: str = ""
) -> str:
    """The text of a configuration with rules of other files, each below a line that names its
    place. The rest is as for `configuration`."""
    lines = [line for rule in rules for line in _imported(rule)]
    return page(lines or ["    []"], rest(0), is_function=is_function, schema=schema)


def _imported(rule: Rule) -> list[str]:
    place, source = one_line(rule.label), written(rule.source, "")
    lines = [f"  # {place}", f"  - source: {source}", f"    {_action(rule)}"]
    if rule.on_absent != "fail":
        lines.append(f"    onAbsent: {rule.on_absent}")
    return [*lines, f"    only: {rule.only}"] if rule.only else lines


def _action(rule: Rule) -> str:
    if rule.targets:
        return f"targets: [{', '.join(written(it, '') for it in rule.targets)}]"
    if rule.target:
        return f"target: {written(rule.target, '')}"
    if rule.template is not None:
        return f"template: {written(rule.template.text, '')}"
    return "keep: true" if rule.keep else "block: true"
