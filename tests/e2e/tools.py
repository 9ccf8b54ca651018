"""The hosts that end-to-end tests run, pinned, and built once into a cache outside the checkout.

`python -m tests.e2e.tools` installs what is missing below MIRRORPIN_TOOLS, otherwise
$XDG_CACHE_HOME/mirrorpin-tools, otherwise ~/.cache/mirrorpin-tools. It needs Go, as nobody may
download a binary that was not built from its pinned source. What Debian builds comes from there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import node, packages, wrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program that Go builds; `version` is what its own version command prints.

    `go install` builds `package`. Where it must not, because a module of its own or one that it
    needs is replaced, `module` is the one to require and `call` the statement that runs it, with
    the packages in `imports`; where the module lacks a file that `package` embeds, `stand_in` is
    one to add.
    """

    name: str
    version: str
    package: str
    linker_flags: str = ""
    module: str = ""
    call: str = ""
    imports: tuple[str, ...] = ()
    stand_in: str = ""

    @property
    def folder(self) -> Path:
        return cache_folder() / self.name / self.version

    @property
    def path(self) -> Path:
        return self.folder / self.name


def cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("MIRRORPIN_TOOLS") or Path(home) / "mirrorpin-tools")


def kustomize(version: str) -> Tool:
    return Tool(
        name="kustomize",
        version=version,
        package="sigs.k8s.io/kustomize/kustomize/v5",
        # Older releases built by `go install` would say "(devel)".
        linker_flags=f"-X sigs.k8s.io/kustomize/api/provenance.version=v{version}",
    )


def helm(version: str) -> Tool:
    return Tool(
        name="helm", version=version, package=f"helm.sh/helm/v{version.partition('.')[0]}/cmd/helm"
    )


KUSTOMIZE_VERSIONS = ("5.5.0", "5.7.1", "5.8.1")
HELM_VERSIONS = ("3.21.4", "4.2.4")
ARGOCD_CMP_SERVER = Tool(
    name="argocd-cmp-server",
    version="3.2.12",
    package="github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands",
    module="github.com/argoproj/argo-cd/v3",
    call=wrapped.executed("NewCommand()"),
)
ARGOCD_REPO_SERVER = Tool(
    name="argocd-repo-server",
    version=ARGOCD_CMP_SERVER.version,
    package="github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands",
    module=ARGOCD_CMP_SERVER.module,
    call=ARGOCD_CMP_SERVER.call,
)
KUBECTL = Tool(
    name="kubectl",
    version="0.34.0",
    package="k8s.io/kubectl/pkg/cmd",
    module="k8s.io/kubectl",
    call=wrapped.executed("NewDefaultKubectlCommand()"),
)
ETCD = Tool(
    name="etcd",
    version="3.6.16",
    package="go.etcd.io/etcd/server/v3/etcdmain",
    module="go.etcd.io/etcd/server/v3",
    call="command.Main(os.Args)",
)
KUBE_APISERVER = Tool(
    name="kube-apiserver",
    version="1.36.3",
    package="k8s.io/kubernetes/cmd/kube-apiserver/app",
    module="k8s.io/kubernetes",
    call=wrapped.executed("NewAPIServerCommand()"),
    # Otherwise it would say "v0.0.0-master+$Format:%H$".
    linker_flags="-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3",
)
CRANE = Tool(
    name="crane", version="0.21.9", package="github.com/google/go-containerregistry/cmd/crane"
)
REGISTRY = Tool(
    name="registry", version="3.1.2", package="github.com/distribution/distribution/v3/cmd/registry"
)
REGCTL, REGSYNC, REGBOT = (
    Tool(name=name, version="0.11.7", package=f"github.com/regclient/regclient/cmd/{name}")
    for name in ("regctl", "regsync", "regbot")
)
FLUX = Tool(
    name="flux",
    version="2.9.5",
    package="cmd/flux",
    linker_flags="-X main.VERSION=2.9.5",
    module="github.com/fluxcd/flux2/v2",
    stand_in="cmd/flux/manifests/none.yaml",
)
# `kpt fn` alone: other commands need a module of rollouts that is not to be had everywhere.
KPT = Tool(
    name="kpt",
    version="1.0.0-beta.61",
    package="github.com/kptdev/kpt/commands/fn",
    module="github.com/kptdev/kpt",
    imports=("context", "github.com/kptdev/kpt/pkg/printer"),
    call="ctx := printer.WithContext(context.Background(), printer.New(os.Stdout, os.Stderr))\n"
    "\tos.Args = os.Args[1:]\n\t" + wrapped.executed('GetCommand(ctx, "kpt")'),
)
KYVERNO = Tool(
    name="kyverno",
    version="1.19.1",
    package="github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno/commands",
    module="github.com/kyverno/kyverno",
    call=wrapped.executed("RootCommand(false)"),
    # Otherwise it would say the version of the module that calls it, which has none.
    linker_flags="-s -w -X github.com/kyverno/kyverno/pkg/version.BuildVersion=1.19.1",
)
GATOR = Tool(
    name="gator", version="3.23.1", package="github.com/open-policy-agent/gatekeeper/v3/cmd/gator"
)
ACTIONLINT = Tool(
    name="actionlint", version="1.7.12", package="github.com/rhysd/actionlint/cmd/actionlint"
)
ORAS = Tool(name="oras", version="1.3.6", package="oras.land/oras/cmd/oras")
COSIGN = Tool(
    name="cosign",
    version="3.1.3",
    package="github.com/sigstore/cosign/v3/cmd/cosign",
    # Otherwise it would say "devel".
    linker_flags="-s -w -X sigs.k8s.io/release-utils/version.gitVersion=v3.1.3",
)
TOOLS = (
    ACTIONLINT,
    *map(kustomize, KUSTOMIZE_VERSIONS),
    ARGOCD_CMP_SERVER,
    ARGOCD_REPO_SERVER,
    *map(helm, HELM_VERSIONS),
    KUBECTL,
    ETCD,
    KUBE_APISERVER,
    KYVERNO,
    GATOR,
    CRANE,
    ORAS,
    COSIGN,
    FLUX,
    KPT,
    REGISTRY,
    REGCTL,
    REGSYNC,
    # For the benchmark alone.
    REGBOT,
)


