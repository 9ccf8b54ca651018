"""Discovery: whether the plugin is for the application in the working directory.

Argo CD takes a failure for a no, and renders without the plugin, with upstream images. So nothing
stands between the question and its answer: no option, variable or log file that may be wrong. What
is wrong, `generate` says, and fails.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from transformer.cli.cmp.inside import repository
from transformer.cli.cmp.renderers import RENDERERS
from transformer.cli.defaults import CONFIG_VARIABLE
from transformer.cli.shell import Shell
from transformer.cli.upwards import find_config
from transformer.errors import usage_error
from transformer.messages import quoted

DONE = 0


def discover(words: Sequence[str], shell: Shell) -> int:
    """Print something when the plugin is for the working directory.

    Takes what stands behind `discover`, the name of a renderer. Raises `UsageError` for another.
    """
    if len(words) != 1 or words[0] not in RENDERERS:
        known = " or ".join(RENDERERS)
        message = f"`cmp discover` is followed by {quoted(' '.join(words))}: expected {known}"
        raise usage_error(message)
    found = _reasons(RENDERERS[words[0]].marks, shell.environment)
    if found:
        shell.write(f"{found[0]}\n".encode())
    return DONE


def _reasons(marks: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    # An application that names plugin or parameters is always ours.
    if environment.get("ARGOCD_APP_PARAMETERS"):
        return ["named"]
    return [it for it in marks if os.path.lexists(it)] if has_config(environment) else []


def has_config(environment: Mapping[str, str]) -> bool:
    """Whether there is a configuration; a link that leads nowhere is one, that is to be reported"""
    named = environment.get("PARAM_CONFIG") or environment.get(CONFIG_VARIABLE)
    return bool(named) or bool(find_config(repository(environment).root))
