"""From the command line's options to someone who asks registries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from transformer.cli.counting import write_over
from transformer.cli.invocation import RegistryOptions
from transformer.cli.shell import Bytes, Shell
from transformer.image.reference import Reference
from transformer.messages import quoted
from transformer.registry import Client, Credentials, RegistryFault, Settings
from transformer.registry.http.certificates import usual_folders
from transformer.registry.resolver import Answer, Attend, Date, Resolve

DEADLINE = 120.0

Found = TypeVar("Found")


def connect(
    shell: Shell,
    options: RegistryOptions,
    *,
    is_quiet: bool,
    seconds: float = 0,
    searches: bool = True,
) -> Resolve:
    """Who answers questions: the shell's own, or a client for real registries; offline, nobody.

    Takes how long, in seconds, all questions of a call may take, 0 for what the options say of it,
    and whether credentials are looked for in the usual places beside those that the options name.
    """
    if options.offline:
        return _refuse
    if shell.resolve is not None:
        return shell.resolve
    settings = _settings(shell, options, seconds, searches=searches)
    stderr = shell.stderr
    shows = stderr is not None and stderr.isatty() and not is_quiet

    def resolve(references: Sequence[Reference], with_platforms: bool) -> Mapping[str, Answer]:
        with Client(settings, shell.environment) as client:
            progress = _counter(stderr) if stderr is not None and shows else None
            return client.resolve(references, with_platforms=with_platforms, progress=progress)

    return resolve


def attending(shell: Shell, options: RegistryOptions) -> Attend:
    """Who says what belongs to manifests: real registries; offline, nobody."""
    return _asking(shell, options, Client.attached)


def dating(shell: Shell, options: RegistryOptions) -> Date:
    """Who says when images were made: real registries; offline, nobody."""
    return _asking(shell, options, Client.created)


def _asking(
    shell: Shell,
    options: RegistryOptions,
    question: Callable[[Client, Sequence[Reference]], dict[str, Found | RegistryFault]],
) -> Callable[[Sequence[Reference]], Mapping[str, Found | RegistryFault]]:
    if options.offline:
        return _refuse_all
    settings = _settings(shell, options, 0, searches=True)

    def ask(references: Sequence[Reference]) -> Mapping[str, Found | RegistryFault]:
        with Client(settings, shell.environment) as client:
            return question(client, references)

    return ask


def _settings(
    shell: Shell, options: RegistryOptions, seconds: float, *, searches: bool
) -> Settings:
    return Settings(
        deadline=seconds or options.deadline or DEADLINE,
        plain_http=options.plain_http,
        realms=options.realms,
        ca_file=options.ca_file,
        client_cert=options.client_cert,
        client_key=options.client_key,
        certs_folders=(*options.certs_folders, *usual_folders(shell.environment)),
        absent_again=options.absent_again,
        credentials=Credentials(
            shell.environment,
            files=options.auth_files,
            kubernetes=options.mounted_secrets,
            search=searches,
        ),
    )


def _refuse(references: Sequence[Reference], _with_platforms: bool) -> Mapping[str, Answer]:
    return dict(_refuse_all(references))


def _refuse_all(references: Sequence[Reference]) -> dict[str, RegistryFault]:
    refused: dict[str, RegistryFault] = {}
    for reference in (it.with_tag_default() for it in references):
        name = str(reference)
        message = (
            f"{quoted(name)} at {reference.domain} would be asked about, which `--offline` forbids"
        )
        hint = "leave `--offline` out, or lock the image where registries can be asked"
        refused[name] = RegistryFault("registry-offline", message, hint)
    return refused


def _counter(stderr: Bytes) -> Callable[[int, int], None]:
    # It goes when all is answered.
    def show(done: int, total: int) -> None:
        write_over(stderr, f"asked about {done} of {total} images" if done < total else "")

    return show
