"""The objects that bring pull secrets: one rendering of each template for each namespace.

    pullSecrets:
      templates: [pull-secret.yaml.j2]     # an ExternalSecret, a SealedSecret, ...

They are added behind the last input in its own form: documents to a stream, items to a list or a
ResourceList. An object that the manifests hold already (same group, kind, namespace and name) is
not added again, so that a second run changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from transformer.config.template_language import Budget, TemplateFault
from transformer.config.templates import render_secret
from transformer.errors import ConfigError, Position, Problem
from transformer.find.objects import objects
from transformer.messages import quoted
from transformer.model import Resource
from transformer.records import record
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.edit import Edit
from transformer.yamltext.json_text import json_text
from transformer.yamltext.lines import column_of, content_end, line_end, newline_at
from transformer.yamltext.nodes import (
    BREAKS,
    is_null,
    lookup,
    resolve,
    text_of,
    value_start,
    visible,
)
from transformer.yamltext.tree import (
    Collection,
    Mapping,
    RawEvent,
    Slot,
    SyntaxFault,
    Token,
    Tree,
    read,
)
from transformer.yamltext.tree import Sequence as SequenceNode

Identity: TypeAlias = "tuple[str, str, str, str]"
Template: TypeAlias = "tuple[str, str]"

# Lists of anything; a typed list, as PodList, cannot take other kinds.
_LISTS = ("List", "ResourceList")

_MARKER = re.compile(r"^---(?:[ \t]+|$)", re.MULTILINE)
_END = re.compile(r"^\.\.\.(?=\s|\Z)", re.MULTILINE)

# The plain scalars that JSON has, too (RFC 8259, 3 and 6; YAML 1.2, 10.3.2).
_BOOLEANS = {"true": "true", "True": "true", "TRUE": "true", "false": "false", "False": "false",
             "FALSE": "false"}  # fmt: skip
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

_EACH_HINT = "set metadata.namespace to {{ namespace }}"


@record
class SecretObject:
    """One object to add: the template's name, its text without markers, its tree, who it is."""

    template: str
    text: str
    tree: Tree
    resource: Resource

    @property
    def json(self) -> str:
        """The object as JSON on one line."""
        assert self.tree.root is not None
        return as_json(self.tree.root)


def identity(resource: Resource) -> Identity:
    """What makes two objects the same to the API server."""
    return resource.group, resource.kind, resource.namespace, resource.name


def render_objects(
    templates: Iterable[Template],
    namespaces: Iterable[tuple[str, Sequence[str]]],
    budget: Budget,
) -> list[SecretObject]:
    """Render every template for every namespace, in order.

    Takes templates as (name for messages, text), namespaces with the names that they need, and what
    the templates of the run may still cost. Raises `ConfigError` for a template that fails, that
    renders to something that is no object, or to one object in two ways.
    """
    templates = tuple(templates)
    found: dict[Identity, SecretObject] = {}
    for namespace, names in namespaces:
        for name, text in templates:
            for made in _objects(name, _rendered(name, text, namespace, names, budget)):
                known = found.setdefault(identity(made.resource), made)
                if known.text != made.text:
                    state = f"renders {quoted(str(made.resource))} in two ways"
                    raise _template_error(name, state, _EACH_HINT)
    return list(found.values())


def _rendered(name: str, text: str, namespace: str, names: Sequence[str], budget: Budget) -> str:
    try:
        rendered = render_secret(text, namespace=namespace, names=names, budget=budget)
        rendered.encode()
    except TemplateFault as fault:
        raise _template_error(name, fault.message, fault.hint, fault.line) from None
    except UnicodeEncodeError:
        raise _template_error(name, "renders to text with lone surrogates") from None
    return rendered


def _objects(name: str, rendered: str) -> Iterator[SecretObject]:
    for document in documents(Source(name, rendered)):
        text = _content(document.text)
        try:
            tree = read(text)
            found = [resource for _, resource, _ in objects(tree.root)]
        except SyntaxFault as fault:
            raise _template_error(name, f"renders to what is not YAML: {fault.message}") from None
        if tree.root is None or is_null(tree.root):
            continue
        if len(found) != 1 or not found[0].name or not found[0].api_version:
            state = (
                "renders to something else: expected objects with apiVersion, kind and "
                "metadata.name"
            )
            raise _template_error(name, state)
        if any(map(_is_anchored, tree.tokens)):
            # In a list, they would be mixed up with those of the manifests.
            raise _template_error(name, "renders to YAML with anchors or aliases")
        yield SecretObject(template=name, text=text, tree=tree, resource=found[0])


def _is_anchored(token: Token) -> bool:
    return isinstance(token, tuple) and len(token) > 1 and token[-2] is not None


