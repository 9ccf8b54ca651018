"""The checker of the catalogue: what it says of schemas, and of those of the corpus."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helpers.shared import shared_path
from tools.catalogue import __main__ as tool
from tools.catalogue.checking import by_kind, fields, gone, right
from tools.catalogue.definitions import Unreadable, definitions
from tools.catalogue.resolving import answer, resolve
from tools.catalogue.seeing import note
from transformer.places.catalogue import place_of
from transformer.places.place import parse_path

Data = dict[str, Any]

STRING: Data = {"type": "string"}


def an_object(**properties: Data) -> Data:
    return {"type": "object", "properties": properties}


def a_list(items: Data) -> Data:
    return {"type": "array", "items": items}


def definition(group: str, kind: str, versions: Mapping[str, Data]) -> Data:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {
            "group": group,
            "names": {"kind": kind},
            "versions": [
                {"name": name, "schema": {"openAPIV3Schema": schema}}
                for name, schema in versions.items()
            ],
        },
    }


SPEC = an_object(
    image=STRING,
    size={"type": "integer"},
    parts=an_object(repository=STRING, tag={"x-kubernetes-int-or-string": True}),
    list=a_list(an_object(name=STRING, image=STRING)),
    pod=an_object(containers=a_list({}), volumes=a_list({})),
    map={"type": "object", "additionalProperties": STRING},
    secrets=a_list(an_object(name=STRING)),
    names=a_list(STRING),
    free={"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    bare={"type": "object"},
    either={"type": "object", "anyOf": [an_object(image=STRING), an_object(other=STRING)]},
)
SCHEMA = an_object(spec=SPEC, metadata={"type": "object"})


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"path": "spec.image"}, "there"),
        ({"path": "spec.imag"}, "gone"),
        ({"path": "spec.size"}, "other"),
        ({"path": "spec.size", "form": "none"}, "there"),
        ({"path": "spec.list", "form": "containers"}, "there"),
        ({"path": "spec.names", "form": "containers"}, "gone"),
        ({"path": "spec.list[].image"}, "there"),
        ({"path": "spec.pod", "form": "podSpec"}, "there"),
        ({"path": "spec.parts", "form": "podSpec"}, "gone"),
        ({"path": "spec.map{}"}, "there"),
        ({"path": "spec.map.any"}, "there"),
        ({"path": "spec.map", "form": "keys"}, "there"),
        ({"path": "spec{}.repository"}, "there"),
        ({"path": "spec.free.deep[].image"}, "open"),
        ({"path": "spec.bare.image"}, "open"),
        ({"path": 'metadata.annotations["a.b/c"]'}, "open"),
        ({"path": "spec.either.image"}, "there"),
        ({"path": "spec.either.imag"}, "gone"),
        ({"path": "spec.secrets", "form": "pullSecrets"}, "there"),
        ({"path": "spec.names", "form": "pullSecrets", "items": "strings"}, "there"),
        ({"path": "spec.names", "form": "pullSecrets"}, "gone"),
        ({"path": "spec.image", "form": "pullSecrets", "items": "string"}, "there"),
        ({"path": "spec.list[]", "form": "pullSecrets", "items": "object"}, "there"),
        ({"path": "spec.parts", "form": "split", "parts": {"name": "repository", "tag": "tag"}},
         "there"),
        ({"path": "spec.parts", "form": "split", "parts": {"name": "repository", "tag": "v"}},
         "gone"),
        ({"path": "spec.parts", "form": "split", "parts": {"name": "x|/spec.image"}}, "there"),
    ],
    ids=str,
)  # fmt: skip
def test_a_schema_is_asked_for_what_the_form_needs(field: Data, expected: str) -> None:
    assert answer(place_of("example.com", "Thing", field, ""), SCHEMA) == expected


def test_a_schema_without_a_type_takes_any() -> None:
    assert resolve({"properties": {"a": {}}}, parse_path("a"), ("string",)) == "there"


def test_definitions_are_read_from_yaml_json_and_schemas(tmp_path: Path) -> None:
    one = definition("example.com", "One", {"v1": SCHEMA, "v2": SCHEMA})
    two = definition("example.com", "Two", {"v1": SCHEMA})
    old = definition("example.com", "Old", {})
    old["spec"] |= {"version": "v1beta1", "validation": {"openAPIV3Schema": SCHEMA}}
    (tmp_path / "crds.yaml").write_text(yaml.dump_all([one, {"kind": "Pod"}, None]))
    (tmp_path / "list.json").write_text(json.dumps({"kind": "List", "items": [two]}))
    (tmp_path / "old.yml").write_text(yaml.dump(old))
    (tmp_path / "template.yaml").write_text("kind: CustomResourceDefinition\n{{ if }}: [\n")
    (tmp_path / "other.txt").write_text("kind: CustomResourceDefinition\n")
    (tmp_path / "argoproj.io").mkdir()
    (tmp_path / "argoproj.io" / "rollout_v1alpha1.json").write_text(json.dumps(SCHEMA))
    (tmp_path / "argoproj.io" / "all.json").write_text("{}")
    (tmp_path / "argoproj.io" / "no_schema.json").write_text("[]")
    found = by_kind(definitions([tmp_path]))
    assert {kind: [it.version for it in held] for kind, held in found.items()} == {
        ("argoproj.io", "Rollout"): ["v1alpha1"],
        ("example.com", "One"): ["v1", "v2"],
        ("example.com", "Two"): ["v1"],
        ("example.com", "Old"): ["v1beta1"],
    }


def test_a_file_that_is_named_must_be_readable(tmp_path: Path) -> None:
    file = tmp_path / "crd.yaml"
    file.write_text("kind: CustomResourceDefinition\na: [\n")
    with pytest.raises(Unreadable) as caught:
        list(definitions([file]))
    reason = "while parsing a flow node"
    assert str(caught.value) == f"{file}: error: must be YAML or JSON: {reason}"


ROLLOUT = ("argoproj.io", "Rollout")
POD = an_object(containers=a_list(an_object(name=STRING, image=STRING, args=a_list(STRING))))
NEW = an_object(spec=an_object(template=an_object(spec=POD), sidecar=an_object(image=STRING)))


def held(tmp_path: Path, kind: tuple[str, str], versions: Mapping[str, Data]) -> Any:  # noqa: ANN401
    (tmp_path / "crd.yaml").write_text(yaml.dump(definition(*kind, versions)))
    return by_kind(definitions([tmp_path]))[kind]


def test_a_place_is_gone_when_no_version_has_it(tmp_path: Path) -> None:
    without = an_object(spec=an_object(image=STRING))
    assert list(gone(ROLLOUT, held(tmp_path, ROLLOUT, {"v1": without, "v2": NEW}))) == []
    (it,) = gone(ROLLOUT, held(tmp_path, ROLLOUT, {"v1": without, "v2": without}))
    assert (it.place.path, it.answer, it.versions) == ("spec.template.spec", "gone", ("v1", "v2"))
    assert right(ROLLOUT, held(tmp_path, ROLLOUT, {"v1": without, "v2": NEW})) == ("v1", "v2")
    assert right(ROLLOUT, held(tmp_path, ROLLOUT, {"v1": without})) == ()


def test_a_field_like_an_image_is_known_or_missing(tmp_path: Path) -> None:
    found = fields(ROLLOUT, held(tmp_path, ROLLOUT, {"v1": NEW, "v2": NEW}))
    assert [(it.finding.steps, it.by) for it in found] == [
        (("spec", "sidecar", "image"), ""),
        (("spec", "template", "spec"), "catalogue"),
    ]
    nobody = ("example.com", "Thing")
    found = fields(nobody, held(tmp_path, nobody, {"v1": NEW}))
    assert [it.by for it in found] == ["", "structure"]


def test_what_a_field_is_said_not_to_be_is_known(tmp_path: Path) -> None:
    run = ("run.cnrm.cloud.google.com", "RunService")
    schema = an_object(spec=an_object(template=POD))
    assert [it.by for it in fields(run, held(tmp_path, run, {"v1": schema}))] == ["catalogue"]


def test_the_checker_prints_what_is_gone_missing_and_covered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    things = an_object(spec=an_object(image={"type": "object"}))
    schemas = [
        definition(*ROLLOUT, {"v1alpha1": NEW}),
        definition("perses.dev", "Perses", {"v1alpha2": things}),
        definition("example.com", "Empty", {"v1": an_object(spec=an_object(size=STRING))}),
    ]
    (tmp_path / "crds.yaml").write_text(yaml.dump_all(schemas))
    assert tool.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "gone: perses.dev Perses spec.image has another type in the schema of v1alpha2, "
        "last seen right: v1alpha2, 2026-11",
        "gone: perses.dev Perses spec.volumes[].image.reference is in no schema of v1alpha2, "
        "last seen right: v1alpha2, 2026-11",
        "missing: argoproj.io Rollout spec.sidecar.image image, sure: a string called image",
        "kinds: 3 defined, 2 in the catalogue",
        "kinds with fields like images: 1, 0 covered",
        "fields like images: 2, 1 covered (1 by the catalogue, 0 by structure)",
    ]


def test_the_checker_is_content_where_all_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crd.yaml").write_text(yaml.dump(definition(*ROLLOUT, {"v1alpha1": NEW})))
    assert tool.main([str(tmp_path / "crd.yaml")]) == 0
    assert "gone" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "error: there is no definition: CRDs, or GROUP/KIND_VERSION.json: expected one\n"),
        ("x.yaml", "[Errno 2] No such file or directory: '$'\n"),
    ],
)
def test_the_checker_needs_definitions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    path = tmp_path / name
    assert tool.main([str(path)]) == 2
    assert capsys.readouterr().err == message.replace("$", str(path))


ENTRIES = """\
# example.com: comments stay
- kinds: [One]
  source: [a/b:c]
  fields:
  - {path: spec.image}
