"""The commands of the first day: `init`, and `schema` for the editor."""

from __future__ import annotations

from transformer.errors import Position, Problem, UsageError
from transformer.invocation import Invocation
from transformer.shell import Shell

DONE = 0
FAILED = 1

SCHEMAS = ("config", "lock")


def init(invocation: Invocation, shell: Shell) -> int:
    """Write a configuration for the manifests, or the file of a host that `--for` names."""
    host = invocation.own.get("for", "")
    output = invocation.own.get("output", "")
    if host in ("argocd", "helm"):
        from transformer.hosts import FILES

        if invocation.paths or invocation.own.get("registry"):
            message = f"`--for {host}` must not be used with manifests or `--registry`"
            raise _usage(message, "its file is the same for all of them")
        _write(FILES[host], output, shell)
        return DONE
    from transformer.init import draft

    registry = _registry(invocation.own.get("registry", ""))
    made = draft(
        shell.read_inputs(invocation.paths),
        registry,
        is_function=host == "kustomize",
        options=invocation.options,
    )
    for problem in made.problems:
        shell.say(str(problem))
    if made.text:
        _write(made.text, output, shell)
        say = shell.note if invocation.is_quiet else shell.say
        for source in made.found:
            count = len(source.names)
            say(f"{source.host}: {count} {'repository' if count == 1 else 'repositories'}")
    return FAILED if made.failed else DONE


def _registry(text: str) -> str:
    from transformer.init import PLACEHOLDER
    from transformer.repositories import BadName, check_target

    try:
        return check_target(text or PLACEHOLDER)
    except BadName as error:
        raise _usage(f"`--registry` {error.message}", error.hint) from None


def _write(text: str, output: str, shell: Shell) -> None:
    if not output:
        shell.write(text.encode())
        return
    try:
        with open(output, "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        exists = isinstance(error, FileExistsError)
        problem = Problem(
            code="output",
            message=f"file cannot be written: {error.strerror}",
            position=Position(file=output),
            hint="remove it first, or choose another name" if exists else "",
        )
        raise UsageError(problem) from None


def schema(invocation: Invocation, shell: Shell) -> int:
    """Write the JSON schema of the configuration, or of the lock."""
    from transformer.schemas import read

    shell.write(read(invocation.paths[0]))
    return DONE


def _usage(message: str, hint: str = "") -> UsageError:
    return UsageError(Problem(code="usage", message=message, hint=hint))
