from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.runs import config, locked, pod, run
from transformer.decide.decide import decide
from transformer.decide.explain import Explanation, explain
from transformer.decide.imagined import imagined
from transformer.errors import Position
from transformer.image.descriptor import Descriptor
from transformer.lock.lock import Lock, LockEntry
from transformer.model import Keep, Rewrite

SHA, OTHER = (f"sha256:{letter * 64}" for letter in "ab")
RULES = (
    "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [hub]}, "
    "{source: docker.io/edge, target: e.io, where: {namespaces: [edge]}}, "
    "{source: quay.io, keep: true, pullSecrets: [quay, both]}, "
    "{source: m.io/hub/own, keep: true, pullSecrets: [both]}, "
    "{source: ghcr.io, target: m.io/hub, pullSecrets: [hub, both]}, "
    "{source: evil.io, block: true}]"
)
ENTRY = "images.lock.yaml:3:39, the entry of docker.io/library/nginx:1"
LOCK = locked({"docker.io/library/nginx:1": f"{{digest: {SHA}}}"})


def one(
    image: str, *spec: str, lock: Lock | None = None, namespace: str = "", mode: str = "off"
) -> Explanation:
    known = config(RULES, f"digests: {{mode: {mode}, missing: warn}}", *spec)
    decisions = decide([imagined(image, namespace)], known, lock).decisions
    (told,) = explain(decisions, known, lock)
    return told


def at(text: str, *spec: str, lock: Lock | None = None) -> list[Explanation]:
    known = config(*spec)
    return list(explain(run(text, known, lock).decisions, known, lock))


def test_another_name_is_tried_first_and_said_to_be_one() -> None:
    rules = "mirrors: [{source: docker.io, target: m.io}, {source: gcr.io, sameAs: docker.io}]"
    known = config(rules)
    decisions = decide([imagined("gcr.io/a"), imagined("a/b")], known, None).decisions
    named, other = explain(decisions, known, None)
    assert [(it.rule.source, it.is_won, it.reason) for it in named.trials] == [
        ("gcr.io", False, "another name of docker.io, for which the rules are tried"),
        ("docker.io", True, "the first that covers it"),
    ]
    assert [(it.rule.source, it.reason) for it in other.trials] == [
        ("docker.io", "the first that covers it"),
        ("gcr.io", "docker.io is another host"),
    ]


class TestDigest:
    @pytest.mark.parametrize(
        ("image", "mode", "digest", "origin"),
        [
            ("nginx:1", "lock", SHA, ENTRY),
            ("m.io/hub/library/nginx:1", "lock", SHA, ENTRY),
            (f"nginx:2@{OTHER}", "lock", OTHER, "it is written"),
            ("nginx:2", "lock", "", "the lock has none"),
            ("r.io/a", "lock", "", "no rule covers it"),
            ("nginx:1", "off", "", "`digests.mode` is off, and none is written"),
            ("nginx:1", "require", "", "none is written, and `digests.mode` require looks none up"),
        ],
    )
    def test_is_traced(self, image: str, mode: str, digest: str, origin: str) -> None:
        told = one(image, "unmatched: keep", mode=mode, lock=LOCK)
        assert (told.digest, told.digest_from) == (digest, origin)

    def test_of_a_field_that_takes_none(self) -> None:
        field = "fields: [{{group: x.io, kind: T, path: a, digest: none{}}}]"
        text = "apiVersion: x.io/v1\nkind: T\nmetadata: {name: t}\na: nginx:1\n"
        found = [
            at(text, RULES, "digests: {mode: lock}", field.format(reason), lock=LOCK)[0].digest_from
            for reason in ("", ", reason: it is old")
        ]
        assert found == ["this field takes no digest", "it is old"]


