"""The pods of a cluster as `kubectl get pods -A -o json` prints them: which containers run of what.

Of thousands of pods most are alike: what counts is the workload that owns them, so that one record
stands for a container of all of them. A digest that runs is the one behind the `@` of an `imageID`;
what a runtime says there without one is its own name of an image, which no registry knows
(kubernetes.io/docs/reference/kubernetes-api, ContainerStatus).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from transformer.errors import InputError, Position, Problem
from transformer.messages import quoted
from transformer.model import Resource
from transformer.places.place import CONTAINER_LISTS, PULL_SECRETS, VOLUMES
from transformer.records import record, replace
from transformer.yamltext.documents import Document, decode, documents
from transformer.yamltext.faults import fault_problem
from transformer.yamltext.load import plain_data
from transformer.yamltext.nodes import is_null
from transformer.yamltext.tree import SyntaxFault, read

# The parse border: data of any shape.
Data: TypeAlias = "dict[str, Any]"

_LISTS = ("List", "PodList")
_HASH = "pod-template-hash"
_HINT = "kubectl get pods -A -o json > pods.json"
_STATUSES = {it: f"{it.removesuffix('s')}Statuses" for it in CONTAINER_LISTS}


@record
class Running:
    """A container, or an image volume, of pods that are alike, and how many pods there are.

    `owner` is the workload that they belong to, with the labels of one of the pods; `place` is the
    list that it is in, and `name` its name there. `digest` is the one that runs, '' where nobody
    says; `secrets` are the pull secrets of the pods.
    """

    file: str
    owner: Resource
    place: str
    name: str
    image: str
    digest: str
    secrets: tuple[str, ...]
    pods: int = 1

    @property
    def field(self) -> str:
        """Where it stands in a pod, as results name it."""
        return f"spec.{self.place}[{self.name}]"


@record
class Pods:
    """What runs, in the order of the pods, and how many pods there are."""

    running: tuple[Running, ...]
    count: int


def read_pods(inputs: Iterable[tuple[str, bytes]]) -> Pods:
    """Read pods.

    Takes inputs as (name for messages, bytes): Pods, Lists or PodLists of them, one or a stream, in
    JSON or YAML. Raises `InputError` for what cannot be read, and for anything that is no pod.
    """
    found: Counter[tuple[object, ...]] = Counter()
    first: dict[tuple[object, ...], Running] = {}
    count = 0
    for name, data in inputs:
        for document in documents(decode(name, data)):
            for at, pod in _pods(document):
                count += 1
                for it in _of_pod(name, at, pod):
                    owner = it.owner
                    key = (
                        *(name, owner.api_version, owner.kind, owner.namespace, owner.name),
                        *(it.place, it.name, it.image, it.digest, it.secrets),
                    )
                    first.setdefault(key, it)
                    found[key] += 1
    running = (replace(it, pods=found[key]) for key, it in first.items())
    return Pods(running=tuple(running), count=count)


def _pods(document: Document) -> Iterator[tuple[str, Data]]:
    # Each with the path to it.
    data = _data(document)
    if data is None:
        return
    if not isinstance(data, dict):
        raise _no_pods(document, "a text")
    kind = data.get("kind")
    if kind not in _LISTS:
        yield "", _pod(document, data, kind)
        return
    items = data.get("items")
    if not isinstance(items, list):
        raise _wrong(document.source.name, "items", "a list")
    for number, item in enumerate(items):
        at = f"items[{number}]"
        if not isinstance(item, dict):
            raise _wrong(document.source.name, at, "a mapping")
        # The items of a typed list say no kind.
        yield f"{at}.", _pod(document, item, item.get("kind", kind.removesuffix("List") or None))


def _pod(document: Document, data: Data, kind: object) -> Data:
    if kind != "Pod":
        raise _no_pods(document, quoted(kind) if isinstance(kind, str) else "no kind")
    return data


def _data(document: Document) -> object:
    text = document.text
    if not text.lstrip().startswith(("{", "[")):
        try:
            root = read(text).root
            return None if root is None or is_null(root) else plain_data(root)
        except SyntaxFault as fault:
            raise InputError(fault_problem(document, fault)) from None
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg.lower()}"
        position = document.position(error.pos)
        raise InputError(
            Problem(code="json", message=message, position=position, hint="was it cut short?")
        ) from None
    except RecursionError:
        message = "is nested too deeply"
        position = document.position(0)
        raise InputError(Problem(code="too-deep", message=message, position=position)) from None


def _of_pod(file: str, at: str, pod: Data) -> Iterator[Running]:
    spec, status = pod.get("spec"), pod.get("status")
    if not isinstance(spec, dict):
        raise _wrong(file, f"{at}spec", "a mapping")
    owner = _owner(_mapping(pod.get("metadata")))
    names = (_text(it.get("name")) for it in _items(file, f"{at}spec.", spec, PULL_SECRETS))
    secrets = tuple(filter(None, names))
    for place, statuses in _STATUSES.items():
        running = {
            _text(it.get("name")): _text(it.get("imageID"))
            for it in _items(file, f"{at}status.", _mapping(status), statuses)
        }
        for number, container in enumerate(_items(file, f"{at}spec.", spec, place)):
            image, name = container.get("image"), _text(container.get("name"))
            if not isinstance(image, str):
                raise _wrong(file, f"{at}spec.{place}[{number}].image", "a string")
            yield Running(
                file=file,
                owner=owner,
                place=place,
                name=name,
                image=image,
                digest=running.get(name, "").partition("@")[2],
                secrets=secrets,
            )
    for volume in _items(file, f"{at}spec.", spec, VOLUMES):
        image = _mapping(volume.get("image")).get("reference")
        if isinstance(image, str):
            yield Running(
                file=file,
                owner=owner,
                place=VOLUMES,
                name=_text(volume.get("name")),
                image=image,
                digest="",
                secrets=secrets,
            )


def _owner(metadata: Data) -> Resource:
    labels = {
        key: it for key, it in _mapping(metadata.get("labels")).items() if isinstance(it, str)
    }
    references = [it for it in _sequence(metadata.get("ownerReferences")) if isinstance(it, dict)]
    is_controller = [it for it in references if str(it.get("controller")).lower() == "true"]
    version, kind, name = "v1", "Pod", _text(metadata.get("name"))
    for reference in (is_controller or references)[:1]:
        # What a node runs by itself has the node for its owner.
        if reference.get("kind") != "Node":
            version, kind = _text(reference.get("apiVersion")), _text(reference.get("kind"))
            name = _text(reference.get("name"))
    suffix = f"-{labels.get(_HASH)}"
    if kind == "ReplicaSet" and name.endswith(suffix):
        kind, name = "Deployment", name.removesuffix(suffix)
    return Resource(
        api_version=version,
        kind=kind,
        namespace=_text(metadata.get("namespace")),
        name=name,
        labels=MappingProxyType(labels),
    )


def _items(file: str, at: str, owner: Mapping[str, Any], key: str) -> Sequence[Data]:
    found = owner.get(key)
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(it, dict) for it in found):
        raise _wrong(file, f"{at}{key}", "a list of mappings")
    return found


def _mapping(data: object) -> Data:
    return data if isinstance(data, dict) else {}


def _sequence(data: object) -> list[Any]:
    return data if isinstance(data, list) else []


def _text(data: object) -> str:
    return data if isinstance(data, str) else ""


def _no_pods(document: Document, what: str) -> InputError:
    message = f"holds {what}: expected pods and nothing else"
    position = document.position(0)
    return InputError(Problem(code="no-pods", message=message, position=position, hint=_HINT))


def _wrong(file: str, path: str, what: str) -> InputError:
    message = f"`{path}` is not {what}"
    return InputError(Problem(code="wrong-type", message=message, position=Position(file=file)))
