"""The part of Jinja2 that a template may use: it always ends soon, and never grows large.

Variables, `if`, `for`, `set`, methods of strings, and a few filters and tests. What could run for
long or tell things apart between two runs is missing (`*`, `**`, macros, includes, `range`); what
is left is guarded: every value that an operation makes is held below `MAX_VALUE`, and every turn
of a loop is paid for from a budget of `MAX_STEPS` nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from transformer.messages import closest, quoted

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.runtime import Context

MAX_VALUE = 1 << 12
MAX_STEPS = 50_000

FILTERS = ("crc32", "d", "default", "first", "join", "last", "length", "lower", "replace", "slug",
           "trim", "upper")  # fmt: skip
TESTS = ("!=", "==", "defined", "eq", "equalto", "in", "ne", "undefined")
METHODS = ("endswith", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace",
           "rpartition", "rsplit", "rstrip", "split", "startswith", "strip", "upper")  # fmt: skip
LOOP = ("first", "index", "index0", "last", "length", "revindex", "revindex0")

NODES = frozenset({
    "Add", "And", "Assign", "Call", "Compare", "Concat", "CondExpr", "Const", "Filter", "For",
    "Getattr", "Getitem", "If", "Keyword", "List", "Name", "Neg", "Not", "Operand", "Or", "Output",
    "Slice", "Sub", "Template", "TemplateData", "Test", "Tuple",
})  # fmt: skip

# How a user would call the nodes that are not among them.
WORDS = {
    "AssignBlock": "a block of {% set %}",
    "Block": "{% block %}",
    "CallBlock": "{% call %}",
    "Dict": "a mapping",
    "Div": "/",
    "Extends": "{% extends %}",
    "FilterBlock": "{% filter %}",
    "FloorDiv": "//",
    "FromImport": "{% from %}",
    "Import": "{% import %}",
    "Include": "{% include %}",
    "Macro": "{% macro %}",
    "Mod": "%",
    "Mul": "*",
    "NSRef": "a namespace",
    "Pos": "+ in front of a value",
    "Pow": "**",
    "ScopedEvalContextModifier": "{% autoescape %}",
    "With": "{% with %}",
}
GROWING = frozenset({"Add", "Call", "Concat", "Filter", "Getitem"})
CALLED = "called"

# No template can name or set it.
BUDGET = "steps left"


class TemplateFault(Exception):
    """A template cannot be used, or has no result. `line` counts from 1 in its text, 0 unknown."""

    def __init__(self, message: str, hint: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line


def check_language(program: nodes.Template, variables: Sequence[str]) -> None:
    """Check that a parsed template keeps to the language. Raises `TemplateFault` if not."""
    _check(program)
    _check_variables(program, variables)


def _check(node: nodes.Node) -> None:
    kind = type(node).__name__
    if kind not in NODES:
        raise _fault(node, f"must not use {WORDS.get(kind, kind)}")
    check = _CHECKS.get(kind)
    if check is not None:
        check(node)
    for child in node.iter_child_nodes():
        _check(child)


def _check_filter(node: Any) -> None:  # noqa: ANN401 a node's fields depend on its class
    _check_name(node, "filter", node.name, FILTERS)


def _check_test(node: Any) -> None:  # noqa: ANN401
    _check_name(node, "test", node.name, TESTS)


def _check_call(node: Any) -> None:  # noqa: ANN401
    # A method that is not called would be written with its address in memory.
    if not _is(node.node, "Getattr"):
        raise _fault(node, "must not call anything but methods of strings")
    _check_name(node, "method", node.node.attr, METHODS)
    node.node.ctx = CALLED


def _check_attribute(node: Any) -> None:  # noqa: ANN401
    if node.ctx == CALLED:
        return
    if getattr(node.node, "name", "") != "loop":
        raise _fault(node, f"must not use a method without calling it: {quoted(node.attr)}")
    _check_name(node, "attribute of loop", node.attr, LOOP)


def _check_list(node: Any) -> None:  # noqa: ANN401
    is_read = getattr(node, "ctx", "load") == "load"
    if is_read and not all(_is(item, "Const") for item in node.items):
        raise _fault(node, "must not hold a list of anything but literals")


def _check_loop(node: Any) -> None:  # noqa: ANN401
    if node.recursive:
        raise _fault(node, "must not use a recursive {% for %}")


_CHECKS: dict[str, Callable[[Any], None]] = {
    "Call": _check_call,
    "Filter": _check_filter,
    "For": _check_loop,
    "Getattr": _check_attribute,
    "List": _check_list,
    "Test": _check_test,
    "Tuple": _check_list,
}


def _is(node: nodes.Node, kind: str) -> bool:
    return type(node).__name__ == kind


def _check_name(node: nodes.Node, what: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        meant = closest(name, known)
        hint = f"did you mean {meant}?" if meant else f"it may use {', '.join(known)}"
        raise _fault(node, f"must not use the {what} {quoted(name)}", hint)


def _check_variables(program: nodes.Template, variables: Sequence[str]) -> None:
    from jinja2 import meta, nodes

    unknown = meta.find_undeclared_variables(program) - set(variables)
    for name in program.find_all(nodes.Name):
        if name.name in unknown or name.name == "self":
            _check_name(name, "variable", name.name, variables)
        if name.name == "loop" and name.ctx == "store":
            raise _fault(name, "must not set loop")


def _fault(node: nodes.Node, message: str, hint: str = "") -> TemplateFault:
    return TemplateFault(message, hint, node.lineno)


def guard(node: Any) -> Any:  # noqa: ANN401 fields of Jinja2's nodes hold nodes, lists and values
    """Put the guards into a parsed template, in place. Returns the node to use instead."""
    cost = _size(node) if type(node).__name__ == "For" else 0
    for name, value in node.iter_fields():
        if isinstance(value, list):
            value[:] = [guard(item) if hasattr(item, "iter_fields") else item for item in value]
        elif hasattr(value, "iter_fields"):
            setattr(node, name, guard(value))
    kind = type(node).__name__
    if kind == "Concat":
        return _joined(node)
    if kind == "For":
        node.iter = _filtered(node.iter, "counted", cost)
    return _filtered(node, "bounded") if kind in GROWING else node


def _size(node: nodes.Node) -> int:
    return 1 + sum(map(_size, node.iter_child_nodes()))


def _joined(node: nodes.Concat) -> nodes.Expr:
    from jinja2 import nodes

    joined, *others = node.nodes
    for other in others:
        pair = nodes.Concat([joined, other], lineno=node.lineno)
        joined = _filtered(pair, "bounded")
    return joined


def _filtered(node: nodes.Expr, name: str, *arguments: int) -> nodes.Filter:
    from jinja2 import nodes

    constants = [nodes.Const(argument, lineno=node.lineno) for argument in arguments]
    return nodes.Filter(node, name, constants, [], None, None, lineno=node.lineno)


def bounded(value: object) -> object:
    """A value that an operation made, when it is of a kind and size that a template may hold."""
    from jinja2 import Undefined

    if isinstance(value, (str, list, tuple)):
        if len(value) > MAX_VALUE:
            raise TemplateFault(f"must not make a value longer than {MAX_VALUE}")
    elif not isinstance(value, (int, float, Undefined)):
        raise TemplateFault("must hold texts, numbers and lists only")
    return value


def counted(context: Context, items: Iterable[object], cost: int) -> Iterator[object]:
    """The items of a loop, each paid for with the size of the loop's body."""
    budget: list[int] = context[BUDGET]
    for item in items:
        budget[0] -= cost
        if budget[0] < 0:
            raise TemplateFault(f"must not loop: more than {MAX_STEPS} steps")
        yield item
