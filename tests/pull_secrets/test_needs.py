from __future__ import annotations

from tests.helpers.reading import document
from tests.helpers.runs import config, pod, run, stream
from transformer.pull_secrets.held import held_secrets
from transformer.pull_secrets.needs import Need, needs
from transformer.yamltext.documents import documents

RULES = (
    "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}, "
    "{source: quay.io, target: q.io, pullSecrets: [pull, quay]}, {source: r.io, keep: true}]"
)
ACCOUNT = (
    "kind: ServiceAccount\napiVersion: v1\nmetadata: {name: default, namespace: shop}\n"
    "imagePullSecrets: [{name: theirs}]\n"
)


def secret(name: str, namespace: str) -> str:
    return (
        f"kind: Secret\napiVersion: v1\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        "type: kubernetes.io/dockerconfigjson\n"
    )


def found(*manifests: str, namespace: str = "", more: str = "") -> list[Need]:
    settings = config(RULES, "unmatched: keep", "invalid: warn", *filter(None, [more]))
    outcome = run(stream(*manifests), settings)
    held = held_secrets(it for source in outcome.sources for it in documents(source))
    return needs(outcome.decisions, outcome.grants, settings.secret_names, held, namespace)


def short(needs: list[Need]) -> list[str]:
    return [f"{it.namespace}/{it.name} {','.join(it.registries)} {it.held}" for it in needs]


def test_each_name_opens_what_its_rules_lead_to() -> None:
    (pull, quay) = found(pod("nginx", "redis", "quay.io/a/b:1", namespace="shop"))
    assert [str(it) for it in pull.images] == [
        "m.io/hub/library/nginx",
        "m.io/hub/library/redis",
        "q.io/a/b",
    ]
    assert (pull.registries, quay.registries) == (("m.io", "q.io"), ("q.io",))
    assert (pull.users, pull.held, pull.elsewhere) == (("Pod shop/web",), "", ())


def test_what_pods_name_themselves_opens_what_nothing_else_does() -> None:
    own = pod("nginx", "r.io:5000/x:1", "r.io/y@sha256:" + "a" * 64, secrets="[{name: own}]")
    assert short(found(own)) == ["/pull m.io ", "/own r.io,r.io:5000 "]


def test_the_names_of_a_service_account_come_along() -> None:
    assert short(found(ACCOUNT, pod("nginx", namespace="shop"))) == [
        "shop/pull m.io ",
        "shop/theirs  ",
    ]


def test_fields_of_custom_resources_name_secrets() -> None:
    plugin = (
        "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: w}\n"
        "spec: {url: 'oci://r.io/p:1', imagePullSecret: own}\n"
    )
    assert short(found(plugin)) == ["/own r.io "]


def test_what_is_there_is_known_by_the_name_in_the_stream() -> None:
    hashed = secret("pull-bm4mtdbm8c", "shop")
    outside = "kind: ExternalSecret\napiVersion: external-secrets.io/v1\nmetadata: {name: quay}\n"
    pods = [pod("quay.io/a", namespace="shop"), pod("quay.io/a")]
    assert short(found(hashed, outside, *pods)) == [
        "/pull q.io ",
        "/quay q.io ExternalSecret",
        "shop/pull-bm4mtdbm8c q.io Secret",
        "shop/quay q.io ",
    ]
    (elsewhere, *_) = found(secret("pull", "infra"), secret("pull", "edge"), *pods)
    assert elsewhere.elsewhere == ("infra", "edge")


def test_who_has_no_name_is_called_by_its_kind() -> None:
    (need,) = found(pod("nginx", name="''"))
    assert need.users == ("Pod",)


def test_of_one_namespace_and_of_those_that_write_none() -> None:
    pods = [pod("nginx"), pod("quay.io/a", namespace="shop"), pod("nginx", namespace="edge")]
    assert short(found(*pods, namespace="shop")) == ["shop/pull m.io,q.io ", "shop/quay q.io "]
    assert short(found(secret("pull", '""'), *pods, namespace="shop")) == [
        "shop/pull m.io,q.io Secret",
        "shop/quay q.io ",
    ]


def test_what_is_no_image_needs_none() -> None:
    assert found(pod("'{{ image }}'", secrets="[{name: own}]"), pod("r.io/a")) == []


def test_a_name_without_its_tag_opens_nothing_that_is_known() -> None:
    fields = "fields: [{group: x.io, kind: Thing, path: spec.registry, form: registry}]"
    thing = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t}\nspec: {registry: docker.io}\n"
    assert short(found(thing, more=fields)) == ["/pull  "]


def test_the_documents_may_be_any() -> None:
    assert held_secrets([document("a: Secret")]) == []
