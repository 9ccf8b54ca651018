from __future__ import annotations

import pytest

from transformer.config.dockerfile import base_images
from transformer.errors import ConfigError


def images(text: str) -> list[str]:
    return [it.image for it in base_images("Dockerfile", text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM nginx:1.27\n", ["nginx:1.27"]),
        ("from nginx\nFrom nginx\n", ["nginx"]),
        ("FROM --platform=$BUILDPLATFORM golang:1.23 AS build\nFROM build\n", ["golang:1.23"]),
        ("FROM a AS Build\nFROM BUILD AS next\nFROM next\n", ["a"]),
        ("FROM scratch\n", []),
        ("ARG BASE=debian\nFROM ${BASE}:12\n", ["debian:12"]),
        ('ARG V="1"\nARG B=a:$V\nFROM $B\n', ["a:1"]),
        ("FROM ${BASE:-debian}\n", ["debian"]),
        ("ARG A=1\nFROM ${A:+one}${B:+two}\n", ["one"]),
        ("ARG A=$B C\nFROM ${A:-x}\nARG D=e\nFROM ${D:-y}\n", ["x", "y"]),
        ("# a comment\n\nFROM \\\n  # in between\n  nginx\n", ["nginx"]),
        ("# escape=`\nFROM `\nnginx\n", ["nginx"]),
        ("FROM a\nRUN <<EOF\nFROM b\nEOF\nCOPY <<-'X' /x\nFROM c\nX\nRUN echo\n", ["a"]),
        ("", []),
    ],
)
def test_from_lines(text: str, found: list[str]) -> None:
    assert images(text) == found


def test_an_image_has_its_place() -> None:
    (image,) = base_images("Dockerfile", "# syntax=docker/dockerfile:1\n  FROM nginx\n")
    assert str(image.position) == "Dockerfile:2:3"


def test_what_is_no_image_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        images("ARG A\nFROM a:$A\nFROM Nginx:1\nFROM\n")
    assert [line for it in caught.value.problems for line in it.lines] == [
        'Dockerfile:2:1: error: `FROM` has no value for the argument "A" (no-argument)',
        "  hint: give it a default: ARG NAME=image, in front of the first FROM",
        'Dockerfile:3:1: error: `FROM` "Nginx:1" has uppercase letters outside host and tag '
        "(uppercase)",
        'Dockerfile:4:1: error: `FROM` "" is not an image reference, expected '
        "[host[:port]/]path[:tag][@digest] (invalid-format)",
        "  hint: write a name, for example registry.example.com/app:1.0",
    ]
