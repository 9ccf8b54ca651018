from __future__ import annotations

import pytest

from tests.helpers.reading import document, each_parser
from tests.helpers.searching import POD, place, places, pod, problems, search
from transformer.find.scope import Scope
from transformer.find.sites import find
from transformer.places.catalogue import Catalogue
from transformer.places.place import BUILTINS, Place
from transformer.records import replace
from transformer.yamltext.edit import Anchor, Spot
from transformer.yamltext.path import field_path
from transformer.yamltext.tree import read

SCOPE = Scope(table=Catalogue(BUILTINS))


@each_parser
@pytest.mark.parametrize(
    "builtin",
    [pytest.param(it, id=f"{it.group}/{it.kind}") for it in BUILTINS if it.form == "podSpec"],
)
def test_every_builtin_kind_is_known(parser: str, builtin: Place) -> None:
    spec = "containers: [{name: a, image: x}]"
    for key in reversed(builtin.path.split(".")):
        spec = f"{key}: {{{spec}}}"
    api_version = f"{builtin.group}/v1beta1" if builtin.group else "v1"
    found = search(f"apiVersion: {api_version}\nkind: {builtin.kind}\n{spec}\n", parser)
    assert places(found) == [(f"{builtin.path}.containers[0].image", "x")]
    assert not found.sites[0].by_structure
    assert [field_path(it.steps) for it in found.pods] == [builtin.path]
    assert found.results == []


@each_parser
def test_every_image_of_a_pod_is_a_site(parser: str) -> None:
    text = pod("""
  volumes:
  - name: v
    image: {reference: data, pullPolicy: Always}
  - {name: r, rbd: {image: rbd, monitors: []}}
  - {name: s, image: name}
  - {name: n, image: {reference: ~}}
  - {name: e, image: {}}
  initContainers:
  - name: i
    image: init
  containers:
  - image: "main"
    name: m
  - {name: none}
  - {name: nothing, image: }
  - {name: "null", image: ~}
  - {name: empty, image: ""}
  ephemeralContainers:
  - {name: d, image: debug}""")
    found = search(text, parser)
    assert [(place(it), it.container, it.value) for it in found.sites] == [
        ("spec.volumes[0].image.reference", "", "data"),
        ("spec.initContainers[0].image", "i", "init"),
        ("spec.containers[0].image", "m", "main"),
        ("spec.containers[4].image", "empty", ""),
        ("spec.ephemeralContainers[0].image", "d", "debug"),
    ]
    assert found.results == []
    texts = [text[it.spot.start : it.spot.end] for it in found.sites]
    assert texts == ["data", "init", '"main"', '""', "debug"]
    (only,) = found.pods
    assert all(it.pod is only for it in found.sites)


@each_parser
def test_a_site_says_where_it_is(parser: str) -> None:
    text = pod("{containers: [{name: a, image: 'x'}]}")
    only = document(text)
    found = find(only, read(text, parser), SCOPE)
    (site,) = found.sites
    start = text.index("'x'")
    order = read(text, parser).tokens.index(("x", "'", None, None))
    assert site.document is only
    assert str(site.resource) == "Pod web"
    assert site.steps == ("spec", "containers", 0, "image")
    assert site.spot == Spot(start=start, end=start + 3, first=order, last=order + 1, style="'")
    assert (site.anchor, site.by_structure) == (None, False)


@pytest.mark.parametrize(
    ("spec", "account", "secrets"),
    [
        pytest.param("", "", (), id="none"),
        pytest.param("serviceAccountName: sa, ", "sa", (), id="account"),
        pytest.param("serviceAccount: old, ", "old", (), id="older name of the field"),
        pytest.param("serviceAccount: old, serviceAccountName: sa, ", "sa", (), id="both"),
        pytest.param("serviceAccount: old, serviceAccountName: '', ", "old", (), id="empty"),
        pytest.param("serviceAccount: old, serviceAccountName: ~, ", "old", (), id="null"),
        pytest.param("imagePullSecrets: [{name: s}, {name: t}], ", "", ("s", "t"), id="secrets"),
    ],
)
def test_a_pod_has_an_account_and_secrets(
    spec: str, account: str, secrets: tuple[str, ...]
) -> None:
    (only,) = search(pod(f"{{{spec}containers: [{{image: x}}]}}")).pods
    assert (only.account, only.secrets.names, only.steps) == (account, secrets, ("spec",))


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("~", id="null"),
        pytest.param("{}", id="empty"),
        pytest.param("{containers: ~, volumes: ~}", id="null lists"),
        pytest.param("{containers: [], initContainers: [~]}", id="empty lists"),
        pytest.param("{containers: [{name: a, image: ~}]}", id="null image"),
        pytest.param("{volumes: [{rbd: {image: x}}]}", id="another volume's image"),
    ],
)
def test_a_pod_without_images_is_nothing(spec: str) -> None:
    found = search(pod(spec))
    assert (found.sites, found.pods, found.results) == ([], [], [])


