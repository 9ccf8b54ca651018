"""The benchmark's stream: small apps as a build tool would render them, the same on every machine.

2,000 apps are 6,000 documents with 6,000 images: 270 distinct ones in 81 repositories, in
containers, init containers and CronJobs. Fourteen documents in thirty hold images; Services and
ConfigMaps hold none. `python -m bench.generate FILE` writes it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

APPS = 2_000
LARGE = 10_000
TARGET = "registry.example.com"

_OFFICIAL = (
    "nginx redis postgres busybox memcached rabbitmq mongo mysql mariadb haproxy traefik consul "
    "vault httpd tomcat golang node python php ruby openjdk alpine debian influxdb elasticsearch "
    "kibana nats"
)
_SERVICES = (
    "accounts basket billing catalog checkout currency delivery emails gateway identity invoices "
    "ledger loyalty orders payments pricing products profiles promotions quotes ratings returns "
    "reviews search shipping stock tracking"
)
_TOOLS = (
    "backup-runner cache-warmer cert-reloader config-reloader cron-runner db-migrate db-restore "
    "dns-proxy dump-uploader envoy-proxy event-relay fluent-agent git-sync health-probe job-runner "
    "kafka-exporter log-router metrics-exporter nats-exporter oauth-proxy otel-collector "
    "pg-exporter queue-drain redis-exporter schema-check statsd-relay wait-for"
)

_METADATA = """\
metadata:
  name: {name}
  namespace: {namespace}
  labels:
    app: {name}
"""

_POD_TEMPLATE = """\
  template:
    metadata:
      labels:
        app: {name}
    spec:
"""

_CONTAINER = """\
        - name: {name}
          image: {image}
"""

_QUOTED_CONTAINER = """\
        - name: {name}
          image: "{image}"
          args: ["--config", "/etc/{name}/config.yaml"]
"""

_MAIN_CONTAINER = """\
        - name: {name}
          image: {image}
          imagePullPolicy: IfNotPresent
          ports:
            - name: http
              containerPort: 8080
          envFrom:
            - configMapRef:
                name: {name}
          resources:
            requests: {{cpu: 50m, memory: 64Mi}}
"""

_SERVICE = """\
spec:
  selector:
    app: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
"""

_CONFIG_MAP = """\
data:
  LOG_LEVEL: info
  LISTEN: "0.0.0.0:8080"
  config.yaml: |
    cache:
      ttl: 30s
      size: 512
"""

_CRON_JOB = """\
spec:
  schedule: "{minute} 3 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: nightly
              image: {image}
              command: ["/bin/sh", "-c", "exec nightly --app={name}"]
