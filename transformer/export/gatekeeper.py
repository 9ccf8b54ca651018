"""A constraint of Gatekeeper with its template, whose engine is Kubernetes' own CEL.

    kind: ConstraintTemplate
    spec:
      targets:
      - target: admission.k8s.gatekeeper.sh
        code:
        - engine: K8sNativeValidation
          source:
            variables:
            - name: rules
              expression: ...

What is checked is in `validation`. Gatekeeper's mutators (Assign, AssignImage, ModifySet) write
what they are told wherever it stands, whichever image was there: none of our rules is that.

Specification: open-policy-agent.github.io/gatekeeper/website/docs/validating-admission-policy.
"""

from __future__ import annotations

from transformer.export.admission import CONDITIONS, NAME, head, variables
from transformer.export.format import Export, File, Format, Request
from transformer.export.judgement import judgement_of
from transformer.export.validation import VALIDATIONS, checks_of

KIND = NAME.capitalize()

_TARGETS = f"""\
  crd:
    spec:
      names:
        kind: {KIND}
  targets:
  - target: admission.k8s.gatekeeper.sh
    code:
    - engine: K8sNativeValidation
      source:
"""
_CONSTRAINT = """\
  enforcementAction: deny
  match:
    kinds:
    - apiGroups: [""]
      kinds: [Pod]
    # The cluster's own pods must start whatever a policy says.
    excludedNamespaces: [kube-system]
"""


def make(request: Request) -> Export:
    """The template and its constraint, a file each: the first must be known before the second."""
    found = judgement_of(request.config)
    source = (
        f"  failurePolicy: Fail\n  matchCondition:\n{CONDITIONS}"
        f"{variables(checks_of(request.config, found.entries))}{VALIDATIONS}"
    )
    indented = "".join(f"      {line}\n" for line in source.splitlines())
    template = head("ConstraintTemplate", version="templates.gatekeeper.sh/v1")
    constraint = head(KIND, version="constraints.gatekeeper.sh/v1beta1")
    files = (
        File(path="template.yaml", text=f"{template}{_TARGETS}{indented}"),
        File(path="constraint.yaml", text=f"---\n{constraint}{_CONSTRAINT}"),
    )
    return Export(files=files, unsaid=found.unsaid)


FORMAT = Format(help="ConstraintTemplate and constraint of Gatekeeper", make=make)
