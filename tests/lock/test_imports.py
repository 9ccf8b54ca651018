from __future__ import annotations

import json

import pytest

from transformer.errors import ConfigError
from transformer.image.descriptor import Descriptor
from transformer.lock.imports import parse_import

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64
INDEX = "application/vnd.oci.image.index.v1+json"
NGINX = "docker.io/library/nginx:1.27"


def images(text: str) -> dict[str, Descriptor]:
    return {it.key: it.pinned for it in parse_import("in", text)}


CONFIG = f"""\
apiVersion: kbld.k14s.io/v1alpha1
kind: Config
minimumRequiredVersion: 0.37.0
overrides:
- image: nginx:1.27
  newImage: index.docker.io/library/nginx@{A}
  preresolved: true
- image: quay.io/acme/web@{B}
  newImage: quay.io/acme/web@{B}
  preresolved: true
- image: quay.io/acme/web
  newImage: quay.io/acme/web@{B}
---
# nothing here
"""
LOCK = f"""\
---
apiVersion: imgpkg.carvel.dev/v1alpha1
kind: ImagesLock
images:
- image: index.docker.io/library/nginx@{A}
  annotations:
    kbld.carvel.dev/id: nginx:1.27
    kbld.carvel.dev/origins: |
      - resolved: {{tag: "1.27", url: nginx:1.27}}
"""
BUILDX = {
    "name": "docker.io/library/nginx:1.27",
    "manifest": {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "digest": A,
        "size": 10229,
        "manifests": [
            {"digest": B, "platform": {"os": "linux", "architecture": "arm", "variant": "v7"}},
            {"digest": A, "platform": {"os": "unknown", "architecture": "unknown"}},
            {"digest": "sha512:no", "platform": {"os": "linux", "architecture": "386"}},
        ],
    },
}
SINGLE = {"name": "r.io/a:1", "manifest": {"mediaType": [], "digest": B, "size": "7"}}
WHOLE = Descriptor(digest=A, media_type=INDEX, size=10229, platforms={"linux/arm/v7": B})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            CONFIG,
            {NGINX: Descriptor(digest=A), "quay.io/acme/web:latest": Descriptor(digest=B)},
            id="kbld Config",
        ),
        pytest.param("kind: Config\n", {}, id="kbld Config without overrides"),
        pytest.param(LOCK, {NGINX: Descriptor(digest=A)}, id="kbld ImagesLock"),
        pytest.param(json.dumps(BUILDX), {NGINX: WHOLE}, id="buildx"),
        pytest.param(
            json.dumps([BUILDX, SINGLE]),
            {NGINX: WHOLE, "r.io/a:1": Descriptor(digest=B)},
            id="buildx, a list",
        ),
        pytest.param(
            f"\ufeff{json.dumps(BUILDX, indent=1)}\n{json.dumps(SINGLE)}\n",
            {NGINX: WHOLE, "r.io/a:1": Descriptor(digest=B)},
            id="buildx, one behind the other",
        ),
        pytest.param(
            f"# ours\n\nnginx:1.27\t{A} # web\nr.io:5000/a@{B}\nnginx:1.27 {A}\n",
            {NGINX: Descriptor(digest=A), "r.io:5000/a:latest": Descriptor(digest=B)},
            id="lines",
        ),
        pytest.param("", {}, id="nothing"),
    ],
)
def test_images_of_a_file(text: str, expected: dict[str, Descriptor]) -> None:
    assert images(text) == expected


def test_positions_are_those_of_the_file() -> None:
    assert [str(it.position) for it in parse_import("in", CONFIG)] == ["in:5:3", "in:11:3"]
    assert [str(it.position) for it in parse_import("in", f"\nnginx {A}")] == ["in:2:1"]


KIND = "expected Config or ImagesLock"
BUILDX_DEMAND = (
    "is not what `docker buildx imagetools inspect` says: expected `name` and `manifest`"
)
BUILDX_HINT = "  hint: add --format '{{json .}}'"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "nginx",
            [
                'in:1:1: error: line is "nginx": expected an image and its digest (bad-line)',
                "  hint: write an image and its digest on a line, nginx:1.27 sha256:...",
            ],
            id="no digest",
        ),
        pytest.param(
            f"nginx {A[:-1]}\nNginx {A}\n",
            [
                'in:1:1: error: digest of "nginx" is wrong: expected sha256: and 64 hex '
                f'digits: "{A[:-1]}" (bad-digest)',
                'in:2:1: error: image "Nginx" has uppercase letters outside host and tag '
                "(uppercase)",
            ],
            id="digest and image",
        ),
        pytest.param(
            f"nginx {A}\n\nnginx:latest {B}\n",
            [
                f'in:3:1: error: "docker.io/library/nginx:latest" has two digests: {A} '
                f"(in:1:1), {B} (two-digests)"
            ],
            id="two digests",
        ),
        pytest.param(
            "kind: Pod\n", [f'in:1:1: error: is of kind "Pod": {KIND} (bad-kind)'], id="kind"
        ),
        pytest.param(
            "kind: {\n",
            [
                "in:2:1: error: is not YAML: while parsing a flow node, did not find expected "
                "node content (yaml)"
            ],
            id="no YAML",
        ),
        pytest.param(
            f"kind: ImagesLock\nimages:\n- image: nginx@{A}\n",
            [
                "in:3:3: error: image does not say what it was written as: expected "
                "`annotations[kbld.carvel.dev/id]` (no-origin)",
                "  hint: let kbld write the lock, which notes it",
            ],
            id="no origin",
        ),
        pytest.param(
            "{",
            [
                "in:1:1: error: is not JSON: Expecting property name enclosed in double "
                "quotes: line 1 column 2 (char 1) (json)"
            ],
            id="no JSON",
        ),
        pytest.param(
            '[{"name": "a"}, 1]',
            [f"in:1:1: error: {BUILDX_DEMAND} (bad-json)", BUILDX_HINT] * 2,
            id="other JSON",
        ),
        pytest.param(
            json.dumps({**BUILDX, "name": f"nginx@{A}"}),
            [
                f'in:1:1: error: image is "nginx@{A}": expected a tag and no digest, to be a '
                "key (bad-key)"
            ],
            id="digest in a name",
        ),
        pytest.param(
            '{"name": "a", "manifest": {}}',
            [
                (
                    'in:1:1: error: digest of "a" is wrong: expected sha256: and 64 hex digits: '
                    '"" (bad-digest)'
                ),
            ],
            id="JSON without digest",
        ),
    ],
)
def test_what_cannot_be_imported(text: str, expected: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_import("in", text)
    assert str(caught.value).split("\n") == expected
