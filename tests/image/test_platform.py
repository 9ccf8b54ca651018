from __future__ import annotations

import pytest

from transformer.image.platform import absent, chosen, own_digest


@pytest.mark.parametrize(
    ("wanted", "listed", "expected"),
    [
        pytest.param(["linux/amd64"], ["linux/amd64"], [], id="the same"),
        pytest.param(["linux/amd64"], ["linux/arm64"], ["linux/amd64"], id="another"),
        pytest.param(["linux/amd64"], [], ["linux/amd64"], id="none"),
        pytest.param(
            ["linux/arm64"], ["linux/arm64/v8"], [], id="variant that goes without saying"
        ),
        pytest.param(["linux/arm64/v8"], ["linux/arm64"], [], id="the other way round"),
        pytest.param(["linux/arm"], ["linux/arm/v6"], [], id="any variant"),
        pytest.param(["linux/arm/v7"], ["linux/arm"], [], id="arm is its seventh version"),
        pytest.param(["linux/arm/v6"], ["linux/arm/v7"], ["linux/arm/v6"], id="another variant"),
        pytest.param(["linux/amd64"], ["linux/amd64x"], ["linux/amd64"], id="longer word"),
        pytest.param(["linux/amd64"], ["windows/amd64"], ["linux/amd64"], id="another system"),
    ],
)
def test_absent_platforms(wanted: list[str], listed: list[str], expected: list[str]) -> None:
    assert absent(wanted, listed) == expected
    assert bool(chosen(wanted, dict.fromkeys(listed, "d"))) == (not expected)


def test_chosen_platforms_are_sorted() -> None:
    listed = {"linux/s390x": "a", "linux/arm64/v8": "b", "linux/amd64": "c"}
    assert list(chosen(["linux/amd64", "linux/arm64"], listed).items()) == [
        ("linux/amd64", "c"),
        ("linux/arm64/v8", "b"),
    ]


@pytest.mark.parametrize(
    ("wanted", "listed", "expected"),
    [
        ("linux/amd64", {"linux/amd64": "a", "linux/arm64": "b"}, "a"),
        ("linux/arm64", {"linux/arm64/v8": "a"}, "a"),
        ("linux/arm", {"linux/arm/v6": "a", "linux/arm/v7": "b"}, "b"),
        ("linux/arm", {"linux/arm/v6": "a"}, "a"),
        ("linux/arm", {"linux/arm/v5": "a", "linux/arm/v6": "b"}, ""),
        ("linux/s390x", {"linux/amd64": "a"}, ""),
    ],
)
def test_the_digest_of_one_platform(wanted: str, listed: dict[str, str], expected: str) -> None:
    assert own_digest(wanted, listed) == expected
