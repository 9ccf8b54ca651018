from __future__ import annotations

import pytest

from tests.helpers.runs import HUB, config, pod, run, stream
from transformer.find.suspects import Seen, look
from transformer.places.place import Place
from transformer.records import replace
from transformer.yamltext.documents import documents

HEAD = "apiVersion: {}\nkind: {}\nmetadata: {{name: it}}\n"
IMAGE = "quay.io/acme/helper:1.0"
MATCHES = "it matches images, and pulls none"


def seen(manifests: str, *fields: Place) -> Seen:
    rules = replace(config(HUB, "unmatched: keep", "invalid: warn"), fields=fields)
    outcome = run(manifests, rules)
    found = [document for source in outcome.sources for document in documents(source)]
    return look(found, outcome.decisions, rules)


def maybe(manifests: str, *fields: Place) -> list[tuple[str, str, str]]:
    return [(it.reason, it.field, it.image) for it in seen(manifests, *fields).maybe]


def thing(spec: str, api_version: str = "example.com/v1", kind: str = "Thing") -> str:
    return f"{HEAD.format(api_version, kind)}spec: {spec}\n"


def place(path: str, form: str, reason: str = "", **more: object) -> Place:
    return Place(
        group="example.com",
        kind="Thing",
        path=path,
        form=form,  # type: ignore[arg-type]
        reason=reason,
        origin="user",
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param(
            f"env: [{{name: X, value: {IMAGE}}}]", ("env", "env[0].value", IMAGE), id="env"
        ),
        pytest.param(f"args: [{IMAGE}]", ("arg", "args[0]", IMAGE), id="an argument"),
        pytest.param(f"command: [--x={IMAGE}]", ("arg", "command[0]", IMAGE), id="behind a flag"),
    ],
)
def test_what_is_in_a_container(more: str, expected: tuple[str, str, str]) -> None:
    reason, field, image = expected
    found = maybe(f"{pod('nginx')}    {more}\n")
    assert found == [(reason, f"spec.containers[0].{field}", image)]


@pytest.mark.parametrize("arguments", [f"--destination={IMAGE}", f"--destination, '{IMAGE}'"])
def test_what_a_build_pushes_is_none(arguments: str) -> None:
    spec = f"{{steps: [{{args: [{arguments}]}}]}}"
    assert maybe(thing(spec)) == []
    assert maybe(thing(spec.replace("destination", "from"))) != []


def test_the_name_of_an_image_that_says_so_is_one() -> None:
    spec = "{from: {kind: DockerImage, name: 'acme/web:1'}}"
    assert [it[1:] for it in maybe(thing(spec))] == [("spec.from.name", "acme/web:1")]
    assert maybe(thing(spec.replace("DockerImage", "Other"))) == []


def test_a_config_map_with_its_data_twice_fails_no_run() -> None:
    pods = "    apiVersion: v1\n    kind: Pod\n    spec: {containers: [{name: a, image: nginx}]}\n"
    document = f"  a.yaml: |\n{pods}"
    manifest = f"{HEAD.format('v1', 'ConfigMap')}data:\n{document}data:\n{document}"
    outcome = run(manifest, config(HUB))
    assert not outcome.failed
    assert "repeated-key" in {it.problem.code for it in outcome.results}


def test_what_is_in_a_config_map() -> None:
    config_map = f"{HEAD.format('v1', 'ConfigMap')}data: {{a: '{IMAGE}', b: x}}\n"
    assert maybe(config_map) == [("configmap", "data.a", IMAGE)]
    assert maybe(config_map.replace("data:", "more:")) == []


def test_what_is_in_annotations_and_nowhere_else_in_metadata() -> None:
    annotated = f"{{labels: {{a: '{IMAGE}'}}, annotations: {{b: '{IMAGE}'}}}}"
    manifest = thing(f"{{template: {{metadata: {annotated}}}}}").replace("{name: it}", annotated)
    assert maybe(manifest) == [
        ("annotation", "metadata.annotations.b", IMAGE),
        ("annotation", "spec.template.metadata.annotations.b", IMAGE),
    ]


