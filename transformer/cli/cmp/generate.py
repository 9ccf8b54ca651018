"""Generation: what a renderer makes of the application's folder, with every image mirrored."""

from __future__ import annotations

import os

from transformer.cli.cmp.child import rendered
from transformer.cli.cmp.inside import repository
from transformer.cli.cmp.parameters import Parameters, read
from transformer.cli.cmp.renderers import COMMON, RENDERERS, Request
from transformer.cli.commands.transform import rewrite
from transformer.cli.defaults import CONFIG_VARIABLE, DEFAULT_CONFIG
from transformer.cli.invocation import Invocation, check_not_empty, prepare
from transformer.cli.options import DIGESTS
from transformer.cli.shell import STDIN, Shell
from transformer.cli.upwards import find_config
from transformer.errors import ConfigError, Position, Problem, UsageError
from transformer.messages import quoted
from transformer.records import replace


def generate(name: str, invocation: Invocation, shell: Shell) -> int:
    """Render the working directory by the renderer of a name, mirror, and write; or write nothing.

    Returns the exit code. Raises `UsageError` for parameters that must not be used, `ConfigError`
    and `InputError` as `prepare` does, and `RenderError` where the renderer fails.
    """
    renderer = RENDERERS[name]
    environment = shell.environment
    request = Request(
        environment=environment,
        repository=repository(environment),
        parameters=read(environment, {**COMMON, **renderer.parameters}),
    )
    # Whatever must not be used is an error before anything of it is read.
    command = renderer.command(request)
    asked = replace(
        invocation,
        paths=(),
        needs_inputs=False,
        config=_config(request, invocation),
        root=request.repository.root,
        lock=_lock(request, invocation),
        digests=_digests(request.parameters) or invocation.digests,
    )
    job = prepare(asked, shell)
    if job.config.mode != "transform":
        message = f"`spec.mode` is {quoted(job.config.mode)}: expected transform in a plugin"
        position = Position(file=job.config.name)
        raise ConfigError(Problem(code="bad-value", message=message, position=position))
    inputs = [(STDIN, rendered(command, shell))]
    check_not_empty(inputs)
    return rewrite(replace(job, inputs=inputs), asked, shell)


def _config(request: Request, invocation: Invocation) -> str:
    # The parameter comes first, as it is closer. Who set up the sidecar may name a file anywhere,
    # but one that is named from the folder of the application is the application's.
    inside = request.repository
    given = request.parameters.string("config")
    if given:
        return inside.named('parameter "config"', given)
    common = invocation.config or request.environment.get(CONFIG_VARIABLE)
    if common:
        return common if os.path.isabs(common) else inside.named("the configuration", common)
    found = find_config(inside.root)
    if not found:
        path = request.environment.get("ARGOCD_APP_SOURCE_PATH") or "."
        raise UsageError(
            Problem(
                code="no-config",
                message=f"no configuration: there is no {DEFAULT_CONFIG} in {quoted(path)}, or "
                "above it in the repository",
                hint='commit one, or set the parameter "config"',
            )
        )
    return inside.named("the configuration", found)


def _lock(request: Request, invocation: Invocation) -> str:
    # As for a configuration that is named outside of the repository.
    lock = invocation.lock
    return lock if not lock or os.path.isabs(lock) else request.repository.named("the lock", lock)


def _digests(parameters: Parameters) -> str:
    mode = parameters.string("digests")
    if mode and mode not in DIGESTS:
        known = ", ".join(DIGESTS)
        message = f'parameter "digests" is {quoted(mode)}: expected one of {known}'
        raise UsageError(Problem(code="bad-value", message=message))
    return mode
