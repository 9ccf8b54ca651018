"""What a real API server makes of the output: admission, applying it again, and refusals."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.apiserver import DRY, named
from tests.e2e.tools import HELM_VERSIONS, KUBE_APISERVER, helm
from tests.helpers.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.apiserver import Cluster, Object
    from tests.e2e.conftest import Run

    Mirrored = Callable[..., str]

pytestmark = pytest.mark.e2e

SHOP = ROOT / "examples" / "shop"
DIGEST = "sha256:6965a10c15290ad0b29ca7fd1866de1850408b3cb15fb11a3bbbbc2fddb158bd"
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"
CONTAINERS = "  containers: [{name: web, image: nginx}]\n"


@pytest.fixture
def mirrored(run: Run, tmp_path: Path) -> Mirrored:
    """Runs mirrorpin on manifests, with a rule for Docker Hub and more lines of the `spec`."""

    def transformed(text: str, *lines: str, target: str = "m.example") -> str:
        rule = f"{{source: docker.io, target: {target}, pullSecrets: [mirror-pull]}}"
        spec = "".join(f"  {line}\n" for line in (f"mirrors: [{rule}]", *lines))
        (tmp_path / "mirrorpin.yaml").write_text(
            f"apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\nspec:\n{spec}"
        )
        done = run("mirrorpin", "-q", cwd=tmp_path, stdin=text)
        assert (done.returncode, done.stderr) == (0, "")
        output: str = done.stdout
        return output

    return transformed


@pytest.fixture
def place(cluster: Cluster) -> str:
    """A namespace of the test's own, which has no service account yet."""
    name = f"test-{uuid.uuid4()}"
    cluster.create([named("Namespace", name)])
    return name


def secrets(item: Object) -> list[str]:
    """The pull secrets of a pod or a service account."""
    return [it["name"] for it in item.get("spec", item).get("imagePullSecrets", ())]


def test_server_is_the_pinned_one(cluster: Cluster) -> None:
    done = cluster.kubectl("version", "--output=json")
    assert json.loads(done.stdout)["serverVersion"]["gitVersion"] == f"v{KUBE_APISERVER.version}"


@pytest.mark.parametrize(
    ("own", "final"),
    [("", ["team-pull"]), ("  imagePullSecrets: [{name: own-pull}]\n", ["own-pull"])],
    ids=["an-empty-list-is-filled", "a-list-of-its-own-is-all"],
)
def test_admission_copies_an_accounts_list_into_an_empty_one(
    cluster: Cluster, place: str, own: str, final: list[str]
) -> None:
    account = f"{ACCOUNT}imagePullSecrets: [{{name: team-pull}}]\n"
    made = cluster.apply(f"{account}---\n{POD}spec:\n{own}{CONTAINERS}", "-n", place)
    assert secrets(made[1]) == final


@pytest.mark.parametrize("attach_to", ["pods", "serviceAccounts", "both"])
def test_pod_keeps_the_pull_secrets_of_its_account(
    cluster: Cluster, mirrored: Mirrored, place: str, attach_to: str
) -> None:
    text = f"{ACCOUNT}imagePullSecrets: [{{name: team-pull}}]\n---\n{POD}spec:\n{CONTAINERS}"
    text = mirrored(text, f"pullSecrets: {{attachTo: {attach_to}}}")
    cluster.apply(text, "-n", place)
    account, pod = cluster.read(text, "-n", place)
    assert secrets(pod) == ["team-pull", "mirror-pull"]
    given = [] if attach_to == "pods" else ["mirror-pull"]
    assert secrets(account) == ["team-pull", *given]


@pytest.mark.parametrize(
    ("names", "final"),
    [("", ["mirror-pull"]), ("team-pull", ["mirror-pull", "team-pull"])],
    ids=["its-names-are-lost", "its-names-are-given"],
)
def test_account_outside_the_stream_is_not_seen(
    cluster: Cluster, mirrored: Mirrored, place: str, names: str, final: list[str]
) -> None:
    cluster.apply(f"{ACCOUNT}imagePullSecrets: [{{name: team-pull}}]\n", "-n", place)
    text = mirrored(f"{POD}spec:\n{CONTAINERS}", f"pullSecrets: {{names: [{names}]}}")
    [pod] = cluster.apply(text, "-n", place)
    assert secrets(pod) == final


