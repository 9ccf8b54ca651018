"""A ValidatingAdmissionPolicy with its binding: no pod starts what the rules would change.

    kind: ValidatingAdmissionPolicy
    spec:
      variables:
      - name: rules
        expression: |-
          {
            'docker.io': {'rule': 'mirrors[0]', 'action': 'move', 'to': 'm.io/hub'},
            'm.io/hub': {'rule': 'mirrors[0]', 'action': 'mirrored', 'to': 'm.io/hub'}
          }

What is checked is in `validation`.
"""

from __future__ import annotations

from transformer.export.admission import EVERYWHERE, NAME, PATH, PODS, head, stream, variables
from transformer.export.format import Export, File, Format, Request
from transformer.export.judgement import judgement_of
from transformer.export.validation import VALIDATIONS, checks_of

KIND = "ValidatingAdmissionPolicy"
_REASON = "    reason: Forbidden\n"


def make(request: Request) -> Export:
    """The policy and its binding, one stream."""
    found = judgement_of(request.config)
    checks = checks_of(request.config, found.entries)
    policy = (
        head(KIND) + "  failurePolicy: Fail\n" + PODS + variables(checks) + VALIDATIONS + _REASON
    )
    binding = (
        head(f"{KIND}Binding") + f"  policyName: {NAME}\n  validationActions: [Deny]\n" + EVERYWHERE
    )
    text = stream((policy, binding))
    return Export(files=(File(path=PATH, text=text),), unsaid=found.unsaid)


FORMAT = Format(help="ValidatingAdmissionPolicy and its binding", make=make)
