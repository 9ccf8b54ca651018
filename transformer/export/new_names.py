"""The names that rules give, in CEL: what a target or a simple template makes of an image.

An item of a list has the image's `name`, and its `rule` has `to`, `from` and `form`: what the new
name begins with, what the old one begins with that is not in the new one, and how the rest is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from transformer.config.mirrors import Rule
from transformer.config.templates import Piece, pieces
from transformer.export.cel import quoted
from transformer.image.reference import DOMAIN, HUB, PATH
from transformer.image.repository import EVERYTHING, MAX_NAME, WILDCARD, parse_source, under

_HOST = "i.image.name.find('^[^/]+')"
_PATH = "i.image.name.substring(i.image.name.indexOf('/') + 1)"
_VARIABLES = {
    "host": _HOST,
    "repository": _PATH,
    "name": "i.image.name.find('[^/]+$')",
    "source": "i.image.name",
}
_SLUG = (
    ".lowerAscii().replace('[', '-').replace(']', '-').replace(':', '-').replace('/', '-')"
    ".find('[a-z0-9].*[a-z0-9]|[a-z0-9]')"
)

# What a target does: of a name, a wildcard and everything.
_REST = "i.image.name.substring(i.rule.from.size())"
# A port stays behind that of a target, if that is a host; what is no name stands for none.
_BEHIND_HOST = (
    f"({_HOST}.endsWith(i.rule.from) ? '' :\n"
    f"          i.rule.to.matches('[:/]') ? '//' : {_HOST}.find(':[0-9]+$')) + '/' + {_PATH}"
)
_WHOLE = f"'/' + {_HOST}.replace(':', '_') + '/' + {_PATH}"


def fields_of(rule: Rule | None) -> dict[str, str] | None:
    """`from` and `form` of a rule, '' for None; None for a template that CEL cannot be made of."""
    if rule is None:
        return {"from": "", "form": ""}
    pattern = parse_source(rule.source)
    if rule.template is not None:
        rest = rule.template.text.removeprefix(rule.template.prefix)
        return {"from": "", "form": rest} if _template(rest) is not None else None
    if pattern.is_everything:
        return {"from": "", "form": EVERYTHING}
    if pattern.is_wildcard:
        return {"from": f".{pattern.name}", "form": WILDCARD}
    return {"from": pattern.name, "form": ""}


def name_of(ways: Iterable[str]) -> str:
    """The new name of an item whose rule moves it, '' for one that must not be one.

    Takes the `form` of all rules.
    """
    known = {EVERYTHING: _WHOLE, WILDCARD: _BEHIND_HOST, "": _REST}
    lines = [
        f"      i.rule.form == {quoted(way)} ? {known.get(way) or _template(way)} :\n"
        for way in dict.fromkeys(ways)
        if way
    ]
    rest = f"(\n{''.join(lines)}      {_REST}\n    )" if lines else _REST
    return f"i.rule.to + {rest}"


def is_name(name: str, targets: Iterable[str]) -> str:
    """The condition that an expression is a name, host and path, that its registry would take.

    Takes what the new names lie under. Of what registries demand, Docker Hub's two parts.
    """
    said = f"{name}.size() <= {MAX_NAME} && {name}.matches(\n    r'^{DOMAIN}/{PATH}$'\n  )"
    if not any(under(it, HUB) for it in targets):
        return said
    hub = HUB.replace(".", "[.]")
    return f"{said} && (!{name}.startsWith('{HUB}/') || {name}.matches('^{hub}/[^/]+/[^/]+$'))"


def _template(text: str) -> str | None:
    found = pieces(text)
    if found is None:
        return None
    written = [_piece(it) for it in found]
    known = [it for it in written if it is not None]
    return " + ".join(known) if len(known) == len(written) else None


def _piece(piece: Piece) -> str | None:
    if not piece.variable:
        return quoted(piece.text)
    expression = _VARIABLES.get(piece.variable)
    for name, *arguments in piece.filters:
        call = _call(name, arguments)
        if expression is None or call is None:
            return None
        expression += call
    return expression


def _call(name: str, arguments: list[str]) -> str | None:
    calls: Mapping[tuple[str, int], str] = {
        ("lower", 0): ".lowerAscii()",
        ("slug", 0): _SLUG,
        ("replace", 2): f".replace({', '.join(map(quoted, arguments))})",
    }
    return calls.get((name, len(arguments)))