@pytest.mark.parametrize(
    ("folder", "command", "count"),
    [
        ("examples/ci", "kustomize build deploy | mirrorpin", 1),
        ("kustomize-plugin/krm", "cat expected.yaml", 8),
        ("kustomize-plugin/kpt", "cat workloads.yaml", 2),
        ("kustomize-plugin/argocd/example", "kustomize build overlays/prod | mirrorpin", 1),
        ("kustomize-plugin/argocd/example-chart", "helm template shop . | mirrorpin", 2),
    ],
    ids=["ci", "krm", "kpt", "argocd", "argocd-chart"],
)
def test_examples_are_taken(
    cluster: Cluster, run: Run, folder: str, command: str, count: int
) -> None:
    made = run("sh", "-euc", command, cwd=ROOT / folder, tools=(helm(HELM_VERSIONS[-1]),))
    assert made.returncode == 0, made.stderr
    prepare(cluster, made.stdout)
    assert len(cluster.apply(made.stdout, DRY)) == count


def prepare(cluster: Cluster, text: str) -> None:
    """Make the namespaces of manifests."""
    metadata = [item["metadata"] for item in yaml.safe_load_all(text)]
    names = {it["namespace"] for it in metadata if "namespace" in it}
    cluster.create(named("Namespace", it) for it in sorted(names))


def test_applying_twice_changes_nothing(cluster: Cluster, run: Run) -> None:
    shop = (SHOP / "manifests.yaml").read_text()
    prepare(cluster, shop)
    once = run("mirrorpin", "-q", cwd=SHOP, stdin=shop).stdout
    twice = run("mirrorpin", "-q", cwd=SHOP, stdin=once).stdout
    assert once != shop
    cluster.apply(once)
    first = cluster.read(once)
    assert len(first) == 6
    for text in (once, twice):
        cluster.apply(text)
        # Resource versions, generations and managed fields included.
        assert cluster.read(text) == first
    cluster.apply(once.replace("registry.example.com", "edge.example.com"))
    changed = [
        before["kind"]
        for before, after in zip(first, cluster.read(once), strict=True)
        if before["metadata"]["resourceVersion"] != after["metadata"]["resourceVersion"]
    ]
    assert changed == ["Deployment", "StatefulSet", "DaemonSet", "CronJob"]


PLACES = """\
  initContainers: [{name: init, image: busybox}]
  containers:
  - {name: web, image: "nginx:1.27"}
  - {name: logs, image: 'fluent/fluent-bit:3.2'}
  volumes:
  - {name: rules, image: {reference: acme/rules:12}}
  - {name: disk, rbd: {monitors: [a], image: nginx}}
"""


@pytest.mark.parametrize("keep_tag", ["true", "false"])
def test_server_keeps_images_as_written(
    cluster: Cluster, mirrored: Mirrored, place: str, tmp_path: Path, keep_tag: str
) -> None:
    names = ["library/busybox:latest", "library/nginx:1.27", "fluent/fluent-bit:3.2"]
    names.append("acme/rules:12")
    entries = "".join(f"  docker.io/{it}: {{digest: {DIGEST}}}\n" for it in names)
    (tmp_path / "images.lock.yaml").write_text(f"version: 1\nimages:\n{entries}")
    digests = f"digests: {{mode: lock, lockFile: images.lock.yaml, keepTag: {keep_tag}}}"
    text = mirrored(f"{ACCOUNT}---\n{POD}spec:\n{PLACES}", digests, target="m.example:5000/hub")
    cluster.apply(text, "-n", place)
    _, pod = cluster.read(text, "-n", place)
    spec = pod["spec"]
    images = [it["image"] for it in spec["initContainers"] + spec["containers"]]
    images.append(spec["volumes"][0]["image"]["reference"])
    if keep_tag == "false":
        names = [it.partition(":")[0] for it in names]
    # No tag is made up where there was none.
    names[0] = "library/busybox"
    assert images == [f"m.example:5000/hub/{it}@{DIGEST}" for it in names]
    assert spec["volumes"][1]["rbd"]["image"] == "nginx"


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        (f"nginx@{DIGEST}", "IfNotPresent"),
        (f"nginx:latest@{DIGEST}", "Always"),
        (f"nginx:1.27@{DIGEST}", "IfNotPresent"),
    ],
    ids=["bare", "digest", "latest-and-digest", "tag-and-digest"],
)
def test_default_pull_policy(cluster: Cluster, place: str, image: str, policy: str) -> None:
    text = f"{ACCOUNT}---\n{POD}spec: {{containers: [{{name: web, image: '{image}'}}]}}\n"
    [container] = cluster.apply(text, "-n", place)[1]["spec"]["containers"]
    assert container["imagePullPolicy"] == policy


