from __future__ import annotations

from typing import ClassVar

import pytest

from transformer.records import record, replace


@record
class Point:
    """A place in a plane."""

    AXES: ClassVar[int] = 2

    x: int
    y: int = 0
    names: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        return abs(self.x) + abs(self.y)


@record
class Other:
    x: int
    y: int = 0
    names: tuple[str, ...] = ()


@record
class Named:
    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named)

    def __hash__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "named"


def test_fields_are_given_by_name_and_defaults_fill_the_rest() -> None:
    point = Point(x=3)
    assert (point.x, point.y, point.names) == (3, 0, ())
    assert Point(x=1, y=2, names=("a",)).names == ("a",)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({}, "missing 1 required keyword-only argument: 'x'", id="missing"),
        pytest.param({"x": 1, "z": 2}, "unexpected keyword argument 'z'", id="unknown"),
    ],
)
def test_fields_that_are_missing_or_unknown_are_refused(
    given: dict[str, int], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        Point(**given)  # type: ignore[arg-type]


def test_fields_have_no_order() -> None:
    with pytest.raises(TypeError, match="positional"):
        Point(1)  # type: ignore[call-arg]


def test_a_record_has_slots_and_nothing_else() -> None:
    point = Point(x=1)
    assert not hasattr(point, "__dict__")
    with pytest.raises(AttributeError):
        point.z = 1  # type: ignore[attr-defined]


def test_class_variables_properties_and_the_docstring_stay() -> None:
    assert (Point.AXES, Point(x=-1, y=2).length, Point.__doc__) == (2, 3, "A place in a plane.")
    assert (Point.__name__, Point.__qualname__, Point.__module__) == ("Point", "Point", __name__)


def test_records_are_equal_by_class_and_fields() -> None:
    assert Point(x=1) == Point(x=1, y=0)
    assert Point(x=1) != Point(x=2)
    other: object = Other(x=1)
    assert Point(x=1) != other
    assert hash(Point(x=1)) == hash(Point(x=1))
    assert len({Point(x=1), Point(x=1), Point(x=2)}) == 2


def test_a_record_shows_its_fields() -> None:
    assert repr(Point(x=1, names=("a",))) == "Point(x=1, y=0, names=('a',))"


def test_methods_of_the_class_itself_win() -> None:
    assert Named(name="a") == Named(name="b")
    assert (hash(Named(name="a")), repr(Named(name="a"))) == (7, "named")


def test_replace_changes_a_copy() -> None:
    point = Point(x=1, y=2)
    assert replace(point, x=5) == Point(x=5, y=2)
    assert point == Point(x=1, y=2)
    with pytest.raises(TypeError, match="'z'"):
        replace(point, z=1)
