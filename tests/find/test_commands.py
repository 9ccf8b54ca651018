"""What commands make of the words behind them."""

from __future__ import annotations

import pytest

from transformer.find.commands import has_commands, is_target, said_by_command
from transformer.places.names import Meaning

BUILD = "\nRUN make\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("docker pull APP", "image", id="pulled"),
        pytest.param("/usr/bin/docker image pull APP", "image", id="by a path, in a group"),
        pytest.param("ctr -n k8s.io images pull APP", "image", id="pulled by containerd"),
        pytest.param("podman pull one APP", "image", id="the second of several"),
        pytest.param("docker run --rm -it -v /a:/b --name=x APP", "image", id="behind flags"),
        pytest.param("nerdctl create --tty APP", "image", id="made a container of"),
        pytest.param("buildah from APP", "image", id="built upon"),
        pytest.param("x=$(docker run \\\n  --net host \\\n  APP", "image", id="on several lines"),
        pytest.param("sh -c 'docker run APP", "image", id="in quotes"),
        pytest.param("docker run nginx APP", "", id="an argument of what runs"),
        pytest.param("docker run --name APP", "", id="the value of a flag"),
        pytest.param("docker pull --platform APP", "", id="the value of a flag of a pull"),
        pytest.param("docker build APP", "", id="another command"),
        pytest.param("docker pull a; APP", "", id="the next command"),
        pytest.param("crictl rmi --prune APP", "other", id="removed"),
        pytest.param("docker images APP", "other", id="listed"),
        pytest.param("run `docker run APP", "", id="prose"),
        pytest.param("pull APP", "", id="no tool"),
        pytest.param(f"FROM APP{BUILD}", "image", id="a base"),
        pytest.param(
            f"ARG X\n  FROM --platform=linux/amd64 APP{BUILD}", "image", id="on a platform"
        ),
        pytest.param("select *\nFROM APP where x", "", id="a query"),
        pytest.param(f"FROM a AS APP\nFROM APP{BUILD}", "other", id="a stage before"),
    ],
)
def test_what_a_command_says(text: str, expected: Meaning) -> None:
    start = text.rindex("APP")
    assert said_by_command(text, start, start + 3) == expected


def test_no_base_at_all() -> None:
    text = f"FROM scratch{BUILD}"
    assert said_by_command(text, 5, 12) == "other"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker pull a", True),
        (f"FROM a{BUILD}", True),
        ("FROM a", False),
        ("FROMAGE", False),
        ("dockerfile", False),
    ],
)
def test_which_texts_have_commands(text: str, expected: bool) -> None:
    assert has_commands(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--destination=APP", True),
        ("docker push APP", True),
        ("docker build -t APP", True),
        ("--not-a-tag APP", False),
        ("crane cp a:1 APP", True),
        ("a:1; cp APP", False),
        ("APP", False),
    ],
)
def test_what_is_a_target(text: str, expected: bool) -> None:
    last = text.index("a:1") + 3 if "a:1" in text else 0
    assert is_target(text, text.index("APP"), last) == expected
