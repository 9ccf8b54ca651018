"""Real manifests, before and after: what a real API server takes, it takes again, as it was."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import yaml

from tests.e2e.apiserver import APPLY, DRY, Object, named
from tests.helpers import oracle, runs
from transformer.image.reference import looks_like_image, normalize
from transformer.pipeline import transform
from transformer.records import replace

if TYPE_CHECKING:
    from tests.e2e.apiserver import Cluster
    from tests.helpers.corpus import CorpusFile

pytestmark = pytest.mark.e2e

# A file's name, and its content before and after.
Change: TypeAlias = "tuple[str, tuple[str, str]]"

SECRET = "mirror-pull"
SPEC = (
    f"pullSecrets: {{names: [{SECRET}], attachTo: both}}",
    "digests: {mode: lock, lockFile: images.lock.yaml, missing: warn}",
)
CRD = "CustomResourceDefinition"
ESTABLISHED = '--output=jsonpath={.items[*].status.conditions[?(@.type=="Established")].status}'
CHANGED = {"image", "reference", "imagePullPolicy", "pullPolicy", "imagePullSecrets"}
MADE_UP = {
    "uid",
    "creationTimestamp",
    "lastPhaseTransitionTime",
    "managedFields",
    "clusterIP",
    "clusterIPs",
    "nodePort",
    "healthCheckNodePort",
    # kubectl writes the object into it that it sends.
    "kubectl.kubernetes.io/last-applied-configuration",
}
LEFT_OUT = CHANGED | MADE_UP
# What a document in a string gets to authorise its pods.
AUTHORISES = re.compile(rf"\s*(?:imagePullSecrets:|- name: {SECRET})")
# What the volume with a pod's token is called, before five letters of chance.
TOKENS = "kube-api-access-"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@cache
def corpus_files() -> tuple[CorpusFile, ...]:
    # Read when a test asks for it: other runs collect this module too.
    from tests.helpers.corpus_runs import READABLE

    return READABLE


@cache
def changes() -> tuple[Change, ...]:
    """The files that change when every image is rewritten, pinned and authorised."""
    from tests.helpers.corpus_runs import config

    rules = config(*SPEC)
    lock = runs.locked({name: f"{{digest: sha256:{made_up(name)}}}" for name in references()})
    found = []
    for file in corpus_files():
        outcome = transform([(file.name, file.data)], rules, lock=lock)
        assert not outcome.failed, file.name
        if outcome.outputs != (file.data,):
            before, after = (it.decode("utf-8-sig") for it in (file.data, *outcome.outputs))
            found.append((file.name, (before, after)))
    return tuple(found)


def references() -> set[str]:
    """What a lock may hold: images whose digest no manifest gives."""
    images = {it.value for file in corpus_files() for it in file.expected | file.other}
    known: dict[bool, set[str]] = {True: set(), False: set()}
    for image in filter(oracle.is_reference, images):
        known["@" in image].add(normalize(image).key)
    return known[False] - known[True]


def made_up(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def objects(documents: Iterable[Any]) -> Iterator[Object]:
    """The objects of documents, those of lists one by one."""
    for data in documents:
        if not isinstance(data, dict):
            continue
        if isinstance(data.get("items"), list):
            yield from objects(data["items"])
        elif isinstance(data.get("metadata"), dict):
            yield data


@pytest.fixture(scope="module")
def prepared(cluster: Cluster) -> Cluster:
    """The API server with what the manifests expect to be there."""
    found = [it for _, (before, _) in changes() for it in objects(oracle.load(before))]
    cluster.create(surroundings(found))
    crds = definitions({item.get("kind") for item in found})
    done = cluster.kubectl(
        *APPLY, "-f", "-", stdin=json.dumps({**named("List", ""), "items": crds})
    )
    assert len(done.stdout.splitlines()) == len(crds), done.stderr
    until = time.monotonic() + 60
    while cluster.kubectl("get", "crd", ESTABLISHED).stdout.split() != ["True"] * len(crds):
        assert time.monotonic() < until
        time.sleep(0.2)
    return cluster


def definitions(kinds: Container[object]) -> list[Object]:
    """The definitions of custom resources of some kinds, the first of each name."""
    found: dict[str, Object] = {}
    for file in corpus_files():
        if CRD.encode() not in file.data:
            continue
        for item in objects(yaml.load_all(file.data, Loader=yaml.CSafeLoader)):
            is_definition = (item["kind"], item["apiVersion"]) == (CRD, "apiextensions.k8s.io/v1")
            if is_definition and item["spec"]["names"]["kind"] in kinds:
                found.setdefault(item["metadata"]["name"], item)
    return [*found.values()]


def surroundings(found: list[Object]) -> Iterator[Object]:
    """The namespaces of objects, then the service accounts of pods."""
    yield from (named("Namespace", it) for it in sorted({place_of(item) for item in found}))
    pods = [(item, item["spec"]) for item in found if item.get("kind") == "Pod" and "spec" in item]
    names = {(place_of(it), spec.get("serviceAccountName") or "default") for it, spec in pods}
    yield from (named("ServiceAccount", name, place) for place, name in sorted(names))


def place_of(item: Object) -> str:
    return str(item["metadata"].get("namespace") or "default")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with all files as they are before, and one as they are after."""
    before, after = (tmp_path_factory.mktemp(name) for name in ("before", "after"))
    for number, (name, contents) in enumerate(changes()):
        for folder, content in zip((before, after), contents, strict=True):
            (folder / f"{number:04}{Path(name).suffix}").write_text(content, "utf-8", newline="")
    return before, after


