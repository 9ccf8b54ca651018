"""What a policy has against the images of a pod, in CEL, and what it says of them.

Every image of a pod must lie under a target or be kept, must not be blocked, and must carry a
digest where `digests` says so. All that is wrong with a pod is in one message.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from transformer.config.config import Config
from transformer.export import cel
from transformer.export.admission import NAME, value
from transformer.export.cel import Variable
from transformer.export.judgement import Entry


def checks_of(config: Config, entries: tuple[Entry, ...]) -> tuple[Variable, ...]:
    """The variables of a policy, of which `faults` has a message for each image that must not be.

    Takes the configuration, and what `judgement_of` makes of it.
    """
    return (
        cel.rules(entries),
        *cel.new_images(),
        cel.references(),
        cel.judged(entries),
        _faults(config, entries),
    )


def _faults(config: Config, entries: tuple[Entry, ...]) -> Variable:
    actions = {it.action for it in entries}
    lines = "".join(f"    {test} ? {says} :\n" for test, says in _cases(config, actions))
    return Variable(
        name="faults",
        comment="What is wrong with each of them.",
        expression=f"""\
variables.judged.map(i, {{
  'image': i.image.at + ': "' + i.image.text + '" ',
  'fault':
{lines}    {_NOTHING}
}}).filter(i, i.fault != '').map(i, i.image + i.fault)""",
    )


def _cases(config: Config, actions: Container[str]) -> Iterator[tuple[str, str]]:
    # The first case that holds for an image says what is wrong with it, if anything.
    digests = config.digests
    yield "i.image.name == ''", _INVALID if config.invalid == "fail" else _NOTHING
    if "block" in actions:
        yield "i.rule.action == 'block'", "'must not be used (' + i.rule.rule + ' blocks it)'"
    if "move" in actions:
        yield (
            "i.rule.action == 'move'",
            "'must be pulled from ' + i.rule.to + ' (' + i.rule.rule + ')'",
        )
    if config.unmatched == "fail":
        yield "i.rule.action == 'none'", "'must be covered by a rule'"
    elif digests.mode != "require":
        yield "i.rule.action == 'none'", _NOTHING
    if digests.mode != "off" and digests.missing == "fail":
        yield "!i.image.full.contains('@')", "'must carry a digest'"


_NOTHING = "''"
_INVALID = "'must be an image reference'"

VALIDATIONS = f"""\
  validations:
  - expression: variables.faults.size() == 0
{value("    messageExpression", "variables.faults.join('; ')")}\
    message: images must come from where the rules of {NAME} say
"""
