"""The command `export`: the rules as configuration of others, so that they say the same."""

from __future__ import annotations

import os
from collections.abc import Iterable

from transformer.cli.arguments import ON, Option
from transformer.cli.command import DONE, Command, Section
from transformer.cli.files import read_if_there, replace_file
from transformer.cli.invocation import Invocation, prepare
from transformer.cli.options import COMMON, CONFIGURATION
from transformer.cli.shell import Shell
from transformer.cli.voice import voice
from transformer.config.config import Config
from transformer.errors import ConfigError, Position, Problem, UsageError
from transformer.export.format import Export, File, Request
from transformer.export.formats import NAMES, SHORT, format_of
from transformer.messages import named
from transformer.records import replace

OPTIONS = (
    Option(
        name="output-dir",
        variable="MIRRORPIN_OUTPUT_DIR",
        metavar="DIR",
        help="the folder to write files to, not stdout",
    ),
    Option(
        name="fallback",
        variable="MIRRORPIN_FALLBACK",
        help="let nodes ask the source for what the mirror lacks",
    ),
    Option(
        name="partial",
        variable="MIRRORPIN_PARTIAL",
        help="leave out what the format cannot say, with a warning for each",
    ),
)


def run(invocation: Invocation, shell: Shell) -> int:
    """Write the files of a format.

    Raises as `prepare` does, and `ConfigError` for what the format cannot say.
    """
    known = format_of(invocation.paths[0])
    own = replace(invocation, paths=(), needs_inputs=False, needs_lock=known.needs_lock)
    job = prepare(own, shell)
    has_fallback = invocation.own.get("fallback") == ON
    keys = _keys(job.config) if known.needs_keys else {}
    made = known.make(
        Request(config=job.config, lock=job.lock, keys=keys, has_fallback=has_fallback)
    )
    say = voice(invocation, shell, failed=False)
    for problem in _told(made, is_partial=invocation.own.get("partial") == ON):
        say(problem)
    if not any(it.text for it in made.files):
        say(_nothing(job.config))
    folder = invocation.own.get("output-dir", "")
    if folder:
        for path in _write(made.files, folder):
            say(path)
    else:
        shell.write(_stream(made.files).encode())
    return DONE


def _keys(config: Config) -> dict[str, str]:
    from transformer.cli.signing_keys import key_of

    found = {}
    for rule in config.rules:
        key = key_of(config, rule, rule.signed_by) if rule.signed_by else None
        if key is not None and rule.signed_by is not None:
            found[rule.signed_by.file] = key.text
    return found


def _nothing(config: Config) -> Problem:
    message = "no rule is for nodes, and nothing is written: expected one with a target"
    position = Position(file=config.name)
    return Problem(code="nothing-to-export", severity="warning", message=message, position=position)


def _told(made: Export, *, is_partial: bool) -> list[Problem]:
    if made.unsaid and not is_partial:
        raise ConfigError(made.unsaid)
    left = (
        replace(it, severity="warning", message=f"left out: {it.message}") for it in made.unsaid
    )
    return [*left, *made.warnings]


def _stream(files: tuple[File, ...]) -> str:
    if len(files) == 1:
        return files[0].text
    return "\n".join(f"# --- {it.path} ---\n{it.text}" for it in files)


def _write(files: Iterable[File], folder: str) -> list[str]:
    written = []
    for file in files:
        path = os.path.join(folder, *file.path.split("/"))
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        except OSError as error:
            message = f"folder cannot be made: {error.strerror}"
            position = Position(file=named(os.path.dirname(path)))
            problem = Problem(code="unwritable", message=message, position=position)
            raise UsageError(problem) from None
        replace_file(path, file.text.encode(), read_if_there(path))
        written.append(path)
    return written


COMMAND = Command(
    help="write the rules as configuration of nodes, or of admission",
    example="mirrorpin export hosts-toml --output-dir /etc/containerd/certs.d",
    run=run,
    sections=(Section(title="what is written", options=OPTIONS), CONFIGURATION, COMMON),
    operands="FORMAT",
    words=(*NAMES, *SHORT),
    needs_lock=False,
)
