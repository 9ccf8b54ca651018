"""What renders manifests, kustomize and Helm: their parameters and their command lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from transformer.cli.cmp.inside import Repository
from transformer.cli.cmp.parameters import Kind, Parameters
from transformer.errors import Problem, UsageError
from transformer.messages import quoted
from transformer.records import record


@record
class Request:
    """What is to be rendered: for which application, of which repository, with which parameters."""

    environment: Mapping[str, str]
    repository: Repository
    parameters: Parameters

    def options(self, variable: str) -> list[str]:
        """The options in a variable of the sidecar, split at blanks."""
        return self.environment.get(variable, "").split()


@record
class Renderer:
    """A program that renders: the names of files that make a folder its own, the parameters beside
    `COMMON`, and what its command line is, the program first.
    """

    marks: tuple[str, ...]
    parameters: Mapping[str, Kind]
    command: Callable[[Request], list[str]]


COMMON: Mapping[str, Kind] = MappingProxyType({"config": "string", "digests": "string"})

# Helm takes --values apart as a line of CSV (encoding/csv, by `StringSlice` of spf13/pflag), and
# takes what has a scheme for a URL, which an absolute path has not.
_CSV = ',"\r\n'


def _kustomize(request: Request) -> list[str]:
    # An absolute path is never a repository to clone (kustomize, `NewRepoSpecFromURL`).
    overlay = request.parameters.string("overlay") or "."
    folder = request.repository.resolved('parameter "overlay"', overlay, "folder")
    return ["kustomize", "build", *request.options("KUSTOMIZE_OPTIONS"), "--", folder]


def _helm(request: Request) -> list[str]:
    environment = request.environment
    cluster = {
        "namespace": environment.get("ARGOCD_APP_NAMESPACE"),
        "kube-version": environment.get("KUBE_VERSION"),
        "api-versions": environment.get("KUBE_API_VERSIONS"),
    }
    release = request.parameters.string("release") or environment.get("ARGOCD_APP_NAME")
    return [
        *("helm", "template", "--include-crds", *request.options("HELM_OPTIONS")),
        *(f"--{option}={value}" for option, value in cluster.items() if value),
        *(f"--values={_values_file(request, path)}" for path in request.parameters.list("values")),
        *("--", *([release] if release else ()), "."),
    ]


def _values_file(request: Request, path: str) -> str:
    real = request.repository.resolved('parameter "values"', path, "file")
    for character in _CSV:
        if character in real:
            message = f'parameter "values" leads to a path with {quoted(character)}'
            raise UsageError(
                Problem(
                    code="bad-value",
                    message=f"{message}: {quoted(path)}",
                    hint="Helm would take it for more than one file: rename it",
                )
            )
    return real


RENDERERS: Mapping[str, Renderer] = MappingProxyType(
    {
        "kustomize": Renderer(
            marks=("kustomization.yaml", "kustomization.yml", "Kustomization"),
            parameters={"overlay": "string"},
            command=_kustomize,
        ),
        "helm": Renderer(
            marks=("Chart.yaml",),
            parameters={"release": "string", "values": "list"},
            command=_helm,
        ),
    }
)
