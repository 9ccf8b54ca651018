"""The ResourceList envelope of KRM functions: its functionConfig, and writing results into it.

Specification: the functions specification of kustomize (cmd/config/docs/api-conventions). Only
kind and the presence of `items` or `functionConfig` are looked at, as kyaml's reader does; the
apiVersion that came is echoed because nothing of the envelope is written anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from transformer.agreement import agrees, fingerprint
from transformer.errors import AgreementError, Position, Problem
from transformer.model import Edit, Result, Spot
from transformer.nodes import lookup, offset_of, order_of, resolve, text_of
from transformer.results import KrmResult, krm_result
from transformer.source import Document, Source, documents
from transformer.spots import content_end, line_end, newline_at
from transformer.tree import NON_PRINTABLE, Collection, Mapping, SyntaxFault, Tree, read

_ENVELOPE = frozenset({"apiVersion", "kind", "items", "functionConfig", "results"})


class Envelope:
    """A ResourceList that came in: its only document, and what it says of the function."""

    __slots__ = ("_tree", "api_version", "config", "document")

    def __init__(
        self, document: Document, tree: Tree, api_version: str, config: Mapping | None
    ) -> None:
        self.document = document
        self._tree: Tree | None = tree
        self.api_version = api_version
        self.config = config

    def take(self, text: str) -> Tree | None:
        """The tree of the document, for its text and only once: it is large, and read once."""
        tree, self._tree = self._tree, None
        return tree if tree is not None and tree.text == text else None


def envelope(source: Source, parser: str = "") -> Envelope | None:
    """The ResourceList that an input is, or None when it is something else.

    An input that holds more than one document is no ResourceList (kyaml unwraps single ones only).
    Text that cannot be read is None too: the run will say where.
    """
    if "ResourceList" not in source.text:
        return None
    found = list(documents(source))
    if len(found) > 1:
        return None
    try:
        tree = read(found[0].text, parser)
        root = resolve(tree.root) if tree.root is not None else None
        keys = lookup(root, _ENVELOPE) if isinstance(root, Mapping) else {}
    except SyntaxFault:
        return None
    if text_of(keys.get("kind")) != "ResourceList" or not keys.keys() & {"items", "functionConfig"}:
        return None
    config = resolve(keys["functionConfig"]) if "functionConfig" in keys else None
    return Envelope(
        found[0],
        tree,
        text_of(keys.get("apiVersion")),
        config if isinstance(config, Mapping) else None,
    )


def empty_list(came: Envelope, results: Iterable[Result]) -> str:
    """A ResourceList without items: what a validator must answer to kustomize."""
    text = f"apiVersion: {came.api_version}\nkind: ResourceList\nitems: []\n"
    return with_results(text, results)


def with_results(text: str, results: Iterable[Result], parser: str = "") -> str:
    """The text of a ResourceList with `results` added, or put in place of those that it has.

    Takes the text of one ResourceList in block or flow style and at least one result. Raises
    `AgreementError` when anything but `results` would read differently.
    """
    krm = [krm_result(result) for result in results]
    if not krm:
        return text
    tree = read(text, parser)
    edit = _results_edit(tree, krm, parser)
    place = Spot(start=edit.start, end=edit.end, first=edit.first, last=edit.last)
    edited = text[: edit.start] + edit.text + text[edit.end :]
    if not agrees(fingerprint(tree.tokens, [place]), [edit], read(edited, parser).tokens):
        message = "the ResourceList must keep everything but its results"
        raise AgreementError(
            Problem(code="disagreement", message=message, position=Position(file="<stdin>"))
        )
    return edited


def _results_edit(tree: Tree, krm: Sequence[KrmResult], parser: str) -> Edit:
    root = resolve(tree.root) if tree.root is not None else None
    assert isinstance(root, Mapping)
    keys = root.children[::2]
    old = next((it for it in range(len(keys)) if keys[it].value == "results"), None)
    body = _flow(krm) if root.is_flow else _block(krm, tree.text, root)
    tokens = tuple(read("{" + body + "}" if root.is_flow else body, parser).tokens[1:-1])
    if old is not None:
        start = offset_of(keys[old])
        value = root.children[old * 2 + 1]
        first = order_of(root, keys[old])
        size = value.last - value.order + 1 if isinstance(value, Collection) else 1
        end = content_end(value)
        return Edit(
            start=start,
            end=end,
            text=body.strip(),
            first=first,
            last=first + 1 + size,
            tokens=tokens,
        )
    at = content_end(root.children[-1])
    before = ", "
    if not root.is_flow:
        at = line_end(tree.text, at)
        newline = newline_at(tree.text, at)
        is_line_start = tree.text[at - 1] == "\n"
        before = "" if is_line_start else newline
        body = body + newline if is_line_start else body
    return Edit(
        start=at, end=at, text=before + body, first=root.last, last=root.last, tokens=tokens
    )


def _json(value: object) -> str:
    # Valid JSON and YAML alike: no surrogate pairs, and nothing raw that YAML 1.1 cannot print.
    text = json.dumps(value, ensure_ascii=False)
    return NON_PRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _flow(krm: Sequence[KrmResult]) -> str:
    return f'"results": {_json(krm)}'


def _block(krm: Sequence[KrmResult], text: str, root: Mapping) -> str:
    newline = newline_at(text, offset_of(root))
    lines = ["results:"]
    for result in krm:
        for number, (key, value) in enumerate(result.items()):
            dash = "  " if number else "- "
            if isinstance(value, dict):
                lines.append(f"{dash}{key}:")
                lines += [f"    {name}: {_json(part)}" for name, part in value.items()]
            else:
                lines.append(f"{dash}{key}: {_json(value)}")
    return newline.join(lines)
