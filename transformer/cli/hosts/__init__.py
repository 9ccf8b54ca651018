"""What a host must have beside the configuration, ready to copy: `mirrorpin init --for HOST`.

The files are those of `kustomize-plugin/`, which a wheel does not have: a test holds them equal.
None depends on the manifests. kustomize is not among the hosts: its function file is the
configuration itself, see `init`.
"""

from __future__ import annotations

from collections.abc import Mapping

FILES: Mapping[str, tuple[str, ...]] = {
    "argocd": ("plugin.yaml", "helm/plugin.yaml"),
    "helm": ("plugin.yaml", "run"),
}


def read(host: str) -> dict[str, bytes]:
    """The files of `argocd` or `helm`, by path with slashes. Those that begin with #! are run."""
    import pkgutil

    found: dict[str, bytes] = {}
    for name in FILES[host]:
        data = pkgutil.get_data(__name__, f"{host}/{name}")
        assert data is not None
        found[name] = data
    return found
