from __future__ import annotations

import pytest

from tests.helpers.runs import HUB, SECRET, config, messages, output, pod, run, stream
from transformer.model import Account, Pod
from transformer.pipeline import Outcome

ONE = "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [hub]}]"
TWO = (
    "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [hub]}, "
    "{source: quay.io, target: m.io/quay, pullSecrets: [quay, hub]}]"
)


def account(name: str = "default", namespace: str = "", secrets: str = "", extra: str = "") -> str:
    place = f"  namespace: {namespace}\n" if namespace else ""
    own = f"imagePullSecrets: {secrets}\n" if secrets else ""
    return f"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n{place}{extra}{own}"


def of(name: str, text: str) -> str:
    """A pod that names its service account."""
    return text.replace("spec:\n", f"spec:\n  serviceAccountName: {name}\n")


def granted(outcome: Outcome) -> list[tuple[str, str, tuple[str, ...]]]:
    kinds = {Pod: "pod", Account: "account"}
    return [(kinds[type(it.holder)], it.holder.resource.name, it.names) for it in outcome.grants]


def grants(
    text: str, attach_to: str = "pods", spec: str = ONE
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Who gets what; a second run must have nothing left to give."""
    settings = config(spec, f"pullSecrets: {{attachTo: {attach_to}}}", "unmatched: keep")
    outcome = run(text, settings)
    assert not outcome.failed
    again = run(output(outcome), settings)
    assert (again.grants, output(again)) == ((), output(outcome))
    return granted(outcome)


def test_a_pod_gets_what_its_images_need_in_the_order_of_the_rules() -> None:
    assert grants(pod("quay.io/a", "nginx", "gcr.io/a"), spec=TWO) == [
        ("pod", "web", ("hub", "quay"))
    ]
    assert grants(pod("nginx"), spec=TWO) == [("pod", "web", ("hub",))]
    assert grants(pod("gcr.io/a"), spec=TWO) == []
    assert grants(pod("m.io/hub/a/b"), spec=TWO) == [("pod", "web", ("hub",))]


def test_names_that_are_there_are_not_added_again() -> None:
    text = pod("quay.io/a", secrets="[{name: quay}, {name: own}]")
    assert grants(text, spec=TWO) == [("pod", "web", ("hub",))]
    assert grants(pod("quay.io/a", secrets="[{name: quay}, {name: hub}]"), spec=TWO) == []


def test_images_that_fail_or_are_left_alone_need_nothing() -> None:
    settings = config(SECRET, "invalid: warn")
    assert run(pod("$X"), settings).grants == ()
    assert run(pod("nginx"), config(HUB)).grants == ()


@pytest.mark.parametrize("is_first", [True, False], ids=["before", "behind"])
def test_what_a_pod_would_inherit_is_carried_over(is_first: bool) -> None:
    both = [account(secrets="[{name: theirs}, {name: hub}]"), pod("nginx")]
    text = stream(*(both if is_first else reversed(both)))
    assert grants(text) == [("pod", "web", ("theirs", "hub"))]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(pod("nginx", secrets="[{name: own}]"), id="a pod with a list of its own"),
        pytest.param(pod("nginx", namespace="shop"), id="another namespace"),
        pytest.param(of("web", pod("nginx")), id="another account"),
    ],
)
def test_what_a_pod_would_not_inherit_is_not_carried_over(text: str) -> None:
    assert grants(stream(account(secrets="[{name: theirs}]"), text)) == [("pod", "web", ("hub",))]


def test_an_account_is_found_by_the_name_that_it_had_before_kustomize_renamed_it() -> None:
    renamed = "  annotations:\n    internal.config.kubernetes.io/previousNames: web,dev-web\n"
    text = stream(
        account("x-web", secrets="[{name: theirs}]", extra=renamed), of("web", pod("nginx"))
    )
    assert grants(text) == [("pod", "web", ("theirs", "hub"))]
    real = stream(text, account("web", secrets="[{name: real}]"))
    assert grants(real) == [("pod", "web", ("real", "hub"))]


def test_of_two_accounts_with_one_name_the_last_one_counts() -> None:
    text = stream(account(secrets="[{name: a}]"), account(secrets="[{name: b}]"), pod("nginx"))
    assert grants(text) == [("pod", "web", ("b", "hub"))]


def test_service_accounts_get_the_names_of_all_their_pods() -> None:
    text = stream(
        pod("quay.io/a", name="one"),
        account(secrets="[{name: theirs}]"),
        pod("nginx", name="two"),
        of("web", pod("nginx", name="three")),
        account("web"),
    )
    assert grants(text, "serviceAccounts", TWO) == [
        ("account", "default", ("hub", "quay")),
        ("account", "web", ("hub",)),
    ]


def test_a_pod_with_a_list_of_its_own_needs_the_names_there_too() -> None:
    text = stream(account(), pod("nginx", secrets="[{name: own}]"))
    assert grants(text, "serviceAccounts") == [
        ("pod", "web", ("hub",)),
        ("account", "default", ("hub",)),
    ]


def test_both_get_the_names() -> None:
    text = stream(account(secrets="[{name: theirs}]"), pod("nginx"))
    assert grants(text, "both") == [
        ("pod", "web", ("theirs", "hub")),
        ("account", "default", ("hub",)),
    ]
    assert grants(pod("nginx"), "both") == [("pod", "web", ("hub",))]


def test_nobody_may_get_them() -> None:
    text = stream(account(), pod("nginx", secrets="[{name: own}]"))
    assert grants(text, "none") == []


def said(text: str, attach_to: str) -> list[str]:
    return messages(run(text, config(TWO, f"pullSecrets: {{attachTo: {attach_to}}}")))


def test_an_account_that_is_not_among_the_manifests_is_named_once_with_all_its_names() -> None:
    text = stream(
        pod("nginx", name="own", secrets="[{name: own}]"),
        pod("nginx", name="one"),
        pod("quay.io/a", name="two"),
        of('"we\\eb"', pod("nginx", name="three")),
        account("other"),
    )
    hint = "\n  hint: add the ServiceAccount, or set `pullSecrets.attachTo` to pods"
    assert said(text, "serviceAccounts") == [
        'in.yaml:16:1: warning: service account "default" is not among the manifests: '
        f'expected it, to get "hub", "quay" (no-service-account){hint}',
        r'in.yaml:34:1: warning: service account "we\x1bb" is not among the manifests: '
        rf'expected it, to get "hub" (no-service-account){hint}',
    ]
    assert said(text, "both") == said(text, "pods") == []


def test_every_namespace_needs_the_names_of_its_pods_whoever_gets_them() -> None:
    text = stream(
        pod("quay.io/a", namespace="shop"),
        pod("nginx", namespace="bar"),
        pod("nginx", namespace="shop"),
        pod("nginx"),
    )
    template = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ names | join('-') }}\n"
    template += "  namespace: '{{ namespace }}'\n"
    for attach_to in ("pods", "serviceAccounts", "both", "none"):
        settings = config(TWO, f"pullSecrets: {{attachTo: {attach_to}}}")
        outcome = run(text, settings, templates=[("t", template)])
        assert [(it.resource.namespace, it.resource.name) for it in outcome.added] == [
            ("shop", "hub-quay"),
            ("bar", "hub"),
            ("", "hub"),
        ]
