"""Policies of Kyverno: what the API server's own say, for clusters that run it.

    apiVersion: policies.kyverno.io/v1
    kind: MutatingPolicy
    spec:
      variables:
      - name: params
        expression: resource.Get('v1', 'configmaps', 'kube-system', 'mirrorpin-lock')
      mutations:
      - patchType: JSONPatch
        jsonPatch:
          expression: variables.moves.map(i, JSONPatch{op: 'replace', ...})

A MutatingPolicy rewrites pods and a ValidatingPolicy denies what is left, by the CEL of
`mutation` and of `validation`. A policy has no parameters here: it asks for the ConfigMap of the
lock itself, and where that has several parts there is a policy for each, as Kubernetes runs one for
each of its parameters.

Specification: kyverno.io/docs/policy-types, and the types of github.com/kyverno/api.
"""

from __future__ import annotations

from transformer.export import pins
from transformer.export.admission import NAME, PATH, PODS_EVERYWHERE, head, stream, variables
from transformer.export.cel import Variable, quoted
from transformer.export.format import Export, File, Format, Request
from transformer.export.judgement import judgement_of
from transformer.export.mutation import Mutation, changes, mutation_of
from transformer.export.validation import VALIDATIONS, checks_of

VERSION = "policies.kyverno.io/v1"


def make(request: Request) -> Export:
    """The ConfigMaps, a mutating policy for each, and the validating one, one stream."""
    mutation = mutation_of(request)
    objects = (*pins.config_maps(mutation.parts), *_mutating(mutation), _validating(request))
    return Export(
        files=(File(path=PATH, text=stream(objects)),),
        unsaid=mutation.unsaid,
        warnings=mutation.warnings,
    )


def _mutating(mutation: Mutation) -> list[str]:
    count = len(mutation.parts)
    locks = pins.names(count) if count else [""]
    return [
        f"{head('MutatingPolicy', version=VERSION, name=name)}  failurePolicy: Fail\n"
        f"  reinvocationPolicy: IfNeeded\n{PODS_EVERYWHERE}"
        + changes(mutation, "variables.params", before=_params(lock))
        for name, lock in zip(pins.names(len(locks), NAME), locks, strict=True)
    ]


def _params(lock: str) -> list[Variable]:
    if not lock:
        return []
    arguments = ", ".join(map(quoted, ("v1", "configmaps", pins.NAMESPACE, lock)))
    return [Variable(name="params", expression=f"resource.Get({arguments})")]


def _validating(request: Request) -> str:
    checks = checks_of(request.config, judgement_of(request.config).entries)
    return (
        f"{head('ValidatingPolicy', version=VERSION)}  failurePolicy: Fail\n"
        f"  validationActions: [Deny]\n{_EVALUATION}{PODS_EVERYWHERE}"
        f"{variables(checks)}{VALIDATIONS}"
    )


# Pods that are there already are not looked at, as Kubernetes does not.
_EVALUATION = "  evaluation:\n    background:\n      enabled: false\n"

FORMAT = Format(
    help="MutatingPolicy with the lock and ValidatingPolicy of Kyverno", make=make, needs_lock=True
)
