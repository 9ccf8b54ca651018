from __future__ import annotations

import random

import pytest
from hypothesis import example, given, strategies

from transformer.errors import ConfigError
from transformer.image.descriptor import Descriptor
from transformer.lock import lock as digests
from transformer.lock.entries import HEADER, entry_at, spots
from transformer.lock.lock import Lock, LockEntry, parse_lock

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64
TEXT = f"""\
# Digests of the shop.\t

version: 1   # the first
images:
  # the web server
  docker.io/library/nginx:1.27:
    digest: {A}
    mediaType: application/vnd.oci.image.index.v1+json
    size: 1705
    resolvedFrom: both
    created: "2026-03-05T12:00:00Z"
    # two of them
    platforms:
      linux/amd64: {A}
      linux/arm/v7: {B}
    targets:
      a.io:5000/x, b.io/y: b.io/y   # chosen
      a.io:5000/x: absent
    signedBy:
      'me@a.io https://a.io/#(x)': cosign  # all of them
      'sha256:aa': cosign
  localhost/a:1:
    digest: {B}   # by hand
  r.io:5000/a-b/c__d:1.x_y-Z:
    digest: {B}

# end"""


def by_parser(text: str) -> Lock:
    """The lock as the YAML parser reads it. A tag that changes nothing makes the short way end."""
    return parse_lock("l", text.replace("images:", "images: !!map", 1))


def data(lock: Lock) -> dict[str, tuple[Descriptor, int]]:
    found: dict[str, tuple[Descriptor, int]] = {}
    for name in lock:
        entry = lock.get(name)
        assert isinstance(entry, LockEntry)
        found[name] = (entry.descriptor, entry.position.line)
    return found


HEADED = f"# a lock\n{HEADER.removesuffix('images:' + chr(10))}{TEXT[TEXT.index('images:') :]}\n"


@pytest.mark.parametrize(
    "text",
    [
        HEADED,
        HEADED.replace("name: images", "name: of-the-shop  # ours"),
        HEADED.replace('"true"', "'true'"),
        HEADED.replace('  annotations:\n    config.kubernetes.io/local-config: "true"\n', ""),
    ],
)
def test_both_ways_read_the_same_below_a_kind(text: str) -> None:
    assert spots(text)
    assert data(parse_lock("l", text)) == data(by_parser(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("v1alpha1", "v1", id="apiVersion"),
        pytest.param("ImagesLock", "ImageLock", id="kind"),
        pytest.param("name: images", "name: 1", id="name"),
        pytest.param("name: images", "labels: {}", id="no name"),
        pytest.param('"true"', '"false"', id="annotation"),
        pytest.param("metadata:", "metadata: {}", id="metadata"),
    ],
)
def test_another_head_is_left_to_the_parser(old: str, new: str) -> None:
    assert old in HEADED
    assert spots(HEADED.replace(old, new, 1)) is None


@pytest.mark.parametrize("text", [TEXT + "\n", TEXT.replace("\n", "\r\n") + "\r\n"])
def test_both_ways_read_the_same(text: str) -> None:
    assert spots(text)
    lock = parse_lock("l", text)
    assert data(lock) == data(by_parser(text))
    assert list(lock) == ["docker.io/library/nginx:1.27", "localhost/a:1",
                          "r.io:5000/a-b/c__d:1.x_y-Z"]  # fmt: skip
    entry = lock.get("docker.io/library/nginx:1.27")
    assert entry is not None
    assert str(entry.position) == "l:7:13"


def test_an_entry_is_read_where_it_begins() -> None:
    found = spots(TEXT + "\n")
    assert found is not None
    assert entry_at(TEXT, found["localhost/a:1"]) == (Descriptor(digest=B), TEXT.index(f"{B}   #"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("version: 1 ", "version: 2 ", id="version"),
        pytest.param("images:", "images: {}", id="images"),
        pytest.param("\n# end", "\ncreatedBy: me", id="another key"),
        pytest.param("    size", "     size", id="indentation"),
        pytest.param("    size", "\tsize", id="tab"),
        pytest.param("nginx:1.27", "nginx", id="key without tag"),
        pytest.param("docker.io/library/nginx", "docker.io/nginx", id="key without library/"),
        pytest.param("docker.io/", "index.docker.io/", id="key with an alias of the host"),
        pytest.param("docker.io/library/nginx", "library/nginx", id="key without host"),
        pytest.param("docker.io/library/", "docker.io/library/" + "a/" * 130, id="long key"),
        pytest.param("linux/arm/v7", "linux/amd64", id="platform twice"),
        pytest.param("localhost/a:1", "docker.io/library/nginx:1.27", id="image twice"),
        pytest.param(f"digest: {B}   #", f"digest: '{B}'   #", id="quotes"),
        pytest.param("size: 1705", "size: 1e3", id="size"),
        pytest.param("'sha256:aa'", "sha256:aa", id="signer without quotes"),
        pytest.param("'sha256:aa'", "'me@a.io https://a.io/#(x)'", id="signer twice"),
        pytest.param("resolvedFrom: both", "resolvedFrom: here", id="another word"),
        pytest.param("size: 1705", "note: 1705", id="unknown field"),
        pytest.param("# the web", "# \x01 the web", id="control character"),
        pytest.param("# the web", "# \N{LATIN SMALL LETTER E WITH ACUTE}", id="not ASCII"),
    ],
)
def test_all_else_is_left_to_the_parser(old: str, new: str) -> None:
    assert old in TEXT
    assert spots(TEXT.replace(old, new, 1) + "\n") is None


def test_a_text_that_ends_in_a_line_is_left_to_the_parser() -> None:
    assert spots(TEXT) is None


ALPHABET = " \n:#'/{}-&*!|>.\r\taA1"


@given(strategies.integers(0, 1 << 32))
@example(0)
def test_what_is_read_the_short_way_means_that_to_the_parser(seed: int) -> None:
    chance = random.Random(seed)
    text = chance.choice([TEXT + "\n", HEADED])
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(ALPHABET) + text[at + chance.randint(0, 1) :]
    if spots(text) is None:
        return
    assert data(parse_lock("l", text)) == data(digests._parse("l", text))


def test_what_neither_way_takes_has_one_message() -> None:
    text = TEXT.replace("localhost/a:1", "docker.io/library/nginx:1.27") + "\n"
    with pytest.raises(ConfigError) as caught:
        parse_lock("l", text)
    assert str(caught.value) == (
        "l:22:3: error: `images.docker.io/library/nginx:1.27` is repeated: it stands in "
        "line 6 too (repeated-key)"
    )
