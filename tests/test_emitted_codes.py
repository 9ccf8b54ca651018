from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.emitted_codes import emitted_codes
from transformer.find.objects import LEFT_ALONE


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        pytest.param('Problem(code="a", message="b")', {"a"}, id="a keyword"),
        pytest.param('Problem(code="a" if x else "b")', {"a", "b"}, id="one of two"),
        pytest.param('Problem(code=error.code, message="b")', set(), id="not a literal"),
        pytest.param('def f(message, code): ...\nf("a", "b")', {"b"}, id="a parameter"),
        pytest.param('def f(message, code): ...\nf(*parts)\nf("a")', set(), id="not given"),
        pytest.param(
            'class Fault:\n  def __init__(self, code): ...\nraise Fault("a")', {"a"}, id="a class"
        ),
        pytest.param(
            'class Check:\n  def fail(self, path, code): ...\nself.fail("a", "b")',
            {"b"},
            id="a method",
        ),
        pytest.param('code = "a"', {"a"}, id="a variable"),
        pytest.param('code, message = "a", "b"', {"a"}, id="a variable among others"),
        pytest.param("code, message = fault", set(), id="an unknown value"),
        pytest.param('def f():\n  return "a-b", "c", "d"', {"a-b"}, id="the first of three"),
        pytest.param(
            'def f():\n  return None if x else ("a-b", "c", "d")', {"a-b"}, id="three or nothing"
        ),
        pytest.param('def f():\n  return "a", "b"', set(), id="two things are no problem"),
        pytest.param('shell.say(f"error: {what} (a-b)")', {"a-b"}, id="said"),
        pytest.param('shell.say("done")', set(), id="said without a code"),
    ],
)
def test_codes_are_found(source: str, codes: set[str], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(source)
    assert emitted_codes(tmp_path) == {*codes, *LEFT_ALONE}


def test_a_name_means_what_it_means_in_its_own_module(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('def fail(code, path): ...\nfail("a", "b")')
    (tmp_path / "b.py").write_text('def fail(path, code): ...\nfail("c", "d")')
    assert emitted_codes(tmp_path) == {"a", "d", *LEFT_ALONE}
