"""The files of the catalogue, read as plain YAML: what they may say, and that they say it once."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from tests.helpers.shared import ROOT, shared_path
from transformer.places.place import BUILTIN_KINDS

Data: TypeAlias = "dict[str, Any]"
Owner: TypeAlias = "tuple[str, str]"

FILES = sorted((ROOT / "transformer" / "places" / "catalog").glob("*.yaml"))
FEWEST_KINDS = 900
LONGEST_LINE = 160

STEP = r'[^.\[\]{}"]+|\["[^"]+"\]'
PATH = re.compile(
    rf"(?:{STEP})(?:\[\]|\{{\}})*(?:(?:\.[^.\[\]{{}}\"]+|\[\"[^\"]+\"\])(?:\[\]|\{{\}})*)*"
)
# In a document the root itself may be a list or a mapping of many.
ROOTED = re.compile(rf"(?:\[\]|\{{\}})+(?:\.{PATH.pattern})?|{PATH.pattern}")
SOURCE = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?:[\w./@-]+")
# The versions in whose schemas an entry's places were seen, each in one of them, and the month.
SEEN = re.compile(r"(v\w+( v\w+)*, )?20\d\d-\d\d")
GROUP = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")

OWN = {"path", "form", "when", "digest", "reason"}
# The keys of each form beside those, those that must be there first.
FORMS = {
    "image": ("", "holds"),
    "podSpec": ("", "optional"),
    "containers": ("", ""),
    "uri": ("schemes", "artifact"),
    "repository": ("", ""),
    "registry": ("", "holds schemes artifact"),
    "split": ("parts", "join default"),
    "keys": ("", ""),
    "pairs": ("", "separator"),
    "document": ("inside", ""),
    "toml": ("inside", ""),
    "ini": ("inside", ""),
    "pullSecrets": ("", "items optional"),
    "match": ("reason", ""),
    "none": ("reason", ""),
}
JOINS = {
    "aerospike", "argocd", "colon", "datadog", "flux", "istio", "kiali", "kustomize", "nvidia",
    "prometheus",
}  # fmt: skip
PARTS = {"registry", "repository", "name", "tag", "digest"}
CAPABILITIES = {"whole", "tag", "field", "hex", "none"}
ITEMS = {"objects", "strings", "string", "object"}
ENTRY_KEYS = {"kinds", "source", "seen", "secretsAt", "note", "fields"}
NAMED_KEYS = {"env", "args", "source", "digest", "reason", "secretsAt", "secretsIn"}
NAMED = {"image", "repository", "registry", "pairs"}

POD_LISTS = ("containers", "initContainers", "ephemeralContainers")


def read(file: Path) -> list[Data]:
    entries = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert isinstance(entries, list), file.name
    return entries


CATALOG = {file.stem: read(file) for file in FILES}


def group_of(stem: str) -> str:
    return {"core": ""}.get(stem, stem)


def entries_of(kind_entries: bool = True) -> Iterator[tuple[str, Data]]:
    for stem, entries in CATALOG.items():
        yield from ((stem, entry) for entry in entries if ("kinds" in entry) == kind_entries)


def all_fields() -> Iterator[tuple[str, Data]]:
    """Every field with the place it has in messages."""
    for stem, entry in entries_of():
        for field in entry["fields"]:
            yield f"{stem} {entry['kinds'][0]} {field['path']}", field


def by_kind() -> dict[Owner, list[Data]]:
    found: dict[Owner, list[Data]] = {}
    for stem, entry in entries_of():
        for kind in entry["kinds"]:
            found.setdefault((group_of(stem), kind), []).extend(entry["fields"])
    return found


KINDS = by_kind()


def under(path: str, part: str) -> str:
    """The path of a part of a split form, which may start at the object's root."""
    if part.startswith("/"):
        return part[1:]
    return path + part if part.startswith("[") else f"{path}.{part}"


def below_pod_spec(path: str) -> Iterator[str]:
    yield from (f"{path}.{name}[].image" for name in POD_LISTS)
    yield f"{path}.volumes[].image.reference"
    yield f"{path}.imagePullSecrets"


def claims(field: Data) -> Iterator[str]:
    """The paths of the strings that a field speaks for, but for tags, which many may share."""
    path, form = field["path"], field.get("form", "image")
    if form == "podSpec":
        yield from below_pod_spec(path)
    elif form == "containers":
        yield f"{path}[].image"
    elif form == "split":
        for name, part in field["parts"].items():
            if name != "tag":
                yield from (under(path, one) for one in part.split("|"))
    else:
        yield path


def alone(field: Data) -> Iterator[str]:
    """Those of its paths that no other field may speak for: a registry may serve many images."""
    if field.get("form") == "split":
        own = {**field, "parts": {k: v for k, v in field["parts"].items() if k != "registry"}}
        yield from claims(own)
    else:
        yield from claims(field)


