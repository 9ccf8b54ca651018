"""Jinja2 templates: for target repositories, and for the objects that bring a pull secret.

    template: "registry.example.com/gcr/{{ host | slug }}/{{ repository }}"

A target template begins with a literal registry host and `/`, so that what it made can be
recognised. Its variables are strings: `host`, `repository` (the path on the host), `name` (the last
part of it), `source` (host/repository), `tag` and `digest` ('' when absent). A pull secret template
has `namespace`, `names` (a list) and `name` (the first of them).

A variable that does not exist is an error; a line that holds only a statement leaves no trace.
Jinja2 is imported by the first template. `template_language` says what a template may use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from transformer.config.template_language import (
    BUDGET,
    Budget,
    TemplateFault,
    bounded,
    check_language,
    check_variables,
    counted,
    guard,
    paid,
    size,
)
from transformer.image.repository import BadName, check_target
from transformer.messages import quoted
from transformer.records import record

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import SandboxedEnvironment

MAX_TEMPLATE = 1 << 16
MAX_OUTPUT = 1 << 20

TARGET_VARIABLES = ("host", "repository", "name", "source", "tag", "digest")
SECRET_VARIABLES = ("namespace", "name", "names")


@record
class Program:
    """What can be rendered: a template of Jinja2, and the number of its nodes."""

    template: Any
    nodes: int


@record
class CompiledTemplate:
    """A target template. `prefix` is the literal repository, or host, that it begins with."""

    text: str
    prefix: str
    program: Program


@record
class Piece:
    """A part of a template: its text, or a variable with filters, each with its arguments."""

    text: str = ""
    variable: str = ""
    filters: tuple[tuple[str, ...], ...] = ()


def compile_target(text: str) -> CompiledTemplate:
    """Compile a target template.

    Takes its text; line breaks at the end do not count. Raises `TemplateFault` for a syntax error,
    for anything outside of the language, and where it begins with no registry host.
    """
    text = text.rstrip("\n")
    tree = _parse(text)
    prefix = _literal_prefix(text, tree)
    return CompiledTemplate(text=text, prefix=prefix, program=_compile(tree, TARGET_VARIABLES))


def pieces(text: str) -> tuple[Piece, ...] | None:
    """A template as texts and variables one behind the other; None for one that does more.

    Takes the text of one that compiles. Arguments of filters are literals.
    """
    from jinja2 import nodes

    found: list[Piece | None] = []
    for output in _parse(text).body:
        parts = output.nodes if isinstance(output, nodes.Output) else [output]
        found += map(_piece, parts)
    known = tuple(it for it in found if it is not None)
    return known if len(known) == len(found) else None


def _piece(node: nodes.Node) -> Piece | None:
    from jinja2 import nodes

    if isinstance(node, nodes.TemplateData):
        return Piece(text=node.data)
    filters: list[tuple[str, ...]] = []
    while isinstance(node, nodes.Filter) and node.node is not None:
        values = [it.value for it in node.args if isinstance(it, nodes.Const)]
        if len(values) < len(node.args) or node.kwargs:
            return None
        filters.insert(0, (node.name, *map(str, values)))
        node = node.node
    return (
        Piece(variable=node.name, filters=tuple(filters)) if isinstance(node, nodes.Name) else None
    )


def render_target(template: CompiledTemplate, variables: Mapping[str, str], budget: Budget) -> str:
    """Render a target template, given `TARGET_VARIABLES` and the budget of the run.

    Raises `TemplateFault`; `BudgetSpent`, one of its kind, where the budget ends.
    """
    return _render(template.program, variables, budget)


def render_secret(text: str, *, namespace: str, names: Sequence[str], budget: Budget) -> str:
    """Render a pull secret template for one namespace.

    Takes the template's text, the namespace, the names of the pull secrets it needs, and the budget
    of the run. Returns the text of the objects. Raises as `render_target` does.
    """
    first = names[0] if names else ""
    variables = {"namespace": namespace, "name": first, "names": list(names)}
    return _render(_secret_program(text), variables, budget)


@cache
def _secret_program(text: str) -> Program:
    return _compile(_parse(text), SECRET_VARIABLES)


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined, pass_context
    from jinja2.filters import do_default
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        optimized=False,
    )
    environment.globals = {}
    own = (crc32, slug, str.lower, str.upper, _first, _last, _join, _length, _replace, _trim)
    environment.filters = {function.__name__.strip("_"): function for function in own}
    environment.filters |= {"d": do_default, "default": do_default}
    guards = (bounded, counted, paid)
    environment.filters |= {it.__name__: pass_context(it) for it in guards}
    return environment


def _parse(text: str) -> nodes.Template:
    from jinja2 import TemplateSyntaxError

    if len(text) > MAX_TEMPLATE:
        raise TemplateFault(f"is longer than {MAX_TEMPLATE} characters")
    try:
        return _environment().parse(text)
    except TemplateSyntaxError as error:
        raise TemplateFault(f"is not a template: {error.message}", line=error.lineno) from None
    except RecursionError:
        raise TemplateFault("is nested too deeply") from None
    except ValueError:
        raise TemplateFault("holds a number of too many digits") from None


def _literal_prefix(text: str, tree: nodes.Template) -> str:
    from jinja2 import nodes

    output = tree.body[0] if tree.body else None
    start = output.nodes[0] if isinstance(output, nodes.Output) else None
    literal = start.data if isinstance(start, nodes.TemplateData) else ""
    if literal == text:
        hint = "write `target` instead: the rest of the path is appended"
        raise TemplateFault(f"is {quoted(text)}: expected a variable in it", hint)
    folder, slash, _ = literal.rpartition("/")
    hint = "for example registry.example.com/{{ host | slug }}/{{ repository }}"
    try:
        return check_target(folder)
    except BadName as error:
        message = f'is {quoted(text)}: expected the name of a registry host and "/" first'
        raise TemplateFault(message, error.hint if slash else hint) from None


def _compile(tree: nodes.Template, variables: Sequence[str]) -> Program:
    environment = _environment()
    try:
        check_language(tree)
        length = size(tree)
        guard(tree)
        check_variables(tree, variables)
        tree.set_environment(environment)
        return Program(template=environment.from_string(tree), nodes=length)
    except (RecursionError, SyntaxError, MemoryError):
        # Python's own limits for the code that Jinja2 writes.
        raise TemplateFault("is nested too deeply") from None


def _render(program: Program, variables: Mapping[str, object], budget: Budget) -> str:
    pieces = []
    length = 0
    try:
        budget.begin(program.nodes)
        for piece in program.template.generate(**variables, **{BUDGET: budget}):
            pieces.append(piece)
            length += len(piece)
            budget.write(len(piece))
            if length > MAX_OUTPUT:
                raise TemplateFault(f"writes more than {MAX_OUTPUT} characters")
    except TemplateFault:
        raise
    except Exception as error:
        # A user's program may raise anything.
        raise TemplateFault(f"has no result: {error}") from None
    return "".join(pieces)


def slug(text: str) -> str:
    """A registry host as one component of a path: `localhost:5000` becomes `localhost-5000`.

    Lower case; every other character that a component must not hold becomes "-", and so does a run
    of separators that it must not hold; none is left at the ends. Different hosts can become one.
    """
    component = re.sub("[^a-z0-9._-]", "-", text.lower()).strip("._-")
    if not component:
        raise ValueError(f"nothing is left of {quoted(text)} by `slug`")
    return re.sub("[._-]+", _separator, component)


def _separator(run: re.Match[str]) -> str:
    found = run[0]
    return found if found in (".", "_", "__") or not found.strip("-") else "-"


def crc32(text: str) -> str:
    """The CRC-32 (IEEE) of a text's UTF-8 bytes in decimal, as Zarf writes it into tags."""
    import zlib

    return str(zlib.crc32(text.encode()))


def _first(items: Sequence[str]) -> str:
    return items[0]


def _last(items: Sequence[str]) -> str:
    return items[-1]


def _join(items: Sequence[str], separator: str = "") -> str:
    return separator.join(items)


def _length(items: Sequence[str]) -> int:
    return len(items)


def _replace(text: str, old: str, new: str) -> str:
    return text.replace(old, new)


def _trim(text: str) -> str:
    return text.strip()
