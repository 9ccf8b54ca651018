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
from transformer.yamltext.items import Items, cut_items
from transformer.yamltext.json_text import json_text
from transformer.yamltext.lines import column_of, content_end, line_end, newline_at
from transformer.yamltext.nodes import count_uses, lookup, offset_of, order_of, resolve, text_of
from transformer.yamltext.tree import (
    Collection,
    Mapping,
    Slot,
    SyntaxFault,
    Token,
    Tree,
    read,
)

API_VERSION = "config.kubernetes.io/v1"
KIND = "ResourceList"

# What `kustomize build` notes on each item that it hands to a function (api/internal/plugins).
BUILT = "kustomize.config.k8s.io/id"

_KIND = re.compile(rf"""\bkind["']?\s*:\s*["']?{KIND}\b""")
_PLAIN = re.compile("[a-z][a-z0-9./-]*")

_ENVELOPE = frozenset({"apiVersion", "kind", "items", "functionConfig", "results"})


class Envelope:
    """A ResourceList that came in: the document of its functionConfig, and what it says of it.

    `document` is the whole of it, or its hull where it could be cut into its items.
    """

    __slots__ = ("_items", "_parser", "_tree", "_whole", "api_version", "config", "document")

    def __init__(self, whole: Document, looked_at: Items | Tree, parser: str) -> None:
        self._whole = whole
        self._parser = parser
        self._items = looked_at if isinstance(looked_at, Items) else None
        self._tree = looked_at if isinstance(looked_at, Tree) else None
        self.document = self._items.hull if self._items is not None else whole
        keys = _keys(looked_at.tree if isinstance(looked_at, Items) else looked_at)
        self.api_version = text_of(keys.get("apiVersion")) or API_VERSION
        config = resolve(keys["functionConfig"]) if "functionConfig" in keys else None
        self.config = config if isinstance(config, Mapping) else None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The only input that there is."""
        return (self._whole.source,)

    def items(self, document: Document) -> Items | None:
        """How the list is cut, None where it is not."""
        assert document.source is self._whole.source
        return self._items

    def tree(self, document: Document) -> Tree:
        """The tree of the document, which is kept until it is asked for. Raises `InputError`."""
        assert document.source is self._whole.source
        tree, self._tree = self._tree, None
        return tree if tree is not None else _read(document, self._parser)


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
    items = cut_items(document, "items", parser)
    if items is not None:
        return Envelope(document, items, parser) if _is_envelope(items.tree) else None
    try:
        tree = read(document.text, parser)
        if not _is_envelope(tree):
            return None
        if tree.aliases:
            # The configuration must not expand without bound, wherever it is.
            count_uses(tree)
    except SyntaxFault as fault:
        if _KIND.search(document.text):
            raise InputError(fault_problem(document, fault)) from None
        return None
    return Envelope(document, tree, parser)


def _read(document: Document, parser: str) -> Tree:
    try:
        return read(document.text, parser)
    except SyntaxFault as fault:
        raise InputError(fault_problem(document, fault)) from None


def _is_envelope(tree: Tree) -> bool:
    keys = _keys(tree)
    return text_of(keys.get("kind")) == KIND and bool(keys.keys() & {"items", "functionConfig"})


def _keys(tree: Tree) -> dict[str, Slot]:
    root = resolve(tree.root) if tree.root is not None else None
    return lookup(root, _ENVELOPE) if isinstance(root, Mapping) else {}


def checked_list(came: Envelope, results: Iterable[Result], parser: str = "") -> str:
    """What a check answers to a ResourceList.

    kustomize wants no items of a validator, and fails the build for any. kpt takes the list at its
    word, and deletes the files of items that are missing: a list of files is handed back as it
    came. Items that kustomize builds can have a path as well, and then its own identity beside it.
    Both with `results`.
    """
    (source,) = came.sources
    if _is_of_files(source.text, parser):
        bom = "\ufeff" if source.has_bom else ""
        return bom + with_results(source.text, results, parser)
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
    start, end = _middle(text, parser)
    edit = _checked_edit(text[:start] + text[end:], krm, parser)
    left_out = end - start if edit.start >= start else 0
    return text[: edit.start + left_out] + edit.text + text[edit.end + left_out :]


def _middle(text: str, parser: str) -> tuple[int, int]:
    # All items but the last, behind which results may be written, have nothing to do with them.
    (document,) = documents(Source("", text))
    items = cut_items(document, "items", parser)
    return (items.cuts[0], items.cuts[-2]) if items is not None else (0, 0)


def _checked_edit(text: str, krm: Sequence[KrmResult], parser: str) -> Edit:
    tree = read(text, parser)
    edit = _results_edit(tree, krm, parser)
    place = Spot(start=edit.start, end=edit.end, first=edit.first, last=edit.last)
    try:
        after = read(text[: edit.start] + edit.text + text[edit.end :], parser).tokens
    except SyntaxFault as fault:
        raise _disagreement() from fault
    if not agrees(fingerprint(tree.tokens, [place]), [edit], after):
        raise _disagreement()
    return edit


def _disagreement() -> AgreementError:
    message = "a ResourceList keeps everything but its results"
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
