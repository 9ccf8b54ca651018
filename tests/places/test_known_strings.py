"""What is known of variables, flags and annotations, and the annotations that are found by it."""

from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.runs import config, locked, messages, output, run
from tests.helpers.searching import places, search
from transformer.places.known_strings import is_full_reference, known_strings

DIGEST = f"sha256:{'a' * 64}"
SPEC = "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}]"
PROXY = "sidecar.istio.io/proxyImage"
LINKERD = "config.linkerd.io"


@pytest.mark.parametrize(
    ("name", "form", "digest"),
    [
        ("GFD_IMAGE", "image", ""),
        ("VIRT_OPERATOR_IMAGE", "image", "none"),
        ("MONGODB_REPO_URL", "registry", ""),
        ("STRIMZI_KAFKA_IMAGES", "pairs", ""),
    ],
)
def test_a_variable_is_known_by_its_name(name: str, form: str, digest: str) -> None:
    place = known_strings().env.get(name)
    assert place is not None
    assert (place.form, place.digest, place.origin) == (form, digest, "shipped")
    assert bool(place.reason) is (digest == "none")


def test_a_flag_is_known_by_its_name_with_its_dashes() -> None:
    args = known_strings(shapes=False).args
    assert [args.get(it) is not None for it in ("-nop-image", "--nop-image", "nop-image")] == [
        True,
        False,
        False,
    ]


def test_globs_are_asked_behind_names() -> None:
    strings = known_strings(("VIRT_*",), ("--*-image",), shapes=False)
    operator, other = strings.env.get("VIRT_OPERATOR_IMAGE"), strings.env.get("VIRT_X")
    assert operator is not None
    assert other is not None
    assert (operator.origin, other.origin) == ("shipped", "user")
    assert strings.env.get("X_VIRT_") is None
    assert strings.args.get("--x-image") is other
    assert strings.args.get("--x-image=") is None


def test_the_strings_of_the_same_globs_are_made_once() -> None:
    assert known_strings(("A",)) is known_strings(("A",))
    assert known_strings(("A",), ()) is not known_strings((), ("A",))


def annotated(annotations: str, spec: str = "{}", kind: str = "Deployment") -> str:
    return (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: web\n"
        f"  annotations: {annotations}\nspec: {spec}\n"
    )


def template(annotations: str) -> str:
    pod = "spec: {containers: [{name: a, image: m.io/hub/x}]}"
    return f"{{template: {{metadata: {{annotations: {annotations}}}, {pod}}}}}"


IN_TEMPLATE = "spec.template.metadata.annotations."


@each_parser
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            annotated(f"{{{PROXY}: a/b}}"),
            [(f"metadata.annotations.{PROXY}", "a/b")],
            id="of an object",
        ),
        pytest.param(
            annotated(f"{{{PROXY}: a/b}}", kind="Whatever"),
            [(f"metadata.annotations.{PROXY}", "a/b")],
            id="of an object of an unknown kind",
        ),
        pytest.param(annotated(f"{{{PROXY}: a}}"), [], id="a name below a hub"),
        pytest.param(annotated("~"), [], id="null"),
        pytest.param(annotated("{x/proxyImage: a/b}"), [], id="another annotation"),
        pytest.param(
            annotated("~", template(f"{{{PROXY}: a/b}}")),
            [
                (f"{IN_TEMPLATE}{PROXY}", "a/b"),
                ("spec.template.spec.containers[0].image", "m.io/hub/x"),
            ],
            id="of a pod template",
        ),
        pytest.param(
            annotated("~", f"{{template: {{metadata: {{annotations: {{{PROXY}: a/b}}}}}}}}"),
            [],
            id="of a template without a pod",
        ),
        pytest.param(
            annotated(f"{{{LINKERD}/proxy-image: h.io/p, {LINKERD}/proxy-version: v1}}"),
            [(f"metadata.annotations.{LINKERD}/proxy-image", "h.io/p:v1")],
            id="a split image",
        ),
    ],
)
def test_annotations_of_objects_and_pod_templates_hold_images(
    text: str, expected: list[tuple[str, str]], parser: str
) -> None:
    # The text of an annotation is looked at only where some image is known by its name.
    found = search(text + "# -image\n", parser)
    assert (places(found), found.results) == (expected, [])


def test_an_annotation_that_is_a_function_is_left_alone() -> None:
    text = annotated("{config.k8s.io/function: 'image: a/b', x: -image}")
    assert places(search(text)) == []


def test_an_annotation_is_rewritten_and_says_where_its_pull_secret_must_be() -> None:
    text = annotated(f"{{{PROXY}: 'a/b:1'}}")
    spec = (SPEC, "digests: {mode: lock}")
    outcome = run(text, config(*spec), locked({"docker.io/a/b:1": f"{{digest: {DIGEST}}}"}))
    assert output(outcome) == text.replace("a/b:1", f"m.io/hub/a/b:1@{DIGEST}")
    assert messages(outcome) == [
        "in.yaml:5:46: warning: `Deployment web` sets no pull secrets, and its images need "
        '"pull" (no-pull-secret-field)\n  hint: set it at the annotated pod'
    ]


def test_an_annotation_of_a_pod_template_is_authorised_with_the_pod() -> None:
    text = annotated("~", template(f"{{{PROXY}: 'a/b:1'}}"))
    outcome = run(text, config(SPEC))
    assert messages(outcome) == []
    assert output(outcome) == text.replace("a/b:1", "m.io/hub/a/b:1").replace(
        "spec: {containers", "spec: {imagePullSecrets: [{name: pull}], containers"
    )


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("IMAGE_CRON", "acme/cron:1.0", True, id="folder and tag"),
        pytest.param("IMAGE_CRON", "busybox:1.36", False, id="tag alone"),
        pytest.param("CRON_IMAGE", "busybox:1.36", True, id="tag alone, called an image"),
        pytest.param("CRON_IMAGE", "quay.io/acme/app", True, id="host and folder"),
        pytest.param("CRON_IMAGE", "acme/app", False, id="folder alone"),
        pytest.param("CRON_IMAGE", "localhost:5000", False, id="host with a port"),
    ],
)
def test_what_is_a_full_reference(name: str, text: str, expected: bool) -> None:
    assert is_full_reference(text, name) is expected
