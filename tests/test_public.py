"""The library is the names of `transformer.__all__`, and loads nothing before it is asked to."""

from __future__ import annotations

import subprocess
import sys

import pytest

import transformer


def test_every_name_is_there() -> None:
    assert [name for name in transformer.__all__ if not hasattr(transformer, name)] == []
    assert dir(transformer) == sorted([*transformer.__all__, "__version__"])


def test_a_name_is_the_one_of_its_module() -> None:
    from transformer.pipeline import transform

    assert transformer.transform is transform


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Lok'"):
        _ = transformer.Lok


def test_importing_the_package_loads_none_of_it() -> None:
    code = "import sys, transformer; print([it for it in sys.modules if 'transformer' in it])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout == "['transformer']\n"
