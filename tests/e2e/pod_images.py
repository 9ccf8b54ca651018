"""What policies are tried with: rules, images, and what a run makes of pods with them.

One table for every engine: the API server, Kyverno and Gatekeeper.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType

from tests.e2e.apiserver import Object, named
from tests.helpers import runs
from tests.helpers.shared import shared_path
from transformer.config.config import Config
from transformer.image.reference import BadReference, Reference, normalize

DIGEST = f"sha256:{'a' * 64}"

VALIDATING_RULES = (
    "{source: docker.io, target: m.io/hub}",
    "{source: docker.io/library, target: m.io/official}",
    "{source: 'docker.io/library/busybox:1.36', target: m.io/box}",
    "{source: docker.io/evil, block: true}",
    "{source: '*.gcr.io', template: 'm.io/gcr/{{ host | slug }}/{{ repository }}'}",
    "{source: quay.io, target: 'm.io:5000/quay'}",
    "{source: quay.io/team, keep: true}",
    "{source: 'localhost:5000', target: m.io/local}",
    "{source: ghcr.io, target: m.io/ghcr, only: digests}",
)
VALIDATING_SPECS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "names": (),
        "digests": ("digests: {mode: require}",),
        "digests-of-all": ("unmatched: keep", "digests: {mode: require}"),
        "lenient": ("unmatched: keep", "invalid: warn"),
    }
)

MUTATING_RULES = (
    "{source: docker.io, target: m.io/hub, pullSecrets: [hub-pull]}",
    "{source: docker.io/library, target: m.io/official}",
    "{source: '*.gcr.io', template: 'm.io/gcr/{{ host | slug }}/{{ repository }}'}",
    "{source: quay.io, target: 'm.io:5000/quay', pullSecrets: [quay-pull]}",
    "{source: quay.io/kept, keep: true}",
    "{source: docker.io/evil, block: true}",
    "{source: registry.k8s.io, target: m.io/k8s}",
    "{source: ghcr.io, target: m.io/ghcr, where: {containers: ['c*']}}",
)
MUTATING = runs.config(
    "mirrors:",
    *(f"- {it}" for it in MUTATING_RULES),
    "unmatched: keep",
    "invalid: warn",
    "digests: {mode: lock, missing: warn}",
)


def containers(*images: str) -> Object:
    """The spec of a pod with a container for each image."""
    names = (f"c{index}" for index in range(len(images)))
    made = [{"name": name, "image": it} for name, it in zip(names, images, strict=True)]
    return {"containers": made}


def vectors() -> list[str]:
    """The references of the vectors that a pod can have: validation wants no blanks around."""
    data = json.loads(shared_path("vectors", "reference.json").read_text())
    return sorted({text for it in data["oracle"] if (text := it["input"]) and text == text.strip()})


def images() -> list[str]:
    """Images under each validating rule and target, and beside them."""
    names = ("nginx", "a/b", "library/busybox", "evil/x", "evil", "index.docker.io/evil/x",
             "us.gcr.io/p/x", "us.gcr.io:443/p/x", "gcr.io/x", "a.b.gcr.io/x", "quay.io/a/b",
             "quay.io/team/x", "quay.io/teams/x", "quay.io:443/x", "localhost/x",
             "localhost:5000/x", "ghcr.io/x/y", "m.io/hub/x", "m.io/hub", "m.io/hubs/x",
             "m.io/official/nginx", "m.io/gcr/us/x", "m.io:5000/quay/x", "m.io/quay/x",
             "m.io/local/a/b/c/d/e", "m.io/ghcr/x", "other.io/x", "docker.io/evil/x",
             "docker.io/library/busybox")  # fmt: skip
    suffixes = ("", ":1.36", ":latest", f"@{DIGEST}", f":1.36@{DIGEST}")
    return [f"{name}{suffix}" for name in names for suffix in suffixes]


def corpus_images() -> list[str]:
    with shared_path("corpus", "EXPECTED.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return sorted({row["value"] for row in rows if row["value"].strip()})


def locked() -> dict[str, str]:
    """Digests for every other image that is written with a tag alone, and nowhere with another."""
    found = [*_references(corpus_images())]
    pinned = {it.key for it in (*found, *_references(vectors())) if it.digest}
    keys = sorted({it.key for it in found if not it.digest} - pinned)[::2]
    return {key: f"{{digest: sha256:{index:064}}}" for index, key in enumerate(keys)}


def _references(images: list[str]) -> Iterator[Reference]:
    for image in images:
        with suppress(BadReference):
            yield normalize(image)


def is_left_alone(image: str, settings: Config) -> bool:
    """Whether a run over a pod with the image has nothing to change and nothing to say."""
    text = json.dumps({"apiVersion": "v1", "kind": "Pod", "spec": containers(image)})
    outcome = runs.run(text, settings)
    return not outcome.failed and runs.output(outcome) == text


def transformed(manifest: Object) -> Object:
    """What a run by the mutating rules makes of an object; itself where it fails."""
    outcome = runs.run(json.dumps(manifest), MUTATING, runs.locked(locked()))
    return manifest if outcome.failed else dict(json.loads(runs.output(outcome)))


def pod(spec: Object, name: str = "web", namespace: str = "default") -> Object:
    return {**named("Pod", name, namespace), "spec": spec}


def images_of(spec: Object) -> list[str]:
    lists = ("initContainers", "containers", "ephemeralContainers")
    found = [it["image"] for key in lists for it in spec.get(key, ())]
    return found + [it["image"]["reference"] for it in spec.get("volumes", ()) if "image" in it]


def secrets_of(spec: Object) -> list[str]:
    return [it["name"] for it in spec.get("imagePullSecrets", ())]


def same(answer: Object, wanted: Object) -> bool:
    """Whether two pods pull the same images with the same secrets."""
    spec, other = answer["spec"], wanted["spec"]
    return (images_of(spec), secrets_of(spec)) == (images_of(other), secrets_of(other))


# A pod with an image at each place that one can have, and a pull secret of its own.
EVERYWHERE: Object = {
    **containers("nginx", "quay.io/kept/x:1", "ghcr.io/a/b"),
    "initContainers": [{"name": "setup", "image": "gcr.io/x"},
                       {"name": "wait", "image": "us.gcr.io/p/x:2"}],
    "volumes": [{"name": "empty", "emptyDir": {}},
                {"name": "model", "image": {"reference": "quay.io/models/a:1"}}],
    "imagePullSecrets": [{"name": "own"}, {"name": "hub-pull"}],
}  # fmt: skip
EVERYWHERE_SECRETS = ["own", "hub-pull", "quay-pull"]
