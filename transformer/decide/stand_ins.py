"""Strings that stand where an image does, and that the rules have nothing to say about.

image: "$(params.BUILDER)"     # of a Tekton task: its controller puts an image in
image: auto                    # the sidecar injector of Istio puts its proxy in
image: nginx:1                 # in a kind that is unknown, with `structure: warn`
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from transformer.errors import Problem, Severity
from transformer.messages import quoted, shown
from transformer.model import Site, Skip

# Groups whose controllers put values into strings, and how such a string is begun:
# argo-workflows.readthedocs.io/en/latest/variables, tekton.dev/docs/pipelines/variables,
# kyverno.io/docs/policy-types/cluster-policy/variables,
# docs.openshift.com, "Using templates".
EXPANDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "argoproj.io": ("{{",),
        "kyverno.io": ("{{",),
        "tekton.dev": ("$(",),
        "template.openshift.io": ("${",),
    }
)

# istio.io/latest/docs/setup/additional-setup/gateway: pkg/kube/inject/webhook.go of Istio replaces
# an image of this name, and no other.
_INJECTED = "auto"

_EXPANDED_HINT = "mirror what is put in by hand, where its value is"


def may_stand_in(image: str) -> bool:
    """False for what `stand_in` has nothing to say about, whatever the object. Costs little."""
    return image == _INJECTED or "{" in image or "$" in image


def stand_in(site: Site, image: str) -> Skip | None:
    """Why what is written at a site is left alone, None where it is read like any other image."""
    if image == _INJECTED:
        return _skip("injected", "left alone: the injector of Istio puts its proxy here", "info")
    if any(it in image for it in EXPANDED.get(site.resource.group, ())):
        message = f"left alone, its controller puts an image in: {quoted(image)}"
        return _skip("placeholder", message, "warning", _EXPANDED_HINT)
    return None


def looks_like_an_image(site: Site) -> Skip:
    """Why an image of an unknown kind is left alone where `structure` is `warn`."""
    what = f"{quoted(site.value)} looks like an image, and {shown(str(site.resource))} is unknown"
    hint = "name the place in `spec.fields`, or set `structure: rewrite`"
    return _skip("by-structure", f"left alone: {what}", "warning", hint)


def _skip(code: str, message: str, severity: Severity, hint: str = "") -> Skip:
    return Skip(problem=Problem(code=code, message=message, severity=severity, hint=hint))
