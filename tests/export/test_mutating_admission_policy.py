"""What the policy looks like, to the byte, and what is named because it cannot be said there."""

from __future__ import annotations

import pytest
import yaml

from tests.helpers import runs
from tests.helpers.shared import ROOT
from transformer.errors import Problem
from transformer.export import pins
from transformer.export.format import Export, Request
from transformer.export.formats import format_of
from transformer.lock.lock import Lock, parse_lock

EXPECTED = ROOT / "tests/export/policies"
HUB = "{source: docker.io, target: m.io/hub, pullSecrets: [hub-pull]}"
NGINX = "docker.io/library/nginx:1.27"
LOCK = runs.locked({NGINX: f"{{digest: sha256:{'1' * 64}}}"})
LOCKED = "digests: {mode: lock}"
ALL = (
    HUB,
    "{source: docker.io/library, target: m.io/hub/official, pullSecrets: [official-pull]}",
    "{source: 'docker.io/library/busybox:1.36', target: m.io/box}",
    "{source: 'docker.io/library/x@sha256:DIGEST', target: m.io/x}".replace("DIGEST", "a" * 64),
    "{source: docker.io/evil, block: true}",
    "{source: m.io/own, keep: true, pullSecrets: [own-pull]}",
    "{source: m.io/hub/own, keep: true, pullSecrets: [own-pull]}",
    "{source: '*.gcr.io', template: 'm.io/gcr/{{ host | slug }}/{{ repository }}'}",
    "{source: '*.x.io', target: m.io/x}",
    "{source: '*', target: m.io/all}",
    '{source: ghcr.io, template: \'docker.io/mine/{{ name | lower | replace("_", "-") }}\'}',
    "{source: quay.io, target: n.io, where: {containers: [agent]}}",
    "{source: quay.io, target: m.io/charts, artifacts: [charts]}",
)


def export(*rules: str, spec: tuple[str, ...] = (), lock: Lock | None = None) -> Export:
    settings = runs.config("mirrors:", *(f"- {it}" for it in rules), *spec)
    return format_of("map").make(Request(config=settings, lock=lock))


def text_of(made: Export) -> str:
    (file,) = made.files
    return file.text


def lines_of(problems: tuple[Problem, ...]) -> list[str]:
    return [line for it in problems for line in it.lines]


