from __future__ import annotations

import json

from tests.helpers.runs import HUB, config, pod, run, stream
from transformer.find.suspects import Seen, look
from transformer.report.images import as_json, as_text, list_images
from transformer.yamltext.documents import documents

RULES = (
    "mirrors: [{source: docker.io, target: m.io/hub}, "
    "{source: docker.io, target: m.io/edge, where: {namespaces: [edge]}}]"
)
DECIDED = [
    ("mirrors[0]", "the first rule that covers it"),
    (
        "",
        '"m.io/hub/library/é" is not an image reference, '
        "expected [host[:port]/]path[:tag][@digest]",
    ),
]
FLEET = """\
apiVersion: x.io/v1
kind: Fleet
metadata: {name: "f\\e"}
spec: {"a\\tb": {containers: [{name: a, image: nginx}]}}
"""


def text(manifests: str, *spec: str) -> list[str]:
    outcome = run(manifests, config(*spec))
    return as_text(list_images(outcome.decisions)).splitlines()


def test_every_distinct_image_is_listed_with_its_places() -> None:
    manifests = stream(pod("nginx:1", "m.io/hub/a/b"), pod("|\n      nginx:1", namespace="n"))
    assert text(manifests, HUB) == [
        "   2 nginx:1 -> m.io/hub/library/nginx:1 (mirrored)",
        "     in.yaml:8:12 Pod web spec.containers[0].image",
        "     in.yaml:20:12 Pod n/web spec.containers[0].image",
        "   1 m.io/hub/a/b (already-mirrored)",
        "     in.yaml:10:12 Pod web spec.containers[1].image",
    ]


def test_what_is_left_alone_or_fails_becomes_nothing() -> None:
    manifests = pod('""', "$X", "https://me:pw@r.io/a", "quay.io/a")
    assert text(manifests, HUB, "unmatched: keep") == [
        "   1 (empty) (empty)",
        "     in.yaml:8:12 Pod web spec.containers[0].image",
        "   1 $X -> nothing (placeholder)",
        "     in.yaml:10:12 Pod web spec.containers[1].image",
        "   1 https://***@r.io/a -> nothing (invalid-format)",
        "     in.yaml:12:12 Pod web spec.containers[2].image",
        "   1 quay.io/a (no-rule)",
        "     in.yaml:14:12 Pod web spec.containers[3].image",
    ]


def test_an_image_that_scopes_split_is_listed_twice() -> None:
    manifests = stream(pod("nginx"), pod("nginx", namespace="edge"))
    lines = text(manifests, RULES)
    assert [line for line in lines if "->" in line] == [
        "   1 nginx -> m.io/hub/library/nginx (mirrored)",
        "   1 nginx -> m.io/edge/library/nginx (mirrored)",
    ]


def test_no_terminal_is_written_to_by_a_name() -> None:
    assert text(FLEET, HUB)[1] == (r"     in.yaml:4:47 Fleet f\x1b spec.a\tb.containers[0].image")


def test_the_list_for_programs_has_everything() -> None:
    outcome = run(stream(FLEET, pod("m.io/hub/library/é")), config(HUB, "invalid: warn"))
    found = json.loads(as_json(list_images(outcome.decisions)))
    for it, (rule, reason) in zip(found["images"], DECIDED, strict=True):
        assert (it.pop("rule"), it.pop("reason")) == (rule, reason)
    assert found == {
        "images": [
            {
                "image": "nginx",
                "source": "docker.io/library/nginx:latest",
                "final": "m.io/hub/library/nginx",
                "code": "mirrored",
                "count": 1,
                "places": [
                    {
                        "file": "in.yaml",
                        "line": 4,
                        "column": 47,
                        "document": 0,
                        "apiVersion": "x.io/v1",
                        "kind": "Fleet",
                        "namespace": "",
                        "name": "f\x1b",
                        "field": "spec.a\tb.containers[0].image",
                    }
                ],
            },
            {
                "image": "m.io/hub/library/é",
                "source": "",
                "final": "",
                "code": "invalid-format",
                "count": 1,
                "places": [
                    {
                        "file": "in.yaml",
                        "line": 13,
                        "column": 12,
                        "document": 1,
                        "apiVersion": "v1",
                        "kind": "Pod",
                        "namespace": "",
                        "name": "web",
                        "field": "spec.containers[0].image",
                    }
                ],
            },
        ]
    }


def test_no_images_are_an_empty_list() -> None:
    assert as_text([]) == ""
    assert as_json([]) == '{\n  "images": []\n}\n'


class TestWhatElseWasSeen:
    MANIFESTS = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: n}\n"
        "data: {b: 'quay.io/acme/helper:1'}\n---\n"
        "apiVersion: kbld.k14s.io/v1alpha1\nkind: Config\nmetadata: {name: c}\n"
        'sources: [{image: "a\\eb"}]\n'
    )

    def seen(self, manifests: str) -> Seen:
        outcome = run(manifests, config(HUB))
        found = [document for source in outcome.sources for document in documents(source)]
        return look(found, outcome.decisions, config(HUB))

    def test_is_listed_behind_the_images(self) -> None:
        assert as_text([], self.seen(self.MANIFESTS)).splitlines() == [
            "looks like an image, and is left as it is:",
            "     in.yaml:4:11 ConfigMap n/a data.b: quay.io/acme/helper:1 (configmap)",
            "is never changed:",
            "     in.yaml:9:19 Config c sources[0].image: a\\x1bb "
            "(it names an image that kbld builds)",
        ]

    def test_is_two_lists_for_programs(self) -> None:
        data = json.loads(as_json([], self.seen(self.MANIFESTS)))
        assert data["images"] == []
        assert data["maybe"] == [
            {
                "image": "quay.io/acme/helper:1",
                "reason": "configmap",
                "file": "in.yaml",
                "line": 4,
                "column": 11,
                "document": 0,
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "namespace": "n",
                "name": "a",
                "field": "data.b",
            }
        ]
        assert [(it["image"], it["document"]) for it in data["never"]] == [("a\\x1bb", 1)]

    def test_is_nothing_where_nothing_is(self) -> None:
        assert as_text([], self.seen("")) == ""
        assert json.loads(as_json([], self.seen(""))) == {"images": [], "maybe": [], "never": []}
