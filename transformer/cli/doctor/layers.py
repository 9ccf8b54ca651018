"""Whether a function that a base or component lists still has the last word.

kustomize runs a base before, and a component in the middle of, the kustomization that includes it.
What is added later reaches the cluster as it is, and a later `images:` no longer finds a name that
was already rewritten.
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from transformer.cli.doctor.kustomization import BASES, Base, Kustomization, join, plugins
from transformer.cli.doctor.values import Text, mapping, read_text, texts
from transformer.errors import InputError, Problem
from transformer.messages import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from transformer.cli.doctor.kustomization import Plugin
    from transformer.cli.doctor.repository import Repository

PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902", "replacements")
GENERATORS = ("generators", "helmCharts", "helmChartInflationGenerator")


def check_layers(repository: Repository, environment: Mapping[str, str]) -> Iterator[Problem]:
    """One warning for each of our transformers that runs before something it ought to see.

    `environment` is not looked at.
    """
    del environment
    for outermost in repository.kustomizations:
        yield from _check_layers(outermost)


def _check_layers(
    inner: Kustomization, above: tuple[tuple[Kustomization, Base], ...] = ()
) -> Iterator[Problem]:
    # `above` are the kustomizations that include the inner one, the nearest first, each with the
    # entry by which it does.
    for base in inner.bases:
        yield from _check_layers(base.kustomization, ((inner, base), *above))
    late = next(_late_images(above), None) if _ours(inner.plugins) else None
    if late:
        yield Problem(
            code="not-outermost",
            severity="warning",
            message=f"is not listed in the outermost kustomization: {late} comes after it",
            position=_ours(inner.plugins)[0].entry,
            hint=f"move the entry to `transformers:` of {above[-1][0].file}",
        )


def _ours(listed: Iterable[Plugin]) -> list[Plugin]:
    return [plugin for plugin in listed if plugin.listed == "transformers" and plugin.is_ours]


def _late_images(above: tuple[tuple[Kustomization, Base], ...]) -> Iterator[str]:
    # One of ours further out sees everything, but renames no image that `images:` missed.
    is_repeated = any(_ours(outer.plugins) for outer, _ in above)
    for outer, base in above:
        late = _changes(outer, ("images",))
        if not is_repeated:
            late += _changes(outer, PATCHES) + _additions(outer, base)
        yield from (f"{what} of {outer.file}" for what in late)


def _changes(outer: Kustomization, keys: tuple[str, ...]) -> list[str]:
    return [f"`{key}`" for key in keys if key in outer.data and _mentions_image(outer, key)]


def _mentions_image(outer: Kustomization, key: str) -> bool:
    if key == "images":
        return bool(outer.data[key])
    words = list(_strings(outer.data[key]))
    return any("image" in word or _file_mentions_image(outer.folder, word) for word in words)


def _strings(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    for item in value if isinstance(value, list) else mapping(value).values():
        yield from _strings(item)


def _file_mentions_image(folder: str, entry: str) -> bool:
    path = join(folder, entry)
    try:
        return os.path.isfile(path) and "image" in read_text(path)
    except InputError:
        return True


def _additions(outer: Kustomization, base: Base) -> list[str]:
    entries = [entry for key in BASES for entry in texts(outer.data.get(key))]
    if base.key == "components":
        # A component sees all resources, and what the components before it made of them.
        entries = entries[entries.index(base.entry) + 1 :]
        generators = []
    else:
        generators = [f"`{key}`" for key in GENERATORS if outer.data.get(key)]
    late = [quoted(entry) for entry in entries if entry is not base.entry and _adds(outer, entry)]
    return generators + late


def _adds(outer: Kustomization, entry: Text) -> bool:
    base = next((base for base in outer.bases if base.entry is entry), None)
    if base is None:
        is_local = os.path.exists(join(outer.folder, entry))
        return not is_local or _file_mentions_image(outer.folder, entry)
    inner = base.kustomization
    if _ours(plugins(inner)):
        return False
    entries = (below for key in BASES for below in texts(inner.data.get(key)))
    is_generated = any(inner.data.get(key) for key in GENERATORS)
    return is_generated or any(_adds(inner, below) for below in entries)
