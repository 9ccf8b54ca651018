from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies

from transformer.errors import ConfigError
from transformer.image.descriptor import Descriptor
from transformer.lock.edit import change_lock
from transformer.lock.entries import spots
from transformer.lock.lock import parse_lock
from transformer.records import replace

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64
C = "sha256:" + "c" * 64
INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"

FULL = Descriptor(
    digest=A,
    media_type=INDEX,
    size=1705,
    resolved_from="mirror",
    platforms={"linux/arm64": C, "linux/amd64": B},
)
FULL_LINES = f"""\
    digest: {A}
    mediaType: {INDEX}
    size: 1705
    resolvedFrom: mirror
    platforms:
      linux/amd64: {B}
      linux/arm64: {C}
"""
HEAD = "version: 1\nimages:\n"


def changed(text: str, changes: dict[str, Descriptor], *removed: str) -> str:
    return change_lock("images.lock.yaml", text, changes, removed)


NEW = """\
apiVersion: mirrorpin.dev/v1alpha1
kind: ImagesLock
metadata:
  name: images
  annotations:
    config.kubernetes.io/local-config: "true"
"""


def test_a_lock_without_a_kind_gets_none() -> None:
    assert changed(HEAD, {"r.io/a:1": Descriptor(digest=A)}) == (
        f"{HEAD}  r.io/a:1:\n    digest: {A}\n"
    )
    assert changed(NEW + HEAD, {"r.io/a:1": Descriptor(digest=A)}) == (
        f"{NEW}{HEAD}  r.io/a:1:\n    digest: {A}\n"
    )


def test_a_first_lock_is_written() -> None:
    entries = {"r.io/b:1": FULL, "r.io/a:1": Descriptor(digest=A)}
    written = changed("", entries)
    assert written == f"{NEW}{HEAD}  r.io/a:1:\n    digest: {A}\n  r.io/b:1:\n{FULL_LINES}"
    assert spots(written)


LOCK = f"""\
# Where the digests come from: the mirror in Frankfurt.
version: 1
images:
  # reviewed by the platform team
  r.io/b:1:   # the base
    digest: {A}   # keep an eye on it
    size: 7
    note: "hello"

  # the second
  # in two lines
  r.io/d:1: {{digest: '{A}', note: [a, b]}}
  r.io/f:1:
    note: |
      text

    digest: {A}
  # trailing
createdBy: somebody
"""


