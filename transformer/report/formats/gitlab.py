"""A code quality report of GitLab, the part of Code Climate's format that it reads.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from transformer.messages import json_page
from transformer.report.findings import Findings, file_of, hint_of, message_of, place_of
from transformer.report.fingerprints import fingerprinted

SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def write(findings: Findings) -> str:
    """A list with an issue for each finding."""
    issues = []
    for fingerprint, result in fingerprinted(findings.results):
        place, hint = place_of(result), hint_of(result)
        issues.append(
            {
                "description": f"{message_of(result)}; hint: {hint}"
                if hint
                else message_of(result),
                "check_name": result.problem.code,
                "fingerprint": fingerprint,
                "severity": SEVERITIES[result.problem.severity],
                "location": {
                    "path": file_of(place) or "stdin",
                    "lines": {"begin": max(place.line, 1)},
                },
            }
        )
    return json_page(issues)