class TestPullSecrets:
    def test_have_every_setting_that_demands_them(self) -> None:
        told = one("nginx", "pullSecrets: {names: [all, hub]}")
        target = "`mirrors[0]`, as the final name lies under its target"
        names = "`pullSecrets.names`, for every image under a target"
        other = "`mirrors[4]`, as the final name lies under its target"
        assert told.pull_secrets == {
            "hub": (target, other, names), "both": (other,), "all": (names,)
        }  # fmt: skip

    def test_of_a_rule_that_keeps(self) -> None:
        told = one("quay.io/a", "pullSecrets: {names: [both]}")
        kept = ("`mirrors[2]`, which keeps the final name",)
        assert told.pull_secrets == {"quay": kept, "both": kept}

    def test_of_a_rule_that_keeps_the_new_name(self) -> None:
        told = one("own/a")
        assert told.settled == "`mirrors[3]` keeps it"
        assert told.pull_secrets["both"][-1] == "`mirrors[3]`, which keeps the final name"


def test_a_name_that_is_settled_lies_under_a_target() -> None:
    assert one("nginx").settled == "it lies under m.io/hub"
    told = one("m.io/hub/library/nginx")
    assert (told.settled, told.code, told.final) == (
        "",
        "already-mirrored",
        "m.io/hub/library/nginx",
    )
    assert told.target is not None


def test_what_fails_or_is_left_alone_has_its_problems() -> None:
    told = one("evil.io/a")
    assert (told.code, told.final, told.digest_from) == ("blocked", "", "")
    assert [it.code for it in told.problems] == ["blocked"]
    assert [it.is_won for it in told.trials] == [it.rule.index == 5 for it in told.trials]
    told = one("$(X)", "invalid: warn")
    assert (told.code, told.reference, told.trials) == ("placeholder", None, ())
    assert one("auto").reference is None
    assert [it.code for it in one("r.io/a", "unmatched: warn").problems] == ["no-rule"]


def test_the_beginning_of_names_is_told_of_all_below_it() -> None:
    text = "apiVersion: x.io/v1\nkind: T\nmetadata: {name: t}\na: quay.io/acme/\nb: ''\n"
    fields = ("fields: [{group: x.io, kind: T, path: a, form: registry}, "
              "{group: x.io, kind: T, path: b, form: registry}]")  # fmt: skip
    first, second = at(text, "mirrors: [{source: quay.io, target: m.io/quay}]", fields)
    assert (first.final, first.settled) == ("m.io/quay/acme/", "it lies under m.io/quay")
    assert second.reference is None


IMAGES = st.sampled_from(
    ("nginx", "nginx:1", "edge/a", "own/x", "quay.io/a:1", "m.io/hub/own/x", "m.io/hub/a/b",
     "e.io/a", "ghcr.io/x", "evil.io/x", "r.io/x", f"nginx@{OTHER}")
)  # fmt: skip


@given(IMAGES, st.sampled_from(("", "edge")), st.sampled_from(("off", "lock", "require")))
def test_the_rule_that_won_is_the_one_of_the_verdict(image: str, space: str, mode: str) -> None:
    told = one(image, "unmatched: keep", mode=mode, lock=LOCK, namespace=space)
    won = [it.rule.label for it in told.trials if it.is_won]
    if isinstance(told.verdict, Rewrite | Keep):
        target = [it.label for it in told.target.rules[:1]] if told.target else []
        assert (won or target) == [it for it in (told.verdict.rule,) if it]
        assert list(told.pull_secrets) == list(told.verdict.pull_secrets)
        assert all(told.pull_secrets.values())
        assert told.final.partition("@")[2] == told.digest


def test_what_a_registry_answered_is_no_entry_of_a_file() -> None:
    entry = LockEntry(descriptor=Descriptor(digest=OTHER), offset=0,
                      locate=lambda _: Position(file="x"), is_answer=True)  # fmt: skip
    lock = LOCK.completed({"docker.io/library/nginx:2": entry}, {})
    told = one("nginx:2", mode="resolve", lock=lock)
    assert told.digest_from == "a registry's answer for docker.io/library/nginx:2"


def test_a_pod_in_a_run_is_told_of_like_an_image_alone() -> None:
    (told,) = at(pod("nginx"), RULES)
    alone = one("nginx")
    assert (told.final, told.pull_secrets, told.reference) == (
        alone.final, alone.pull_secrets, alone.reference
    )  # fmt: skip