@pytest.mark.parametrize(
    ("changes", "removed", "old", "new"),
    [
        pytest.param({}, (), "", "", id="nothing"),
        pytest.param({"r.io/d:1": Descriptor(digest=A)}, (), "", "", id="the same"),
        pytest.param(
            {"r.io/b:1": Descriptor(digest=B, size=8)},
            (),
            f"{A}   # keep an eye on it\n    size: 7",
            f"{B}   # keep an eye on it\n    size: 8",
            id="in place, comments stay",
        ),
        pytest.param(
            {"r.io/d:1": Descriptor(digest=B)}, (), f"'{A}'", f"'{B}'", id="in place, quotes stay"
        ),
        pytest.param(
            {"r.io/d:1": Descriptor(digest=B, size=3)},
            (),
            f"d:1: {{digest: '{A}', note: [a, b]}}",
            f"d:1:\n    digest: {B}\n    size: 3\n    note: [a, b]",
            id="flow gains a field",
        ),
        pytest.param(
            {"r.io/f:1": Descriptor(digest=B, size=3)},
            (),
            f"    note: |\n      text\n\n    digest: {A}\n",
            f"    digest: {B}\n    size: 3\n    note: |\n      text\n",
            id="block gains a field, unknown ones stay",
        ),
        pytest.param(
            {"r.io/b:1": Descriptor(digest=A)},
            (),
            f":   # the base\n    digest: {A}   # keep an eye on it\n    size: 7\n",
            f":\n    digest: {A}\n",
            id="block loses a field",
        ),
        pytest.param(
            {"r.io/a:1": Descriptor(digest=B)},
            (),
            "  # reviewed",
            f"  r.io/a:1:\n    digest: {B}\n  # reviewed",
            id="before the first",
        ),
        pytest.param(
            {"r.io/c:2": Descriptor(digest=B), "r.io/c:1": Descriptor(digest=B)},
            (),
            "  # the second",
            f"  r.io/c:1:\n    digest: {B}\n  r.io/c:2:\n    digest: {B}\n  # the second",
            id="between two, above the comments of the latter",
        ),
        pytest.param(
            {"r.io/g:1": Descriptor(digest=B)},
            (),
            "  # trailing",
            f"  r.io/g:1:\n    digest: {B}\n  # trailing",
            id="behind the last",
        ),
        pytest.param(
            {},
            ("r.io/d:1",),
            f"  # the second\n  # in two lines\n  r.io/d:1: {{digest: '{A}', note: [a, b]}}\n",
            "",
            id="removed with its comments",
        ),
        pytest.param(
            {"r.io/g:1": Descriptor(digest=B)},
            ("r.io/f:1",),
            f"  r.io/f:1:\n    note: |\n      text\n\n    digest: {A}\n",
            f"  r.io/g:1:\n    digest: {B}\n",
            id="the last replaced",
        ),
        pytest.param({}, ("r.io/z:1",), "", "", id="nothing to remove"),
    ],
)
def test_only_what_is_named_changes(
    changes: dict[str, Descriptor], removed: tuple[str, ...], old: str, new: str
) -> None:
    assert not old or LOCK.count(old) == 1
    assert changed(LOCK, changes, *removed) == (LOCK.replace(old, new) if old else LOCK)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("version: 1\nimages: {}\n", f"{HEAD}  a.io/a:1:\n    digest: {A}\n", id="{}"),
        pytest.param(
            "version: 1\nimages: {} # none yet\n# end\n",
            f"version: 1\nimages: # none yet\n  a.io/a:1:\n    digest: {A}\n# end\n",
            id="comments",
        ),
        pytest.param(
            "images: null\nversion: 1",
            f"images:\n  a.io/a:1:\n    digest: {A}\nversion: 1",
            id="null",
        ),
        pytest.param(
            "version: 1\nimages:", f"{HEAD}  a.io/a:1:\n    digest: {A}\n", id="no line end"
        ),
        pytest.param(
            f"{HEAD} 'b.io/b:1': {{digest: {B}}}",
            f"{HEAD} a.io/a:1:\n   digest: {A}\n 'b.io/b:1': {{digest: {B}}}",
            id="own indentation",
        ),
        pytest.param(
            f"{HEAD}  0.io/b:1: {{digest: {B}}}",
            f"{HEAD}  0.io/b:1: {{digest: {B}}}\n  a.io/a:1:\n    digest: {A}\n",
            id="behind the last without line end",
        ),
        pytest.param(
            f"\ufeff# x\r\n---\r\nversion: 1\r\nimages:\r\n  0.io/b:1:\r\n"
            f"    digest: {B}\r\n...\r\n",
            f"\ufeff# x\r\n---\r\nversion: 1\r\nimages:\r\n  0.io/b:1:\r\n    digest: {B}\r\n"
            f"  a.io/a:1:\r\n    digest: {A}\r\n...\r\n",
            id="Windows",
        ),
        pytest.param(
            f"{HEAD}  z.io/b:1: {{digest: {B}}}\n  0.io/b:1: {{digest: {B}}}\n",
            f"{HEAD}  a.io/a:1:\n    digest: {A}\n  z.io/b:1: {{digest: {B}}}\n"
            f"  0.io/b:1: {{digest: {B}}}\n",
            id="not sorted",
        ),
    ],
)
def test_an_entry_fits_in(text: str, expected: str) -> None:
    assert changed(text, {"a.io/a:1": Descriptor(digest=A)}) == expected


