"""The immutable facts that the passes hand on: resources, sites, pods, decisions, results.

Offsets are characters from the start of a document's text; orders are places in its tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from transformer.errors import Position, Problem, also_at
from transformer.image.parts import PLAIN, Capability, Join, PartName
from transformer.messages import shown
from transformer.records import record, replace
from transformer.yamltext.documents import Document
from transformer.yamltext.edit import Anchor, ListSpot, NameList, Spot
from transformer.yamltext.path import Steps, field_path


@record
class Resource:
    """A Kubernetes object: who it is, and where in its document it stands (`steps`).

    `within` are the steps to the string in it that holds the document, where one does.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    steps: Steps = ()
    labels: Mapping[str, str] = MappingProxyType({})
    path: str = ""
    index: str = ""
    previous_names: tuple[str, ...] = ()
    within: Steps = ()

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def data(self) -> dict[str, object]:
        """Who it is, for programs."""
        kind = {"apiVersion": self.api_version, "kind": self.kind}
        return {**kind, "namespace": self.namespace, "name": self.name}

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}" if place else self.kind


@record
class Pod:
    """A pod spec: its service account and pull secrets. `steps` lead to it from the resource."""

    document: Document
    resource: Resource
    steps: Steps
    account: str
    secrets: NameList


@record
class Account:
    """A ServiceAccount and its pull secrets."""

    document: Document
    resource: Resource
    secrets: NameList


@record
class Part:
    """One field of a split image, at a spot. One that is absent can be added at its `gap`."""

    name: PartName
    steps: Steps
    spot: Spot
    value: str = ""
    anchor: Anchor | None = None
    gap: ListSpot | None = None


@record
class Frame:
    """The scalar around an image: its whole value, and the characters of it that are the image."""

    value: str
    start: int
    end: int


@record
class SecretField:
    """A custom resource's own field for pull secrets. `steps` lead to the names in it.

    Where they are a list in a text, `steps` lead to its scalar, and `frame` is of the last name.
    """

    document: Document
    resource: Resource
    steps: Steps
    secrets: NameList
    frame: Frame | None = None


@record
class Started:
    """What a string in a pod starts: other pods, with pull secrets of their own.

    `secrets` is the string that names them, where it can grow; `at` says where to set them, and
    `names` are those that are set there.
    """

    secrets: SecretField | None = None
    at: str = ""
    names: tuple[str, ...] = ()


@record
class Site:
    """One place where an image is written. `steps` lead to it from the resource.

    `value` is the reference, `spot` where it stands: its scalar, or the first of its `parts`, which
    `join` makes one reference of. `names` says what the reference is: whole, without its tag, or
    the beginning of one. `frame` is the text around it, where its scalar holds more; `is_key` is
    true for the key of a mapping. `digest` is where a digest can be written, and `reason` why it
    cannot. `pod` is the pod spec that it is in. What its image needs goes to that, to the `pods`
    that a controller runs it in, or to the `holder` beside it; a kind that has none of them says in
    `secrets_at` where to set it. `is_suspect` is true for what only looks like an image,
    `by_shape` for a string that is one by its name alone; `started` is of the pods that a string is
    for. `platforms` are those that this image must offer, beside what every one must; `note` is
    what its user says that it is for.
    """

    document: Document
    resource: Resource
    steps: Steps
    value: str
    spot: Spot
    container: str = ""
    pod: Pod | None = None
    pods: tuple[Pod, ...] = ()
    holder: SecretField | None = None
    secrets_at: str = ""
    artifact: str = "images"
    anchor: Anchor | None = None
    by_structure: bool = False
    digest: Capability = "whole"
    reason: str = ""
    names: Literal["image", "repository", "prefix"] = "image"
    parts: tuple[Part, ...] = ()
    join: Join = PLAIN
    default_registry: str = ""
    frame: Frame | None = None
    is_key: bool = False
    is_suspect: bool = False
    by_shape: bool = False
    started: Started | None = None
    platforms: tuple[str, ...] = ()
    note: str = ""

    @property
    def has_holder(self) -> bool:
        """Whether it is known who holds pull secrets for it."""
        return bool(self.pod or self.pods or self.holder)

    @property
    def field(self) -> str:
        """The field path from the object, as results name it."""
        return field_path((*self.resource.within, *self.steps))

    @property
    def position(self) -> Position:
        """Where the image is written, in the document's file."""
        return self.document.position(self.spot.start)

    @property
    def written(self) -> str:
        """The reference without line breaks, which end what stands in a block scalar."""
        return self.value.rstrip("\n")


