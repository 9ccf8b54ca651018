from __future__ import annotations

from collections.abc import Mapping

from tests.helpers.plans import copies, lock, said
from tests.helpers.registry_table import MIRROR, NGINX, WEB, A, B, C, Table, index, refusal
from transformer.plan.copies import Copy
from transformer.plan.missing import missing
from transformer.registry.resolver import Answer

AT_MIRROR = f"{MIRROR}/{NGINX}"
BY_DIGEST = f"docker.io/library/nginx@{A}"


def found(
    copy: Copy, answers: Mapping[str, Answer]
) -> tuple[list[tuple[str, bool]], list[str], list[str]]:
    """What is missing and whether its tag holds, what is said, and what was asked."""
    table = Table(answers)
    plan = missing([copy], table)
    assert not any(table.with_platforms)
    return [(str(it.source), it.tag_holds) for it in plan.copies], said(plan.problems), table.asked


def nginx(*, locked: bool = True) -> Copy:
    (copy,) = copies("nginx:1.27", known=lock() if locked else None)
    return copy


def test_what_is_there_with_its_digest_is_left_out() -> None:
    assert found(nginx(), {AT_MIRROR: index(A)}) == ([], [], [AT_MIRROR])


def test_what_is_there_with_another_digest_is_missing() -> None:
    answers = {AT_MIRROR: index(B), NGINX: index(A)}
    assert found(nginx(), answers) == ([(f"{NGINX}@{A}", True)], [], [AT_MIRROR, NGINX])


def test_a_tag_that_moved_is_no_reason_not_to_copy() -> None:
    answers = {NGINX: index(C), BY_DIGEST: index(A)}
    asked = [AT_MIRROR, NGINX, BY_DIGEST]
    assert found(nginx(), answers) == ([(f"{NGINX}@{A}", False)], [], asked)
    assert found(nginx(), {BY_DIGEST: index(A)}) == ([(f"{NGINX}@{A}", False)], [], asked)


def test_what_is_at_neither_side_is_an_error() -> None:
    _, problems, _ = found(nginx(), {})
    assert problems == [
        f'web.yaml:7:12: error: "{BY_DIGEST}" at docker.io is not there, HTTP 404 '
        "(registry-not-found)",
        "  hint: compare its name",
    ]


def test_without_a_digest_the_source_says_it() -> None:
    asked = [NGINX, AT_MIRROR]
    assert found(nginx(locked=False), {NGINX: index(A), AT_MIRROR: index(A)}) == ([], [], asked)
    assert found(nginx(locked=False), {NGINX: index(A)}) == ([(f"{NGINX}@{A}", True)], [], asked)
    plan = missing([nginx(locked=False)], Table({NGINX: index(A)}))
    assert plan.copies[0].is_index


def test_without_a_digest_and_a_source_there_is_nothing_to_copy() -> None:
    images, problems, _ = found(nginx(locked=False), {AT_MIRROR: index(A)})
    assert images == []
    assert problems[0].endswith(
        f'"{NGINX}" at docker.io is not there, HTTP 404 (registry-not-found)'
    )


def test_a_mirror_that_does_not_answer_is_an_error() -> None:
    images, problems, _ = found(nginx(), {AT_MIRROR: refusal(AT_MIRROR, 500)})
    assert images == []
    assert problems[0].startswith(f'web.yaml:7:12: error: "{AT_MIRROR}" at ')


def test_a_digest_alone_is_asked_for_by_itself() -> None:
    (copy,) = copies(f"nginx@{A}")
    there = f"{MIRROR}/docker.io/library/nginx@{A}"
    assert found(copy, {there: index(A)}) == ([], [], [there])
    assert found(copy, {BY_DIGEST: index(A)}) == ([(BY_DIGEST, False)], [], [there, BY_DIGEST])


def test_nothing_is_asked_for_nothing() -> None:
    table = Table({})
    assert missing([], table).copies == ()
    assert table.with_platforms == []


def test_many_are_asked_about_at_once() -> None:
    plan = [*copies("nginx:1.27", known=lock()), *copies(WEB, known=lock())]
    table = Table({NGINX: index(A), WEB: index(B)})
    assert [it.tag_holds for it in missing(plan, table).copies] == [True, True]
    assert len(table.with_platforms) == 2
