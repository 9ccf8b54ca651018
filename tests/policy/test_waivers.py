from __future__ import annotations

import pytest

from tests.helpers.runs import config, locked, pod, stream
from transformer.config.options import Options
from transformer.errors import UsageError
from transformer.pipeline import Outcome, transform

RULE = "mirrors: [{source: docker.io, target: m.io/hub}]"
DAY = "until: '2026-12-31', reason: soon gone"


def judged(text: str, *waivers: str, today: str = "2026-12-31", spec: str = "") -> Outcome:
    listed = ", ".join(f"{{{it}}}" for it in waivers)
    lines = [RULE, f"policy: {{latest: fail, waivers: [{listed}]}}", spec or "unmatched: warn"]
    options = Options(verify="full", today=today)
    return transform([("in.yaml", text.encode())], config(*lines), options=options)


def told(outcome: Outcome) -> list[tuple[str, str]]:
    found = [(it.problem.severity, it.problem.code) for it in outcome.results]
    return [it for it in found if it[1] != "unused-rule"]


WAIVED = ("info", "gate-latest")


def test_who_is_waived_passes_with_the_reason() -> None:
    outcome = judged(pod("nginx"), f"gate: latest, {DAY}")
    assert not outcome.failed
    (result,) = outcome.results
    assert str(result.problem) == (
        'in.yaml:8:12: info: "nginx" has no tag, which is latest: expected a tag that names a '
        "release; waived until 2026-12-31: soon gone (gate-latest)"
    )


@pytest.mark.parametrize(
    ("scope", "passes"),
    [
        ("image: nginx", True),
        ("image: 'docker.io/library/*'", True),
        ("image: docker.io/library/nginx:latest", True),
        ("image: m.io/hub/library/nginx", True),
        ("image: 'quay.io/*'", False),
        ("namespace: shop", True),
        ("namespace: '*op'", True),
        ("namespace: edge", False),
        ("kind: Pod, name: web", True),
        ("kind: Job", False),
        ("name: 'w*', namespace: edge", False),
    ],
)
def test_globs_say_who_is_meant(scope: str, passes: bool) -> None:
    outcome = judged(pod("nginx", namespace="shop"), f"gate: latest, {scope}, {DAY}")
    assert outcome.failed != passes
    rest = [] if passes else [("info", "unused-waiver")]
    assert told(outcome) == [WAIVED if passes else ("error", "gate-latest"), *rest]


def test_the_last_day_counts_and_the_next_one_is_an_error() -> None:
    waiver = f"gate: latest, {DAY}"
    assert not judged(pod("nginx"), waiver, today="2026-12-31").failed
    outcome = judged(pod("nginx"), waiver, today="2027-01-01")
    assert told(outcome) == [("error", "gate-latest"), ("error", "expired-waiver")]
    assert str(outcome.results[-1].problem) == (
        "mirrorpin.yaml:5:36: error: `policy.waivers[0]` ended on 2026-12-31: expected a day to "
        "come (expired-waiver)\n  hint: mend what it was for, or renew it"
    )


def test_an_expired_one_is_an_error_also_where_nothing_is_found() -> None:
    assert judged(pod("nginx:1"), f"gate: latest, {DAY}", today="2030-01-01").failed


def test_one_that_nothing_was_found_for_is_information() -> None:
    (result,) = judged(pod("nginx:1"), f"gate: digest, {DAY}").results
    assert str(result.problem) == (
        "mirrorpin.yaml:5:36: info: nothing was found that `policy.waivers[0]` is for "
        "(unused-waiver)\n  hint: take it out"
    )


class TestWarnings:
    def test_that_are_known_become_information(self) -> None:
        outcome = judged(pod("quay.io/a:1"), "code: no-rule, reason: it is ours")
        (result,) = (it for it in outcome.results if it.problem.code == "no-rule")
        assert str(result.problem) == (
            'in.yaml:8:12: info: no rule covers "quay.io/a:1" (quay.io/a); waived: it is ours '
            "(no-rule)"
        )

    @pytest.mark.parametrize(
        ("scope", "count"),
        [
            ("image: 'quay.io/a*'", 1),
            ("image: quay.io/b", 0),
            ("namespace: a", 0),
            ("name: web", 1),
        ],
    )
    def test_are_known_by_place(self, scope: str, count: int) -> None:
        outcome = judged(pod("quay.io/a:1"), f"code: no-rule, {scope}, reason: r")
        assert told(outcome).count(("info", "no-rule")) == count

    def test_of_another_code_stay(self) -> None:
        outcome = judged(pod("quay.io/a:1"), "code: not-locked, reason: r")
        assert ("warning", "no-rule") in told(outcome)

    def test_may_be_of_what_is_no_image(self) -> None:
        waivers = (f"code: placeholder, image: '{it}', reason: r" for it in ("a", "$*"))
        outcome = judged(pod("$X"), *waivers, spec="invalid: warn")
        assert told(outcome) == [("info", "placeholder"), ("info", "unused-waiver")]

    def test_that_are_errors_stay(self) -> None:
        outcome = judged(pod("quay.io/a:1"), "code: no-rule, reason: r", spec="unmatched: fail")
        assert told(outcome) == [("error", "no-rule"), ("info", "unused-waiver")]

    def test_may_be_of_no_object(self) -> None:
        helper = "    env: [{name: HELPER, value: 'quay.io/acme/helper:1'}]\n"
        outcome = judged(pod("nginx:1") + helper, "code: suspects, reason: r")
        assert told(outcome) == [("info", "suspects")]

    def test_end_where_they_are_to(self) -> None:
        waiver = f"code: no-rule, {DAY}"
        assert judged(pod("quay.io/a:1"), waiver, today="2027-01-01").failed

    def test_are_no_gates(self) -> None:
        assert judged(pod("nginx"), "code: gate-latest, reason: r").failed


def test_the_first_that_fits_is_used() -> None:
    outcome = judged(stream(pod("nginx"), pod("redis")), *[f"gate: latest, {DAY}"] * 2)
    assert told(outcome) == [WAIVED, WAIVED, ("info", "unused-waiver")]


def test_it_must_be_known_what_today_is() -> None:
    with pytest.raises(UsageError) as caught:
        judged(pod("nginx"), f"gate: latest, {DAY}", today="")
    assert str(caught.value) == (
        "error: `today` is not given: expected it, as waivers of the policy end (usage)"
    )
    assert not judged(pod("nginx:1"), "code: suspect, reason: r", today="").failed
    settings = config(RULE, "digests: {mode: lock}", "policy: {age: {maxDays: 1}}")
    with pytest.raises(UsageError, match="as the policy judges ages"):
        transform([("in.yaml", b"")], settings, lock=locked({}))