def test_what_is_in_a_kind_that_is_not_of_kubernetes() -> None:
    manifest = thing(f"{{a: '{IMAGE}', image: app, disks: [{{rbd: {{image: disk}}}}]}}")
    assert maybe(manifest) == [
        ("unknown-kind", "spec.a", IMAGE),
        ("key-named-image", "spec.image", "app"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("images", 2), ("preLoadImages", 2), ("image-list", 1), ("imagesToCache", 1), ("items", 0)],
)
def test_of_a_list_that_is_named_after_images_a_word_is_one(name: str, expected: int) -> None:
    found = maybe(thing(f"{{{name}: [busybox, 'nginx:1.27']}}"))
    assert [image for _, _, image in found] == ["busybox", "nginx:1.27"][2 - expected :]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param("[install, acme/web:1.2]", ["acme/web:1.2"], id="by its place"),
        pytest.param("[--name, acme/web:v1.2]", ["acme/web:v1.2"], id="a name"),
        pytest.param("[docker, pull, acme/web:latest]", ["acme/web:latest"], id="pulled"),
        pytest.param("[docker, rmi, acme/web:1.2]", [], id="removed"),
        pytest.param("[--plugin, 'hashicorp/aws:5.31']", [], id="what a flag takes"),
        pytest.param("[default/web:8080, acme/backup:daily]", [], id="no version"),
        pytest.param("[acme/web]", [], id="a path"),
    ],
)
def test_of_arguments_a_path_with_a_version_is_one(arguments: str, expected: list[str]) -> None:
    found = maybe(f"{pod('nginx')}    args: {arguments}\n")
    assert [image for _, _, image in found] == expected


def test_a_name_with_a_path_and_a_version_is_one_of_an_image() -> None:
    assert maybe(thing("{name: acme/web:1.2, id: acme/web:1.2}")) == [
        ("unknown-kind", "spec.name", "acme/web:1.2")
    ]
    text = f'{HEAD.format("v1", "ConfigMap")}data: {{a: "x: 1\\nname: acme/web:1.2\\n"}}\n'
    assert maybe(text) == [("configmap", "data.a", "acme/web:1.2")]
    assert maybe(text.replace("name: a", "id: a")) == []


def test_a_machine_that_is_a_container_has_images_of_containers() -> None:
    group = "infrastructure.cluster.x-k8s.io/v1beta1"
    for kind, count in (("DevMachinePool", 1), ("DockerMachinePool", 1), ("VSphereMachine", 0)):
        assert len(maybe(thing(f"{{hostImage: '{IMAGE}'}}", group, kind))) == count


def test_what_a_build_pushes_is_a_suspect_where_pods_of_the_same_object_pull_it() -> None:
    build = f"{{build: {{output: {{image: '{IMAGE}'}}}}}}"
    assert maybe(thing(build, "kafka.strimzi.io/v1", "KafkaConnect")) == [
        ("key-named-image", "spec.build.output.image", IMAGE)
    ]
    assert maybe(thing(f"{{output: {{image: '{IMAGE}'}}}}", "shipwright.io/v1beta1", "Build")) == []


def test_of_pairs_what_has_no_pair_is_a_suspect() -> None:
    images = f"['nginx={IMAGE}', 'acme/x=acme/y', '{IMAGE}', 'busybox:1.36']"
    source = f"{{source: {{kustomize: {{images: {images}}}}}}}"
    field = "spec.source.kustomize.images"
    assert maybe(thing(source, "argoproj.io/v1alpha1", "Application")) == [
        ("key-named-image", f"{field}[2]", IMAGE),
        ("key-named-image", f"{field}[3]", "busybox:1.36"),
    ]


def test_of_kinds_of_kubernetes_only_keys_count() -> None:
    manifest = thing(f"{{provisioner: '{IMAGE}', image: app, b: {{}}}}", "v1", "Service")
    assert maybe(manifest) == [("key-named-image", "spec.image", "app")]


def test_what_names_a_split_image_counts_as_a_key_so_named() -> None:
    manifest = thing(
        "{image: {repository: ghcr.io/acme/web, tag: v1}, baseImage: {name: a/b, pullPolicy: a}, "
        "chart: {repository: ghcr.io/acme/web}, images: [{name: app}]}"
    )
    assert maybe(manifest) == [
        ("key-named-image", "spec.image.repository", "ghcr.io/acme/web"),
        ("key-named-image", "spec.baseImage.name", "a/b"),
    ]
    assert maybe("apiVersion: example.com/v1\nkind: Thing\nname: app\n") == []


def test_what_a_schema_fills_in_is_looked_at_and_nothing_else_there() -> None:
    schema = thing(
        f"{{image: {{default: '{IMAGE}', example: 'a/b:1', description: nginx}}}}",
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
    )
    assert maybe(schema) == [("key-named-image", "spec.image.default", IMAGE)]


def test_of_a_config_map_prose_and_files_for_builds() -> None:
    config_map = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
        f"  README.md: 'image: {IMAGE}'\n  Dockerfile: |\n    FROM nginx\n    RUN true\n"
    )
    assert maybe(config_map) == [("configmap", "data.Dockerfile", "nginx")]


def test_of_a_secret_only_what_a_name_calls_an_image_is_listed() -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
        f"stringData: {{image: '{IMAGE}', registry: quay.io, other: '{IMAGE}', "
        f"text: \"a = '{IMAGE}'\\nimage = 'docker:27'\\n\"}}\ndata: {{image: aW1hZ2U=}}\n"
    )
    assert maybe(secret) == [
        ("secret", "stringData.image", IMAGE),
        ("secret", "stringData.text", "docker:27"),
    ]


