"""The scalars of an object, each with the name that describes it.

    env: [{name: HELPER_IMAGE, value: "acme/helper:1"}]     HELPER_IMAGE
    args: [--helper-image, "acme/helper:1"]                 --helper-image
    image: {repository: acme/helper}                        repository, of an image

What records, describes or measures is left out, and so is what names targets and artifacts.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from transformer.find.candidates import SCHEMA
from transformer.find.commands import has_commands, said_by_command
from transformer.model import Resource
from transformer.places.names import (
    Meaning,
    ends_in_image,
    is_of_names,
    is_plural,
    is_vague,
    meaning,
    meaning_below,
)
from transformer.places.own_kinds import is_of_kubernetes
from transformer.places.place import Place
from transformer.records import record, replace
from transformer.yamltext.nodes import resolve, text_of, visible
from transformer.yamltext.path import Steps
from transformer.yamltext.tree import Collection, Mapping, Slot

# Keys of the parts of a split image: `image: {repository: quay.io/acme/web, tag: "1.0"}`.
_PARTS: dict[str, Meaning] = {
    "name": "image",
    "newName": "repository",
    "ref": "image",
    "reference": "image",
    "uri": "image",
    "url": "image",
    "registry": "registry",
    "repo": "repository",
    "repository": "repository",
}

# Keys beside `name`, which says what they are, and keys of text for people.
_VALUES = frozenset({"value", "default", "defaultValue"})
_PROSE = frozenset(
    {
        "comment", "description", "displayName", "expr", "message", "notes", "query", "summary",
        "title", "usage",
    }
)  # fmt: skip

# Volumes: the image of one is a disk, and the registry of the other a server of its own.
_VOLUMES = (("rbd",), ("quobyte",))

# What has the arguments of a container.
_ARGUMENTS = frozenset({"args", "command"})

# What holds the targets of a push, and what names artifacts that no container runs.
_PUSHED = frozenset({"output", "destination", "destinations"})
# The target of a push that the pods of the same object pull.
_BUILT_AND_RUN = ("build", "output", "image")
_ARTIFACTS = frozenset({"bundle", "chart", "charts"})
_TARGETS = frozenset({"--cache-repo", "--destination", "--output", "--push", "--tag", "-t"})

# Keys beside a registry that say who may log in there, and nothing else.
_CREDENTIALS = frozenset({"auth", "password", "token", "username"})

# What a list of images has beside the name that it replaces.
_REPLACED = frozenset({"newName", "newTag"})

# Annotations that record what has been, or speak to programs outside of the cluster.
_RECORDS = (
    "argocd-image-updater.argoproj.io/",
    "config.kubernetes.io/",
    "image.openshift.io/",
    "kbld.k14s.io/",
    "kompose.",
    "kubectl.kubernetes.io/",
    "kubernetes.io/change-cause",
    "mirrorpin.dev/",
    "pod.alpha.kubernetes.io/init-containers",
    "pod.beta.kubernetes.io/init-containers",
    "sidecar.istio.io/status",
)

# In what describes fields: what is filled in where one is absent.
_FILLED_IN = "default"

# What says who an object is, and what a controller saw.
_NOT_SPEC = frozenset({"apiVersion", "kind", "status"})


@record
class Described:
    """A scalar with text: its slot, the collection that it is in, and the steps from its object.

    `name` is what describes it, `above` what describes that collection, and `place` the entry that
    says what it is.
    """

    slot: Slot
    owner: Collection
    at: Steps
    name: str = ""
    above: str = ""
    place: Place | None = None

    @property
    def is_part(self) -> bool:
        """Whether it stands below a key that says image, and is a part of that."""
        return self.name in _PARTS and meaning(self.above) not in ("", "other")

    @property
    def said(self) -> Meaning:
        """What its name says of it, or of what it is in."""
        if self.is_part:
            return _PARTS[self.name]
        return meaning(self.name) or meaning_below(self.above, self.name)

    @property
    def is_vague(self) -> bool:
        """Whether its name does not say for sure that it is of an image to run."""
        return is_vague(self.name) or not meaning(self.name)

    @property
    def may_be_a_word(self) -> bool:
        """Whether a word alone can be an image there."""
        is_item = isinstance(self.at[-1], int) and is_plural(self.name)
        return self.said == "repository" or ends_in_image(self.name) or is_item

    @property
    def may_be_versioned(self) -> bool:
        """Whether a path with a version is an image there: a name, or an argument without a flag.

        What a flag takes may be anything.
        """
        if is_of_names(self.name):
            return True
        is_argument = isinstance(self.at[-1], int) and self.at[-2] == self.name
        return is_argument and self.name in _ARGUMENTS and self.command != "other"

    @property
    def command(self) -> Meaning:
        """What the arguments in front of one make of it: `docker rmi` of what is behind it."""
        before = [text_of(it) for it in self.owner.children[: int(self.at[-1])]]
        text = " ".join((*before, text_of(self.slot)))
        start = len(text) - len(text_of(self.slot))
        return said_by_command(text, start, len(text)) if has_commands(text) else ""

    @property
    def is_open(self) -> bool:
        """Whether no place says what it is; one of pairs does not of what is none."""
        place = self.place
        return place is None or (place.form == "pairs" and "=" not in text_of(self.slot))


def described(top: Mapping, places: dict[Steps, Place], resource: Resource) -> Iterator[Described]:
    """The scalars with text of an object in order; `places` say what some of them are."""
    ignored = _NOT_SPEC | {"items"} if resource.kind.endswith("List") else _NOT_SPEC
    stack = [Described(slot=top, owner=top, at=())]
    while stack:
        it = stack.pop()
        node = resolve(it.slot)
        if isinstance(node, Collection):
            below = list(_below(node, it, ignored))
            stack += (replace(one, place=it.place or places.get(one.at)) for one in reversed(below))
        elif node.value and (resource.kind != SCHEMA or (it.at[-1] == _FILLED_IN and it.said)):
            yield it


def _below(node: Collection, it: Described, ignored: Container[str]) -> Iterator[Described]:
    if isinstance(node, Mapping):
        yield from _of_mapping(node, it, ignored)
        return
    flag = ""
    for index, item in enumerate(node.children):
        name = flag or it.name
        yield Described(slot=item, owner=node, at=(*it.at, index), name=name, above=it.above)
        value = text_of(item)
        flag = value if value.startswith("-") and not set("= \n") & set(value) else ""


def _of_mapping(node: Mapping, it: Described, ignored: Container[str]) -> Iterator[Described]:
    children = [(key.value or "", value) for key, value in visible(node)]
    texts = {key: text_of(value) for key, value in children if key in ("name", "kind")}
    named = texts.get("name", "")
    keys = {key for key, _ in children}
    left = {"registry", "host", "server"} if _CREDENTIALS & keys else set()
    left |= {"name"} if _REPLACED & keys else set()
    for key, value in children:
        if key in left:
            continue
        if key in ignored if not it.at else it.at[-1] == "metadata" and key != "annotations":
            continue
        if key in _PROSE or key.endswith(".md"):
            continue
        name = named if named and key in _VALUES else key
        if key == "name" and texts.get("kind") == "DockerImage":
            name = "image"
        yield Described(slot=value, owner=node, at=(*it.at, key), name=name, above=it.name)


def reason(resource: Resource, it: Described) -> str:
    """Why a scalar that looks like an image is listed: env, arg, configmap, secret, annotation,
    key-named-image or unknown-kind; '' where none is."""
    at = it.at
    if at[-3:-1] == ("metadata", "annotations"):
        return "" if str(at[-1]).startswith(_RECORDS) else "annotation"
    if it.name in _TARGETS:
        return ""
    if at[-1] == "value" and at[-3:-2] == ("env",):
        return "env"
    if isinstance(at[-1], int) and at[-2] in _ARGUMENTS:
        return "arg"
    if _is_other(it):
        return ""
    if not resource.group and resource.kind in _DATA:
        return _DATA[resource.kind] if at[0] in ("data", "stringData") else ""
    if it.said:
        return "key-named-image"
    return "" if is_of_kubernetes(resource) else "unknown-kind"


def _is_other(it: Described) -> bool:
    at = it.at
    is_target = not _PUSHED.isdisjoint(at) and at[-3:] != _BUILT_AND_RUN
    is_disk = at[-2:-1] in _VOLUMES
    is_artifact = it.name in _ARTIFACTS or it.above in _ARTIFACTS
    return at[-1] == "_example" or is_target or is_disk or is_artifact


# What has text of any kind.
_DATA = {"ConfigMap": "configmap", "Secret": "secret"}