CASES = [
    ("plain", ("{source: docker.io, target: m.io/hub}",), (), None),
    ("locked", (HUB,), (LOCKED, "pullSecrets: {names: [every]}"), LOCK),
    ("all", ALL, ("digests: {mode: lock, keepTag: false, missing: warn}",), LOCK),
    ("without-tags", (HUB,), ("digests: {keepTag: false, mode: off}",
                              "pullSecrets: {attachTo: none}"), None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rules", "spec", "lock"), CASES, ids=lambda it: str(it)[:12])
def test_policy(name: str, rules: tuple[str, ...], spec: tuple[str, ...], lock: Lock) -> None:
    made = export(*rules, spec=spec, lock=lock)
    assert (made.unsaid, made.warnings) == ((), ())
    assert text_of(made) == (EXPECTED / f"mutating-{name}.yaml").read_text()


def test_a_wildcard_alone_has_no_origin() -> None:
    made = export("{source: '*.x.io', target: m.io/x}", spec=(LOCKED,), lock=LOCK)
    assert "origins" not in text_of(made)
    assert "[i.image.source]\n" in text_of(made)


@pytest.mark.parametrize(
    ("rules", "spec", "said"),
    [
        (
            ["{source: a.io, template: 'm.io/{{ source | crc32 }}'}"],
            (),
            '`template` of `mirrors[0]` is set, which admission cannot say: "a.io"',
        ),
        (
            ["{source: a.io, template: 'm.io/{{ tag }}'}"],
            (),
            '`template` of `mirrors[0]` is set, which admission cannot say: "a.io"',
        ),
        (
            ["{source: a.io, template: 'm.io/{% if host %}x{% endif %}'}"],
            (),
            '`template` of `mirrors[0]` is set, which admission cannot say: "a.io"',
        ),
        (
            ["{source: a.io, template: 'm.io/{{ name | replace(host, \"x\") }}'}"],
            (),
            '`template` of `mirrors[0]` is set, which admission cannot say: "a.io"',
        ),
        (
            ["{source: m.io/a/b, target: n.io}", "{source: a.io, target: m.io/a}"],
            (),
            '`source` of `mirrors[0]` is set, which admission cannot say: "m.io/a/b"',
        ),
        (
            ["{source: a.io, targets: [m.io/a, n.io/a]}"],
            (),
            '`targets` of `mirrors[0]` is set, which admission cannot say: "a.io"',
        ),
        (
            ["{source: a.io, keep: true, only: tags}"],
            (LOCKED,),
            '`only` of `mirrors[0]` is set, which admission cannot say: "a.io"',
        ),
    ],
)
def test_what_cannot_be_said(rules: list[str], spec: tuple[str, ...], said: str) -> None:
    made = export(*rules, spec=spec, lock=LOCK)
    line, hint = lines_of(made.unsaid)
    assert line == f"mirrorpin.yaml:5:5: error: {said} (not-exportable)"
    assert hint.startswith("  hint: ")


def test_another_name_is_said_once() -> None:
    (problem,) = export("{source: a.io, sameAs: docker.io}", HUB).unsaid
    assert "`sameAs`" in problem.message


def test_no_registry_is_asked() -> None:
    made = export(HUB, spec=("digests: {mode: resolve}",))
    assert lines_of(made.unsaid) == [
        "mirrorpin.yaml: error: `digests.mode` is resolve, and admission asks no registry "
        "(not-exportable)",
        "  hint: use `mode: lock`, whose digests are exported",
    ]
    assert "data: {}\n" in text_of(made)


class TestLock:
    def test_what_it_lacks_is_left_out_with_a_warning(self) -> None:
        spec = ("digests: {platforms: [linux/arm64]}",)
        made = export(HUB, spec=spec, lock=LOCK)
        (warning,) = made.warnings
        assert (warning.severity, warning.code) == ("warning", "platform-missing")
        assert "data: {}\n" in text_of(made)

    def test_a_key_that_no_config_map_takes_is_an_error_at_its_place(self) -> None:
        name = f"docker.io/{'a/' * 70}x:{'t' * 100}"
        lock = runs.locked({name: f"{{digest: sha256:{'1' * 64}}}"})
        line, hint = lines_of(export(HUB, spec=(LOCKED,), lock=lock).unsaid)
        assert line.startswith(
            "images.lock.yaml:3:266: error: a key of a ConfigMap has 324 characters, "
            'expected 253 at most: "docker.io/a/'
        )
        assert hint == "  hint: give it a shorter tag, or write its digest into the manifest"

    def test_a_large_one_is_split(self) -> None:
        digests = {
            f"a.io..{index:06}{'x' * 200}_.1": f"sha256:{index:064}" for index in range(9000)
        }
        parts = pins.parts_of(digests)
        assert {key: it for part in parts for key, it in part.items()} == digests
        texts = list(pins.config_maps(parts))
        # What Kubernetes takes, and etcd with the keys that are noted a second time.
        assert all(len(it) < 1 << 20 for it in texts)
        assert all(len(it) + sum(map(len, part)) < 3 << 19
                   for it, part in zip(texts, parts, strict=True))  # fmt: skip
        heads = [yaml.safe_load(it.partition("\ndata:\n")[0])["metadata"] for it in texts]
        assert [it["name"] for it in heads] == [f"mirrorpin-lock-{it}" for it in (1, 2, 3, 4)]
        notes = [it["annotations"] for it in heads]
        starts = ["", *(min(it) for it in parts[1:]), ""]
        assert [it[pins.FIRST] for it in notes] == starts[:-1]
        assert [it[pins.END] for it in notes] == starts[1:]

    def test_parts_are_chosen_by_their_number(self) -> None:
        entry = f"    digest: sha256:{'1' * 64}\n"
        lines = (f"  a.io/{'x' * 200}{index}:1:\n{entry}" for index in range(3700))
        lock = parse_lock("images.lock.yaml", f"version: 1\nimages:\n{''.join(lines)}")
        texts = text_of(export(HUB, spec=(LOCKED,), lock=lock)).split("---\n")
        *maps, policy, binding = (yaml.safe_load(it.partition("\ndata:\n")[0]) for it in texts)
        assert len(maps) == 2
        chosen = binding["spec"]["paramRef"]["selector"]["matchLabels"]
        assert all(it["metadata"]["labels"] == chosen for it in maps)
        (moves,) = (it for it in policy["spec"]["variables"] if it["name"] == "moves")
        assert "params.metadata.annotations['mirrorpin.dev/first-key']" in moves["expression"]
