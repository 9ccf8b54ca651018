"""Completions for bash, zsh and fish, from the tables of the command line.

Each script is self-contained: it does not start mirrorpin, and completes the commands, their
arguments, the options with their values, and files for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from transformer.cli.arguments import Option
from transformer.records import record, replace


@record
class Word:
    """A command: its name, what it is for, and what must stand behind it ('' for files)."""

    name: str
    help: str
    words: tuple[str, ...] = ()


@record
class Flag:
    """An option: its names with dashes, what it is for, and the values that it takes.

    Without `choices`, one that `has_value` takes a file or free text. One that `may_stand_alone`
    takes its value behind = only. `commands` are those it belongs to, if not to all; those that are
    `free` take a file in the place of a choice.
    """

    names: tuple[str, ...]
    help: str
    choices: tuple[str, ...] = ()
    has_value: bool = False
    may_stand_alone: bool = False
    commands: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    @property
    def takes_the_next(self) -> bool:
        return self.has_value and not self.may_stand_alone


def flags_of(options: Iterable[Option]) -> list[Flag]:
    """The options of the command line, in their order."""
    return [
        Flag(
            names=(*((f"-{option.short}",) if option.short else ()), f"--{option.name}"),
            help=option.help,
            choices=option.choices,
            has_value=not option.is_flag,
            may_stand_alone=bool(option.bare),
            commands=option.commands,
            free=option.free,
        )
        for option in options
    ]


def script(shell: str, commands: Sequence[Word], flags: Sequence[Flag]) -> str:
    """The completions of a shell, one of bash, zsh and fish, as a script that it can source."""
    return _SHELLS[shell](commands, flags)


def _apart(flags: Iterable[Flag]) -> Iterator[Flag]:
    # An option with choices for some commands and files for others is two.
    for flag in flags:
        if flag.free:
            others = tuple(name for name in flag.commands if name not in flag.free)
            yield replace(flag, commands=others, free=())
            yield replace(flag, commands=flag.free, choices=(), free=())
        else:
            yield flag


def _groups(flags: Iterable[Flag]) -> Iterator[tuple[str, list[Flag]]]:
    # Options of the same commands, with a pattern for them; before there is a command, any counts.
    groups: dict[tuple[str, ...], list[Flag]] = {}
    for flag in flags:
        groups.setdefault(flag.commands, []).append(flag)
    for commands, members in groups.items():
        yield "|".join(("''", *commands)) if commands else "*", members


def _bash(commands: Sequence[Word], flags: Sequence[Flag]) -> str:
    names = "".join(
        f'    case $command in {pattern}) words+=" {_names(group)}" ;; esac\n'
        for pattern, group in _groups(flags)
    )
    words = " ".join(command.name for command in commands)
    values = "".join(
        f"    {'|'.join(flag.names)}) {_bash_value(flag)} ;;\n" for flag in flags if flag.has_value
    )
    arguments = "".join(
        f'    {command.name}) words="{" ".join(command.words)}" ;;\n'
        for command in commands
        if command.words
    )
    return _BASH.format(
        values=values,
        names=names,
        words=words,
        known="|".join(command.name for command in commands),
        default=commands[0].name,
        arguments=arguments,
        with_value="|".join(name for it in flags if it.takes_the_next for name in it.names),
        alone="|".join(name for it in flags if it.may_stand_alone for name in it.names) or "''",
    )


def _names(flags: Iterable[Flag]) -> str:
    return " ".join(name for flag in flags for name in flag.names)


def _bash_value(flag: Flag) -> str:
    if flag.choices:
        files = "compopt -o default; " * bool(flag.free)
        words = " ".join(flag.choices)
        return f'{files}COMPREPLY=($(compgen -W "{words}" -- "$current")); return'
    return "compopt -o default; COMPREPLY=(); return"


_BASH = """\
# bash completion for mirrorpin: source <(mirrorpin completion bash)
_mirrorpin() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local index word command= words= equals=
  COMPREPLY=()
  if [[ $current == "=" ]]; then
    current= equals=1
  elif [[ $previous == "=" ]]; then
    previous=${{COMP_WORDS[COMP_CWORD-2]}} equals=1
  fi
  case $previous in
    {alone}) [[ $equals ]] || previous= ;;
  esac
  case $previous in
{values}  esac
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${{COMP_WORDS[index]}}
    case $word in
    {with_value}) ((index++)); [[ ${{COMP_WORDS[index]}} == "=" ]] && ((index++)) ;;
    =) ((index++)) ;;
    -*) ;;
    {known}) command=$word; break ;;
    *) command={default}; break ;;
    esac
  done
  if [[ $current == -* ]]; then
{names}    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
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
    groups = "".join(
        f"  case $command in\n  {pattern}) specs+=(\n{_zsh_group(group)}  ) ;;\n  esac\n"
        for pattern, group in _groups(_apart(flags))
    )
    arguments = "".join(
        f"    {command.name}) compadd -- {' '.join(command.words)}; return ;;\n"
        for command in commands
        if command.words
    )
    known = "|".join(command.name for command in commands)
    return _ZSH.format(commands=listed, groups=groups, arguments=arguments, known=known)


def _zsh_group(flags: Iterable[Flag]) -> str:
    return "".join(f"    {line}\n" for flag in flags for line in _zsh_flag(flag))


def _zsh_flag(flag: Flag) -> list[str]:
    text = flag.help.replace("[", "(").replace("]", ")").replace(":", ";")
    value = ""
    if flag.choices:
        value = f":value:({' '.join(flag.choices)})"
    elif flag.may_stand_alone:
        value = "::value: "
    elif flag.has_value:
        value = ":file:_files"
    equals = "=-" if flag.may_stand_alone else "="
    return [
        _single(f"{name}{equals if value and name.startswith('--') else ''}[{text}]{value}")
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
  local -a line specs
  local word command=
  for word in ${{words[2,CURRENT-1]}}; do
    case $word in
    {known}) command=$word; break ;;
    esac
  done
{groups}  _arguments -s -S $specs \\
    '1: :_mirrorpin_first' \\
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
    names = [command.name for command in commands]
    seen = f"__fish_seen_subcommand_from {' '.join(names)}"
    for command in commands:
        help = _single(command.help)
        lines.append(f"complete -c mirrorpin -n 'not {seen}' -a {command.name} -d {help}")
        if command.words:
            words = _single(" ".join(command.words))
            after = f"'__fish_seen_subcommand_from {command.name}'"
            lines.append(f"complete -c mirrorpin -n {after} -f -a {words}")
    lines += [f"complete -c mirrorpin{_fish_flag(flag, names)}" for flag in _apart(flags)]
    return "".join(f"{line}\n" for line in lines)


def _fish_flag(flag: Flag, commands: Sequence[str]) -> str:
    names = "".join(
        f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in flag.names
    )
    value = where = ""
    if flag.choices:
        value = f" -x -a {_single(' '.join(flag.choices))}"
    elif flag.takes_the_next:
        value = " -r"
    if flag.commands:
        others = " ".join(name for name in commands if name not in flag.commands)
        where = f" -n 'not __fish_seen_subcommand_from {others}'"
    return f"{where}{names}{value} -d {_single(flag.help)}"


def _single(text: str) -> str:
    # One word for all three shells: fish reads \\' within quotes, the others do not, so a quote
    # is written outside of them.
    return "'" + text.replace("'", "'\\''") + "'"


_SHELLS: Mapping[str, Callable[[Sequence[Word], Sequence[Flag]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