def test_an_entry_at_the_end_of_a_file_without_line_end_is_written_anew() -> None:
    text = f"{HEAD}  a.io/a:1:\n    digest: {B}"
    expected = f"{HEAD}  a.io/a:1:\n    digest: {A}\n    size: 1\n"
    assert changed(text, {"a.io/a:1": Descriptor(digest=A, size=1)}) == expected


def test_platforms_are_edited_in_place() -> None:
    text = f"{HEAD}  a.io/a:1:\n    digest: {A}\n    platforms: {{linux/amd64: {A} }} # ours\n"
    pinned = Descriptor(digest=A, platforms={"linux/amd64": B})
    assert changed(text, {"a.io/a:1": pinned}) == text.replace(f"{A} }}", f"{B} }}")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(f"&x {A}", id="anchor"),
        pytest.param(f"!!str {A}", id="tag"),
        pytest.param(f"|-\n      {A}", id="block scalar"),
    ],
)
def test_an_adorned_value_is_written_anew(value: str) -> None:
    text = f"{HEAD}  a.io/a:1:\n    digest: {value}\n"
    assert changed(text, {"a.io/a:1": Descriptor(digest=B)}) == (
        f"{HEAD}  a.io/a:1:\n    digest: {B}\n"
    )


def test_the_last_entry_can_go() -> None:
    text = f"{HEAD}  a.io/a:1: {{digest: {A}}}\n# end\n"
    assert changed(text, {}, "a.io/a:1") == f"{HEAD}# end\n"


HINT = "  hint: delete it, and let `mirrorpin lock` write it anew"
FORM = "lock is not in the form that `mirrorpin lock` writes"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"{HEAD}  a.io/a:1: &x {{digest: {A}}}\n  a.io/b:1: *x\n",
            "4:13: error: lock holds aliases: expected none, to change it",
            id="alias",
        ),
        pytest.param(
            f"version: 1\nimages: {{a.io/a:1: {{digest: {A}}}}}\n",
            "2:9: error: lock is not in block style: expected that, to change it",
            id="flow",
        ),
        pytest.param(
            f"{HEAD}  ? a.io/a:1\n  : {{digest: {A}}}\n",
            "3:5: error: lock has several keys in a line: expected one, to change it",
            id="explicit key",
        ),
        pytest.param("{version: 1, images: {}}", f"1:1: error: {FORM}", id="flow throughout"),
        pytest.param(
            f"{HEAD}  0.io/b:1:\n    digest: {A}\n    note: |\n      text\n      # none\n",
            f"1:1: error: {FORM}",
            id="text that looks like a comment",
        ),
    ],
)
def test_what_cannot_be_edited_is_left_alone(text: str, expected: str) -> None:
    changes = {"b.io/b:1": Descriptor(digest=B, size=1)}
    with pytest.raises(ConfigError) as caught:
        changed(text, changes)
    assert str(caught.value).split("\n") == [f"images.lock.yaml:{expected} (lock-style)", HINT]


NAMES = [f"r{number}.io/x:{tag}" for number in range(4) for tag in "12"]


@given(strategies.integers(0, 1 << 32))
def test_any_history_of_a_lock_ends_in_what_was_last_said(seed: int) -> None:
    chance = random.Random(seed)
    text, wanted = "", dict[str, Descriptor]()
    for _ in range(chance.randint(1, 6)):
        changes = {
            name: Descriptor(
                digest=chance.choice([A, B, C]),
                size=chance.choice([0, 5, 70]),
                media_type=chance.choice(["", INDEX, IMAGE]),
                platforms={it: A for it in ("linux/amd64", "linux/s390x") if chance.random() < 0.3},
            )
            for name in chance.sample(NAMES, chance.randint(0, 4))
        }
        removed = set(chance.sample(NAMES, chance.randint(0, 3))) - changes.keys()
        text = changed(text, changes, *removed)
        wanted = {name: it for name, it in wanted.items() if name not in removed} | changes
    lock = parse_lock("l", text)
    assert list(lock) == sorted(wanted)
    assert spots(text) is not None
    for name, pinned in wanted.items():
        entry = lock.get(name)
        assert entry is not None
        assert entry.descriptor == pinned


