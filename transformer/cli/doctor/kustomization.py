"""What a kustomization folder says about plugins: its own, and those of its bases and components.

`read("overlays/prod")` follows local bases and components and the files under `transformers:`,
`validators:` and `generators:`. What is remote or missing is left out: kustomize itself reports it.
"""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

from transformer.cli.doctor.values import Text, at, load_embedded, load_file, mapping, texts
from transformer.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transformer.errors import Position

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
LISTS = ("generators", "transformers", "validators")
BASES = ("resources", "bases", "components")
FUNCTION_ANNOTATIONS = ("config.kubernetes.io/function", "config.k8s.io/function")
GROUP = "mirrorpin.dev/"
KIND = "ImageTransformer"


@record
class Function:
    """The `exec` part of a function annotation (kustomize's FunctionSpec)."""

    path: Text
    args: tuple[Text, ...]
    envs: tuple[Text, ...]


@record
class Plugin:
    """One configuration document that a kustomization lists.

    `listed` is the key that lists it and `entry` the place; `folder` is the kustomization's, in
    which kustomize starts the program. `function` is None for anything but an exec function.
    """

    listed: str
    entry: Position
    folder: str
    config: dict[str, object]
    function: Function | None

    @property
    def is_legacy(self) -> bool:
        """Whether kustomize looks for our program in its plugin folder (no function annotation)."""
        version = str(self.config.get("apiVersion"))
        is_kind = version.startswith(GROUP) and self.config.get("kind") == KIND
        return is_kind and not _function_text(self.config)

    @property
    def is_ours(self) -> bool:
        if self.function is None:
            return self.is_legacy
        return (
            os.path.basename(self.function.path) == "mirrorpin" or self.config.get("kind") == KIND
        )


@record
class Base:
    """A local kustomization that another one lists under `key`, as `entry`."""

    key: str
    entry: Text
    kustomization: Kustomization


@record
class Kustomization:
    folder: str
    file: str
    data: dict[str, object]
    plugins: tuple[Plugin, ...]
    bases: tuple[Base, ...]


def read(folder: str, above: tuple[str, ...] = ()) -> Kustomization | None:
    """Read a folder's kustomization and every local one it includes.

    Returns None when the folder holds none, or is one of the folders `above` it (real paths).
    Raises `InputError` for a file that is no readable YAML.
    """
    file = find(folder)
    if not file or os.path.realpath(folder) in above:
        return None
    data = _first(load_file(file))
    above = (*above, os.path.realpath(folder))
    return Kustomization(
        folder=folder,
        file=file,
        data=data,
        plugins=tuple(_plugins(folder, data)),
        bases=tuple(_bases(folder, data, above)),
    )


def find(folder: str) -> str:
    """The path of the folder's kustomization file, or an empty string."""
    candidates = (join(folder, name) for name in NAMES)
    return next((path for path in candidates if os.path.isfile(path)), "")


def join(folder: str, path: str) -> str:
    return os.path.normpath(os.path.join(folder, path))


def plugins(kustomization: Kustomization) -> Iterator[Plugin]:
    """Every plugin of a kustomization and of what it includes, the outermost first."""
    yield from kustomization.plugins
    for base in kustomization.bases:
        yield from plugins(base.kustomization)


def _first(documents: list[object]) -> dict[str, object]:
    return mapping(documents[0]) if documents else {}


def _bases(folder: str, data: dict[str, object], above: tuple[str, ...]) -> Iterator[Base]:
    for key in BASES:
        for entry in texts(data.get(key)):
            kustomization = read(join(folder, entry), above)
            if kustomization:
                yield Base(key=key, entry=entry, kustomization=kustomization)


def _plugins(folder: str, data: dict[str, object]) -> Iterator[Plugin]:
    for listed in LISTS:
        for entry in texts(data.get(listed)):
            for config in _configs(folder, entry):
                yield Plugin(
                    listed=listed,
                    entry=entry.position,
                    folder=folder,
                    config=config,
                    function=_function(config),
                )


def _configs(folder: str, entry: Text) -> Iterator[dict[str, object]]:
    # kustomize takes an entry for inline YAML first and for a path when that gives no object.
    inline = [mapping(value) for value in load_embedded(entry)]
    path = join(folder, entry)
    if any(inline):
        yield from inline
    elif os.path.isfile(path):
        yield from (mapping(value) for value in load_file(path))
    elif nested := find(path):
        for resource in texts(_first(load_file(nested)).get("resources")):
            if os.path.isfile(join(path, resource)):
                yield from _configs(path, resource)


def _function(config: dict[str, object]) -> Function | None:
    text = _function_text(config)
    spec = _first(load_embedded(text)) if text else {}
    path = at(spec, "exec", "path")
    # A spec with an image runs in a container, whatever else it says.
    if not isinstance(path, Text) or at(spec, "container", "image"):
        return None
    args = texts(at(spec, "exec", "args"))
    return Function(path=path, args=args, envs=texts(at(spec, "exec", "envs")))


def _function_text(config: dict[str, object]) -> Text | None:
    annotations = mapping(at(config, "metadata", "annotations"))
    found = (annotations.get(key) for key in FUNCTION_ANNOTATIONS)
    return next((text for text in found if isinstance(text, Text)), None)