"""


def distinct_images() -> tuple[str, ...]:
    """The 270 images: three tags of each of the 81 repositories, a fourth of every third."""
    repositories = [
        *_OFFICIAL.split(),
        *(f"ghcr.io/shop/{name}" for name in _SERVICES.split()),
        *(f"quay.io/platform/{name}" for name in _TOOLS.split()),
    ]
    return tuple(
        f"{repository}:{1 + number % 7}.{tag}.{number % 5}"
        for tag in range(4)
        for number, repository in enumerate(repositories)
        if tag < 3 or number % 3 == 0
    )


_IMAGES = distinct_images()
_NAMES = _SERVICES.split()


def config(*, pinning: bool = False) -> str:
    """A configuration that rewrites every image; with `pinning`, all that the product can do."""
    secrets = "\n    pullSecrets: [registry-pull]" if pinning else ""
    rules = "".join(
        f"  - source: {host}\n    target: {TARGET}/{host}{secrets}\n"
        for host in ("docker.io", "ghcr.io", "quay.io")
    )
    digests = "  digests: {mode: lock, lockFile: images.lock.yaml}\n" if pinning else ""
    return (
        "apiVersion: mirrorpin.dev/v1alpha1\n"
        "kind: ImageTransformer\n"
        f"metadata:\n  name: bench\nspec:\n{digests}  mirrors:\n{rules}"
    )


def lock() -> str:
    """A lock with the digest of every image: the SHA-256 of its name."""
    names = sorted(
        image if "/" in image else f"docker.io/library/{image}" for image in distinct_images()
    )
    entries = (f"  {name}:\n    digest: {_digest(name)}\n" for name in names)
    return f"version: 1\nimages:\n{''.join(entries)}"


def large_lock() -> str:
    """A lock of 10,000 entries, among them every image, each with two platforms."""
    names = {image if "/" in image else f"docker.io/library/{image}" for image in _IMAGES}
    others = (f"quay.io/others/app-{number:05}:1.{number % 10}" for number in range(LARGE))
    names.update(next(others) for _ in range(LARGE - len(names)))
    return f"version: 1\nimages:\n{''.join(map(_large_entry, sorted(names)))}"


def _large_entry(name: str) -> str:
    return (
        f"  {name}:\n    digest: {_digest(name)}\n"
        "    mediaType: application/vnd.oci.image.index.v1+json\n    size: 1705\n"
        "    resolvedFrom: mirror\n    platforms:\n"
        f"      linux/amd64: {_digest(f'{name} amd64')}\n"
        f"      linux/arm64: {_digest(f'{name} arm64')}\n"
    )


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def stream(apps: int = APPS) -> str:
    """The documents of so many apps, three each, as one YAML stream."""
    return "".join(
        f"---\n# Source: {kind.lower()}.yaml\n{text}"
        for number in range(apps)
        for kind, text in _app(number)
    )


def resource_list(text: str) -> str:
    """The documents of `stream` as the items of one ResourceList, as kustomize hands them over."""
    items = "".join(
        "- " + line if is_first else "  " + line
        for document in text.split("---\n")[1:]
        for is_first, line in _lines(document)
    )
    return f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n{items}"


def _lines(document: str) -> Iterator[tuple[bool, str]]:
    lines = document.splitlines(keepends=True)[1:]
    return ((number == 0, line) for number, line in enumerate(lines))


def _app(number: int) -> Iterator[tuple[str, str]]:
    images = tuple(_IMAGES[(3 * number + place) * 7 % len(_IMAGES)] for place in range(3))
    shape = number % 20
    if shape < 12:
        yield _workload("Deployment", number, images)
        yield _document("v1", "Service", number, _SERVICE)
        yield _document("v1", "ConfigMap", number, _CONFIG_MAP)
    elif shape < 17:
        yield _workload("Deployment", number, images[:2])
        yield _document("v1", "ConfigMap", number, _CONFIG_MAP)
        yield _document("batch/v1", "CronJob", number, _CRON_JOB, image=images[2])
    else:
        yield _workload("StatefulSet", number, images[:2])
        yield _document("v1", "Service", number, _SERVICE)
        yield _document("batch/v1", "CronJob", number, _CRON_JOB, image=images[2])


def _workload(kind: str, number: int, images: tuple[str, ...]) -> tuple[str, str]:
    service = "  serviceName: {name}\n" if kind == "StatefulSet" else "  revisionHistoryLimit: 3\n"
    spec = (
        f"spec:\n  replicas: {1 + number % 3}\n{service}"
        "  selector:\n    matchLabels:\n      app: {name}\n" + _POD_TEMPLATE
    )
    name = _name(number)
    main, second, *sidecars = images
    init = "      initContainers:\n" + _CONTAINER.format(name="prepare", image=second)
    containers = "      containers:\n" + _MAIN_CONTAINER.format(name=name, image=main)
    for image in sidecars:
        containers += _QUOTED_CONTAINER.format(name="sidecar", image=image)
    _, head = _document("apps/v1", kind, number, spec)
    return kind, head + init + containers


def _document(
    api_version: str, kind: str, number: int, body: str, image: str = ""
) -> tuple[str, str]:
    facts = {
        "name": _name(number),
        "namespace": f"team-{number % 40}",
        "minute": number % 60,
        "image": image,
    }
    head = f"apiVersion: {api_version}\nkind: {kind}\n" + _METADATA
    return kind, (head + body).format(**facts)


def _name(number: int) -> str:
    return f"{_NAMES[number % len(_NAMES)]}-{number:04d}"


def main() -> None:
    """Write the stream to the file named on the command line."""
    Path(sys.argv[1]).write_text(stream(), newline="\n")


if __name__ == "__main__":
    main()
