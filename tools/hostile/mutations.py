"""Manifests as nobody meant them: a seed, changed a little, the same for the same number."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

# What YAML, references and Kubernetes give a meaning to, and what only some readers do.
WORDS = (
    b": ", b":", b"- ", b"-", b"? ", b"?", b"#", b" #", b"\n#\n", b"&a ", b"*a", b"<<: *a",
    b"!!str ", b"! ", b"!!null ", b"|", b"|-\n", b">+2\n", b"'", b'"', b"\\", b"{", b"}", b"[",
    b"]", b",", b"---\n", b"...\n", b"%YAML 1.1\n", b"\t", b"\r", b"\r\n", b"\n", b"\xc2\x85",
    b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xef\xbb\xbf", b"\x00", b"\x1b[31m", b"\xff", b"~",
    b"null", b"{}", b"[]", b"image: nginx", b"image:", b"containers:\n", b"imagePullSecrets: []",
    b"imagePullSecrets:", b"args: [a]", b"@sha256:" + b"0" * 64, b"docker.io/", b"$(VAR)",
    b"{{ x }}", b"A", b"\xf0\x9f\x98\x80", b"annotations: null", b"kind: List", b"items:",
)  # fmt: skip

Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutation(seed: int, number: int, seeds: Sequence[bytes]) -> tuple[bytes, random.Random]:
    """The manifest of a number, and the random numbers that go on from there."""
    rng = random.Random(f"{seed}:{number}")
    data = rng.choice(seeds)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        data = rng.choice(CHANGES)(rng, data, seeds)
    return data, rng


def _at(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _insert_word(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _at(rng, data)
    return data[:at] + rng.choice(WORDS) + data[at:]


def _replace_byte(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _at(rng, data)
    return data[:at] + bytes((rng.randrange(256),)) + data[at + 1 :]


def _cut(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _at(rng, data)
    return data[:at] + data[at + rng.choice((1, 1, 2, 8, 64)) :]


def _truncate(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: _at(rng, data)]


def _copy(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start, at = _at(rng, data), _at(rng, data)
    return data[:at] + data[start : start + rng.choice((4, 16, 80, 300))] + data[at:]


def _splice(rng: random.Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    other = rng.choice(seeds)
    start, at = _at(rng, other), _at(rng, data)
    return data[:at] + other[start : start + rng.choice((20, 100, 400))] + data[at:]


def _line_ends(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    end = rng.choice((b"\r\n", b"\r", b"\xc2\x85", b"\xe2\x80\xa8"))
    if rng.random() < 0.5:
        return data.replace(b"\n", end)
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    return b"\n".join(lines[:at]) + end + b"\n".join(lines[at:])


def _lines(change: Callable[[random.Random, list[bytes], int], None]) -> Change:
    def changed(rng: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
        lines = data.split(b"\n")
        change(rng, lines, rng.randrange(len(lines)))
        return b"\n".join(lines)

    return changed


def _delete(_: random.Random, lines: list[bytes], at: int) -> None:
    del lines[at]


def _repeat(_: random.Random, lines: list[bytes], at: int) -> None:
    lines.insert(at, lines[at])


def _move(rng: random.Random, lines: list[bytes], at: int) -> None:
    lines.insert(rng.randrange(len(lines)), lines.pop(at))


def _indent(rng: random.Random, lines: list[bytes], at: int) -> None:
    for row in range(at, min(len(lines), at + rng.choice((1, 1, 3, 9)))):
        lines[row] = b"  " + lines[row]


def _dedent(rng: random.Random, lines: list[bytes], at: int) -> None:
    for row in range(at, min(len(lines), at + rng.choice((1, 1, 3, 9)))):
        lines[row] = lines[row].removeprefix(b"  ")


def _comment(rng: random.Random, lines: list[bytes], at: int) -> None:
    lines[at] += b" # " + rng.choice((b"", b"image: nginx", b"'", b"\xe2\x80\xa8x"))


def _around_value(rng: random.Random, lines: list[bytes], at: int) -> None:
    key, colon, value = lines[at].partition(b": ")
    before, after = rng.choice(
        ((b"'", b"'"), (b'"', b'"'), (b"&a ", b""), (b"!!str ", b""), (b"[", b"]"), (b"{a: ", b"}"))
    )
    lines[at] = key + colon + before + value + after


def _other_value(rng: random.Random, lines: list[bytes], at: int) -> None:
    key, colon, _ = lines[at].partition(b": ")
    if colon:
        lines[at] = key + colon + rng.choice(WORDS)


CHANGES: tuple[Change, ...] = (
    _insert_word,
    _replace_byte,
    _cut,
    _truncate,
    _copy,
    _splice,
    _line_ends,
    *map(
        _lines,
        (_delete, _repeat, _move, _indent, _dedent, _comment, _around_value, _other_value),
    ),
)