def test_every_file_is_named_after_a_group() -> None:
    assert [f.stem for f in FILES if not GROUP.fullmatch(f.stem)] == []
    assert {"core", "any"} <= set(CATALOG)


def test_the_text_of_every_file_is_tidy() -> None:
    wrong = []
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        lines = text.split("\n")
        if not text.startswith("# ") or not text.endswith("\n") or text.endswith("\n\n"):
            wrong.append(file.name)
        wrong += [
            f"{file.name}:{number}"
            for number, line in enumerate(lines, 1)
            if len(line) > LONGEST_LINE or line != line.rstrip() or "\t" in line
        ]
    assert wrong == []


def test_at_least_900_kinds_are_known() -> None:
    assert len(KINDS) >= FEWEST_KINDS


def test_kinds_of_kubernetes_itself_are_elsewhere() -> None:
    assert sorted(set(KINDS) & set(BUILTIN_KINDS)) == []


def test_an_entry_has_its_keys_and_its_sources() -> None:
    wrong = []
    for stem, entry in entries_of():
        required = {"kinds", "source", "fields"}
        texts = [entry.get("secretsAt", "x"), entry.get("note", "x"), *entry["kinds"]]
        good = required <= set(entry) <= ENTRY_KEYS and all(isinstance(t, str) and t for t in texts)
        if not good or not entry["fields"] or not entry["kinds"] or not entry["source"]:
            wrong.append((stem, entry["kinds"]))
        wrong += [(stem, text) for text in entry["source"] if not SOURCE.fullmatch(text)]
        if not SEEN.fullmatch(entry.get("seen", "2026-11")):
            wrong.append((stem, entry["seen"]))
    assert wrong == []


def test_names_of_variables_and_flags_are_exact_and_stand_once() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for stem, entry in entries_of(kind_entries=False):
        assert stem == "any"
        assert set(entry) <= NAMED_KEYS
        assert entry["source"]
        assert ("digest" in entry) == ("reason" in entry)
        assert len({"env", "args"} & set(entry)) == 1
        for key in ("env", "args"):
            assert set(entry.get(key, {})) <= NAMED
            for names in entry.get(key, {}).values():
                assert names == sorted(names)
                seen.update((key, name) for name in names)
    assert set(seen.values()) == {1}
    assert [name for key, name in seen if key == "env" and not re.fullmatch(r"\w+", name)] == []
    flag = re.compile(r"--?[a-z0-9]+(-[a-z0-9]+)*")
    assert [name for key, name in seen if key == "args" and not flag.fullmatch(name)] == []


def faults(field: Data, path: re.Pattern[str]) -> Iterator[str]:
    """What is wrong with a field."""
    form = field.get("form", "image")
    required, optional = (set(text.split()) for text in FORMS[form])
    if not {"path"} | required <= set(field) or set(field) - OWN - required - optional:
        yield "keys"
    if not path.fullmatch(field["path"]):
        yield "path"
    if field.get("form") == "image" or field.get("items") == "objects":
        yield "it goes without saying"
    yield from faults_of_reasons(field)
    yield from faults_of_values(field)
    yield from faults_of_conditions(field)
    yield from faults_of_parts(field)
    yield from faults_of_documents(field)


def faults_of_reasons(field: Data) -> Iterator[str]:
    wants = field.get("form") in {"match", "none"} or field.get("digest") == "none"
    if ("reason" in field) != wants or re.search(r"[.!]$", field.get("reason", "")):
        yield "reason"


def faults_of_values(field: Data) -> Iterator[str]:
    if field.get("digest", "none") not in CAPABILITIES:
        yield "digest"
    if field.get("items", "string") not in ITEMS:
        yield "items"
    if not all(isinstance(scheme, str) for scheme in field.get("schemes", [])):
        yield "schemes"


def faults_of_conditions(field: Data) -> Iterator[str]:
    for key, wanted in field.get("when", {}).items():
        values = wanted if isinstance(wanted, list) else [wanted]
        if not PATH.fullmatch(key.removeprefix("/")) or not all(isinstance(v, str) for v in values):
            yield "when"


def faults_of_documents(field: Data) -> Iterator[str]:
    inside = field.get("inside", [])
    if isinstance(inside, list):
        for inner in inside:
            yield from faults(inner, ROOTED)
    elif inside not in {"manifests", "podSpec"}:
        yield "inside"


def faults_of_parts(field: Data) -> Iterator[str]:
    if field.get("form") != "split":
        return
    parts = field["parts"]
    if set(parts) - PARTS or not {"repository", "name"} & set(parts):
        yield "parts"
    for part in parts.values():
        if not all(PATH.fullmatch(one.removeprefix("/")) for one in part.split("|")):
            yield "the path of a part"
    if field.get("join", "kiali") not in JOINS:
        yield "join"