def install(tool: Tool) -> None:
    """Build a tool into the cache. Raises `CalledProcessError` when Go fails; Go says why."""
    print(f"installing {tool.name} {tool.version}", file=sys.stderr)
    tool.folder.parent.mkdir(parents=True, exist_ok=True)
    # Built beside its place and moved there whole: an interrupted build leaves nothing behind.
    with tempfile.TemporaryDirectory(dir=tool.folder.parent) as scratch:
        built = Path(scratch, "bin")
        if tool.stand_in:
            wrapped.build_unpacked(
                *(Path(scratch), built / tool.name, tool.module, tool.version),
                *(tool.package, tool.stand_in, tool.linker_flags),
            )
        elif tool.call:
            wrapped.build(
                Path(scratch),
                built / tool.name,
                tool.module,
                tool.version,
                tool.package,
                tool.call,
                tool.linker_flags,
                tool.imports,
            )
        else:
            subprocess.run(
                ["go", "install", "-ldflags", tool.linker_flags, f"{tool.package}@v{tool.version}"],
                check=True,
                env={**os.environ, "GOBIN": str(built)},
            )
        built.rename(tool.folder)


def main() -> int:
    missing = [tool for tool in TOOLS if not tool.path.exists()]
    if missing and not shutil.which("go"):
        print("error: Go 1.26 or later must be on PATH to build:", file=sys.stderr)
        for tool in missing:
            print(f"  {tool.name} {tool.version}: {tool.package}", file=sys.stderr)
        return 1
    for tool in missing:
        try:
            install(tool)
        except subprocess.CalledProcessError as error:
            print(f"error: cannot build {tool.name} {tool.version}", file=sys.stderr)
            return error.returncode
    return packages.install(packages.PACKAGES) or node.install(node.PROGRAMS, cache_folder())


if __name__ == "__main__":
    sys.exit(main())
