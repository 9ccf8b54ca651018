from __future__ import annotations

import pytest

from transformer.errors import ConfigError, Position, Problem
from transformer.image.descriptor import Descriptor
from transformer.image.reference import normalize
from transformer.lock.lock import LockEntry, parse_lock

SHA256 = "sha256:" + "0123456789abcdef" * 4
OTHER = "sha256:" + "f" * 64
SHA512 = "sha512:" + "0123456789abcdef" * 8
INDEX = "application/vnd.oci.image.index.v1+json"

LOCK = f"""\
# a comment
version: 1
images:
  docker.io/library/nginx:1.27:
    digest: {SHA256}
    mediaType: {INDEX}
    size: 1705
    platforms:
      linux/amd64: {OTHER}
      linux/arm64/v8: {SHA256}
    resolvedFrom: registry.example.com
  r.io/a:1: {{digest: '{OTHER}'}}
createdBy: somebody
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_lock("images.lock.yaml", text)
    assert caught.value.exit_code == 2
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param("nginx", "docker.io/library/nginx:latest", id="default tag"),
        pytest.param("nginx:1.27", "docker.io/library/nginx:1.27", id="tag"),
        pytest.param(f"r.io/a:1@{SHA256}", "r.io/a:1", id="tag beside a digest"),
        pytest.param(f"r.io/a@{SHA256}", "r.io/a", id="digest alone"),
    ],
)
def test_keys(image: str, expected: str) -> None:
    assert normalize(image).key == expected


def test_a_lock_is_looked_up_by_key() -> None:
    lock = parse_lock("images.lock.yaml", LOCK)
    assert lock.name == "images.lock.yaml"
    assert list(lock) == ["docker.io/library/nginx:1.27", "r.io/a:1"]
    entry = lock.get("docker.io/library/nginx:1.27")
    assert entry is not None
    platforms = {"linux/amd64": OTHER, "linux/arm64/v8": SHA256}
    assert entry.descriptor == Descriptor(
        digest=SHA256,
        media_type=INDEX,
        size=1705,
        resolved_from="registry.example.com",
        platforms=platforms,
    )
    assert entry.position == Position(file="images.lock.yaml", line=5, column=13)
    assert lock.get("docker.io/library/nginx:1.27") is entry
    assert lock.get("docker.io/library/nginx") is None


def test_a_lock_is_completed_with_answers() -> None:
    answer = LockEntry(
        descriptor=Descriptor(digest=OTHER),
        offset=0,
        locate=lambda _: Position(file="r.io/b:1"),
    )
    problem = Problem(code="not-found", message="no such image")
    lock = parse_lock("l", LOCK)
    whole = lock.completed({"r.io/a:1": answer, "r.io/b:1": answer}, {"r.io/c:1": problem})
    assert whole.get("r.io/b:1") is answer
    assert whole.get("r.io/a:1") == lock.get("r.io/a:1")
    assert whole.get("r.io/c:1") is None
    assert whole.faults == {"r.io/c:1": problem}
    assert (whole.name, list(whole), lock.get("r.io/b:1")) == ("l", list(lock), None)


def test_only_the_digest_must_be_there() -> None:
    entry = parse_lock("l", LOCK).get("r.io/a:1")
    assert entry is not None
    assert entry.descriptor == Descriptor(digest=OTHER)
    assert entry.position == Position(file="l", line=12, column=22)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("version: 1\nimages: {}\n", [], id="no image"),
        pytest.param("version: 1\nimages:\n", [], id="null for no image"),
        pytest.param('{"version": "1", "images": {}}', [], id="JSON"),
        pytest.param(
            f"version: 1\nimages: {{z.io/a:1: {{digest: {OTHER}}}, a.io/b:1: {{digest: {OTHER}}}}}",
            ["z.io/a:1", "a.io/b:1"],
            id="not sorted",
        ),
        pytest.param(
            f"version: 1\nimages:\n  a.io/a:1: &x {{digest: {OTHER}}}\n  a.io/b:1: *x\n",
            ["a.io/a:1", "a.io/b:1"],
            id="alias",
        ),
        pytest.param(
            f"version: 1\nimages: {{a.io/a:1: {{digest: {OTHER}, platforms: null, size: 0}}}}",
            ["a.io/a:1"],
            id="no platforms",
        ),
        pytest.param("---\nversion: 1\nimages: {}\n...\n", [], id="markers"),
    ],
)
def test_what_a_lock_may_look_like(text: str, keys: list[str]) -> None:
    lock = parse_lock("l", text)
    assert list(lock) == keys
    assert all(entry and entry.digest == OTHER for entry in map(lock.get, keys))


IMAGES = "version: 1\nimages:\n"
ENTRY = f"    digest: {SHA256}\n"
KEY = "expected a normalised reference with its tag"
DIGEST = "expected sha256: and 64 hex digits"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "",
            [
                "images.lock.yaml:1:1: error: lacks the key `version` (missing-key)",
                "images.lock.yaml:1:1: error: lacks the key `images` (missing-key)",
            ],
            id="empty file",
        ),
        pytest.param(
            "- a",
            ["images.lock.yaml:1:1: error: is a list: expected a mapping (wrong-type)"],
            id="list",
        ),
        pytest.param(
            "version: 2\nimages: nonsense\n",
            [
                'images.lock.yaml:1:10: error: `version` is "2": expected 1 (lock-version)',
                "  hint: another version of mirrorpin wrote this lock",
            ],
            id="version of which nothing is known",
        ),
        pytest.param(
            "version:\nimages: {}\n",
            [
                'images.lock.yaml:1:9: error: `version` is "": expected 1 (lock-version)',
                "  hint: another version of mirrorpin wrote this lock",
            ],
            id="null version",
        ),
        pytest.param(
            "images: {}\n",
            ["images.lock.yaml:1:1: error: lacks the key `version` (missing-key)"],
            id="no version",
        ),
        pytest.param(
            "apiVersion: a/v1\nkind: ImagesLock\nversion: 1\nimages: {}\n",
            [
                'images.lock.yaml:1:13: error: `apiVersion` is "a/v1": expected '
                "mirrorpin.dev/v1alpha1 (bad-kind)",
                "  hint: this is not a lock of mirrorpin",
            ],
            id="another version of the kind",
        ),
        pytest.param(
            "kind: {}\nversion: 1\nimages: {}\n",
            [
                'images.lock.yaml:1:7: error: `kind` is "": expected ImagesLock (bad-kind)',
                "  hint: this is not a lock of mirrorpin",
            ],
            id="another kind",
        ),
        pytest.param(
            "version: 1\n",
            ["images.lock.yaml:1:1: error: lacks the key `images` (missing-key)"],
            id="no images",
        ),
        pytest.param(
            "version: 1\nimages: [a]\n",
            ["images.lock.yaml:2:9: error: `images` is a list: expected a mapping (wrong-type)"],
            id="list of images",
        ),
        pytest.param(
            "version: 1\nversion: 1\nimages: {}\n",
            [
                "images.lock.yaml:2:1: error: `version` is repeated: it stands in line 1 too "
                "(repeated-key)"
            ],
            id="version twice",
        ),
        pytest.param(
            f"{IMAGES}  r.io/a:1:\n{ENTRY}  r.io/b:1:\n{ENTRY}  r.io/a:1:\n{ENTRY}",
            [
                "images.lock.yaml:7:3: error: `images.r.io/a:1` is repeated: it stands in "
                "line 3 too (repeated-key)"
            ],
            id="image twice",
        ),
        pytest.param(
            f"{IMAGES}  r.io/a:1:\n{ENTRY}{ENTRY}",
            [
                "images.lock.yaml:5:5: error: `images.r.io/a:1.digest` is repeated: it "
                "stands in line 4 too (repeated-key)"
            ],
            id="digest twice",
        ),
        pytest.param(
            f"{IMAGES}  ? [a]\n  : b\n  r.io/a:1:\n{ENTRY}",
            ["images.lock.yaml:3:5: error: `images` has keys that are no strings (complex-key)"],
            id="list as key",
        ),
        pytest.param(
            f"{IMAGES}  nginx:1.27:\n{ENTRY}  r.io/a:\n{ENTRY}  R/B:1:\n{ENTRY}",
            [
                f'images.lock.yaml:3:3: error: `images` has the key "nginx:1.27": {KEY} (bad-key)',
                "  hint: write docker.io/library/nginx:1.27",
                f'images.lock.yaml:5:3: error: `images` has the key "r.io/a": {KEY} (bad-key)',
                "  hint: write r.io/a:latest",
                f'images.lock.yaml:7:3: error: `images` has the key "R/B:1": {KEY} (bad-key)',
            ],
            id="keys that are not normalised",
        ),
        pytest.param(
            f'{IMAGES}  "r.io/a:1@{SHA256}":\n{ENTRY}  "https://r.io/a":\n{ENTRY}',
            [
                f'images.lock.yaml:3:3: error: `images` has the key "r.io/a:1@{SHA256}": '
                f"{KEY} (bad-key)",
                "  hint: write r.io/a:1",
                f'images.lock.yaml:5:3: error: `images` has the key "https://r.io/a": '
                f"{KEY} (bad-key)",
                '  hint: leave out "https://"',
            ],
            id="keys with digest and scheme",
        ),
        pytest.param(
            f"{IMAGES}  r.io/a:1:\n  r.io/b:1: {SHA256}\n  r.io/c:1: {{}}\n",
            [
                "images.lock.yaml:3:12: error: `images.r.io/a:1` lacks the key `digest` "
                "(missing-key)",
                "images.lock.yaml:4:13: error: `images.r.io/b:1` is a string: expected a "
                "mapping (wrong-type)",
                "images.lock.yaml:5:13: error: `images.r.io/c:1` lacks the key `digest` "
                "(missing-key)",
            ],
            id="entries without digest",
        ),
        pytest.param(
            f"{IMAGES}  r.io/a:1: {{digest: {SHA512}}}\n  r.io/b:1: {{digest: {SHA256.upper()}}}\n"
            "  r.io/c:1: {digest: [a]}\n  r.io/d:1: {digest: }\n",
            [
                f'images.lock.yaml:3:22: error: `images.r.io/a:1.digest` is "{SHA512}": '
                f"{DIGEST} (bad-digest)",
                f'images.lock.yaml:4:22: error: `images.r.io/b:1.digest` is "{SHA256.upper()}": '
                f"{DIGEST} (bad-digest)",
                f"images.lock.yaml:5:22: error: `images.r.io/c:1.digest` is none: "
                f"{DIGEST} (bad-digest)",
                f"images.lock.yaml:6:22: error: `images.r.io/d:1.digest` is none: "
                f"{DIGEST} (bad-digest)",
            ],
            id="digests that are not sha256",
        ),
        pytest.param(
            f"{IMAGES}  r.io/a:1:\n{ENTRY}    size: 1e3\n    mediaType: []\n    platforms: [a]\n"
            f"  r.io/b:1:\n{ENTRY}    size: []\n    platforms: {{linux/amd64: {SHA512}}}\n",
            [
                "images.lock.yaml:5:11: error: `images.r.io/a:1.size` is not a number: expected "
                "one of bytes (bad-size)",
                "images.lock.yaml:6:16: error: `images.r.io/a:1.mediaType` is not a string "
                "(wrong-type)",
                "images.lock.yaml:7:16: error: `images.r.io/a:1.platforms` is a list: "
                "expected a mapping (wrong-type)",
                "images.lock.yaml:10:11: error: `images.r.io/b:1.size` is not a number: "
                "expected one of bytes (bad-size)",
                "images.lock.yaml:11:30: error: `images.r.io/b:1.platforms.linux/amd64` is "
                f'"{SHA512}": {DIGEST} (bad-digest)',
            ],
            id="other fields",
        ),
        pytest.param(
            f"{IMAGES}  r.io/a:1:\n{ENTRY}    mediaType: index\n"
            f"  r.io/b:1:\n{ENTRY}    mediaType: a/{'b' * 128}\n"
            f"  r.io/c:1:\n{ENTRY}    mediaType: {'a' * 127}/{'b' * 127}\n",
            [
                'images.lock.yaml:5:16: error: `images.r.io/a:1.mediaType` is "index": '
                "expected a media type (bad-value)",
                "images.lock.yaml:8:16: error: `images.r.io/b:1.mediaType` is "
                f'"a/{"b" * 128}": expected a media type (bad-value)',
            ],
            id="media types",
        ),
        pytest.param(
            f"{IMAGES}  r.io/a:1: &a\n{ENTRY}  r.io/b:1:\n    <<: *a\n    digest: {OTHER}\n",
            ["images.lock.yaml:6:5: error: `images.r.io/b:1` holds a merge key (merge-key)"],
            id="merge key",
        ),
        pytest.param(
            "version: 1\nimages: {\n",
            [
                "images.lock.yaml:3:1: error: is not YAML: while parsing a flow node, did not "
                "find expected node content (yaml)"
            ],
            id="syntax",
        ),
        pytest.param(
            "version: 1\nimages: {}\n---\nversion: 1\n",
            ["images.lock.yaml:4:1: error: holds several YAML documents: expected one (yaml)"],
            id="two documents",
        ),
    ],
)
def test_what_is_no_lock(text: str, expected: list[str]) -> None:
    assert faults(text) == expected
