from __future__ import annotations

import pytest

from transformer.config.envelope import read_envelope
from transformer.yamltext.load import Lines, read_one
from transformer.yamltext.values import Setting

OURS = "apiVersion: mirrorpin.dev/v1alpha1\nkind: ImageTransformer\n"
MAP = "apiVersion: v1\nkind: ConfigMap\n"

KNOWN = ("mode", "digests", "mirrors")


def read(text: str) -> tuple[dict[str, Setting], list[str]]:
    """The settings of a configuration, and the lines of what is wrong with it."""
    document, slot = read_one("c.yaml", text)
    root = Setting(Lines(document), [], "", slot)
    root.check_keys()
    values = read_envelope(root, KNOWN).values
    return values, [line for problem in root.problems for line in str(problem).split("\n")]


def test_our_own_kind() -> None:
    values, found = read(f"{OURS}metadata: {{name: x, labels: {{a: b}}}}\nspec: {{mode: check}}\n")
    assert found == []
    assert {it.path: it.text() for it in values.values()} == {"spec.mode": "check"}


def test_a_config_map() -> None:
    values, found = read(
        f"{MAP}metadata: {{name: x}}\n"
        "data:\n"
        "  mode: check\n"
        "  digests: |\n"
        "    mode: lock\n"
        '  mirrors: "[{source: docker.io}]"\n'
    )
    assert found == []
    assert values["mode"].text() == "check"
    assert values["digests"].values()["mode"].text() == "lock"
    [mirror] = values["mirrors"].items()
    assert mirror.values()["source"].path == "data.mirrors[0].source"
    assert str(mirror.values()["source"].position) == "c.yaml:8:3"


def test_an_empty_string_of_a_config_map_is_null() -> None:
    values, found = read(f"{MAP}data: {{digests: '', mirrors: '# later'}}\n")
    assert found == []
    assert values["digests"].values() == {}
    assert values["mirrors"].items() == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", ["c.yaml:1:1: error: is empty: expected a value (empty)"], id="nothing"),
        pytest.param(
            "{}", [("c.yaml:1:1: error: is empty: expected a value (empty)")], id="empty mapping"
        ),
        pytest.param(
            "word",
            ["c.yaml:1:1: error: is a string: expected a mapping (wrong-type)"],
            id="string",
        ),
        pytest.param(
            "mirrors: []\nmode: x\n",
            [
                "c.yaml:1:1: error: `mirrors` is set, and there is no such key (unknown-key)",
                "  hint: the keys here are apiVersion, kind, metadata, spec",
                "c.yaml:2:1: error: `mode` is set, and there is no such key (unknown-key)",
                "  hint: the keys here are apiVersion, kind, metadata, spec",
                "c.yaml:1:1: error: lacks the key `apiVersion` (missing-key)",
                "c.yaml:1:1: error: lacks the key `kind` (missing-key)",
                "c.yaml:1:1: error: lacks the key `spec` (missing-key)",
            ],
            id="specification alone",
        ),
        pytest.param(
            OURS,
            ["c.yaml:1:1: error: lacks the key `spec` (missing-key)"],
            id="no specification",
        ),
        pytest.param(
            f"{OURS}spec: {{}}\nmetadata: []\n",
            ["c.yaml:4:11: error: `metadata` is a list: expected a mapping (wrong-type)"],
            id="metadata",
        ),
        pytest.param(
            f"{OURS}spec: {{}}\nsepc: {{}}\nmetadata: {{name: x, name: y}}\n",
            [
                "c.yaml:5:21: error: `metadata.name` is repeated: it stands in line 5 too "
                "(repeated-key)",
                "c.yaml:4:1: error: `sepc` is set, and there is no such key (unknown-key)",
                "  hint: did you mean spec?",
            ],
            id="slips",
        ),
        pytest.param(
            "apiVersion: mirrorpin.dev/v1\nkind: ImageTransformer\nspec: {x: y}\n",
            [
                'c.yaml:1:13: error: `apiVersion` is "mirrorpin.dev/v1": expected '
                "mirrorpin.dev/v1alpha1 (bad-version)"
            ],
            id="another version, whose keys are not known",
        ),
        pytest.param(
            "apiVersion: \nkind: ImageTransformer\nspec: {}\n",
            ["c.yaml:1:12: error: `apiVersion` is empty: expected a value (empty)"],
            id="null version",
        ),
        pytest.param(
            "apiVersion: mirrorpin.dev/v1alpha1\nkind: Images\nspec: {x: y}\n",
            [
                'c.yaml:2:7: error: `kind` is "Images": expected ImageTransformer or '
                "ConfigMap (bad-kind)"
            ],
            id="another kind",
        ),
        pytest.param(
            "apiVersion: mirrorpin.dev/v1alpha1\nkind: [ImageTransformer]\nspec: {}\n",
            ["c.yaml:2:7: error: `kind` is a list: expected a string (wrong-type)"],
            id="list of kinds",
        ),
        pytest.param(
            "apiVersion: mirrorpin.dev/v1alpha1\nkind: ConfigMap\ndata: {}\n",
            [
                (
                    'c.yaml:1:13: error: `apiVersion` is "mirrorpin.dev/v1alpha1": expected v1 '
                    "(bad-version)"
                )
            ],
            id="version of a config map",
        ),
        pytest.param(
            f"{MAP}spec: {{}}\n",
            [
                "c.yaml:3:1: error: `spec` is set, and there is no such key (unknown-key)",
                "  hint: the keys here are apiVersion, kind, metadata, data",
                "c.yaml:1:1: error: lacks the key `data` (missing-key)",
            ],
            id="specification of a config map",
        ),
    ],
)
def test_what_is_no_envelope(text: str, expected: list[str]) -> None:
    values, found = read(text)
    assert values == {}
    assert found == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            "  digests: {mode: lock}\n",
            ["c.yaml:4:12: error: `data.digests` is a mapping: expected a string (wrong-type)"],
            id="mapping",
        ),
        pytest.param(
            "  digests: |\n    mode: {\n",
            [
                "c.yaml:4:3: error: `data.digests` is not YAML: while parsing a flow node, "
                "did not find expected node content (yaml)"
            ],
            id="syntax",
        ),
        pytest.param(
            "  digests: |\n    mode: a\n    mode: b\n",
            [
                "c.yaml:4:3: error: `data.digests.mode` is repeated: it stands in line 4 too "
                "(repeated-key)"
            ],
            id="repeated key",
        ),
        pytest.param(
            "  mdoe: check\n",
            [
                "c.yaml:4:3: error: `data.mdoe` is set, and there is no such key (unknown-key)",
                "  hint: did you mean mode?",
            ],
            id="unknown key",
        ),
    ],
)
def test_what_is_no_data(data: str, expected: list[str]) -> None:
    assert read(f"{MAP}data:\n{data}")[1] == expected
