"""Objects made of what operators really call their fields, variables and flags, for `bench.sheet`.

Names are those of the shared facts: fields of custom resources, variables, flags and annotations.
Values are those of the corpus: its images, and what other names of it have. A field stands in its
own kind or, by the seed, in one that nobody knows.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import yaml

from tests.helpers.shared import shared_path

Pair = tuple[str, str]
Manifest = dict[str, Any]

# What is near an image in its name or in its value.
NEAR: tuple[Pair, ...] = (
    ("IMAGE_PULL_POLICY", "IfNotPresent"), ("SIDECAR_IMAGE_TAG", "1.27.3"),
    ("WORKER_IMAGE_PULL_SECRETS", "regcred"), ("imagePullPolicy", "Always"),
    ("imageGCHighThresholdPercent", "85"), ("imageFormat", "qcow2"), ("DISK_IMAGE", "disk.img"),
    ("BASE_AMI", "ami-0abcdef1234567890"), ("machineImage", "ubuntu-2404-noble-amd64-v20250113"),
    ("osImage", "projects/ubuntu-os-cloud/global/images/family/ubuntu-2204-lts"),
    ("REPOSITORY", "https://github.com/acme/shop.git"), ("repoURL", "oci://ghcr.io/acme/charts"),
    ("chart", "ghcr.io/acme/charts/shop"), ("bundle", "ghcr.io/acme/bundles/git-clone:0.9"),
    ("accept", "application/vnd.oci.image.manifest.v1+json"), ("logo", "shop/logo:small.png"),
    ("MAIL_FROM", "shop@example.com"), ("DRIVER", "org.postgresql.Driver"),
    ("apiVersion", "example.com/v1beta1"), ("SELECTOR", "app.kubernetes.io/name=shop"),
    ("BACKUP_PATH", "backups/shop:daily"), ("DATABASE_URL", "postgres://db.shop.svc:5432/shop"),
    ("BROKER", "kafka-0.kafka:9092"), ("topic", "orders/created:v2"), ("zone", "europe-west3/a"),
    ("schedule", "0 3 * * *"), ("S3_BUCKET", "s3://shop-backup/daily"), ("profile", "gold:2"),
    ("REGISTRY_PORT", "5000"), ("schemaRegistry", "http://schema-registry.kafka.svc:8081"),
    ("metricsRegistry", "io.micrometer.core:1.12"), ("registryPath", "/var/lib/registry"),
    ("REGISTRY_USER", "robot$pull"), ("imageSecret", "acme/pull"), ("module", "github.com/acme/x"),
    ("plugin", "hashicorp/aws:5.31"), ("STORAGE_CLASS", "rook/ceph:fast"), ("locale", "en_US:en"),
    ("rule", "ghcr.io/acme/*"), ("allowedRegistry", "quay.io/*"), ("window", "Sun:04:00"),
    ("releaseImageVersion", "4.17.3"), ("imageScanInterval", "5m"), ("image-cache-dir", "/cache"),
    ("splashImage", "https://cdn.example.com/splash.svg"), ("imageType", "distroless"),
    ("CLUSTER_DOMAIN", "cluster.local"), ("ISSUER", "https://dex.example.com/dex"),
    ("imageRepositoryRef", "podinfo"), ("imagePolicy", "flux-system:podinfo"),
)  # fmt: skip

_COMPONENTS = (
    "agent", "backup", "browser", "collector", "exporter", "fetcher", "gateway", "helper", "init",
    "janitor", "launcher", "migration", "notebook", "proxy", "restore", "runner", "sidecar",
    "sync", "toolbox", "worker",
)  # fmt: skip


class Maker:
    """Makes objects by chance. Takes the images and the other names and values of the corpus."""

    def __init__(
        self, chance: random.Random, images: Sequence[str], others: Sequence[Pair]
    ) -> None:
        self.chance = chance
        self.images = sorted(set(images))
        self.others = sorted(set(others))
        self.entries = _entries()
        self.variables = _variables()

    def objects(self) -> Iterator[Manifest]:
        """Objects without end, sort by sort."""
        sorts: tuple[Callable[[], Manifest], ...] = (
            self.operator, self.custom, self.custom, self.settings, self.release,
        )  # fmt: skip
        while True:
            for sort in sorts:
                yield sort()

    def image(self) -> str:
        """A reference as people write them: with less and less of it."""
        image = self.chance.choice(self.images)
        name, _, rest = image.partition("/")
        if rest and ("." in name or ":" in name) and self.chance.random() < 0.4:
            return rest
        if self.chance.random() < 0.1:
            return f"{image.partition('@')[0]}@sha256:{self.chance.getrandbits(256):064x}"
        return self.chance.choice(("docker://", "oci://")) + image if self._one_in(14) else image

    def registry(self) -> str:
        hosts = [
            it.rpartition("/")[0] for it in self.images if "." in it.partition("/")[0] and "/" in it
        ]
        host = self.chance.choice(hosts)
        return host.partition("/")[0] if self.chance.random() < 0.5 else host

    def noise(self, count: int) -> list[Pair]:
        near = self.chance.sample(NEAR, (count + 1) // 2)
        return [*near, *self.chance.sample(self.others, count // 2)]

    def operator(self) -> Manifest:
        """A workload that starts others, told so by variables, flags and annotations."""
        named = [(name, self.image()) for name in self.chance.sample(self.variables, 3)]
        env = self._mixed([*named, *((_shouted(name), value) for name, value in self.noise(5))])
        flags = [(f"{self._component()}-image", self.image()), *self.noise(4)]
        if self._one_in(2):
            flags.append(
                (self.chance.choice(("image-registry", "default-registry")), self.registry())
            )
        container: Manifest = {
            "name": "manager",
            "env": [{"name": name, "value": value} for name, value in env],
            **self._spoken(self._mixed([(_dashed(name), value) for name, value in flags])),
        }
        notes = {
            f"{self._component()}.example.com/{self._component()}-image": self.image(),
            **{f"example.com/{_dashed(name)}": value for name, value in self.noise(2)},
        }
        kind = self.chance.choice(("Deployment", "StatefulSet", "DaemonSet"))
        return {
            "apiVersion": "apps/v1",
            "kind": kind,
            "metadata": {"name": self._component()},
            "spec": {
                "template": {
                    "metadata": {"annotations": notes},
                    "spec": {"containers": [container]},
                }
            },
        }

    def _spoken(self, flags: Sequence[Pair]) -> Manifest:
        form = self.chance.choice(("joined", "apart", "shell"))
        if form == "joined":
            return {"args": [f"--{name}={value}" for name, value in flags]}
        if form == "apart":
            return {"args": [it for name, value in flags for it in (f"--{name}", value)]}
        quote = self.chance.choice(("", '"', "'"))
        lines = [f"  -{name}={quote}{value}{quote}" for name, value in flags]
        return {"command": ["/bin/sh", "-ec", " \\\n".join(["exec manager", *lines]) + "\n"]}

    def custom(self) -> Manifest:
        """A custom resource with a field that is known to hold an image or something near it."""
        group, kind, version, path, values = self.chance.choice(self.entries)
        if self.chance.random() < 0.6:
            group, kind = f"{self._component()}.acme.example", self._component().title()
        made: Manifest = {
            "apiVersion": f"{group}/{version}",
            "kind": kind,
            "metadata": {"name": self._component()},
        }
        holder = made
        for key in path[:-1]:
            below: Manifest = {}
            holder[key.removesuffix("[]")] = [below] if key.endswith("[]") else below
            holder = below
        holder.update(values(self, path[-1].removesuffix("[]")))
        for name, value in self.noise(3):
            holder.setdefault(_camel(name), value)
        return made

    def settings(self) -> Manifest:
        """A ConfigMap with values of its own, and with a text of settings."""
        pairs = [
            (
                f"{self._component()}{self.chance.choice(('-image', '_image', 'Image'))}",
                self.image(),
            )
        ]
        pairs += [("registry", self.registry())] if self._one_in(2) else []
        data = dict(
            self._mixed([*pairs, *((_dashed(name), value) for name, value in self.noise(3))])
        )
        lines = self._mixed([(f"{self._component()}_image", self.image()), *self.noise(4)])
        sign = self.chance.choice(("toml", "ini", "yaml", "json"))
        data[f"settings.{sign}"] = _written(sign, lines)
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": self._component()},
            "data": data,
        }

    def release(self) -> Manifest:
        """A release of a chart, with values."""
        image = self.image().removeprefix("docker://").removeprefix("oci://").partition("@")[0]
        name, _, tag = image.rpartition(":")
        values: Manifest = {
            "image": {"repository": name or image, "tag": tag, "pullPolicy": "IfNotPresent"},
            self._component(): {"image": self.image()},
            "global": {"imageRegistry": self.registry()},
            "extra": {_camel(name): value for name, value in self.noise(4)},
        }
        if self._one_in(2):
            return {
                "apiVersion": "helm.toolkit.fluxcd.io/v2",
                "kind": "HelmRelease",
                "metadata": {"name": self._component()},
                "spec": {"chart": {"spec": {"chart": "shop"}}, "values": values},
            }
        source = {"repoURL": "https://charts.example.com", "chart": "shop"}
        return {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": self._component()},
            "spec": {"source": {**source, "helm": {"valuesObject": values}}},
        }

    def _component(self) -> str:
        return self.chance.choice(_COMPONENTS)

    def _one_in(self, count: int) -> bool:
        return self.chance.randrange(count) == 0

    def _mixed(self, pairs: Sequence[Pair]) -> list[Pair]:
        return self.chance.sample(list(dict(pairs).items()), len(dict(pairs)))


_Values = Callable[[Maker, str], Manifest]
_Entry = tuple[str, str, str, tuple[str, ...], _Values]

_WHOLE: _Values = lambda maker, key: {key: maker.image()}  # noqa: E731
_FORMS: dict[str, _Values] = {
    "whole": _WHOLE,
    "override-string": _WHOLE,
    "not-image": _WHOLE,
    "whole-uri": lambda maker, key: {key: "oci://" + maker.image().rpartition("//")[2]},
    "repository": lambda maker, key: {key: maker.image().rpartition(":")[0] or "acme/shop"},
    "registry-prefix": lambda maker, key: {key: maker.registry()},
}


def _entries() -> list[_Entry]:
    with shared_path("facts", "image_fields.yaml").open(encoding="utf-8") as file:
        rows = yaml.load(file, Loader=yaml.CSafeLoader)
    found = []
    for row in rows:
        for field in row.get("fields") or ():
            values = _FORMS.get(field.get("form"))
            path = str(field.get("path"))
            if (
                values
                and row["group"] not in ("", "*", "apps")
                and re.fullmatch(r"[\w.\[\]]+", path)
            ):
                keys = tuple(path.replace("[0]", "[]").split("."))
                version = str((row.get("versions") or ["v1"])[-1])
                found.append((row["group"], str(row["kinds"][0]), version, keys, values))
    return found


def _variables() -> list[str]:
    with shared_path("facts", "catalogue_missing.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    names = {it["path"] for it in rows if it["kind"] == "env in any container"}
    made = {
        f"{it.upper()}_{end}" for it in _COMPONENTS for end in ("IMAGE", "CONTAINER_IMAGE", "IMG")
    }
    usual = sorted(it for it in names if re.fullmatch(r"\w+", it) and not it.startswith("OPERAND_"))
    return [*usual[:: max(1, len(usual) // 60)], *sorted(made)]


def _written(sign: str, pairs: Sequence[Pair]) -> str:
    line = {"toml": '{} = "{}"', "ini": "{} = {}", "yaml": '{}: "{}"', "json": '  "{}": "{}"'}[sign]
    lines = [line.format(name, value) for name, value in pairs]
    if sign == "json":
        return "{\n" + ",\n".join(lines) + "\n}\n"
    head = {"toml": "[runner]\n", "ini": "[runner]\n", "yaml": ""}[sign]
    return head + "\n".join(lines) + "\n"


def _words(name: str) -> list[str]:
    return [
        it for it in re.split(r"[^A-Za-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)) if it
    ]


def _shouted(name: str) -> str:
    return "_".join(_words(name)).upper()


def _dashed(name: str) -> str:
    return "-".join(_words(name)).lower()


def _camel(name: str) -> str:
    first, *rest = _words(name) or ["value"]
    first = first.lower() if first.isupper() or rest else first
    return first + "".join(
        it[:1].upper() + (it[1:].lower() if it.isupper() else it[1:]) for it in rest
    )
