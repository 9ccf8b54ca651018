"""The shipped places of custom resources, read from `catalog/` when their group is first met.

    # catalog/monitoring.coreos.com.yaml
    - kinds: [Prometheus]
      source: [prometheus-operator/prometheus-operator:pkg/operator/image.go]
      fields:
      - {path: spec.image}
      - {path: spec.containers, form: containers}
      - {path: spec.imagePullSecrets, form: pullSecrets}

A field is written as in the configuration's `spec.fields`, `group` and `kind` apart. What the files
hold is checked by the tests, not at run time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from transformer.places.place import Place
from transformer.places.trie import Branch, compile_paths, overridden
from transformer.yamltext.load import plain_data
from transformer.yamltext.tree import read

Key = tuple[str, str]

FOLDER = "catalog/"
CORE = "core"
ANY = "any"

# ConfigMaps whose images have other keys, by the beginning of their names.
CORE_NAMES = ("airflow.cfg", "elastic-operator", "istio-sidecar-injector", "trivy-operator")

# Groups whose places need not have "image" in their text: a document of theirs is always read.
WITHOUT_NAME = frozenset(
    {
        "argoproj.io",
        "build.openshift.io",
        "cdi.kubevirt.io",
        "charts.helm.k8s.io",
        "controlplane.cluster.x-k8s.io",
        "csi.ibm.com",
        "datadoghq.com",
        "extensions.istio.io",
        "fluxcd.controlplane.io",
        "grafana.integreatly.org",
        "hazelcast.com",
        "hco.kubevirt.io",
        "hedvig.io",
        "helm.cattle.io",
        "image.openshift.io",
        "install.istio.io",
        "installer.kubedb.com",
        "kafka.strimzi.io",
        "kamaji.clastix.io",
        "kubevirt.io",
        "longhorn.io",
        "meta.pkg.crossplane.io",
        "nvidia.com",
        "oadp.openshift.io",
        "opensearch.opster.io",
        "opensearch.org",
        "operator.aquasec.com",
        "operator.istio.io",
        "operator.knative.dev",
        "operator.tigera.io",
        "packages.eks.amazonaws.com",
        "piraeus.io",
        "pkg.crossplane.io",
        "policies.kubewarden.io",
        "pool.kubevirt.io",
        "sailoperator.io",
        "samples.operator.openshift.io",
        "scylla.scylladb.com",
        "serving.kserve.io",
        "snapshot.kubevirt.io",
        "source.toolkit.fluxcd.io",
        "ssp.kubevirt.io",
        "stackgres.io",
        "submariner.io",
        "tekton.dev",
    }
)

_GROUP_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")

# The group, where an `apiVersion` is written as it is for the most part.
_find_groups = re.compile(
    r"""apiVersion\b(?:"?:[ ]?"?([a-z0-9.-]+)(?:/[a-z0-9]+)?"?[ \t\r]*[\n,}]|)"""
).findall


class Catalogue:
    """The places of every kind: builtin ones and the user's, given here, and the shipped ones."""

    __slots__ = ("_branches", "_given")

    def __init__(self, places: Iterable[Place]) -> None:
        self._given: dict[Key, list[Place]] = {}
        self._branches: dict[Key, Branch | None] = {}
        for place in places:
            self._given.setdefault((place.group, place.kind), []).append(place)
        for kind, given in self._given.items():
            # What Kubernetes itself defines is known without a file.
            if given[0].origin == "builtin":
                self._branches[kind] = compile_paths(overridden(given))

    def get(self, kind: Key) -> Branch | None:
        """The paths of a kind, given as group and kind; None for one that nobody knows."""
        if kind not in self._branches:
            places = overridden((*shipped(*kind), *self._given.get(kind, ())))
            self._branches[kind] = compile_paths(places) if places else None
        return self._branches[kind]


def may_be_without_name(text: str) -> bool:
    """False for a document's text without an object of which an image may have another name."""
    groups = set(_find_groups(text))
    if "" in groups:
        # Some `apiVersion` is written in another way than most.
        return any(group in text for group in WITHOUT_NAME)
    return not WITHOUT_NAME.isdisjoint(groups)


def may_hold_strings(text: str) -> bool:
    """False for a document's text in which nothing is that is known as a string of a pod."""
    return (
        "-image" in text
        or "IMAGE" in text
        or "_image" in text
        or "proxyImage" in text
        or "_IMG" in text
        or "DownloaderImageName" in text
        or "--container-registry" in text
        or "--prometheus-config-reloader" in text
        or "MONGODB_REPO_URL" in text
        or "MYSQL_OPERATOR_DEFAULT_REPOSITORY" in text
        or "STRIMZI_DEFAULT_MAVEN_BUILDER" in text
        or "VIRTIOWIN_CONTAINER" in text
    )


def shipped(group: str, kind: str) -> Iterator[Place]:
    """The shipped places of a kind."""
    for entry in entries(group or CORE):
        if kind in entry.get("kinds", ()):
            yield from places_of(group, kind, entry)


_read: dict[str, list[dict[str, Any]]] = {}


def entries(name: str) -> list[dict[str, Any]]:
    """The entries of one file of the catalogue, as data; none where there is no such file."""
    if name not in _read:
        data = _data(f"{name}.yaml") if _GROUP_LETTERS.issuperset(name) else None
        root = read(data.decode()).root if data else None
        _read[name] = plain_data(root) if root is not None else []
    return _read[name]


def _data(name: str) -> bytes | None:
    # Not by pkgutil, whose import takes longer than all that is read here.
    assert __spec__ is not None
    loader: Any = __spec__.loader
    folder = __file__.rpartition("catalogue.")[0]
    try:
        data: bytes = loader.get_data(f"{folder}{FOLDER}{name}")
    except OSError:
        return None
    return data


def places_of(group: str, kind: str, entry: dict[str, Any]) -> Iterator[Place]:
    """The places that an entry of the catalogue has for a kind."""
    for field in entry["fields"]:
        yield place_of(group, kind, field, entry.get("secretsAt", ""))


def place_of(group: str, kind: str, field: dict[str, Any], secrets_at: str) -> Place:
    """The place that a field of an entry is."""
    inside = field.get("inside", "manifests")
    if not isinstance(inside, str):
        inside = tuple(place_of(group, kind, it, secrets_at) for it in inside)
    return Place(
        group=group,
        kind=kind,
        path=field["path"],
        form=field.get("form", "image"),
        parts=tuple(field.get("parts", {}).items()),
        join=field.get("join", "plain"),
        default=field.get("default", ""),
        digest=field.get("digest", ""),
        reason=field.get("reason", ""),
        schemes=tuple(field.get("schemes", ())),
        separator=field.get("separator", "\n"),
        holds=field.get("holds", ""),
        when=tuple((key, _globs(it)) for key, it in field.get("when", {}).items()),
        versions=tuple(field.get("versions", ())),
        items=field.get("items", "objects"),
        optional=field.get("optional", ""),
        artifact=field.get("artifact", "images"),
        inside=inside,
        origin="shipped",
        secrets_at=secrets_at,
        secrets_in=field.get("secretsIn", ""),
    )


def _globs(values: str | list[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)