def test_running_pod_takes_images_and_no_pull_secrets(
    cluster: Cluster, mirrored: Mirrored, place: str
) -> None:
    text = f"{POD}spec:\n{CONTAINERS}"
    cluster.apply(f"{ACCOUNT}---\n{text}", "-n", place)
    said = cluster.refuse(mirrored(text), "-n", place)
    assert "pod updates may not change fields other than `spec.containers[*].image`" in said
    [pod] = cluster.apply(mirrored(text, "pullSecrets: {attachTo: none}"), "-n", place)
    assert pod["spec"]["containers"][0]["image"] == "m.example/library/nginx"


JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: web}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: web, image: nginx}]}}}
"""


def test_running_job_takes_nothing(cluster: Cluster, mirrored: Mirrored, place: str) -> None:
    cluster.apply(JOB, "-n", place)
    said = cluster.refuse(mirrored(JOB, "pullSecrets: {attachTo: none}"), "-n", place)
    assert "spec.template: Invalid value" in said
    assert said.rstrip().endswith("field is immutable")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"imagePullSecrets": [{"name": "a"}, {"name": "a"}]},
            '.spec.imagePullSecrets: duplicate entries for key [name="a"]',
        ),
        (
            {"imagePullSecrets": ["a"]},
            ".spec.imagePullSecrets: element 0: associative list with keys may not have non-map",
        ),
        (
            {"containers": [{"name": "c", "imagePullSecrets": [{"name": "a"}]}]},
            '.spec.containers[name="c"].imagePullSecrets: field not declared in schema',
        ),
        (
            {"containers": [{"name": "c", "image": "m.example/nginx "}]},
            "spec.containers[0].image: Invalid value",
        ),
        (
            {"containers": [{"name": "c", "image": ""}]},
            "spec.containers[0].image: Required value",
        ),
        (
            {"volumes": [{"name": "v", "image": {"reference": ""}}]},
            "spec.volumes[0].image.reference: Required value",
        ),
    ],
    ids=[
        "pull-secret-twice",
        "pull-secret-without-its-mapping",
        "pull-secrets-of-a-container",
        "blank-behind-an-image",
        "no-image",
        "no-reference",
    ],
)
def test_server_refuses(cluster: Cluster, place: str, spec: dict[str, Any], said: str) -> None:
    cluster.apply(ACCOUNT, "-n", place)
    good = yaml.safe_load(f"{POD}spec:\n{CONTAINERS}")
    pod = {**good, "spec": {**good["spec"], **spec}}
    assert said in cluster.refuse(json.dumps(pod), "-n", place, DRY)
    # All the rest of it is taken.
    assert cluster.apply(json.dumps(good), "-n", place, DRY)


def test_pull_secret_that_is_there_is_not_added(
    cluster: Cluster, mirrored: Mirrored, place: str
) -> None:
    own = "  imagePullSecrets: [{name: mirror-pull}]\n"
    text = mirrored(f"{ACCOUNT}---\n{POD}spec:\n{own}{CONTAINERS}")
    assert secrets(cluster.apply(text, "-n", place)[1]) == ["mirror-pull"]
