"""The part of Jinja2 that a template may use: it always ends soon, and never grows large.

Variables, `if`, `for`, `set`, methods of strings, and a few filters and tests. What could run for
long or tell things apart between two runs is missing (`*`, `**`, macros, includes, `range`); what
is left is guarded: every value that an operation makes is held below `MAX_VALUE`, and everything is
paid for in steps. A step is a node of the template, each time that a loop comes to it, or
`STEP_CHARACTERS` that an operation takes or makes, or that are written. A rendering has `MAX_STEPS`
(what it writes has a bound of its own), and all renderings of a run share `MAX_RUN_STEPS`. No clock
is looked at, so that the same run always ends at the same place.
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
MAX_RUN_STEPS = 4_000_000
STEP_CHARACTERS = 8

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
GIVEN = frozenset({"List", "Name", "Tuple"})
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


class BudgetSpent(TemplateFault):
    """All templates of a run together have taken more than `MAX_RUN_STEPS`."""


class Budget:
    """What the templates of one run may still cost, in steps: one for all renderings of it."""

    __slots__ = ("_left", "_of_rendering", "_steps")

    def __init__(self, steps: int = MAX_RUN_STEPS) -> None:
        self._steps = self._left = steps
        self._of_rendering = 0

    def begin(self, nodes: int) -> None:
        """Pay for the nodes of a template that is rendered now."""
        self._of_rendering = MAX_STEPS
        self.spend(nodes)

    def spend(self, steps: int) -> None:
        """Pay for steps. Raises `TemplateFault` where a rendering, or the run, has none left."""
        self._of_rendering -= steps
        self._take(steps)
        if self._of_rendering < 0:
            raise TemplateFault(f"takes more than {MAX_STEPS} steps")

    def write(self, characters: int) -> None:
        """Pay for what is written. Raises `BudgetSpent`."""
        self._take(1 + characters // STEP_CHARACTERS)

    def _take(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            hint = "its templates do too much for each image: make them shorter"
            raise BudgetSpent(f"takes a run beyond {self._steps} steps", hint)


def check_language(node: nodes.Node) -> None:
    """Check that a parsed template keeps to the language. Raises `TemplateFault` if not."""
    kind = type(node).__name__
    if kind not in NODES:
        raise _fault(node, f"uses {WORDS.get(kind, kind)}")
    check = _CHECKS.get(kind)
    if check is not None:
        check(node)
    for child in node.iter_child_nodes():
        check_language(child)


def _check_filter(node: Any) -> None:  # noqa: ANN401 a node's fields depend on its class
    _check_name(node, "filter", node.name, FILTERS)


def _check_test(node: Any) -> None:  # noqa: ANN401
    _check_name(node, "test", node.name, TESTS)


def _check_call(node: Any) -> None:  # noqa: ANN401
    # A method that is not called would be written with its address in memory.
    if not _is(node.node, "Getattr"):
        raise _fault(node, "calls something: expected methods of strings alone")
    _check_name(node, "method", node.node.attr, METHODS)
    node.node.ctx = CALLED


def _check_attribute(node: Any) -> None:  # noqa: ANN401
    if node.ctx == CALLED:
        return
    if getattr(node.node, "name", "") != "loop":
        raise _fault(node, f"uses a method without calling it: {quoted(node.attr)}")
    _check_name(node, "attribute of loop", node.attr, LOOP)


def _check_list(node: Any) -> None:  # noqa: ANN401
    is_read = getattr(node, "ctx", "load") == "load"
    if is_read and not all(_is(item, "Const") for item in node.items):
        raise _fault(node, "holds a list of more than literals")


def _check_literal(node: Any) -> None:  # noqa: ANN401
    if isinstance(node.value, str) and len(node.value) > MAX_VALUE:
        raise _fault(node, f"holds a literal longer than {MAX_VALUE}")


def _check_loop(node: Any) -> None:  # noqa: ANN401
    if node.recursive:
        raise _fault(node, "uses a recursive {% for %}")


_CHECKS: dict[str, Callable[[Any], None]] = {
    "Call": _check_call,
    "Const": _check_literal,
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
        raise _fault(node, f"uses the {what} {quoted(name)}", hint)


def check_variables(program: nodes.Template, variables: Sequence[str]) -> None:
    """Check that a template names these variables only. Raises `TemplateFault` if not.

    Takes a template with its guards: on the way, Jinja2 runs filters on literals.
    """
    from jinja2 import meta, nodes

    unknown = meta.find_undeclared_variables(program) - set(variables)
    for name in program.find_all(nodes.Name):
        if name.name in unknown or name.name == "self":
            _check_name(name, "variable", name.name, variables)
        if name.name == "loop" and name.ctx == "store":
            raise _fault(name, "sets loop")


def _fault(node: nodes.Node, message: str, hint: str = "") -> TemplateFault:
    return TemplateFault(message, hint, node.lineno)


def guard(node: Any) -> Any:  # noqa: ANN401 fields of Jinja2's nodes hold nodes, lists and values
    """Put the guards into a parsed template, in place. Returns the node to use instead."""
    kind = type(node).__name__
    if kind == "Getattr" and node.ctx != CALLED:
        return node
    cost = size(node) if kind == "For" else 0
    for name, value in node.iter_fields():
        if isinstance(value, list):
            value[:] = [guard(item) if hasattr(item, "iter_fields") else item for item in value]
        elif hasattr(value, "iter_fields"):
            setattr(node, name, guard(value))
    if kind == "Concat":
        return _joined(node)
    if kind == "For":
        node.iter = _filtered(node.iter, "counted", cost)
    if _is_given(node, kind):
        return _filtered(node, "paid")
    return _filtered(node, "bounded") if kind in GROWING else node


def _is_given(node: Any, kind: str) -> bool:  # noqa: ANN401
    # A short literal is paid for as a node.
    if kind == "Const":
        return isinstance(node.value, str) and len(node.value) > STEP_CHARACTERS
    return kind in GIVEN and getattr(node, "ctx", "load") == "load"


def size(node: nodes.Node) -> int:
    """How many nodes there are in a parsed template, or a part of one."""
    return 1 + sum(map(size, node.iter_child_nodes()))


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


def bounded(context: Context, value: object) -> object:
    """A value that an operation made, paid for, when it is no longer than one may be."""
    if isinstance(value, (str, list, tuple)) and len(value) > MAX_VALUE:
        budget: Budget = context[BUDGET]
        budget.write(len(value))
        raise TemplateFault(f"makes a value longer than {MAX_VALUE}")
    return paid(context, value)


def paid(context: Context, value: object) -> object:
    """A value of a kind that a template may hold, paid for by its size."""
    from jinja2 import Undefined

    if isinstance(value, (str, list, tuple)):
        budget: Budget = context[BUDGET]
        budget.spend(1 + _weight(value) // STEP_CHARACTERS)
    elif not isinstance(value, (int, float, Undefined)):
        raise TemplateFault("holds more than texts, numbers and lists")
    return value


def _weight(value: str | list[object] | tuple[object, ...]) -> int:
    # The items of a list are texts and numbers.
    if isinstance(value, str):
        return len(value)
    return len(value) + sum(len(item) for item in value if isinstance(item, str))


def counted(context: Context, items: Iterable[object], cost: int) -> Iterator[object]:
    """The items of a loop, each paid for with the size of the loop's body."""
    budget: Budget = context[BUDGET]
    for item in items:
        budget.spend(cost)
        yield item
