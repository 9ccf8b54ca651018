"""Records: small immutable classes with named fields, cheap to define and to make.

`@record` is `@dataclass(frozen=True, slots=True, kw_only=True)` as far as a reader and a type
checker can tell. Defining sixty dataclasses takes longer than starting the interpreter, and a
frozen one sets its fields the slow way; a command that runs once for each `kustomize build` pays
for both every time. Assigning to a field is refused by the type checker, not at run time.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

Record = TypeVar("Record")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[Record]) -> type[Record]:
    """Make a class of annotated fields a record.

    Takes a class whose annotations, but those of class variables, are its fields, at least one; a
    value assigned there is a default, shared by all records, so it must be immutable. Returns the
    class with slots, a keyword-only `__init__`, and equality, hash and `repr` by its fields where
    it has none.
    """
    kinds = cls.__annotations__
    names = tuple(name for name in kinds if not kinds[name].startswith("ClassVar"))
    body = {name: value for name, value in vars(cls).items() if name not in _NOT_COPIED}
    defaults = {name: body.pop(name) for name in names if name in body}
    body["__slots__"] = names
    body["_values"] = attrgetter(*names)
    body["__init__"] = _initializer(names, defaults)
    for name, method in _METHODS.items():
        body.setdefault(name, method)
    make: Any = type(cls)
    made: type[Record] = make(cls.__name__, cls.__bases__, body)
    return made


def _initializer(names: tuple[str, ...], defaults: dict[str, Any]) -> Any:  # noqa: ANN401
    code = _CODES.get(len(names)) or _CODES.setdefault(len(names), _compiled(len(names)))
    named = code.replace(co_varnames=("self", *names), co_names=names)
    initializer = _FUNCTION(named, {}, "__init__")
    initializer.__kwdefaults__ = defaults
    return initializer


def _compiled(count: int) -> Any:  # noqa: ANN401
    # Compiling costs more than all else together, and only the names differ from class to class.
    names = [f"_{number}" for number in range(count)]
    scope: dict[str, Any] = {}
    lines = "".join(f"\n  self.{name} = {name}" for name in names)
    exec(f"def __init__(self, *, {', '.join(names)}):{lines}", scope)
    return scope["__init__"].__code__


_CODES: dict[int, Any] = {}
_FUNCTION: Any = type(_compiled)


def replace(record: Record, **changes: object) -> Record:
    """A copy of a record with some fields changed."""
    fields = {name: getattr(record, name) for name in type(record).__slots__}  # type: ignore[attr-defined]
    return type(record)(**{**fields, **changes})


def _equal(self: Any, other: Any) -> bool:  # noqa: ANN401 any record
    return type(self) is type(other) and bool(self._values(self) == self._values(other))


def _hash(self: Any) -> int:  # noqa: ANN401 any record
    return hash(self._values(self))


def _repr(self: Any) -> str:  # noqa: ANN401 any record
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
    return f"{type(self).__name__}({fields})"


_METHODS = {"__eq__": _equal, "__hash__": _hash, "__repr__": _repr}
_NOT_COPIED = frozenset({"__dict__", "__weakref__"})
