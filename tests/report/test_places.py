from __future__ import annotations

import pytest

from tests.helpers.runs import config, pod
from transformer.config.options import Options
from transformer.report.places import MetFields, as_data, as_text, met_fields, places_of
from transformer.yamltext.documents import Source

FIELDS = (
    "{group: x.io, kind: App, path: spec.image}",
    "{group: x.io, kind: App, path: spec.proxy, form: split, "
    "parts: {repository: repo, name: /spec.name|name, tag: tag}}",
    "{group: x.io, kind: App, path: spec.url, form: uri, schemes: [oci]}",
    "{group: x.io, kind: App, path: spec.old, versions: [v1beta1]}",
    "{group: x.io, kind: App, path: spec.policy, form: match, reason: it compares}",
    "{group: x.io, kind: App, path: spec.text, form: document, inside: [{path: image}]}",
    "{group: x.io, kind: App, path: spec.secrets, form: pullSecrets, items: strings}",
)

APP = """\
apiVersion: x.io/v1
kind: App
metadata: {name: a, namespace: shop}
spec:
"""


def met(text: str, *spec: str, strict: bool = False) -> MetFields:
    settings = config(*(spec or (f"fields: [{', '.join(FIELDS)}]",)))
    return met_fields([Source("in.yaml", text)], settings, Options(strict=strict))


def lines(text: str, *spec: str) -> list[str]:
    """What is said of the objects of a text, but for the line of each object."""
    found = met(text, *spec)
    assert found.results == ()
    return [it.strip() for it in as_text(found.objects).splitlines() if it.startswith(" ")]


SECRETS = "spec.secrets  pullSecrets  user"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "  image: nginx\n",
            "spec.image  image  digest whole  secrets spec.secrets  user",
            id="image",
        ),
        pytest.param(
            "  proxy: {repo: acme, name: a, tag: b, image: c}\n",
            "spec.proxy.name  split  digest none  secrets spec.secrets  user",
            id="parts",
        ),
        pytest.param(
            "  proxy: {repo: acme, image: c}\n  name: image\n",
            "spec.name  split  digest none  secrets spec.secrets  user",
            id="parts-from-the-root",
        ),
        pytest.param(
            "  url: oci://quay.io/a/image\n",
            "spec.url  uri  digest whole  secrets spec.secrets  user",
            id="uri",
        ),
        pytest.param(
            "  url: https://acme.com/image\n",
            "spec.url  uri  left alone: its value names no image  user",
            id="another-scheme",
        ),
        pytest.param("  url:\n  # image\n", "", id="null"),
        pytest.param("  old: image\n", "", id="another-version"),
        pytest.param(
            "  policy: image\n", "spec.policy  match  left alone: it compares  user", id="match"
        ),
        pytest.param(
            "  text: 'image: nginx'\n",
            "spec.text.image  document  digest whole  secrets spec.secrets  user",
            id="document",
        ),
        pytest.param(
            "  text: {image: nginx}\n",
            "spec.text.image  document  digest whole  secrets spec.secrets  user",
            id="document-that-is-a-mapping",
        ),
        pytest.param(
            "  pod: {containers: [{name: a, image: b}]}\n",
            "spec.pod.containers[0].image  podSpec  digest whole  "
            "secrets spec.pod.imagePullSecrets  structure",
            id="structure",
        ),
    ],
)
def test_what_applies_to_an_object(body: str, expected: str) -> None:
    assert lines(APP + body) == [*filter(None, [expected]), SECRETS]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            "{group: x.io, kind: App, path: spec.image}",
            ["spec.image  image  digest whole  no pull secrets  user"],
            id="nowhere",
        ),
        pytest.param(
            "{group: x.io, kind: App, path: spec.image, secretsAt: its account, digest: none, "
            "reason: the tag is read}",
            ["spec.image  image  digest none  secrets its account  the tag is read  user"],
            id="elsewhere",
        ),
        pytest.param(
            "{group: x.io, kind: App, path: spec.image}, "
            "{group: x.io, kind: App, path: 'spec.pods[]', form: podSpec}",
            [
                "spec.image  image  digest whole  secrets spec.pods[0].imagePullSecrets and "
                "spec.pods[1].imagePullSecrets  user"
            ],
            id="in-pods",
        ),
    ],
)
def test_where_pull_secrets_go(fields: str, expected: list[str]) -> None:
    pods = "  pods: [{restartPolicy: Never}, {restartPolicy: Never}]\n"
    assert lines(f"{APP}  image: nginx\n{pods}", f"fields: [{fields}]") == expected


