"""The manual: a page for `man` of the whole and of each command, from what the commands declare.

`python -m tools.manual FOLDER` writes them, in the language of man(7).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from transformer import __version__
from transformer.cli.arguments import Option
from transformer.cli.command import Command
from transformer.cli.manual import ABOUT, EXIT_CODES
from transformer.cli.table import DEFAULT, GROUPS, NAMES, command

VARIABLES = (
    "An option with a name in brackets has this variable as its twin, of which the value counts"
    " where the option is not given; flags take true, false, 1 or 0."
)


def write(folder: str) -> None:
    """Write `mirrorpin.1`, and `mirrorpin-NAME.1` for each command, into a folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        Path(folder, f"{name}.1").write_text(text)


def pages() -> dict[str, str]:
    """The text of each page, by its name without the section."""
    whole = {"mirrorpin": "\n".join(_overview())}
    return whole | {f"mirrorpin-{name}": "\n".join(_page(name, command(name))) for name in NAMES}


def _overview() -> Iterator[str]:
    yield from _head("mirrorpin", "mirror, pin and authorise container images")
    yield from (".B mirrorpin", escaped("[COMMAND] [OPTION]... [FILE|DIR|-]..."))
    yield from (".SH DESCRIPTION", escaped(ABOUT))
    yield escaped(f"Without a command, {DEFAULT} is meant.")
    yield ".SH COMMANDS"
    for title, names in GROUPS.items():
        yield f".SS {escaped(title)}"
        for name in names:
            yield from (".TP", f".BR mirrorpin\\-{name} (1)", escaped(command(name).help))
    yield from _tail()


def _page(name: str, known: Command) -> Iterator[str]:
    yield from _head(f"mirrorpin-{name}", known.help)
    yield from (f".B mirrorpin {name}", escaped(f"[OPTION]... {known.operands}".rstrip()))
    yield from (".SH OPTIONS", escaped(VARIABLES))
    for section in known.sections:
        yield f".SS {escaped(section.title)}"
        for option in section.options:
            yield from (".TP", _label(option), escaped(_help(option)))
    yield from (".SH EXAMPLE", ".nf", escaped(known.example), ".fi")
    yield from _tail()
    yield from (".SH SEE ALSO", ".BR mirrorpin (1)")


def _head(page: str, what: str) -> Iterator[str]:
    yield f'.TH {escaped(page.upper())} 1 "" "mirrorpin {__version__}" "mirrorpin"'
    # Names of variables and options are not to be broken, nor lines to be filled with blanks.
    yield from (".nh", ".ad l")
    yield from (".SH NAME", f"{escaped(page)} \\- {escaped(what)}", ".SH SYNOPSIS")


def _tail() -> Iterator[str]:
    yield ".SH EXIT STATUS"
    for code, meaning in EXIT_CODES.items():
        yield from (".TP", f".B {code}", escaped(meaning))


def _label(option: Option) -> str:
    labels = ", ".join(f"\\fB{escaped(label)}\\fR" for label in option.labels)
    value = f"\\fI{escaped(option.metavar)}\\fR"
    if option.bare:
        return f"{labels}[={value}]"
    return labels if option.is_flag else f"{labels} {value}"


def _help(option: Option) -> str:
    return f"{option.help} [{option.variable}]" if option.variable else option.help


def escaped(text: str) -> str:
    """A text that groff prints as it is: a dash is ASCII's, a dot or quote begins no request."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return re.sub(r"^(?=[.'])", r"\\&", plain.replace("'", "\\(aq").replace("~", "\\(ti"))


if __name__ == "__main__":
    write(sys.argv[1])