- kinds: [Three,
    Two]
  source: [a/b:c,
    d/e:f]
  seen: v0, 2020-01
  note: it stays
  fields:
  - {path: spec.image}
"""


def test_what_was_right_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "example.com.yaml"
    file.write_text(ENTRIES)
    seen = {
        ("example.com", "One"): ("v2", "v1"),
        ("example.com", "Two"): ("v1",),
        ("other.com", "One"): ("v1",),
    }
    assert note(tmp_path, seen, "2026-11") == 1
    once = ENTRIES.replace("[a/b:c]\n", "[a/b:c]\n  seen: v1 v2, 2026-11\n")
    assert file.read_text() == once
    assert note(tmp_path, {**seen, ("example.com", "Three"): ("v3",)}, "2026-12") == 2
    assert file.read_text() == once.replace("2026-11", "2026-12").replace(
        "v0, 2020-01", "v1 v3, 2026-12"
    )


def test_the_program_notes_in_the_files_that_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "catalog"
    shutil.copytree(tool.FOLDER, copy)
    (tmp_path / "crd.yaml").write_text(yaml.dump(definition(*ROLLOUT, {"v1alpha1": NEW})))
    assert tool.main([str(tmp_path / "crd.yaml"), "--seen", "2027-01"], copy) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "noted in 1 entries"
    assert "  seen: v1alpha1, 2027-01\n" in (copy / "argoproj.io.yaml").read_text()


# What only older definitions have than those of the corpus, or newer ones.
ELSEWHERE = {
    ("Kafka", "spec.cruiseControl.tlsSidecar.image"),
    ("Kafka", "spec.entityOperator.tlsSidecar.image"),
    ("Kafka", "spec.jmxTrans.image"),
    ("Kafka", "spec.jmxTrans.template.pod.imagePullSecrets"),
    ("Kafka", "spec.jmxTrans.template.pod.volumes[].image.reference"),
    ("Kafka", "spec.zookeeper.image"),
    ("Kafka", "spec.zookeeper.template.pod.imagePullSecrets"),
    ("Kafka", "spec.zookeeper.template.pod.volumes[].image.reference"),
    ("Restore", "spec.hooks.resources[].postHooks[].init.initContainers"),
}
# With this secret a base image is pulled for a build, which pushes with another.
OF_BUILDS = {
    ("KafkaConnect", ("spec", "build", "output", "image")),  # pushed first: a suspect
    ("KafkaConnect", ("spec", "template", "buildConfig", "pullSecret")),
    ("KafkaMirrorMaker2", ("spec", "template", "buildConfig", "pullSecret")),
}


@pytest.mark.exhaustive
def test_the_catalogue_agrees_with_the_definitions_of_the_corpus() -> None:
    kinds = by_kind(definitions([shared_path("corpus")]))
    stale = {
        (it.place.kind, it.place.path) for kind, them in kinds.items() for it in gone(kind, them)
    }
    assert stale == ELSEWHERE
    met = [it for kind, them in kinds.items() for it in fields(kind, them)]
    assert {(it.kind[1], it.finding.steps) for it in met if not it.by} == OF_BUILDS
    assert len(met) > 70
