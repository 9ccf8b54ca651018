"""The text at a site as a reference, or why it is none and what is left alone.

image: ""                      left alone
image: $(IMAGE)                nothing has expanded it: an error, or a warning (`invalid`)
image: "$(params.BUILDER)"     of a Tekton task, whose controller puts an image in: a warning
image: auto                    the sidecar injector of Istio puts its proxy in
image: nginx:1                 in a kind that is unknown, with `structure: warn`
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from types import MappingProxyType
from typing import get_args

from transformer.errors import Problem, Severity
from transformer.image.reference import BadReference, Code, Reference, normalize, placeholder
from transformer.messages import quoted, shown
from transformer.model import Fail, Site, Skip, Verdict
from transformer.records import replace

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

# Codes of what is wrong with the text at a site, whatever the rules say.
_UNREADABLE = frozenset(("placeholder", *get_args(Code)))

_EXPANDED_HINT = "mirror what is put in by hand, where its value is"
_HINT = "substitute it before mirrorpin, or set `invalid: warn` to leave it alone"


def image_at(site: Site) -> str:
    """The text of the image at a site: line breaks that end a block scalar are no part of it."""
    style = site.anchor.definition.style if site.anchor is not None else site.spot.style
    return site.value.rstrip("\n") if style in ("|", ">") else site.value


def read_image(image: str, invalid: str) -> Reference | Skip | Fail:
    """Read the text of a site.

    Takes the text, and the configuration's `invalid`: fail or warn. Returns the normalised
    reference, or a verdict for a text that is none.
    """
    if not image:
        message = "left alone: an empty string names no image"
        return Skip(problem=Problem(code="empty", message=message, severity="info"))
    unexpanded = placeholder(image)
    if unexpanded:
        message = f"holds a placeholder: {quoted(unexpanded)}"
        return _unreadable("placeholder", message, _HINT, invalid)
    try:
        return normalize(image)
    except BadReference as error:
        return _unreadable(error.code, error.message, error.hint, invalid)


def _unreadable(code: str, message: str, hint: str, invalid: str) -> Skip | Fail:
    severity: Severity = "error" if invalid == "fail" else "warning"
    problem = Problem(code=code, message=message, severity=severity, hint=hint)
    return Fail(problem=problem) if severity == "error" else Skip(problem=problem)


def rule_hint(reference: Reference, hosts: Set[str]) -> str:
    """The rule to add for an image that none covers: one that keeps it where mirrors are.

    Takes the hosts of all targets.
    """
    action, source = "target: ...", reference.domain
    if source in hosts:
        folder = reference.path.partition("/")[0]
        action, source = "keep: true", f"{source}/{folder}"
    return f"add a rule to `spec.mirrors`: {{source: {source}, {action}}}"


def chart_left(reference: Reference, *, is_said: bool) -> Skip:
    """What is said of a chart that no rule for charts covers: a warning, or information."""
    message = f"chart left alone, no rule for charts covers {quoted(reference.original)}"
    hint = "write `artifacts: [images, charts]` into its rule, once its mirror has charts"
    severity: Severity = "warning" if is_said else "info"
    return Skip(problem=Problem(code="chart-left", message=message, severity=severity, hint=hint))


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


def guessed(verdict: Verdict, site: Site) -> Verdict:
    """The verdict on what was only guessed to be an image.

    A text that is no reference shows that it is none, and what the shape of a name alone says fails
    no run for want of a rule.
    """
    if not isinstance(verdict, Fail):
        return verdict
    code = verdict.problem.code
    if code in _UNREADABLE or (site.by_shape and code == "no-rule"):
        return Skip(problem=replace(verdict.problem, severity="warning"))
    return verdict


def _skip(code: str, message: str, severity: Severity, hint: str = "") -> Skip:
    return Skip(problem=Problem(code=code, message=message, severity=severity, hint=hint))