@record
class Rewrite:
    """The image becomes `image`. `source` is its normalised upstream name without digest.

    What `keeps_style` was written in the style of its scalar before, and needs no quotes now.
    """

    image: str
    source: str
    rule: str
    code: str
    pull_secrets: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    keeps_style: bool = False


@record
class Keep:
    """The image stays as it is, on purpose: `code` is the reason. It is still authorised."""

    source: str
    rule: str
    code: str
    pull_secrets: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@record
class Skip:
    """Nothing was decided about the text at the site: `problem` says why (warning or info)."""

    problem: Problem


@record
class Fail:
    """The site fails the run. `problem` has severity error and no position yet."""

    problem: Problem


# Exactly one of four for each site.
Verdict: TypeAlias = "Rewrite | Keep | Skip | Fail"
Decision: TypeAlias = "tuple[Site, Verdict]"


def final_image(site: Site, verdict: Rewrite | Keep) -> str:
    """The image as it is when the run is done: what it becomes, or as it is written."""
    return verdict.image if isinstance(verdict, Rewrite) else site.written


@record
class Grant:
    """Who must get `names`, in this order, behind what is there."""

    holder: Pod | Account | SecretField
    names: tuple[str, ...]

    @property
    def frame(self) -> Frame | None:
        """Where in a text the names go, behind the last one there."""
        return self.holder.frame if isinstance(self.holder, SecretField) else None

    @property
    def steps(self) -> Steps:
        """The steps from the resource to the names."""
        if isinstance(self.holder, SecretField):
            return self.holder.steps
        at = self.holder.steps if isinstance(self.holder, Pod) else ()
        return (*at, "imagePullSecrets")


@record
class Result:
    """A problem or a change, with the object and the field it is about, if any.

    `rule` is the one that was followed, `reason` says why, in a few words. `others` are more places
    of the same problem.
    """

    problem: Problem
    resource: Resource | None = None
    field: str = ""
    current: str = ""
    proposed: str = ""
    rule: str = ""
    reason: str = ""
    others: tuple[Position, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The problem's lines, with the object: in a pipe nobody sees the line it names."""
        message = self.problem.message
        where = shown(str(self.resource or "").strip())
        if where and where not in message:
            field = f" at `{shown(self.field)}`" if self.field and self.field not in message else ""
            message = f"{message} in {where}{field}"
        message += also_at(self.others)
        same = message == self.problem.message
        return (self.problem if same else replace(self.problem, message=message)).lines

    def __str__(self) -> str:
        return "\n".join(self.lines)


@record
class Grants:
    """Who gets what: pods, accounts, fields; what to say about it; and the names by namespace."""

    grants: tuple[Grant, ...] = ()
    results: tuple[Result, ...] = ()
    namespaces: tuple[tuple[str, tuple[str, ...]], ...] = ()


@record
class Shadow:
    """What a key that is repeated holds: tokens `first` to `last` of a document, key included.

    Readers disagree which of the values counts, so none of them may be edited. `warning` says so.
    """

    first: int
    last: int
    warning: Result

    @property
    def error(self) -> Result:
        """What is said where something in it would be edited."""
        return replace(self.warning, problem=replace(self.warning.problem, severity="error"))


def final_value(site: Site, image: str) -> str:
    """The scalar's new value at a site: a block scalar keeps the line breaks that end it."""
    return image + (site.value[len(site.written) :] if site.spot.style in ("|", ">") else "")
