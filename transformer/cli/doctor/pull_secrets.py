"""Pull secrets that kustomize makes with a hash, for pods that it does not see.

Inside of one build kustomize follows the name, and what comes through a pipe has it in the stream.
Pods of another build name it without its hash, and their images are not pulled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformer.cli.doctor.kustomization import BASES, plugins
from transformer.cli.doctor.values import Text, at, mapping
from transformer.errors import Problem
from transformer.messages import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from transformer.cli.doctor.kustomization import Kustomization
    from transformer.cli.doctor.repository import Repository

KEY = "pullSecrets"


def check_secrets(repository: Repository, environment: Mapping[str, str]) -> Iterator[Problem]:
    """One warning for each generated pull secret whose hash the pods that need it do not know.

    `environment` is not looked at.
    """
    del environment
    configured = [it.data for it in repository.configurations]
    configured += [it.config for it in repository.plugins if it.is_ours]
    names = {it for data in configured for it in _named(data.get("spec"))}
    for outermost in repository.kustomizations:
        # Where pods are in the same build, or a function of ours, the name is followed.
        if _holds_objects(outermost) or any(it.is_ours for it in plugins(outermost)):
            continue
        for it in _hashed(outermost):
            if it in names:
                yield Problem(
                    code="hashed-secret",
                    severity="warning",
                    message=f"pull secret {quoted(it)} gets a hash at its end, which pods of other"
                    " builds do not know",
                    position=it.position,
                    hint="give it `options: {disableNameSuffixHash: true}`, or generate it in the"
                    " kustomization of its pods",
                )


def _named(value: object, key: str = "") -> Iterator[str]:
    # The names are lists below the key, at whatever depth.
    if isinstance(value, Text) and key == KEY:
        yield str(value)
    for name, item in mapping(value).items():
        yield from _named(item, key if key == KEY else name)
    for item in value if isinstance(value, list) else ():
        yield from _named(item, key)


def _holds_objects(tree: Kustomization) -> bool:
    entries = [it for key in BASES for it in _list(tree.data.get(key))]
    bases = {it.entry for it in tree.bases}
    own = any(it not in bases for it in entries)
    return own or any(_holds_objects(it.kustomization) for it in tree.bases)


def _hashed(tree: Kustomization) -> Iterator[Text]:
    is_off = at(tree.data, "generatorOptions", "disableNameSuffixHash") == "true"
    for generator in () if is_off else _list(tree.data.get("secretGenerator")):
        name = at(generator, "name")
        if isinstance(name, Text) and at(generator, "options", "disableNameSuffixHash") != "true":
            yield name
    for base in tree.bases:
        yield from _hashed(base.kustomization)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