def asked(cluster: Cluster, folders: Iterable[Path], *command: str) -> list[str]:
    """What kubectl prints for the files of each folder, at the same time."""
    with ThreadPoolExecutor() as threads:
        return [
            done.stdout
            for done in threads.map(
                lambda folder: cluster.kubectl(*command, DRY, "-R", "-f", str(folder)), folders
            )
        ]


def test_what_is_taken_before_is_taken_after(
    prepared: Cluster, folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = asked(prepared, folders, *APPLY, "--force-conflicts")
    # A line for each object that was taken, in the order of the files.
    assert after.splitlines() == before.splitlines()
    kinds = Counter(line.partition("/")[0] for line in before.splitlines())
    custom = sum(count for kind, count in kinds.items() if is_custom(kind.partition(".")[2]))
    report = f"{kinds.total()} objects taken ({custom} custom), of {len(changes())} changed files"
    with capsys.disabled():
        sys.stdout.write(f"\n{report}\n")
    assert kinds.total() >= 2500
    assert kinds["deployment.apps"] >= 550
    assert custom >= 50


def test_server_sees_images_and_pull_secrets_change_only(
    prepared: Cluster, folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = (
        [it for it in printed(text) if not is_custom(it["apiVersion"].rpartition("/")[0])]
        for text in asked(prepared, folders, "create", "--output=json")
    )
    assert [plain(it) for it in after] == [plain(it) for it in before]
    sent = {it for _, (_, text) in changes() for it in images(oracle.load(text))}
    seen = [*images(after)]
    assert set(seen) <= sent
    # Two words in the place of images: Istio's injector and the builder ko put theirs in.
    left = {it for it in seen if not it.startswith(oracle.MIRROR)}
    assert {it for it in left if not it.startswith("ko://")} <= {"auto"}
    assert all(
        {"name": SECRET} in spec["imagePullSecrets"]
        for spec in pod_specs(after)
        if any(it.startswith(oracle.MIRROR) for it in images(spec))
    )
    policies = Counter(zip(pull_policies(before), pull_policies(after), strict=True))
    assert {(old, new) for old, new in policies if old != new} == {("Always", "IfNotPresent")}
    pinned = sum("@sha256:" in image for image in seen)
    pulled = policies["Always", "IfNotPresent"]
    report = (
        f"{len(seen)} images of {len(after)} objects, {pinned} pinned,"
        f" {pulled} no longer pulled always"
    )
    with capsys.disabled():
        sys.stdout.write(f"\n{report}\n")
    assert pinned >= 1000
    assert sum("generateName" in item["metadata"] for item in after) >= 10


def is_custom(group: str) -> bool:
    return "." in group and not group.endswith(".k8s.io")


def printed(text: str) -> Iterator[Object]:
    """The objects that `kubectl create` prints one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        item, end = decoder.raw_decode(text, at)
        yield item
        at = end + 1


def plain(item: Object) -> str:
    """An object's text without what changes by right, and without what the server makes up."""
    text = json.dumps(without(item), sort_keys=True)
    prefix = item["metadata"].get("generateName", TOKENS)
    return re.sub(
        f"{UUID}|(?<={TOKENS})[a-z0-9]{{5}}|(?<={re.escape(prefix)})[a-z0-9]{{5}}", "", text
    )


def without(data: Any) -> Any:  # noqa: ANN401 data of any shape
    if isinstance(data, dict):
        return {name: without(it) for name, it in data.items() if name not in LEFT_OUT}
    if isinstance(data, str):
        return "\n".join(upstream(it) for it in data.split("\n") if not AUTHORISES.fullmatch(it))
    return [without(it) for it in data] if isinstance(data, list) else data


def upstream(line: str) -> str:
    """A line of a string with every image in it by its old name: of variables, arguments, texts."""
    words = re.split(r"([\s\"'=,]+)", line.replace(f'"{SECRET}"', ""))
    return "".join(map(upstream_word, words))


def upstream_word(word: str) -> str:
    image = word.removeprefix(f"{oracle.MIRROR}/")
    if not looks_like_image(image):
        return image
    return replace(normalize(image), digest="").familiar()


def images(data: object) -> Iterator[str]:
    """The images of pods and their image volumes."""
    for spec in pod_specs(data):
        for container in containers(spec):
            yield container["image"]
        for volume in spec.get("volumes") or ():
            if "image" in volume:
                yield volume["image"]["reference"]


def pull_policies(data: object) -> list[str]:
    return [it["imagePullPolicy"] for spec in pod_specs(data) for it in containers(spec)]


def containers(spec: Object) -> Iterator[Object]:
    for part in ("containers", "initContainers", "ephemeralContainers"):
        yield from (it for it in spec.get(part) or () if it.get("image"))


def pod_specs(data: object) -> Iterator[Object]:
    if isinstance(data, dict):
        if isinstance(data.get("containers"), list):
            yield data
        for value in data.values():
            yield from pod_specs(value)
    elif isinstance(data, list):
        for value in data:
            yield from pod_specs(value)