CHOSEN = Descriptor(digest=A, targets={"b.io, c.io": "c.io", "a.io:5000/x": "absent"})
CHOSEN_LINES = f"""\
  r.io/a:1:
    digest: {A}
    targets:
      a.io:5000/x: absent
      b.io, c.io: c.io
"""


def test_targets_are_written_and_edited_in_place() -> None:
    text = changed("", {"r.io/a:1": CHOSEN})
    assert text.endswith(CHOSEN_LINES)
    assert spots(text) is not None
    noted = text.replace("c.io: c.io", "c.io: c.io  # both")
    other = replace(CHOSEN, targets={**CHOSEN.targets, "b.io, c.io": "b.io"})
    assert changed(noted, {"r.io/a:1": other}) == noted.replace("c.io: c.io", "c.io: b.io")
    assert changed(noted, {"r.io/a:1": Descriptor(digest=A)}).endswith(f"a:1:\n    digest: {A}\n")


def test_targets_that_yaml_reads_otherwise_are_quoted() -> None:
    chosen = Descriptor(digest=A, targets={"[::1]:5000/x, b.io": "b.io"})
    text = changed("", {"r.io/a:1": chosen})
    assert "      '[::1]:5000/x, b.io': b.io\n" in text
    entry = parse_lock("l", text).get("r.io/a:1")
    assert entry is not None
    assert entry.targets == chosen.targets


@pytest.mark.parametrize("style", ["", "!!str "])
def test_a_target_that_is_none_of_those_it_is_noted_for_is_refused(style: str) -> None:
    text = f"{HEAD}{CHOSEN_LINES}".replace("c.io: c.io", f"c.io: {style}d.io")
    with pytest.raises(ConfigError) as caught:
        parse_lock("l", text)
    assert [str(it).partition(": error: ")[2] for it in caught.value.problems] == [
        '`images.r.io/a:1.targets.b.io, c.io` is "d.io": expected one of the targets, or '
        "absent (bad-target)"
    ]


def test_targets_that_are_repeated_are_refused() -> None:
    text = f"{HEAD}{CHOSEN_LINES}      b.io, c.io: b.io\n"
    assert spots(text) is None
    with pytest.raises(ConfigError, match="repeated"):
        parse_lock("l", text)


SIGNED = Descriptor(digest=A, signers={"sha256:aa": "cosign", "a@b.c https://i: #x": "cosign"})
SIGNED_LINES = f"""\
  r.io/a:1:
    digest: {A}
    signedBy:
      'a@b.c https://i: #x': cosign
      'sha256:aa': cosign
"""


def test_signers_are_written_and_edited_in_place() -> None:
    text = changed("", {"r.io/a:1": SIGNED})
    assert text.endswith(SIGNED_LINES)
    assert spots(text) is not None
    noted = text.replace("aa': cosign", "aa': cosign  # ours")
    other = replace(SIGNED, signers={**SIGNED.signers, "sha256:aa": "notation"})
    expected = noted.replace("aa': cosign", "aa': notation")
    assert changed(noted, {"r.io/a:1": other}) == expected
    assert changed(noted, {"r.io/a:1": Descriptor(digest=A)}).endswith(f"a:1:\n    digest: {A}\n")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("'sha256:aa'", '"it\'s"', "`images.r.io/a:1.signedBy` has the key "),
        ("aa': cosign", "aa': 1.0", "`images.r.io/a:1.signedBy.sha256:aa` is "),
    ],
)
def test_signers_that_are_none_are_refused(old: str, new: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_lock("l", f"{HEAD}{SIGNED_LINES}".replace(old, new))
    assert expected in str(caught.value.problems[0])
