"""What others answer is converted in one place, so that one place must be right."""

from __future__ import annotations

import ast

from tests.helpers.shared import ROOT

ROOM = ROOT / "transformer" / "registry"
# What converts the text of others, and raises more than one would think of.
CONVERTS = {"json.load", "json.loads", "int", "float"}
# The rest was matched as digits or is a number of JSON already.
KNOWN = {
    "foreign.py": {"json.loads", "int", "float"},
    "auth/tokens.py": {"float"},
    "http/addresses.py": {"int"},
    "http/exchange.py": {"float"},
    "http/urls.py": {"int"},
}


def test_what_others_say_is_converted_in_one_place() -> None:
    found = {
        str(path.relative_to(ROOM)): {
            name
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in CONVERTS
        }
        for path in sorted(ROOM.rglob("*.py"))
    }
    assert {name: calls - KNOWN.get(name, set()) for name, calls in found.items() if calls} == {
        name: set() for name, calls in found.items() if calls
    }
