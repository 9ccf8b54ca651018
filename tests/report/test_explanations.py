from __future__ import annotations

import json

import jsonschema

from tests.helpers.payload import PAYLOAD, raw
from tests.helpers.runs import config, locked, pod, run
from transformer.config.config import Config
from transformer.config.schemas import read
from transformer.decide.decide import decide
from transformer.decide.explain import Explanation, explain
from transformer.decide.imagined import imagined
from transformer.report.explanations import as_json, as_text

SHA = "sha256:" + "a" * 64
RULES = (
    "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull, more]}, "
    "{source: '*.gcr.io', keep: true}]"
)
LOCK = locked({"docker.io/library/nginx:1": f"{{digest: {SHA}}}"})


def told(*images: str, settings: Config) -> list[Explanation]:
    sites = [imagined(image, "shop", "Deployment", "web") for image in images]
    return list(explain(decide(sites, settings, LOCK).decisions, settings, LOCK))


def at(text: str, *spec: str) -> list[Explanation]:
    settings = config(RULES, *spec)
    return list(explain(run(text, settings, LOCK).decisions, settings, LOCK))


def test_each_step_is_a_line() -> None:
    settings = config(RULES, "digests: {mode: lock}")
    assert as_text(told("nginx:1", "Nginx", settings=settings)).splitlines() == [
        "nginx:1 (Deployment in shop, container web)",
        "  normal form   docker.io/library/nginx:1",
        "  rules         won   mirrors[0] docker.io: the first that covers it",
        "                lost  mirrors[1] *.gcr.io: docker.io is not a host below gcr.io",
        f"  becomes       m.io/hub/library/nginx:1@{SHA} (mirrored)",
        "                the next run leaves it, as it lies under m.io/hub",
        f"  digest        {SHA}, from images.lock.yaml:3:39, the entry of "
        "docker.io/library/nginx:1",
        "  pull secrets  pull: `mirrors[0]`, as the final name lies under its target",
        "                more: `mirrors[0]`, as the final name lies under its target",
        "  field         takes a reference with a tag and a digest",
        "",
        "Nginx (Deployment in shop, container web)",
        "  becomes       nothing: it fails",
        "  field         takes a reference with a tag and a digest",
        '  error         "Nginx" has uppercase letters outside host and tag (uppercase)',
    ]


def test_an_image_of_a_run_has_its_place() -> None:
    text = pod("m.io/hub/a/b", "$(X)", secrets="[{name: more}]", namespace="shop")
    assert as_text(at(text, "invalid: warn")).splitlines()[:8] == [
        "m.io/hub/a/b (in.yaml:10:12, Pod shop/web at spec.containers[0].image)",
        "  normal form   m.io/hub/a/b:latest",
        "  rules         lost  mirrors[0] docker.io: m.io is another host",
        "                lost  mirrors[1] *.gcr.io: m.io is not a host below gcr.io",
        "  mirrored      it lies under m.io/hub, the target of mirrors[0]",
        "  becomes       m.io/hub/a/b (already-mirrored)",
        "  digest        none: `digests.mode` is off, and none is written",
        "  pull secrets  pull: `mirrors[0]`, as the final name lies under its target",
    ]
    lines = as_text(at(text, "invalid: warn")).splitlines()
    assert "                more, which the pod has: `mirrors[0]`, as the final name lies under " \
        "its target" in lines  # fmt: skip
    assert "  becomes       nothing: it is left alone" in lines


FIELDS = """\
apiVersion: x.io/v1
kind: Thing
metadata: {name: t}
a: docker.io/acme
b: ""
spec: {runs: {containers: [{name: a, image: nginx}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: a
    image: nginx
    env: [{name: SIDECAR_IMAGE, value: "docker.io/a/b:1"}, {name: HELPER, value: docker.io/a/c:1},
      {name: ODD_IMAGE, value: "docker.io/a/d:1"}]
"""


def test_what_was_guessed_and_what_is_a_part_says_so() -> None:
    found = at(
        FIELDS,
        "suspects: rewrite",
        "fields: [{group: x.io, kind: Thing, path: a, form: registry, digest: none, reason: old}, "
        "{group: x.io, kind: Thing, path: b, form: registry}]",
    )
    lines = as_text(found).splitlines()
    assert [it for it in lines if it.startswith(("  field", "  normal"))] == [
        "  normal form   docker.io/acme/*",
        "  field         takes the beginning of names with no digest, old",
        "  field         takes the beginning of names with no digest",
        "  normal form   docker.io/library/nginx:latest",
        "  field         takes a reference with a tag and a digest; found by structure",
        "  normal form   docker.io/library/nginx:latest",
        "  field         takes a reference with a tag and a digest",
        "  normal form   docker.io/a/b:1",
        "  field         takes a reference with a tag and a digest",
        "  normal form   docker.io/a/c:1",
        "  field         takes a reference with no digest, it only looks like an image; found by "
        "its look",
        "  normal form   docker.io/a/d:1",
        "  field         takes a reference with no digest, nobody knows whether the program takes "
        "one; found by the shape of a name",
    ]
    assert "(empty) (in.yaml:5:4, Thing t at b)" in lines


def test_programs_get_the_same_and_it_is_what_the_schema_says() -> None:
    settings = config(RULES, "digests: {mode: lock}", "unmatched: warn")
    some = [*told("nginx:1", "Nginx", "r.io/a", settings=settings), *at(FIELDS), *at(pod("nginx"))]
    data = json.loads(as_json(some))
    jsonschema.Draft7Validator(json.loads(read("explain"))).validate(data)
    first = data["explanations"][0]
    assert first == {
        "image": "nginx:1",
        "place": None,
        "scope": {"namespace": "shop", "kind": "Deployment", "container": "web"},
        "normal": "docker.io/library/nginx:1",
        "rules": [
            {"rule": "mirrors[0]", "source": "docker.io", "won": True,
             "reason": "the first that covers it"},
            {"rule": "mirrors[1]", "source": "*.gcr.io", "won": False,
             "reason": "docker.io is not a host below gcr.io"},
        ],
        "target": None,
        "chosen": None,
        "code": "mirrored",
        "final": f"m.io/hub/library/nginx:1@{SHA}",
        "digest": SHA,
        "digestFrom": "images.lock.yaml:3:39, the entry of docker.io/library/nginx:1",
        "pullSecrets": [
            {"name": name, "isThere": False,
             "reasons": ["`mirrors[0]`, as the final name lies under its target"]}
            for name in ("pull", "more")
        ],
        "field": {"names": "image", "digest": "whole", "reason": None, "guess": None},
        "gates": [],
        "problems": [],
    }  # fmt: skip
    assert data["explanations"][-1]["place"] == {
        "file": "in.yaml",
        "line": 8,
        "column": 12,
        "name": "web",
        "field": "spec.containers[0].image",
    }


def test_nothing_from_outside_is_told_raw() -> None:
    settings = config(RULES, "invalid: warn")
    sites = [imagined(it, PAYLOAD, PAYLOAD, PAYLOAD) for it in (f"{PAYLOAD}|<script>", "nginx")]
    found = list(explain(decide(sites, settings, LOCK).decisions, settings, LOCK))
    assert raw(as_text(found)) == []
    assert raw(as_json(found)) == []
    jsonschema.Draft7Validator(json.loads(read("explain"))).validate(json.loads(as_json(found)))