def _content(text: str) -> str:
    # A document without its markers, and without what stands before and behind them.
    begin = _MARKER.search(text)
    text = text[begin.end() :] if begin else text
    end = _END.search(text)
    text = text[: end.start()] if end else text
    return text.strip("\n") + "\n"


def missing(added: Sequence[SecretObject], sources: Iterable[Source]) -> tuple[SecretObject, ...]:
    """The objects that the inputs do not hold yet. Only documents that name one are read."""
    wanted = {identity(it.resource): it for it in added}
    for source in sources:
        for document in documents(source):
            text = document.text
            if any(it.resource.kind in text and it.resource.name in text for it in wanted.values()):
                for known in _identities(text):
                    wanted.pop(known, None)
    return tuple(wanted.values())


def _identities(text: str) -> list[Identity]:
    try:
        return [identity(resource) for _, resource, _ in objects(read(text).root)]
    except SyntaxFault:
        return []


def list_edit(
    document: Document, added: Sequence[SecretObject]
) -> tuple[Edit, tuple[str, ...]] | None:
    """The edit that adds objects to the `items` of a document that is a list, and their texts.

    None for a document that is no list.
    """
    text = document.text
    tree = read(text)
    root = resolve(tree.root) if tree.root is not None else None
    found = lookup(root, ("items", "kind"), last_wins=True) if isinstance(root, Mapping) else {}
    items = resolve(found["items"]) if "items" in found else None
    if text_of(found.get("kind")) not in _LISTS or not isinstance(items, SequenceNode):
        return None
    if items.is_flow:
        return _flow_edit(items, added)
    return _block_edit(items, text, added)


def _block_edit(
    items: SequenceNode, text: str, added: Sequence[SecretObject]
) -> tuple[Edit, tuple[str, ...]]:
    end = line_end(text, content_end(items.children[-1]))
    newline = newline_at(text, end)
    pad = " " * column_of(text, value_start(text, items.start))
    lines = [line for it in added for line in _as_item(it.text, pad)]
    inserted = "".join(newline + line for line in lines)
    if text[end - 1] in BREAKS:
        inserted = inserted.removeprefix(newline) + newline
    tokens = [token for it in added for token in it.tree.tokens]
    return _insertion(end, inserted, items, tokens), tuple(it.text for it in added)


def _as_item(text: str, pad: str) -> Iterator[str]:
    mark = "- "
    for line in text.removesuffix("\n").split("\n"):
        yield f"{pad}{mark}{line}" if line else ""
        mark = "  "


def _flow_edit(items: SequenceNode, added: Sequence[SecretObject]) -> tuple[Edit, tuple[str, ...]]:
    bodies = tuple(it.json for it in added)
    at = content_end(items.children[-1]) if items.children else items.end - 1
    inserted = "".join(f", {body}" for body in bodies)
    if not items.children:
        inserted = inserted.removeprefix(", ")
    tokens = [token for it in bodies for token in read(it).tokens]
    return _insertion(at, inserted, items, tokens), bodies


def _insertion(at: int, text: str, items: SequenceNode, tokens: Sequence[Token]) -> Edit:
    last = items.last
    return Edit(start=at, end=at, text=text, first=last, last=last, tokens=tuple(tokens))


def as_json(slot: Slot) -> str:
    """A node as JSON on one line: numbers, booleans and null stay such when they were plain."""
    node: RawEvent = resolve(slot)
    if isinstance(node, Mapping):
        pairs = (f"{json_text(str(key.value))}: {as_json(value)}" for key, value in visible(node))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(node, Collection):
        return "[" + ", ".join(map(as_json, node.children)) + "]"
    if is_null(slot):
        return "null"
    if not node.style and not node.tag:
        if node.value in _BOOLEANS:
            return _BOOLEANS[node.value]
        if _NUMBER.fullmatch(node.value):
            return str(node.value)
    return json_text(node.value)


def as_documents(document: Document, added: Sequence[SecretObject]) -> tuple[str, tuple[str, ...]]:
    """The text that adds objects behind the last document of its source, and their own texts."""
    before = document.source.text
    newline = newline_at(before, len(before))
    start = "" if not before or before.endswith("\n") else newline
    if _is_json(document.text):
        bodies = tuple(it.json + newline for it in added)
        return start + "".join(bodies), bodies
    texts = tuple(it.text.replace("\n", newline) for it in added)
    return start + "".join(f"---{newline}{text}" for text in texts), texts


def _is_json(text: str) -> bool:
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _template_error(name: str, state: str, hint: str = "", line: int = 0) -> ConfigError:
    position = Position(file=name, line=line, column=1 if line else 0)
    message = f"template {state}"
    return ConfigError(Problem(code="template", message=message, position=position, hint=hint))
