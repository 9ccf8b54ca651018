"""From the command line's options to someone who asks registries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from transformer.invocation import RegistryOptions
from transformer.lookups import Answer, Resolve
from transformer.reference import Reference
from transformer.registry import Client, Credentials, Settings
from transformer.shell import Shell

DEADLINE = 120.0


def connect(
    shell: Shell,
    options: RegistryOptions,
    *,
    is_quiet: bool,
    seconds: float,
    searches: bool = True,
) -> Resolve:
    """Who answers questions: the shell's own, or a client for real registries.

    Takes how long, in seconds, all questions of a call may take, and whether credentials are looked
    for in the usual places beside those that the options name.
    """
    if shell.resolve is not None:
        return shell.resolve
    settings = Settings(
        deadline=seconds,
        plain_http=options.plain_http,
        realms=options.realms,
        ca_file=options.ca_file,
        client_cert=options.client_cert,
        client_key=options.client_key,
        credentials=Credentials(
            shell.environment,
            files=options.auth_files,
            kubernetes=options.mounted_secrets,
            search=searches,
        ),
    )
    shows = shell.stderr.isatty() and not is_quiet

    def resolve(references: Sequence[Reference], with_platforms: bool) -> Mapping[str, Answer]:
        with Client(settings, shell.environment) as client:
            progress = _Progress(shell) if shows else None
            return client.resolve(references, with_platforms=with_platforms, progress=progress)

    return resolve


class _Progress:
    # One line that counts, and goes when all is answered.
    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def __call__(self, done: int, total: int) -> None:
        text = f"asked about {done} of {total} images" if done < total else ""
        self.shell.stderr.write(f"\r\x1b[K{text}")
        self.shell.stderr.flush()
