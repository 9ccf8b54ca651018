from __future__ import annotations

import pytest

from tests.helpers.lists import Whole
from tests.helpers.reading import each_parser
from tests.helpers.runs import (
    HUB,
    SECRET,
    config,
    infos,
    locked,
    messages,
    output,
    pod,
    run,
    stream,
)
from transformer.config.options import Options
from transformer.errors import ConfigError, InputError
from transformer.find.scope import can_hold_image
from transformer.model import Keep, Rewrite
from transformer.pipeline import transform
from transformer.places.place import BUILTINS, Place, wanted_names
from transformer.yamltext.documents import BOM, Document
from transformer.yamltext.tree import Tree, read

DIGEST = f"sha256:{'a' * 64}"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
BROKEN = "a: [\n"


def test_every_image_of_every_input_is_rewritten() -> None:
    inputs = [
        ("a.yaml", (BOM + pod("nginx")).encode()),
        ("b.yaml", SERVICE.encode()),
        ("c.yaml", pod("redis").encode()),
    ]
    outcome = transform(inputs, config(HUB))
    assert not outcome.failed
    assert [it.decode() for it in outcome.outputs] == [
        BOM + pod("m.io/hub/library/nginx"),
        SERVICE,
        pod("m.io/hub/library/redis"),
    ]
    assert outcome.outputs[1] is inputs[1][1]
    assert [it.name for it in outcome.sources] == ["a.yaml", "b.yaml", "c.yaml"]
    assert [str(site.document.position(0)) for site, _ in outcome.decisions] == [
        "a.yaml:1:1",
        "c.yaml:1:1",
    ]


def test_one_error_leaves_every_input_as_it_is() -> None:
    inputs = [("a.yaml", pod("nginx").encode()), ("b.yaml", pod("Nginx").encode())]
    outcome = transform(inputs, config(SECRET), templates=[("t.j2", "{{ nothing }}")])
    assert outcome.failed
    assert list(outcome.outputs) == [data for _, data in inputs]
    assert (outcome.edits, outcome.added) == ([], ())
    assert [type(verdict).__name__ for _, verdict in outcome.decisions] == ["Rewrite", "Fail"]


def test_everything_is_said_in_order() -> None:
    settings = config(
        "mirrors: [{source: docker.io, target: m.io/hub, pullSecrets: [pull]}, "
        "{source: gcr.io, keep: true}]",
        "unmatched: warn",
        "pullSecrets: {attachTo: serviceAccounts}",
    )
    text = stream(f"x: {{a: 1, a: 2}}\n{pod('nginx', 'quay.io/a')}", BROKEN + "image: [\n")
    outcome = run(text, settings)
    assert [it.problem.code for it in outcome.results] == [
        "repeated-key",
        "yaml",
        "no-rule",
        "no-service-account",
        "unused-rule",
    ]


@each_parser
def test_every_stage_comes_together(parser: str) -> None:
    settings = config(SECRET, "digests: {mode: lock}", "report: {originalImages: true}")
    lock = locked({"docker.io/library/nginx:1": f"{{digest: {DIGEST}}}"})
    outcome = run(
        pod("nginx:1"), settings, lock, [("t", f"{SERVICE}x: {{{{ name }}}}\n")], parser=parser
    )
    assert messages(outcome) == []
    assert output(outcome) == (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n"
        '    mirrorpin.dev/original-images: "a=nginx:1"\n  name: web\n'
        "spec:\n  imagePullSecrets:\n  - name: pull\n  containers:\n"
        f"  - name: a\n    image: m.io/hub/library/nginx:1@{DIGEST}\n"
        f"---\n{SERVICE}x: pull\n"
    )
    assert (len(outcome.grants), len(outcome.notes), len(outcome.added)) == (1, 1, 1)


def test_user_defined_places_are_searched() -> None:
    settings = config(HUB, "fields: [{group: x.io, kind: App, path: 'spec.pic', form: image}]")
    text = "apiVersion: x.io/v1\nkind: App\nmetadata: {name: a}\nspec: {pic: nginx}\n"
    assert output(run(text, settings)) == text.replace("nginx", "m.io/hub/library/nginx")


def test_labels_are_read_where_a_rule_looks_at_them() -> None:
    scope = "where: {selector: {matchLabels: {tier: edge}}}"
    settings = config(f"mirrors: [{{source: docker.io, target: m.io, {scope}}}]", "unmatched: keep")
    labelled = pod("nginx").replace("  name: web\n", "  name: web\n  labels: {tier: edge}\n")
    outcome = run(stream(pod("nginx"), labelled), settings)
    assert [type(verdict) for _, verdict in outcome.decisions] == [Keep, Rewrite]


