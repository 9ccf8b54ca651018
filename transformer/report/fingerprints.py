"""What a finding is known by in the next run, wherever its line has moved."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from transformer.model import Result
from transformer.report.findings import place_of, subject_of


def fingerprinted(results: Iterable[Result]) -> Iterator[tuple[str, Result]]:
    """Results with their fingerprints, no two of which are the same.

    One is made of code, file, object, field and image, and counts what is alike in all of them.
    """
    seen: Counter[str] = Counter()
    for result in results:
        facts = (result.problem.code, place_of(result).file, subject_of(result).name)
        # Without a field, only the message says what it is about.
        rest = (result.field, result.current) if result.field else (result.problem.message,)
        data = "\0".join((*facts, *rest)).encode("utf-8", "backslashreplace")
        digest = hashlib.sha256(data).hexdigest()
        seen[digest] += 1
        yield f"{digest[:32]}:{seen[digest]}", result