def test_a_pod_without_a_spec_is_nothing() -> None:
    found = search("apiVersion: v1\nkind: Pod\n")
    assert (found.sites, found.pods, found.results) == ([], [], [])


@each_parser
def test_a_service_account_is_noted(parser: str) -> None:
    text = (
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: n}\n"
        "imagePullSecrets: [{name: s}]\n"
    )
    found = search(text, parser)
    (account,) = found.accounts
    assert (str(account.resource), account.secrets.names) == ("ServiceAccount n/sa", ("s",))
    assert list(found.spots()) == [account.secrets.spot.spot]
    assert (found.sites, found.pods, found.results) == ([], [], [])


def test_pods_and_accounts_are_noted_only_when_they_are_wanted() -> None:
    text = f"""\
apiVersion: v1
kind: List
items:
- {{kind: Pod, spec: {POD}, metadata: {{labels: {{a: b}}}}}}
- {{kind: ServiceAccount, imagePullSecrets: no list}}
"""
    found = find(document(text), read(text), replace(SCOPE, with_pods=False, with_labels=False))
    assert (found.pods, found.accounts, found.results) == ([], [], [])
    (site,) = found.sites
    assert (site.pod, site.resource.labels) == (None, {})


@each_parser
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
            f"metadata: {{name: things}}\nspec: {POD}\n",
            "in.yaml:1:1: info: left alone: CustomResourceDefinition things "
            "holds schemas, build instructions or a lock, not images to pull (never-touched)",
            id="schema",
        ),
        pytest.param(
            "# c\nkind: Thing\nmetadata: {annotations: {config.k8s.io/function: x}}\n"
            f"spec: {POD}\n",
            "in.yaml:2:1: info: left alone: Thing configures a function (function-config)",
            id="function",
        ),
        pytest.param(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n"
            f'    config.kubernetes.io/local-config: "true"\nspec: {POD}\n',
            "in.yaml:1:1: info: left alone: Pod web "
            "is local configuration, never applied to a cluster (local-config)",
            id="local configuration",
        ),
    ],
)
def test_what_is_not_for_us_is_named(parser: str, text: str, message: str) -> None:
    found = search(text, parser)
    assert problems(found) == [message]
    assert (found.sites, found.pods) == ([], [])
    assert found.results[0].resource is not None


@each_parser
@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param(
            f"kind: List\nitems:\n- {{apiVersion: v1, kind: Pod, spec: {POD}}}\n",
            "items[0].spec",
            id="List",
        ),
        pytest.param(
            "apiVersion: apps/v1\nkind: DeploymentList\n"
            f"items:\n- spec: {{template: {{spec: {POD}}}}}\n",
            "items[0].spec.template.spec",
            id="typed list",
        ),
        pytest.param(
            "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"
            f"functionConfig: {{apiVersion: v1, kind: Pod, spec: {POD}}}\n"
            f"items:\n- {{kind: Service}}\n- {{apiVersion: v1, kind: Pod, spec: {POD}}}\n",
            "items[1].spec",
            id="ResourceList, not its functionConfig",
        ),
    ],
)
def test_lists_are_searched(parser: str, text: str, path: str) -> None:
    assert places(search(text, parser)) == [(f"{path}.containers[0].image", "x")]


@each_parser
def test_an_image_that_aliases_share_has_its_anchor(parser: str) -> None:
    text = pod("{containers: [{image: &i x}, {image: *i }], other: *i }")
    found = search(text, parser)
    first, second = found.sites
    assert isinstance(first.anchor, Anchor)
    assert first.anchor is second.anchor
    assert [(it.style, it.uses) for it in first.anchor.aliases] == [("*", 1), ("*", 1)]
    assert (first.spot.style, first.spot.uses, first.anchor.definition.uses) == ("", 3, 1)
    assert (second.spot.style, second.spot.uses, second.value) == ("*", 1, "x")
    # The anchor's places are noted once, however many sites have it.
    assert len(list(found.spots())) == 2 + 3 + 1


@each_parser
def test_an_image_in_a_shared_mapping_is_a_site_for_each_use(parser: str) -> None:
    text = pod("{initContainers: [&c {name: a, image: x}], containers: [*c , {<<: *c , name: b}]}")
    found = search(text, parser)
    assert [(place(it), it.container) for it in found.sites] == [
        ("spec.initContainers[0].image", "a"),
        ("spec.containers[0].image", "a"),
        ("spec.containers[1].image", "b"),
    ]
    assert [it.spot for it in found.sites] == [found.sites[0].spot] * 3
    assert found.sites[0].spot.uses == 3


def test_sites_are_in_the_order_of_the_text() -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nspec:\n"
        "  containers: [{image: b}]\n  initContainers: [{image: a}]\n  volumes: []\n"
    )
    assert [it.value for it in search(text).sites] == ["b", "a"]


@pytest.mark.parametrize("text", ["", "# c\n", "---\n", "x\n", "[]\n", "{}\n"])
def test_what_is_no_object_holds_nothing(text: str) -> None:
    found = search(text)
    assert (found.sites, found.pods, found.accounts, found.results) == ([], [], [], [])
