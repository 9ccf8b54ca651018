"""A MutatingAdmissionPolicy with its binding, and ConfigMaps with the digests of the lock.

    kind: MutatingAdmissionPolicy
    spec:
      paramKind: {apiVersion: v1, kind: ConfigMap}
      mutations:
      - patchType: JSONPatch
        jsonPatch:
          expression: variables.moves.map(i, JSONPatch{op: 'replace', ...})

Pods that no manifest named get what the rules make of them; what that is, is in `mutation`.

Specification: kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy, for 1.36
and later.
"""

from __future__ import annotations

from transformer.config.config import Config
from transformer.export import pins
from transformer.export.admission import EVERYWHERE, NAME, PATH, PODS, head, stream
from transformer.export.format import Export, File, Format, Request
from transformer.export.mutation import Mutation, changes, mutation_of

KIND = "MutatingAdmissionPolicy"


def make(request: Request) -> Export:
    """The ConfigMaps, the policy and its binding, one stream."""
    mutation = mutation_of(request)
    objects = (
        *pins.config_maps(mutation.parts),
        _policy(mutation),
        _binding(request.config, len(mutation.parts)),
    )
    return Export(
        files=(File(path=PATH, text=stream(objects)),),
        unsaid=mutation.unsaid,
        warnings=mutation.warnings,
    )


def _policy(mutation: Mutation) -> str:
    param = "  paramKind:\n    apiVersion: v1\n    kind: ConfigMap\n" if mutation.parts else ""
    settings = f"{param}  failurePolicy: Fail\n  reinvocationPolicy: IfNeeded\n"
    return f"{head(KIND)}{settings}{PODS}{changes(mutation)}"


def _binding(config: Config, parts: int) -> str:
    action = "Deny" if config.digests.missing == "fail" else "Allow"
    found = [f"    name: {pins.NAME}"] if parts == 1 else _selector(parts)
    lines = [
        "  paramRef:",
        *found,
        f"    namespace: {pins.NAMESPACE}",
        f"    parameterNotFoundAction: {action}",
    ]
    param = "".join(f"{it}\n" for it in lines) if parts else ""
    return f"{head(f'{KIND}Binding')}  policyName: {NAME}\n{param}{EVERYWHERE}"


def _selector(parts: int) -> list[str]:
    labels = pins.labels(parts).items()
    return ["    selector:", "      matchLabels:", *(f"        {it}: {of}" for it, of in labels)]


FORMAT = Format(help="MutatingAdmissionPolicy with the lock", make=make, needs_lock=True)
