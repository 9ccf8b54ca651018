"""The objects that bring pull secrets: one rendering of each template for each namespace.

    pullSecrets:
      templates: [pull-secret.yaml.j2]     # an ExternalSecret, a SealedSecret, ...

They are added behind the last input in its own form: documents to a stream, items to a list or a
ResourceList. An object that the manifests hold already (same group, kind, namespace and name) is
not added again, so that a second run changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from transformer.errors import ConfigError, Position, Problem
from transformer.model import Edit, Resource
from transformer.nodes import is_null, lookup, resolve, value_start, visible
from transformer.objects import objects
from transformer.records import record
from transformer.source import Document, Source, decode, documents
from transformer.spots import column_of, content_end, line_end, newline_at
from transformer.template_language import TemplateFault
from transformer.templates import render_secret
from transformer.tree import Collection, Mapping, RawEvent, Slot, SyntaxFault, Tree, read
from transformer.tree import Sequence as SequenceNode

Identity: TypeAlias = "tuple[str, str, str, str]"
Template: TypeAlias = "tuple[str, str]"

_JSON_WORDS = frozenset({"true", "false", "null"})


@record
class SecretObject:
    """One object to add: its text without marker, its tree, and who it is."""

    text: str
    tree: Tree
    identity: Identity
    resource: Resource


def render_objects(
    templates: Iterable[Template], namespaces: Iterable[tuple[str, Sequence[str]]]
) -> list[SecretObject]:
    """Render every template for every namespace, in order.

    Takes templates as (name for messages, text) and namespaces with the names that they need.
    Raises `ConfigError` for a template that fails, or renders to something that is no object.
    """
    found: dict[Identity, SecretObject] = {}
    for namespace, names in namespaces:
        for name, text in templates:
            try:
                rendered = render_secret(text, namespace=namespace, names=names)
            except TemplateFault as fault:
                message = f"template must render: {fault.message}"
                raise _template_error(name, "template", message, fault.hint) from None
            for added in _objects(name, rendered):
                found.setdefault(added.identity, added)
    return list(found.values())


def _objects(name: str, rendered: str) -> Iterator[SecretObject]:
    for document in documents(decode(name, rendered.encode())):
        text = _without_markers(document.text)
        try:
            tree = read(text)
            if tree.root is None:
                continue
            _, resource, _ = next(objects(tree.root), (None, None, ""))
        except SyntaxFault as fault:
            message = f"template must render to YAML: {fault.message}"
            raise _template_error(name, fault.code, message) from None
        if resource is None or not resource.name or not resource.api_version:
            message = "template must render to objects with apiVersion, kind and metadata.name"
            raise _template_error(name, "template", message)
        yield SecretObject(text=text, tree=tree, identity=identity(resource), resource=resource)


def _without_markers(text: str) -> str:
    lines = text.strip("\r\n").splitlines()
    return "\n".join(line for line in lines if line not in ("---", "...")).strip("\n") + "\n"


def identity(resource: Resource) -> Identity:
    """What makes two objects the same to the API server."""
    return resource.group, resource.kind, resource.namespace, resource.name


def missing(added: Sequence[SecretObject], sources: Iterable[Source]) -> list[SecretObject]:
    """The objects that the inputs do not hold yet. Only documents that name one are read."""
    wanted = {it.identity: it for it in added}
    for source in sources:
        for document in documents(source):
            text = document.text
            if any(it.resource.kind in text and it.resource.name in text for it in wanted.values()):
                for known in _identities(text):
                    wanted.pop(known, None)
    return list(wanted.values())


def _identities(text: str) -> list[Identity]:
    try:
        return [identity(resource) for _, resource, _ in objects(read(text).root)]
    except SyntaxFault:
        return []


def list_edit(document: Document, text: str, added: Sequence[SecretObject]) -> Edit | None:
    """The edit that adds objects to the `items` of a document that is a list; None if it is none."""
    tree = read(text)
    root = resolve(tree.root) if tree.root is not None else None
    found = lookup(root, ("items", "kind")) if isinstance(root, Mapping) else {}
    items = resolve(found["items"]) if "items" in found else None
    kind = found.get("kind")
    if not isinstance(items, SequenceNode) or kind is None or not str(kind.value).endswith("List"):
        return None
    if items.is_flow:
        return _flow_edit(items, text, added)
    end = line_end(text, content_end(items.children[-1]))
    newline = newline_at(text, end)
    pad = " " * column_of(text, value_start(text, items.start))
    lines = [line for it in added for line in _as_item(it.text, pad)]
    inserted = "".join(newline + line for line in lines)
    if text[end - 1] == "\n":
        inserted = inserted.removeprefix(newline) + newline
    tokens = [token for it in added for token in it.tree.tokens]
    return Edit(
        start=end,
        end=end,
        text=inserted,
        first=items.last,
        last=items.last,
        tokens=tuple(tokens),
    )


def _as_item(text: str, pad: str) -> Iterator[str]:
    for number, line in enumerate(text.rstrip("\n").split("\n")):
        yield (pad + ("- " if number == 0 else "  ") + line) if line.strip() else ""


def _flow_edit(items: SequenceNode, text: str, added: Sequence[SecretObject]) -> Edit:
    bodies = [as_json(it.tree.root) for it in added if it.tree.root is not None]
    at = content_end(items.children[-1]) if items.children else items.end - 1
    before = ", " if items.children else ""
    body = ", ".join(bodies)
    tokens = [token for it in bodies for token in read(it).tokens]
    return Edit(
        start=at,
        end=at,
        text=before + body,
        first=items.last,
        last=items.last,
        tokens=tuple(tokens),
    )


def as_json(slot: Slot) -> str:
    """A node as JSON on one line: numbers and words of JSON stay bare when they were plain."""
    node: RawEvent = resolve(slot)
    if isinstance(node, Mapping):
        parts = (f"{json.dumps(str(key.value))}: {as_json(value)}" for key, value in visible(node))
        return "{" + ", ".join(parts) + "}"
    if isinstance(node, Collection):
        return "[" + ", ".join(as_json(item) for item in node.children) + "]"
    if not node.style and is_null(slot):
        return "null"
    if not node.style and (node.value in _JSON_WORDS or _is_number(node.value)):
        return str(node.value)
    return json.dumps(node.value)


def _is_number(text: str) -> bool:
    try:
        return isinstance(json.loads(text), int | float)
    except ValueError:
        return False


def as_documents(source: Source, added: Sequence[SecretObject]) -> str:
    """The text that adds objects as documents behind a source's last one."""
    is_json = source.text.lstrip().startswith("{")
    start = "" if not source.text or source.text.endswith("\n") else "\n"
    if is_json:
        bodies = [as_json(it.tree.root) for it in added if it.tree.root is not None]
        return start + "".join(f"{body}\n" for body in bodies)
    newline = newline_at(source.text, len(source.text))
    text = "".join(f"---\n{it.text}" for it in added).replace("\n", newline)
    return start + text


def _template_error(name: str, code: str, message: str, hint: str = "") -> ConfigError:
    position = Position(file=name)
    return ConfigError(Problem(code=code, message=message, position=position, hint=hint))
