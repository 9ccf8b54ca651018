"""The command `init`: a first configuration, or what a host must have."""

from __future__ import annotations

import os

from transformer.cli.arguments import Option
from transformer.cli.command import DONE, FAILED, Command, Section
from transformer.cli.invocation import Invocation
from transformer.cli.options import COMMON, HOSTS, MANIFESTS
from transformer.cli.shell import Shell
from transformer.cli.voice import voice
from transformer.config.imports.mapped import ACCEPTED
from transformer.errors import Position, Problem, UsageError, usage_error
from transformer.messages import quoted

OPTIONS = (
    Option(
        name="registry",
        variable="MIRRORPIN_REGISTRY",
        metavar="HOST[/PATH]",
        help="what to mirror images under",
    ),
    Option(
        name="output",
        short="o",
        variable="MIRRORPIN_OUTPUT",
        metavar="FILE",
        help="a new file to write, not stdout; a new folder for argocd and helm",
    ),
    Option(
        name="for",
        variable="MIRRORPIN_FOR",
        metavar="HOST",
        choices=HOSTS,
        help="write what a host must have: kustomize, argocd or helm",
    ),
    Option(
        name="import",
        variable="MIRRORPIN_IMPORT",
        metavar="FILE",
        help="take the rules from files of nodes, kustomize or imageswap, not from manifests",
    ),
    Option(
        name="accept",
        variable="MIRRORPIN_ACCEPT",
        metavar="WHAT",
        many=True,
        help=f"with --import, let go what no rule says: {', '.join(ACCEPTED)}",
    ),
)


def run(invocation: Invocation, shell: Shell) -> int:
    """Write a configuration for the manifests, or the file of a host that `--for` names."""
    host = invocation.own.get("for", "")
    if host in ("argocd", "helm"):
        say = voice(invocation, shell, failed=False)
        for path in _write_plugin(host, _file(invocation), invocation):
            say(path)
        return DONE
    if invocation.own.get("import"):
        return _import(invocation, shell)
    if invocation.own.get("accept"):
        raise usage_error("`--accept` is used alone: expected `--import` beside it")
    return _draft(invocation, shell)


def _draft(invocation: Invocation, shell: Shell) -> int:
    from transformer.cli.first_config import SCHEMA_FILE, draft, next_steps

    output = _file(invocation)
    is_function = invocation.own.get("for") == "kustomize"
    named = invocation.own.get("registry", "")
    made = draft(
        shell.read_inputs(invocation.paths),
        _registry(named),
        is_function=is_function,
        options=invocation.options,
        schema=SCHEMA_FILE if output else "",
    )
    say = voice(invocation, shell, failed=made.failed)
    for problem in made.problems if named or not made.text else (*made.problems, _no_registry()):
        say(problem)
    if not made.text:
        return FAILED
    _write(made.text, output, shell)
    say = voice(invocation, shell, failed=False)
    if output:
        say(_write_schema(os.path.join(os.path.dirname(output), SCHEMA_FILE)))
    for source in made.found:
        count = len(source.names)
        say(f"{source.host}: {count} {'repository' if count == 1 else 'repositories'}")
    for line in next_steps(output, invocation.paths, is_function=is_function):
        say(line)
    return FAILED if made.failed else DONE


def _no_registry() -> Problem:
    from transformer.cli.first_config import PLACEHOLDER

    return Problem(
        code="no-registry",
        severity="warning",
        message=f"no registry was named: the rules have {PLACEHOLDER}, which is nobody's",
        hint="mirrorpin init --registry HOST names yours",
    )


def _import(invocation: Invocation, shell: Shell) -> int:
    from transformer.cli.first_config import SCHEMA_FILE
    from transformer.cli.imported import imported_rules
    from transformer.cli.imported_config import imported_configuration

    own = invocation.own
    output = _file(invocation)
    if own.get("registry"):
        hint = "the files say where the mirrors are"
        raise usage_error("`--import` and `--registry` are both given: expected one of them", hint)
    accept = frozenset(filter(None, own.get("accept", "").split(",")))
    unknown = sorted(accept - {*ACCEPTED})
    if unknown:
        message = f"`--accept` is {quoted(unknown[0])}: expected one of {', '.join(ACCEPTED)}"
        raise usage_error(message)
    say = voice(invocation, shell, failed=False)
    rules = imported_rules((own["import"], *invocation.paths), accept, say)
    if not rules:
        message = "no mirrors: the files name none, and no rule is written"
        say(Problem(code="no-mirrors", severity="warning", message=message))
    is_function = own.get("for") == "kustomize"
    schema = SCHEMA_FILE if output else ""
    _write(imported_configuration(rules, is_function=is_function, schema=schema), output, shell)
    if output:
        say(_write_schema(os.path.join(os.path.dirname(output), SCHEMA_FILE)))
    return DONE


def _file(invocation: Invocation) -> str:
    # What is to be written, '' for stdout.
    output = invocation.own.get("output", "")
    return "" if output == "-" else output


def _write_plugin(host: str, folder: str, invocation: Invocation) -> list[str]:
    from transformer.cli.hosts import read

    if invocation.paths or invocation.own.get("registry"):
        message = f"`--for {host}` is used with manifests or `--registry`: expected it alone"
        raise usage_error(message, "its files are the same for all of them")
    files = read(host)
    if not folder:
        hint = f"it names a new folder, for {', '.join(files)}"
        raise usage_error(f"`--for {host}` is used alone: expected `--output` beside it", hint)
    try:
        os.mkdir(folder)
        for name in files:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        return [_write_file(os.path.join(folder, name), files[name]) for name in files]
    except OSError as error:
        raise _unwritable("folder", folder, error) from None


def _write_file(path: str, content: bytes) -> str:
    mode = 0o777 if content.startswith(b"#!") else 0o666
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.write(content)
    return path


def _registry(text: str) -> str:
    from transformer.cli.first_config import PLACEHOLDER
    from transformer.image.repository import BadName, check_target

    try:
        return check_target(text or PLACEHOLDER)
    except BadName as error:
        raise usage_error(f"`--registry` {error.message}", error.hint) from None


def _write(text: str, output: str, shell: Shell) -> None:
    if not output:
        shell.write(text.encode())
        return
    try:
        with open(output, "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise _unwritable("file", output, error) from None


def _unwritable(what: str, path: str, error: OSError) -> UsageError:
    exists = isinstance(error, FileExistsError)
    problem = Problem(
        code="output",
        message=f"{what} cannot be written: {error.strerror}",
        position=Position(file=path),
        hint="remove it first, or choose another name" if exists else "",
    )
    return UsageError(problem)


def _write_schema(path: str) -> str:
    from transformer.config.schemas import read

    try:
        return f"{_write_file(path, read('config'))}: what an editor checks it with"
    except FileExistsError:
        return f"{path}: left as it is; `mirrorpin schema config` prints today's"
    except OSError as error:
        raise _unwritable("file", path, error) from None


COMMAND = Command(
    help="write a first configuration, with a rule for each registry in use",
    example="mirrorpin init --registry r.example.com --output mirrorpin.yaml manifests/",
    run=run,
    sections=(Section(title="what is written", options=OPTIONS), MANIFESTS, COMMON),
    needs_config=False,
)
