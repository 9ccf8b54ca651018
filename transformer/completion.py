"""Completions for bash, zsh and fish, from the tables of the command line.

Each script is self-contained: it does not start mirrorpin, and completes the commands, their
arguments, the options with their values, and files for everything else.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence

from transformer.records import record


@record
class Word:
    """A command: its name, what it is for, and what must stand behind it ('' for files)."""

    name: str
    help: str
    words: tuple[str, ...] = ()


@record
class Flag:
    """An option: its names with dashes, what it is for, and the values that it takes.

    Without `choices`, one that `has_value` takes a file or free text.
    """

    names: tuple[str, ...]
    help: str
    choices: tuple[str, ...] = ()
    has_value: bool = False


def flags_of(parser: argparse.ArgumentParser) -> list[Flag]:
    """The options of a parser, in its order. Names of variables are left out of their help."""
    return [
        Flag(
            names=tuple(action.option_strings),
            help=(action.help or "").partition(" [MIRRORPIN")[0],
            choices=tuple(action.choices or ()),
            has_value=action.nargs != 0,
        )
        for action in parser._actions
        if action.option_strings
    ]


def script(shell: str, commands: Sequence[Word], flags: Sequence[Flag]) -> str:
    """The completions of a shell, one of bash, zsh and fish, as a script that it can source."""
    return _SHELLS[shell](commands, flags)


def _bash(commands: Sequence[Word], flags: Sequence[Flag]) -> str:
    names = " ".join(name for flag in flags for name in flag.names)
    words = " ".join(command.name for command in commands)
    values = "".join(
        f"    {'|'.join(flag.names)}) {_bash_value(flag)} ;;\n" for flag in flags if flag.has_value
    )
    arguments = "".join(
        f'    {command.name}) words="{" ".join(command.words)}" ;;\n'
        for command in commands
        if command.words
    )
    with_value = "|".join(name for flag in flags if flag.has_value for name in flag.names)
    return _BASH.format(
        values=values, names=names, words=words, arguments=arguments, with_value=with_value
    )


def _bash_value(flag: Flag) -> str:
    if flag.choices:
        return f'COMPREPLY=($(compgen -W "{" ".join(flag.choices)}" -- "$current")); return'
    return "compopt -o default; COMPREPLY=(); return"


_BASH = """\
# bash completion for mirrorpin: source <(mirrorpin completion bash)
_mirrorpin() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local index word command= words=
  COMPREPLY=()
  if [[ $current == "=" ]]; then
    current=
  elif [[ $previous == "=" ]]; then
    previous=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  case $previous in
{values}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "{names}" -- "$current"))
    return
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${{COMP_WORDS[index]}}
    case $word in
    {with_value}) ((index++)); [[ ${{COMP_WORDS[index]}} == "=" ]] && ((index++)) ;;
    -*) ;;
    *) command=$word; break ;;
    esac
  done
  compopt -o default
  case $command in
    '') words="{words}" ;;
{arguments}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _mirrorpin mirrorpin
"""


def _zsh(commands: Sequence[Word], flags: Sequence[Flag]) -> str:
    listed = "".join(f"    {_single(f'{_zsh_text(it.name)}:{it.help}')}\n" for it in commands)
    options = "".join(f"    {line} \\\n" for flag in flags for line in _zsh_flag(flag))
    arguments = "".join(
        f"    {command.name}) compadd -- {' '.join(command.words)}; return ;;\n"
        for command in commands
        if command.words
    )
    return _ZSH.format(commands=listed, options=options, arguments=arguments)


def _zsh_flag(flag: Flag) -> list[str]:
    text = flag.help.replace("[", "(").replace("]", ")").replace(":", ";")
    value = ""
    if flag.choices:
        value = f":value:({' '.join(flag.choices)})"
    elif flag.has_value:
        value = ":file:_files"
    return [
        _single(f"{name}{'=' if value and name.startswith('--') else ''}[{text}]{value}")
        for name in flag.names
    ]


def _zsh_text(text: str) -> str:
    return text.replace(":", "\\:")


_ZSH = """\
#compdef mirrorpin
# zsh completion for mirrorpin: source <(mirrorpin completion zsh), or _mirrorpin in $fpath
_mirrorpin_first() {{
  local -a commands=(
{commands}  )
  _describe -t commands command commands
  _files
}}
_mirrorpin_rest() {{
  case ${{line[1]}} in
{arguments}  esac
  _files
}}
_mirrorpin() {{
  local -a line
  _arguments -s -S \\
{options}    '1: :_mirrorpin_first' \\
    '*: :_mirrorpin_rest'
}}
if [ "$funcstack[1]" = _mirrorpin ]; then
  _mirrorpin "$@"
else
  compdef _mirrorpin mirrorpin
fi
"""


def _fish(commands: Sequence[Word], flags: Sequence[Flag]) -> str:
    lines = ["# fish completion for mirrorpin: mirrorpin completion fish | source"]
    seen = f"__fish_seen_subcommand_from {' '.join(command.name for command in commands)}"
    for command in commands:
        help = _single(command.help)
        lines.append(f"complete -c mirrorpin -n 'not {seen}' -a {command.name} -d {help}")
        if command.words:
            words = _single(" ".join(command.words))
            after = f"'__fish_seen_subcommand_from {command.name}'"
            lines.append(f"complete -c mirrorpin -n {after} -f -a {words}")
    lines += [f"complete -c mirrorpin{_fish_flag(flag)}" for flag in flags]
    return "".join(f"{line}\n" for line in lines)


def _fish_flag(flag: Flag) -> str:
    names = "".join(
        f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in flag.names
    )
    value = ""
    if flag.choices:
        value = f" -x -a {_single(' '.join(flag.choices))}"
    elif flag.has_value:
        value = " -r"
    return f"{names}{value} -d {_single(flag.help)}"


def _single(text: str) -> str:
    # One word for all three shells: fish reads \\' within quotes, the others do not, so a quote
    # is written outside of them.
    return "'" + text.replace("'", "'\\''") + "'"


_SHELLS: Mapping[str, Callable[[Sequence[Word], Sequence[Flag]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
