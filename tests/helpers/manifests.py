"""Generated manifests as nodes, and which of the nodes are images.

What is an image is known from how an object was built: no parser and none of the product's code
takes part. `streams.py` writes the nodes as text.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from tests.helpers.yaml_text import Alias, Mapping, Node, Scalar, Sequence, resolved

DIGEST = "sha256:" + "0123456789abcdef" * 4
IMAGES = (
    "nginx",
    "nginx:1.27",
    "library/busybox:1",
    "docker.io/acme/app",
    "1e3",
    "08:30",
    "y",
    "ghcr.io/acme/app:v1",
    f"ghcr.io/acme/app@{DIGEST}",
    f"quay.io/a/b:2@{DIGEST}",
    "localhost:5000/x/y:2",
    "registry.k8s.io/pause:3.9",
    "$(REGISTRY)/app:1",
    "Upper/Case:1",
    "{{ image }}",
    "",
)
HOSTILE = (
    "1e3", "12:30:45", "=", "08", "0o14", "0x1F", "y", "n", "on", "null", "~", "true", ".inf",
    "1_000", "2001-12-14", "<<", "é", "日本語", "🚀", "a\tb", "a: b", "x #y", "- z", "it's", 'a"b',
    "\\", "{{ x }}", "[", "{", "&a", "*a", "!t", "%x", "@x", "`x", "|", ">", "?", ":", "-", "--- x",
    "...", "", " lead", "trail ", "two\nlines\n", "\x85", "\u2028", "image: nginx",
)  # fmt: skip
_DECOY = "containers:\n- name: a\n  image: nginx\n--- not a marker\n# no comment\n"


class Builder:
    """Builds one document's objects; anchors are named and remembered here."""

    def __init__(self, random: random.Random, wildness: float, *, is_json: bool) -> None:
        self.random = random
        self.wildness = wildness
        self.is_json = is_json
        self.count = 0
        self.images: list[Scalar] = []
        self.places: list[tuple[str, Node]] = []

    def chance(self, share: float) -> bool:
        return self.random.random() < share * self.wildness

    def anchor(self) -> str:
        self.count += 1
        return f"a{self.count}"

    def text(self) -> Scalar:
        return Scalar(self.random.choice(HOSTILE))

    def image(self) -> Node:
        if self.images and self.chance(0.15):
            target = self.random.choice(self.images)
            target.anchor = target.anchor or self.anchor()
            return Alias(target)
        value = self.random.choice(IMAGES)
        style = self.random.choice(["|", ">"]) if value and self.chance(0.05) else ""
        scalar = Scalar(value, style="" if self.is_json else style)
        # A plain empty or null value is null, and names no image.
        scalar.style = scalar.style or ("" if value else '"')
        if not self.is_json:
            self.images.append(scalar)
        return scalar

    def container(self, name: str) -> Mapping:
        pairs: list[tuple[str, Node]] = [("name", Scalar(name)), ("image", self.image())]
        pairs += [(key, self.text()) for key in ("note", "ключ") if self.chance(0.2)]
        if self.chance(0.2):
            pairs.append(("args", Sequence([self.text(), self.text()], is_flow=self.chance(0.5))))
        self.random.shuffle(pairs)
        return Mapping(pairs, is_flow=self.is_json or self.chance(0.15))

    def containers(self, prefix: str) -> Sequence:
        items: list[Node] = []
        for number in range(self.random.choice([1, 1, 2, 3])):
            items.append(self.another(items, f"{prefix}{number}"))
        return Sequence(items, is_flow=self.is_json)

    def another(self, items: list[Node], name: str) -> Node:
        earlier = [item for item in items if isinstance(item, Mapping)]
        if self.is_json or not earlier or not self.chance(0.2):
            return self.container(name)
        base = self.random.choice(earlier)
        base.anchor = base.anchor or self.anchor()
        if self.chance(0.3):
            return Alias(base)
        pairs: list[tuple[str, Node]] = [("<<", Alias(base)), ("name", Scalar(name))]
        self.random.shuffle(pairs)
        if self.chance(0.3):
            # Behind the merge key: before it, readers disagree, and it is an error.
            pairs.append(("image", self.image()))
        return Mapping(pairs)

    def pod_spec(self, steps: str) -> Mapping:
        pairs: list[tuple[str, Node]] = [("containers", self.containers("c"))]
        if self.chance(0.3):
            pairs.append(("initContainers", self.containers("i")))
        if self.chance(0.1):
            pairs.append(("ephemeralContainers", self.containers("e")))
        if self.chance(0.2):
            pairs.append(("volumes", self.volumes()))
        if self.chance(0.3):
            pairs.append(("imagePullSecrets", self.pull_secrets()))
        if self.chance(0.3):
            pairs.append(("restartPolicy", self.text()))
        node = Mapping(pairs, is_flow=self.is_json or self.chance(0.05))
        self.places += list(_pod_images(node, steps))
        return node

    def volumes(self) -> Sequence:
        rbd = Mapping([("image", Scalar("nginx")), ("pool", self.text())], is_flow=True)
        source = Mapping([("reference", self.image())], is_flow=self.is_json)
        items: list[Node] = [
            Mapping([("name", self.text()), ("rbd", rbd)], is_flow=self.is_json),
            Mapping([("name", self.text()), ("image", source)], is_flow=self.is_json),
        ]
        return Sequence(items, is_flow=self.is_json)

    def pull_secrets(self) -> Node:
        if self.chance(0.2):
            return Scalar("", style="null")
        names = self.random.choice([[], ["own"], ["own", "pull"]])
        is_flow = self.is_json or self.chance(0.3)
        items: list[Node] = [Mapping([("name", Scalar(it))], is_flow=is_flow) for it in names]
        return Sequence(items, is_flow=is_flow)

    def resource(self, kind: str, api: str, body: list[tuple[str, Node]]) -> Mapping:
        labels = Mapping([("app", self.text())], is_flow=self.is_json)
        metadata: list[tuple[str, Node]] = [("name", Scalar("app")), ("labels", labels)]
        if self.images and self.chance(0.1):
            target = self.random.choice(self.images)
            target.anchor = target.anchor or self.anchor()
            body = [*body, ("note", Alias(target))]
        head: list[tuple[str, Node]] = [("apiVersion", Scalar(api)), ("kind", Scalar(kind))]
        if self.chance(0.9):
            head.append(("metadata", Mapping(metadata, is_flow=self.is_json)))
        return Mapping([*head, *body], is_flow=self.is_json)

    def nested(self, path: str, node: Node) -> list[tuple[str, Node]]:
        for key in reversed(path.split(".")[1:]):
            node = Mapping([(key, node)], is_flow=self.is_json)
        return [(path.split(".")[0], node)]

    def workload(self, prefix: str = "") -> Mapping:
        kind, api, path = self.random.choice(_WORKLOADS)
        return self.resource(kind, api, self.nested(path, self.pod_spec(f"{prefix}{path}")))

    def object_list(self) -> Mapping:
        count = self.random.choice([0, 1, 3])
        items: list[Node] = [self.workload(f"items[{number}].") for number in range(count)]
        return self.resource("List", "v1", [("items", Sequence(items, is_flow=self.is_json))])

    def typed_list(self) -> Mapping:
        spec = self.pod_spec("items[0].spec")
        item = Mapping(
            [("metadata", Mapping([("name", Scalar("x"))], is_flow=True)), ("spec", spec)]
        )
        item.is_flow = self.is_json
        return self.resource("PodList", "v1", [("items", Sequence([item], is_flow=self.is_json))])

    def decoy(self) -> Mapping:
        """An object in which nothing is an image, whatever it looks like."""
        text = Scalar(_DECOY, style="" if self.is_json else "|")
        data = Mapping([("a.yaml", text), ("b", self.text())], is_flow=self.is_json)
        kind, api, path = self.random.choice(_DECOYS)
        places = list(self.places)
        body = self.nested(path, self.pod_spec("")) if path else []
        self.places = places
        return self.resource(kind, api, [*body, ("data", data)])


