from __future__ import annotations

import pytest

from transformer.image.prefix import about_all, below, full_name
from transformer.image.reference import BadReference, normalize


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("quay.io", "quay.io"),
        ("quay.io/acme/", "quay.io/acme"),
        (" docker.io\n", "docker.io"),
        ("library", "docker.io/library"),
        ("acme/web", "docker.io/acme/web"),
        ("localhost:5000", "localhost:5000"),
    ],
)
def test_a_prefix_has_the_name_of_its_folder(prefix: str, name: str) -> None:
    assert full_name(prefix) == name
    assert about_all(normalize(below(prefix)).name) == f"{name}/*"


def test_one_that_names_nothing_has_nothing_below_it() -> None:
    assert [below(it) for it in ("", " ", "/", "\n")] == [""] * 4
    with pytest.raises(BadReference):
        full_name("quay.io/Bad")