def test_every_field_is_well_formed() -> None:
    found = [(place, fault) for place, field in all_fields() for fault in faults(field, PATH)]
    assert found == []


@pytest.mark.parametrize(
    "field",
    [
        {"path": "spec..image"},
        {"path": "spec.image", "form": "image"},
        {"path": "spec.image", "form": "none"},
        {"path": "spec.image", "form": "uri"},
        {"path": "spec.image", "reason": "x"},
        {"path": "spec.image", "digest": "none", "reason": "x."},
        {"path": "spec.image", "when": {"a..b": "c"}},
        {"path": "spec", "form": "split", "parts": {"tag": "tag"}},
        {"path": "spec", "form": "split", "parts": {"repository": "a||b"}},
        {"path": "spec", "form": "split", "parts": {"repository": "a"}, "join": "glue"},
        {"path": "spec", "form": "document", "inside": "values"},
        {"path": "spec", "form": "document", "inside": [{"path": "a.[]"}]},
        {"path": "spec.a", "form": "pullSecrets", "items": "objects"},
    ],
    ids=lambda field: "-".join(str(value) for value in field.values()),
)
def test_a_field_that_is_not_well_formed_is_seen(field: Data) -> None:
    assert list(faults(field, PATH)) != []


def test_files_entries_and_fields_are_sorted() -> None:
    wrong = []
    for stem, entries in CATALOG.items():
        heads = [(("kinds" not in e), e.get("kinds", [""])[0], e["source"][0]) for e in entries]
        if [head[:2] for head in heads] != sorted(head[:2] for head in heads):
            wrong.append(stem)
        for entry in entries:
            paths = [field["path"] for field in entry.get("fields", [])]
            kinds = entry.get("kinds", [])
            if paths != sorted(paths) or kinds != sorted(kinds):
                wrong.append(f"{stem} {kinds}")
    assert wrong == []


def test_no_string_is_spoken_for_twice() -> None:
    twice = []
    for owner, fields in KINDS.items():
        if owner[1] == "*":
            continue
        found = Counter(
            (path, repr(field.get("when"))) for field in fields for path in alone(field)
        )
        twice += [(owner, path) for (path, _), count in found.items() if count > 1]
    assert twice == []


def test_nothing_stands_below_a_string() -> None:
    """A path below an image, below a pod spec's containers or below what is none is a mistake."""
    below = []
    for owner, fields in KINDS.items():
        paths = {path for field in fields for path in claims(field)}
        below += [
            (owner, path, other)
            for path in paths
            for other in paths
            if other.startswith((f"{path}.", f"{path}[", f"{path}{{"))
        ]
    assert below == []


# What the facts name and the catalogue leaves out: group, kind and path, where * is anything.
LEFT_OUT = {
    ("argoproj.io", "Application*", "*.helm.*"): "Helm values",
    ("argoproj.io", "ApplicationSet", "spec.templatePatch"): "a Go template",
    ("build.openshift.io", "Build*", "spec.source.dockerfile"): "a Dockerfile",
    ("machineconfiguration.openshift.io", "MachineOSConfig", "*.content"): "a Dockerfile",
    ("datadoghq.com", "DatadogAgent*", "*.injector.imageTag"): "a tag without an image",
    ("kafka.strimzi.io", "KafkaConnect*", "spec.build.output.image"): "pushed first: a suspect",
    ("networking.istio.io", "ProxyConfig", "spec.image.imageType"): "the end of a tag",
    ("helm.cattle.io", "HelmChart*", "spec.values*"): "Helm values",
    ("helm.cattle.io", "HelmChart", "spec.set{}"): "Helm values",
    ("helm.toolkit.fluxcd.io", "HelmRelease", "spec.values"): "Helm values",
    ("kustomize.config.k8s.io", "*", "helmCharts*"): "Helm values",
    ("kustomize.config.k8s.io", "*", "patchesJson6902*"): "operations without an object",
    ("kustomize.config.k8s.io", "*", "metadata.annotations*"): "any.yaml has it",
    ("kustomize.toolkit.fluxcd.io", "*", "spec.postBuild.substitute{}"): "values of variables",
    ("kyverno.io", "*", "spec.rules[].mutate.*"): "patterns and expressions",
    ("install.istio.io", "IstioOperator", "spec.components.*.overlays*"): "values of any type",
    ("operators.coreos.com", "*", "*.env[].value"): "variables, which a rule of the user finds",
    ("template.openshift.io", "Template", "parameters[].value"): "values of variables",
}
# What the facts and the objects call differently.
RENAMED = {
    ("builtin", "ImageTagTransformer"): ("", "ImageTagTransformer"),
    ("metallb.io", "Metallb"): ("metallb.io", "MetalLB"),
}
# Lists and snapshots of other objects, which the program or a controller takes care of.
OTHERS_WORK = {
    ("", "List"),
    ("*", "*List (PodList, DeploymentList, ...)"),
    ("apps", "ControllerRevision"),
}
# Maps of which a few keys are spoken for, and documents of which the inner fields are.
WITHIN = {"embedded", "conditional", "digest-only"}