def test_images_of_the_run_are_not_listed() -> None:
    inner = (
        "    apiVersion: v1\n    kind: Pod\n    spec: {containers: [{name: a, image: 'a.io/b:1'}]}"
    )
    config_map = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: local-path-config}\n"
        f"data:\n  helperPod.yaml: |\n{inner}\n    # {IMAGE}\n    more: {IMAGE}\n"
    )
    flux = (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {name: a}\n"
        "spec: {url: 'oci://quay.io/acme/chart', ref: {tag: '1'}}\n"
    )
    assert maybe(stream(pod("quay.io/a:1"), config_map, flux)) == [
        ("configmap", "data.helperPod.yaml", IMAGE)
    ]


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param(thing("{}") + f"status: {{image: '{IMAGE}'}}\n", id="a status"),
        pytest.param(
            thing(
                f"{{default: '{IMAGE}'}}",
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
            ),
            id="a schema",
        ),
        pytest.param(f"image: {IMAGE}\n", id="no object"),
        pytest.param(f"a: [\nimage: {IMAGE}\n", id="no YAML"),
        pytest.param(thing("{image: Nothing, a: ''}"), id="nothing like an image"),
    ],
)
def test_what_is_not_looked_at(manifest: str) -> None:
    assert seen(manifest) == Seen(maybe=(), never=())


def test_items_of_a_list_are_looked_at_once() -> None:
    manifest = (
        "apiVersion: example.com/v1\nkind: ThingList\nmore: x\nitems:\n"
        "- {kind: Thing, metadata: {name: a}, spec: {image: b}}\n"
    )
    (it,) = seen(manifest).maybe
    assert (it.resource.kind, it.field, it.image) == ("Thing", "spec.image", "b")


def test_a_place_is_a_line_and_a_column() -> None:
    manifest = (
        f"{HEAD.format('example.com/v1', 'Thing')}a: &a !!str {IMAGE}\nb: *a\n"
        f'c: |\n  x\n  y {IMAGE}\nd: "x {IMAGE}"\ne: |\n  x {IMAGE}\x85\n'
    )
    places = [(it.field, it.position.line, it.position.column) for it in seen(manifest).maybe]
    assert places == [("a", 4, 13), ("b", 5, 4), ("c", 8, 5), ("d", 9, 7), ("e", 10, 4)]


@pytest.mark.slow
def test_aliases_beyond_bounds_are_not_followed() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 7)]
    manifest = HEAD.format("example.com/v1", "Thing") + "\n".join([*lines, f"b: '{IMAGE}'\n"])
    assert seen(manifest) == Seen(maybe=(), never=())


class TestNeverChanged:
    def never(self, manifest: str, *fields: Place) -> list[tuple[str, str, str]]:
        return [(it.reason, it.field, it.image) for it in seen(manifest, *fields).never]

    def test_what_the_catalogue_says(self) -> None:
        manifest = (
            "apiVersion: kbld.k14s.io/v1alpha1\nkind: Config\n"
            "overrides: [{image: app, newImage: quay.io/app}]\n"
        )
        assert self.never(manifest) == [
            ("it names the image that is replaced", "overrides[0].image", "app")
        ]
        assert maybe(manifest) == []

    def test_what_a_user_says(self) -> None:
        manifest = thing(f"{{a: 'quay.io/*', b: {{image: app, c: '{IMAGE}'}}, d: \"x\\n*\"}}")
        fields = (place("spec.a", "match"), place("spec.b", "none"), place("spec.d", "match"))
        assert self.never(manifest, *fields) == [
            (MATCHES, "spec.a", "quay.io/*"),
            ("it is not an image to pull", "spec.b.image", "app"),
            ("it is not an image to pull", "spec.b.c", IMAGE),
        ]

    def test_what_counts_in_another_version_or_beside_something_else(self) -> None:
        manifest = thing("{image: app}")
        assert self.never(manifest, place("spec.image", "none", versions=("v2",))) == []
        when = (("kind", ("A",)),)
        assert self.never(manifest, place("spec.image", "none", when=when)) == []

    def test_what_annotations_keep(self) -> None:
        kept = f'{{kubectl.kubernetes.io/last-applied-configuration: \'{{"image":"{IMAGE}"}}\'}}'
        manifest = thing("{}").replace("{name: it}", f"{{annotations: {kept}}}")
        assert self.never(manifest) == [
            (
                "kubectl keeps there what was applied before",
                "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration",
                IMAGE,
            )
        ]

    def test_what_annotations_of_templates_keep(self) -> None:
        name = "kubectl.kubernetes.io/last-applied-configuration"
        manifest = (
            "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n"
            f"    metadata: {{annotations: {{{name}: '{IMAGE}'}}}}\n"
            "    spec: {containers: [{name: a, image: nginx}]}\n"
        )
        assert [field for _, field, _ in self.never(manifest)] == [
            f"spec.template.metadata.annotations.{name}"
        ]
