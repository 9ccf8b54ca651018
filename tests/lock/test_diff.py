from __future__ import annotations

import json

from transformer.image.descriptor import Descriptor
from transformer.lock.diff import as_json, as_markdown, as_text, compare, entries
from transformer.lock.lock import parse_lock

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64
INDEX = "application/vnd.oci.image.index.v1+json"
OLD = {
    "r.io/gone:1": Descriptor(digest=A),
    "r.io/same:1": Descriptor(digest=A, size=3),
    "r.io/said:1": Descriptor(digest=A, platforms={"linux/arm64": A, "linux/amd64": A}),
    "r.io/web:1": Descriptor(digest=A, size=3, platforms={"linux/386": A, "linux/amd64": A}),
}
NEW = {
    "docker.io/library/nginx:1": Descriptor(
        digest=B, platforms={"linux/arm64": B, "linux/amd64": A}
    ),
    "r.io/same:1": Descriptor(digest=A, size=3),
    "r.io/said:1": Descriptor(
        digest=A,
        media_type=INDEX,
        size=7,
        resolved_from="mirror",
        platforms={"linux/arm64": B, "linux/amd64": A},
    ),
    "r.io/web:1": Descriptor(digest=B, size=3, platforms={"linux/s390x": A, "linux/amd64": B}),
}


def test_nothing_changed() -> None:
    assert compare(OLD, OLD) == []
    assert as_text([]) == ""
    assert as_markdown([]) == "No image changed.\n"
    assert json.loads(as_json([])) == {"changes": []}


def test_a_table_for_people() -> None:
    said = f"media type unknown -> {INDEX}, size unknown -> 7, from unknown -> mirror, ~linux/arm64"
    assert as_text(compare(OLD, NEW)).splitlines() == [
        "added    docker.io/library/nginx:1  -> bbbbbbbbbbbb  (linux/amd64, linux/arm64)",
        "removed  r.io/gone:1                aaaaaaaaaaaa ->",
        f"changed  r.io/said:1                aaaaaaaaaaaa  ({said})",
        "updated  r.io/web:1                 aaaaaaaaaaaa -> bbbbbbbbbbbb  "
        "(+linux/s390x, -linux/386)",
    ]
    back = "media type .* -> unknown, size 7 -> unknown, from mirror -> unknown"
    assert back.replace(".*", INDEX) in as_text(compare(NEW, OLD))


def test_a_table_for_a_pull_request() -> None:
    changes = [it for it in compare(OLD, NEW) if it.kind != "changed"]
    assert as_markdown(changes).splitlines() == [
        "| | image | old | new | |",
        "|---|---|---|---|---|",
        "| added | `docker.io/library/nginx:1` |  | `sha256:bbbbbbbbbbbb` "
        "| linux/amd64, linux/arm64 |",
        "| removed | `r.io/gone:1` | `sha256:aaaaaaaaaaaa` |  |  |",
        "| updated | `r.io/web:1` | `sha256:aaaaaaaaaaaa` | `sha256:bbbbbbbbbbbb` "
        "| +linux/s390x, -linux/386 |",
    ]


def test_data_for_programs() -> None:
    changes = {it["image"]: it for it in json.loads(as_json(compare(OLD, NEW)))["changes"]}
    assert changes["r.io/gone:1"] == {
        "image": "r.io/gone:1",
        "kind": "removed",
        "old": {"digest": A},
        "new": None,
    }
    assert changes["r.io/said:1"]["new"] == {
        "digest": A,
        "mediaType": INDEX,
        "size": 7,
        "resolvedFrom": "mirror",
        "platforms": {"linux/amd64": A, "linux/arm64": B},
    }


def test_who_has_signed_is_said() -> None:
    unsigned, signed = Descriptor(digest=A), Descriptor(digest=A, signers={"b": "cosign"})
    changes = compare({"r.io/a:1": unsigned}, {"r.io/a:1": signed})
    assert as_text(changes) == "changed  r.io/a:1  aaaaaaaaaaaa  (signed by b)\n"
    [change] = json.loads(as_json(changes))["changes"]
    assert change["old"] == {"digest": A}
    assert change["new"] == {"digest": A, "signedBy": {"b": "cosign"}}


def test_a_lock_is_read_whole() -> None:
    text = f"version: 1\nimages:\n  r.io/a:1:\n    digest: {A}\n    size: 3\n"
    assert entries(parse_lock("l", text)) == {"r.io/a:1": Descriptor(digest=A, size=3)}