def facts() -> Iterator[tuple[Owner, Data]]:
    text = shared_path("facts", "image_fields.yaml").read_text(encoding="utf-8")
    for entry in yaml.load(text, Loader=yaml.CSafeLoader):
        for kind in entry["kinds"] if entry["tier"] in {"curated", "schema"} else ():
            owner = (entry["group"], kind)
            if owner not in BUILTIN_KINDS | OTHERS_WORK:
                yield RENAMED.get(owner, owner), entry


def named(field: Data) -> Iterator[str]:
    """The paths of the strings that a field of the facts names, as the catalogue writes them."""
    if field.get("podTemplate"):
        lists = [key for key in field["keys"] if key in POD_LISTS]
        yield from (f"{field['path']}.{name}[].image" for name in lists)
    elif field["form"] == "split":
        tags = {"tag", "version", "semver", "digestAlgorithm", "path", "prefix"}
        yield from (path for name, path in field["parts"].items() if name not in tags)
    elif field["form"] == "override-object":
        yield from (field["parts"]["match"], field["parts"]["repository"])
    else:
        yield re.sub(r"\[name=\w+\]", "[]", field["path"])


def is_covered(path: str, field: Data, spoken_for: set[str]) -> bool:
    heads = (f"{path}.", f"{path}[", f"{path.removesuffix('{}')}[", f"{path.removesuffix('[]')}[")
    inner = any(other.startswith(heads) for other in spoken_for)
    return bool({path, path.removesuffix("{}")} & spoken_for) or (
        field.get("form") in WITHIN and inner
    )


def is_left_out(owner: Owner, path: str) -> bool:
    return any(is_left_out_by(key, owner, path) for key in LEFT_OUT)


def is_left_out_by(key: tuple[str, str, str], owner: Owner, path: str) -> bool:
    return all(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text)
        for pattern, text in zip(key, (*owner, path), strict=True)
    )


@pytest.mark.slow
def test_every_image_of_the_facts_is_spoken_for() -> None:
    missing = []
    for owner, entry in facts():
        spoken_for = {path for field in KINDS.get(owner, ()) for path in claims(field)}
        missing += [
            (*owner, path)
            for field in entry["fields"]
            for path in named(field)
            if not is_covered(path, field, spoken_for) and not is_left_out(owner, path)
        ]
    assert missing == []


@pytest.mark.slow
def test_what_is_left_out_is_not_there() -> None:
    """An exception that is none any longer goes."""
    paths = [
        (owner, path)
        for owner, entry in facts()
        for field in entry["fields"]
        for path in named(field)
    ]
    kept = {key for key in LEFT_OUT if not any(is_left_out_by(key, *place) for place in paths)}
    assert kept == set()


# Kinds that a collection writes in lower case.
ALIASES = {
    "awsclusterproviderspec": "AWSClusterProviderSpec",
    "azureclusterproviderspec": "AzureClusterProviderSpec",
}
# A registry that every image of the kind names for itself.
SHARED_PARTS = {("tinkerbell.org", "Stack", "spec.registry")}


def missed() -> Iterator[tuple[Owner, str]]:
    """The places of custom resources that an independent collection had and the catalogue not."""
    file = shared_path("facts", "catalogue_missing.tsv")
    with file.open(encoding="utf-8", newline="") as lines:
        for group, kind, path, *_ in csv.reader(lines, "excel-tab", quoting=csv.QUOTE_NONE):
            # Those of strings in any pod have no kind, those of ConfigMaps are told in words.
            if group not in ("", "*", "group"):
                yield (group, ALIASES.get(kind, kind)), path


def test_every_place_that_was_missed_is_spoken_for() -> None:
    missing = []
    for owner, path in missed():
        spoken_for = {it for field in KINDS.get(owner, ()) for it in parts_and_claims(field)}
        if path not in spoken_for and (*owner, path) not in SHARED_PARTS:
            missing.append((*owner, path))
    assert missing == []


def parts_and_claims(field: Data) -> Iterator[str]:
    yield from claims(field)
    # A part that a schema calls so may be the whole, to which a version is added.
    yield from (under(field["path"], it) for it in field.get("parts", {}).values())
