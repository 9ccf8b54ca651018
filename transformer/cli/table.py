"""The commands: what runs each, and what the command line must know about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from transformer.cli.commands import init as first_run
from transformer.cli.commands import transform as commands
from transformer.cli.invocation import Invocation
from transformer.cli.options import OPTIONS
from transformer.cli.shell import Shell
from transformer.records import record


@record
class Command:
    """A command: what it is for, what runs it, and its output formats (the first is the usual).

    `words` are what must stand behind it, one of them, instead of files.
    """

    help: str
    run: Callable[[Invocation, Shell], int]
    formats: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    needs_config: bool = True
    needs_lock: bool = True


def completion(invocation: Invocation, shell: Shell) -> int:
    """Write the completions of a shell, one of the command's words."""
    from transformer.cli.completion import Word, flags_of, script

    words = [Word(name=name, help=it.help, words=it.words) for name, it in COMMANDS.items()]
    shell.write(script(invocation.paths[0], words, flags_of(OPTIONS)).encode())
    return first_run.DONE


def cmp(invocation: Invocation, shell: Shell) -> int:
    """Be a config management plugin of Argo CD."""
    from transformer.cli.cmp import run

    return run(invocation, shell)


def discover(words: Sequence[str], shell: Shell) -> int:
    """Answer `cmp discover`, which hears no option: see there. Takes the words behind it."""
    from transformer.cli.cmp import discover

    return discover.discover(words, shell)


COMMANDS: Mapping[str, Command] = {
    "transform": Command(
        help="write the manifests with every image mirrored (the default)",
        run=commands.transform,
    ),
    "check": Command(
        help="exit 1 where transform would change or fail anything, and name it",
        run=commands.check,
    ),
    "diff": Command(
        help="show what transform would change",
        run=commands.diff,
        formats=("unified", "jsonpatch"),
    ),
    "images": Command(
        help="list the distinct images, upstream and final, with their places",
        run=commands.images,
        formats=("text", "json"),
        needs_config=False,
    ),
    "lock": Command(
        help="write the digests that the lock does not have, or check it",
        run=commands.lock,
        formats=("text", "markdown", "json"),
        needs_lock=False,
    ),
    "verify": Command(
        help="exit 1 unless every final image is there to be pulled",
        run=commands.verify,
        needs_lock=False,
    ),
    "doctor": Command(
        help="look for the silent traps of kustomization folders",
        run=commands.doctor,
        needs_config=False,
    ),
    "fields": Command(
        help="list where images are looked for, and what applies to manifests",
        run=commands.fields,
        formats=("text", "json", "yaml"),
        needs_config=False,
        needs_lock=False,
    ),
    "init": Command(
        help="write a first configuration, with a rule for each registry in use",
        run=first_run.init,
        needs_config=False,
    ),
    "cmp": Command(
        help="be a config management plugin of Argo CD",
        run=cmp,
        words=("discover", "parameters", "kustomize", "helm"),
    ),
    "schema": Command(
        help="write a JSON schema for editors: of the config or of the lock",
        run=first_run.schema,
        words=first_run.SCHEMAS,
        needs_config=False,
    ),
    "completion": Command(
        help="write the completions of a shell: bash, zsh or fish",
        run=completion,
        words=("bash", "zsh", "fish"),
        needs_config=False,
    ),
}
