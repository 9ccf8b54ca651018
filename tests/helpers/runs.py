"""Runs of the pipeline in a line or two: a configuration from its `spec`, manifests as text."""

from __future__ import annotations

from collections.abc import Sequence

from transformer.config.config import Config, parse_config
from transformer.config.options import Options
from transformer.find.scope import Scope
from transformer.find.sites import find
from transformer.lock.lock import Lock, parse_lock
from transformer.model import Site
from transformer.pipeline import Outcome, transform
from transformer.places.catalogue import Catalogue
from transformer.places.place import BUILTINS
from transformer.yamltext.documents import Source, documents
from transformer.yamltext.tree import read

# A rule for Docker Hub, and one with a pull secret.
HUB = "mirrors: [{source: docker.io, target: m.io/hub}]"
SECRET = "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]"

HEAD = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"


def config(*spec: str) -> Config:
    """A configuration, given the lines of its `spec`."""
    lines = "".join(f"  {line}\n" for line in spec)
    return parse_config("mirrorpin.yaml", f"{HEAD}spec:\n{lines}", ".")


def locked(entries: dict[str, str]) -> Lock:
    """A lock with a flow mapping for each reference."""
    lines = "".join(f"  {name}: {entry}\n" for name, entry in entries.items())
    return parse_lock("images.lock.yaml", f"version: 1\nimages:{' {}' * (not lines)}\n{lines}")


def pod(*images: str, name: str = "web", namespace: str = "", secrets: str = "") -> str:
    """A Pod with one container for each image, called a, b, c and so on."""
    place = f"  namespace: {namespace}\n" if namespace else ""
    own = f"  imagePullSecrets: {secrets}\n" if secrets else ""
    containers = "".join(
        f"  - name: {letter}\n    image: {image}\n"
        for letter, image in zip("abcdefgh", images, strict=False)
    )
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n{place}"
        f"spec:\n{own}  containers:\n{containers}"
    )


def stream(*texts: str) -> str:
    return "---\n".join(texts)


def sites(text: str) -> list[Site]:
    """Every site of a stream."""
    scope = Scope(table=Catalogue(BUILTINS))
    return [
        site
        for document in documents(Source("in.yaml", text))
        for site in find(document, read(document.text), scope).sites
    ]


def run(
    text: str,
    settings: Config,
    lock: Lock | None = None,
    templates: Sequence[tuple[str, str]] = (),
    *,
    verify: str = "full",
    strict: bool = False,
    parser: str = "",
) -> Outcome:
    """A run over one input, checked in full."""
    options = Options(parser=parser, verify=verify, strict=strict)
    inputs = [("in.yaml", text.encode())]
    return transform(inputs, settings, lock=lock, templates=templates, options=options)


def output(outcome: Outcome) -> str:
    """What a run over one input must write."""
    (only,) = outcome.outputs
    return only.decode()


def messages(outcome: Outcome) -> list[str]:
    """What a run says, but for what it says on request only."""
    problems = (result.problem for result in outcome.results)
    return [str(problem) for problem in problems if problem.severity != "info"]


def infos(outcome: Outcome) -> list[str]:
    problems = (result.problem for result in outcome.results)
    return [str(problem) for problem in problems if problem.severity == "info"]