def test_strings_of_containers_are_told_from_their_images() -> None:
    text = pod("nginx").replace(
        "    image: nginx\n",
        "    image: nginx\n    env: [{name: AGENT_IMAGE, value: quay.io/acme/agent:1}]\n",
    )
    secrets = "digest whole  secrets spec.imagePullSecrets"
    assert lines(text, "strings: {env: [AGENT_IMAGE]}") == [
        f"spec.containers[0].image  podSpec  {secrets}  builtin",
        f"spec.containers[0].env[0].value  image  {secrets}  strings",
    ]


def test_each_image_has_the_place_that_leads_to_it() -> None:
    body = "  image: nginx\n  proxy: {repo: acme, name: a, tag: b}\n"
    assert [it.partition("  digest")[0] for it in lines(APP + body)] == [
        "spec.image  image",
        "spec.proxy.name  split",
        SECRETS,
    ]


def test_objects_of_a_list_have_their_own() -> None:
    items = '{"kind": "List", "apiVersion": "v1", "items": [%s]}'
    one = '{"kind": "App", "apiVersion": "x.io/v1", "metadata": {"name": "%s"}, "spec": %s}'
    others = '{"kind": "ConfigMap", "apiVersion": "v1"}'
    listed = ", ".join(
        (others, one % ("a", '{"image": "a"}'), one % ("b", '{"text": "{image: b}"}'))
    )
    found = met(items % listed)
    assert [(it.resource.name, [met.field for met in it.fields]) for it in found.objects] == [
        ("a", ["spec.image", "spec.secrets"]),
        ("b", ["spec.text.image", "spec.secrets"]),
    ]


def test_what_a_run_does_not_read_is_not_read() -> None:
    text = "apiVersion: v1\nkind: Pod\nspec: {x: [}\n"
    assert met(text) == MetFields(objects=(), results=())
    (result,) = met(text, strict=True).results
    assert result.problem.code == "yaml"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("kind: [image]\n", "wrong-type", id="an-object-without-a-kind"),
        pytest.param(f"{APP}  image: [a]\n", "wrong-type", id="another-type"),
        pytest.param(f"{APP}  text: 'image: ['\n", "yaml", id="a-document-that-is-none"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, code: str) -> None:
    found = met(text)
    assert [it.problem.code for it in found.results] == [code]
    assert [met.field for it in found.objects for met in it.fields if met.digest] == []


def test_an_object_that_is_left_alone_says_why() -> None:
    head = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
    text = f"{head}metadata: {{name: image}}\n"
    assert as_text(met(text).objects) == (
        "in.yaml:1:1 CustomResourceDefinition image  left alone: holds schemas, build "
        "instructions or a lock, not images to pull\n"
    )


def test_text_and_data() -> None:
    found = met(f"{APP}  image: nginx\n  policy: a\n")
    assert as_text(found.objects) == (
        "in.yaml:1:1 App shop/a\n"
        "  spec.image  image  digest whole  secrets spec.secrets  user\n"
        "  spec.policy  match  left alone: it compares  user\n"
        f"  {SECRETS}\n"
    )
    (only,) = as_data(found.objects)
    assert only["file"] == "in.yaml"
    assert (only["apiVersion"], only["kind"]) == ("x.io/v1", "App")
    assert (only["namespace"], only["name"], only["left"]) == ("shop", "a", "")
    fields = only["fields"]
    assert isinstance(fields, list)
    assert fields[0] == {
        "line": 5,
        "column": 10,
        "field": "spec.image",
        "form": "image",
        "digest": "whole",
        "reason": "",
        "pullSecrets": "spec.secrets",
        "left": "",
        "origin": "user",
    }
    assert fields[1]["left"] == "it compares"


def test_places_that_apply_are_listed_once() -> None:
    found = met(f"{APP}  image: nginx\n---\n{APP}  image: redis\n---\n{pod('a')}")
    assert [(it.kind, it.path) for it in places_of(found.objects)] == [
        ("App", "spec.image"),
        ("App", "spec.secrets"),
        ("Pod", "spec"),
    ]
