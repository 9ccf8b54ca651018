"""The help: of the whole, with the commands in their groups, and of a command."""

from __future__ import annotations

from collections.abc import Iterator

from transformer.cli.parser import WIDTH, parser_of
from transformer.cli.table import GROUPS, NAMES, command

ABOUT = (
    "Rewrite, pin and authorise the container images of Kubernetes manifests, read from files, from"
    " the .yaml, .yml and .json files of folders, or from stdin."
)
EXIT_CODES = {
    0: "done, changed or not",
    1: "the manifests fail",
    2: "usage or configuration",
    3: "a fault of mirrorpin",
    130: "interrupted",
}


def help_of(name: str) -> str:
    """All about a command: what it is for, its options with their variables, an example."""
    return parser_of(name, command(name)).format_help()


def overview() -> str:
    """What there is, in less than a screen."""
    from textwrap import fill

    codes = "\n".join(f"  {code:<3}  {meaning}" for code, meaning in EXIT_CODES.items())
    return _OVERVIEW.format(about=fill(ABOUT, WIDTH), groups="\n".join(_groups()), codes=codes)


def _groups() -> Iterator[str]:
    width = max(map(len, NAMES))
    for title, names in GROUPS.items():
        yield f"{title}:"
        yield from (f"  {name:{width}}  {command(name).help}" for name in names)
        yield ""


_OVERVIEW = """\
usage: mirrorpin [COMMAND] [OPTION]... [FILE|DIR|-]...

{about}

{groups}
`mirrorpin help COMMAND` lists the options of a command, each with the variable
that stands in for it (for flags: true, false, 1 or 0), and has an example.

example:
  kustomize build overlays/prod | mirrorpin | kubectl apply -f -

exit codes:
{codes}
"""