_WORKLOADS = (
    ("Pod", "v1", "spec"),
    ("Deployment", "apps/v1", "spec.template.spec"),
    ("StatefulSet", "apps/v1", "spec.template.spec"),
    ("CronJob", "batch/v1", "spec.jobTemplate.spec.template.spec"),
    ("Rollout", "argoproj.io/v1alpha1", "spec.template.spec"),
    ("Made", "example.com/v1", "spec.deep.er"),
)
_DECOYS = (
    ("ConfigMap", "v1", ""),
    ("Service", "v1", ""),
    ("CustomResourceDefinition", "apiextensions.k8s.io/v1", "spec.validation"),
    ("Kustomization", "kustomize.config.k8s.io/v1beta1", "spec"),
    ("Made", "example.com/v1", "status.template.spec"),
)


def _pod_images(spec: Mapping, steps: str) -> Iterator[tuple[str, Node]]:
    for key in ("containers", "initContainers", "ephemeralContainers", "volumes"):
        items = spec.get(key)
        for number, item in enumerate(items.items if isinstance(items, Sequence) else []):
            entry = resolved(item)
            image = entry.get("image") if isinstance(entry, Mapping) else None
            path = f"{steps}.{key}[{number}].image"
            if isinstance(image, Mapping):
                image, path = image.get("reference"), f"{path}.reference"
            if image is not None:
                yield path, image


def document(builder: Builder) -> Node:
    """One document: mostly a workload, else a list, something without images, or nothing."""
    makers: list[Callable[[], Node]] = [builder.workload] * 5 + [
        builder.object_list,
        builder.typed_list,
        builder.decoy,
    ]
    if not builder.is_json:
        makers += [lambda: Mapping(is_flow=True), lambda: Scalar("null")]
    return builder.random.choice(makers)()