def test_a_document_without_images_is_passed_through_unread_unless_strict() -> None:
    text = stream(pod("nginx"), BROKEN)
    after = output(run(text, config(HUB)))
    assert after == stream(pod("m.io/hub/library/nginx"), BROKEN)
    outcome = run(text, config(HUB), strict=True)
    assert output(outcome) == text
    (message,) = messages(outcome)
    assert message.startswith("in.yaml:11:1: error: is not YAML: ")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        pytest.param("", False, id="nothing"),
        pytest.param("kind: Service", False, id="no name"),
        pytest.param("image: x", True, id="image"),
        pytest.param("kind: ServiceAccount", True, id="service account"),
        pytest.param("pic: x", True, id="user-defined name"),
        pytest.param(r'"im\u0061ge": x', True, id="escape of four digits"),
        pytest.param(r'"im\x61ge": x', True, id="escape of two digits"),
        pytest.param(r'"im\U00000061ge": x', True, id="escape of eight digits"),
        pytest.param('? "im\\\n  age"\n: x', True, id="escaped line break"),
        pytest.param('? "im\\\r\n  age"\n: x', True, id="escaped CRLF"),
        pytest.param(r"a\nb", False, id="another escape"),
    ],
)
def test_what_can_hold_an_image(text: str, holds: bool) -> None:
    place = Place(group="x.io", kind="App", path="spec.pic", form="image")
    assert can_hold_image(text, wanted_names((*BUILTINS, place))) is holds


def test_only_service_accounts_change_where_pods_have_no_list_of_their_own() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: default\n"
    settings = config(SECRET, "pullSecrets: {attachTo: serviceAccounts}")
    after = output(run(stream(account, pod("nginx")), settings))
    assert after == stream(
        "apiVersion: v1\nkind: ServiceAccount\nimagePullSecrets:\n- name: pull\n"
        "metadata:\n  name: default\n",
        pod("m.io/hub/library/nginx"),
    )


class _Told(Whole):
    """Knows another tree than that of the text."""

    def tree(self, document: Document, /) -> Tree | None:
        text = document.text
        return read(text.replace("redis", "busybox")) if "redis" in text else None


def test_a_tree_that_is_known_is_not_read_again() -> None:
    inputs = [("in.yaml", stream(pod("nginx"), pod("redis"), SERVICE).encode())]
    outcome = transform(inputs, config(HUB), options=Options(verify="off"), known=_Told(inputs))
    assert [site.value for site, _ in outcome.decisions] == ["nginx", "busybox"]


@pytest.mark.parametrize("verify", ["events", "full", "off"])
def test_the_depth_of_the_check_changes_no_output(verify: str) -> None:
    text = stream(pod("nginx", secrets="[{name: a}]"), SERVICE, pod("redis"))
    expected = output(run(text, config(SECRET)))
    assert output(run(text, config(SECRET), verify=verify)) == expected


def test_input_that_is_no_text_is_an_error_of_its_own() -> None:
    with pytest.raises(InputError, match=r"a.yaml:1:1: error: is not UTF-8: byte 0xff"):
        transform([("a.yaml", b"\xff")], config(HUB))


def test_a_template_that_cannot_be_rendered_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match=r"t.j2:1:1: error: template uses the variable"):
        run(pod("nginx"), config(SECRET), templates=[("t.j2", "{{ nothing }}")])


def test_objects_that_cannot_be_told_apart_fail_once() -> None:
    outcome = run(
        "kind: List\nitems:\n- kind: Pod\n  spec: {containers: [{image: nginx}]}\n"
        "- kind: []\n  image: x\n",
        config(HUB, "report: {originalImages: true}"),
    )
    assert [it.problem.code for it in outcome.results if it.problem.severity == "error"] == [
        "wrong-type"
    ]


def test_nothing_is_added_where_an_edit_cannot_be_made() -> None:
    text = "kind: Pod\nspec:\n  imagePullSecrets: &a\n    ~\n  containers: [{image: nginx}]\n"
    outcome = run(text, config(SECRET), templates=[("t.j2", "{{ nothing }}")])
    assert [it.problem.code for it in outcome.results] == ["unsupported-layout"]
    assert (outcome.failed, outcome.added, output(outcome)) == (True, (), text)


def test_templates_without_names_add_nothing() -> None:
    outcome = run(pod("nginx"), config(HUB), templates=[("t.j2", "{{ nothing }}")])
    assert (outcome.failed, outcome.added) == (False, ())


def test_a_run_without_documents_is_done() -> None:
    outcome = transform([], config(HUB))
    assert (outcome.outputs, outcome.failed) == ((), False)
    assert infos(outcome) == [
        'mirrorpin.yaml:4:13: info: no image met `mirrors[0]`: "docker.io" (unused-rule)'
    ]
