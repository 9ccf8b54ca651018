"""The ResourceList envelope of KRM functions: its functionConfig, and writing results into it.

Specification: the functions specification of kustomize (cmd/config/docs/api-conventions). Only
kind and the presence of `items` or `functionConfig` are looked at, as kyaml's reader does; the
apiVersion that came is echoed because nothing of the envelope is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from transformer.errors import AgreementError, InputError, Problem
from transformer.find.objects import PATHS, objects, strings
from transformer.model import Result
from transformer.report.results import KrmResult, krm_result
from transformer.yamltext.agreement import agrees, fingerprint
from transformer.yamltext.documents import Document, Source, documents
from transformer.yamltext.edit import Edit, Spot
from transformer.yamltext.faults import fault_problem
from transformer.yamltext.json_text import json_text
from transformer.yamltext.lines import column_of, content_end, line_end, newline_at
from transformer.yamltext.nodes import count_uses, lookup, offset_of, order_of, resolve, text_of
from transformer.yamltext.tree import Collection, Mapping, Slot, SyntaxFault, Token, Tree, read

API_VERSION = "config.kubernetes.io/v1"
KIND = "ResourceList"

# What `kustomize build` notes on each item that it hands to a function (api/internal/plugins).
BUILT = "kustomize.config.k8s.io/id"

_KIND = re.compile(rf"""\bkind["']?\s*:\s*["']?{KIND}\b""")
_PLAIN = re.compile("[a-z][a-z0-9./-]*")

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
    Raises `InputError` for text that would be one, and cannot be read.
    """
    if KIND not in source.text:
        return None
    found = list(documents(source))
    if len(found) > 1:
        return None
    (document,) = found
    try:
        return _envelope(document, read(document.text, parser))
    except SyntaxFault as fault:
        if _KIND.search(document.text):
            raise InputError(fault_problem(document, fault)) from None
        return None


def _envelope(document: Document, tree: Tree) -> Envelope | None:
    root = resolve(tree.root) if tree.root is not None else None
    keys = lookup(root, _ENVELOPE) if isinstance(root, Mapping) else {}
    if text_of(keys.get("kind")) != KIND or not keys.keys() & {"items", "functionConfig"}:
        return None
    if tree.aliases:
        # The configuration must not expand without bound, wherever it is.
        count_uses(tree)
    config = resolve(keys["functionConfig"]) if "functionConfig" in keys else None
    return Envelope(
        document,
        tree,
        text_of(keys.get("apiVersion")) or API_VERSION,
        config if isinstance(config, Mapping) else None,
    )


def checked_list(came: Envelope, results: Iterable[Result], parser: str = "") -> str:
    """What a check answers to a ResourceList.

    kustomize wants no items of a validator, and fails the build for any. kpt takes the list at its
    word, and deletes the files of items that are missing: a list of files is handed back as it
    came. Items that kustomize builds can have a path as well, and then its own identity beside it.
    Both with `results`.
    """
    if _is_of_files(came.document.text, parser):
        bom = "\ufeff" if came.document.source.has_bom else ""
        return bom + with_results(came.document.text, results, parser)
    version = came.api_version
    version = version if _PLAIN.fullmatch(version) else json_text(version)
    return with_results(f"apiVersion: {version}\nkind: {KIND}\nitems: []\n", results, parser)


def _is_of_files(text: str, parser: str) -> bool:
    if not any(key in text for key in PATHS):
        return False
    try:
        found = objects(read(text, parser).root, with_labels=False)
        return any(it.path and BUILT not in _annotations(mapping) for mapping, it, _ in found)
    except SyntaxFault:
        # Rather a build that fails than files that are gone.
        return True


def _annotations(mapping: Mapping) -> dict[str, str]:
    metadata = lookup(mapping, ("metadata",)).get("metadata")
    node = resolve(metadata) if metadata is not None else None
    return (
        strings(lookup(node, ("annotations",)).get("annotations"))
        if isinstance(node, Mapping)
        else {}
    )


def with_results(text: str, results: Iterable[Result], parser: str = "") -> str:
    """The text of a ResourceList with `results` added, or put in place of those that it has.

    Takes the text of one ResourceList in block or flow style, and results; without any, the text
    stays as it is. Raises `AgreementError` when anything but `results` would read differently.
    """
    krm = [krm_result(result) for result in results]
    if not krm:
        return text
    tree = read(text, parser)
    edit = _results_edit(tree, krm, parser)
    place = Spot(start=edit.start, end=edit.end, first=edit.first, last=edit.last)
    edited = text[: edit.start] + edit.text + text[edit.end :]
    try:
        after = read(edited, parser).tokens
    except SyntaxFault as fault:
        raise _disagreement() from fault
    if not agrees(fingerprint(tree.tokens, [place]), [edit], after):
        raise _disagreement()
    return edited


def _disagreement() -> AgreementError:
    message = "a ResourceList must keep everything but its results"
    hint = "this is a fault of mirrorpin, please report it with the ResourceList"
    return AgreementError(Problem(code="disagreement", message=message, hint=hint))


def _results_edit(tree: Tree, krm: Sequence[KrmResult], parser: str) -> Edit:
    root = resolve(tree.root) if tree.root is not None else None
    assert isinstance(root, Mapping)
    keys = root.children[::2]
    body = _flow(krm) if root.is_flow else _block(krm, tree.text, keys[0])
    tokens = tuple(read("{" + body + "}" if root.is_flow else body, parser).tokens[1:-1])
    for key, value in zip(keys, root.children[1::2], strict=True):
        if key.value == "results":
            start, end = offset_of(key), content_end(value)
            # Behind a block scalar the next line has begun.
            behind = newline_at(tree.text, start) if tree.text[end - 1] == "\n" else ""
            first = order_of(root, key)
            size = value.last - value.order + 1 if isinstance(value, Collection) else 1
            return _edit(start, end, body + behind, first, first + 1 + size, tokens)
    at = content_end(root.children[-1])
    if root.is_flow:
        return _edit(at, at, f", {body}", root.last, root.last, tokens)
    at = line_end(tree.text, at)
    newline = newline_at(tree.text, at)
    body = " " * column_of(tree.text, offset_of(keys[0])) + body
    body = body + newline if tree.text[at - 1] == "\n" else newline + body
    return _edit(at, at, body, root.last, root.last, tokens)


def _edit(
    start: int, end: int, text: str, first: int, last: int, tokens: tuple[Token, ...]
) -> Edit:
    return Edit(start=start, end=end, text=text, first=first, last=last, tokens=tokens)


def _flow(krm: Sequence[KrmResult]) -> str:
    return f'"results": {json_text(krm)}'


def _block(krm: Sequence[KrmResult], text: str, key: Slot) -> str:
    # The lines of the key and its list, indented like another key, but for the first.
    start = offset_of(key)
    lines = ["results:", *(line for result in krm for line in _lines(result))]
    return (newline_at(text, start) + " " * column_of(text, start)).join(lines)


def _lines(result: KrmResult) -> Iterator[str]:
    mark = "- "
    for key, value in result.items():
        if isinstance(value, dict):
            yield f"{mark}{key}:"
            yield from (f"    {name}: {json_text(part)}" for name, part in value.items())
        else:
            yield f"{mark}{key}: {json_text(value)}"
        mark = "  "
