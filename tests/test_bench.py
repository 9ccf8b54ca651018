"""The benchmark measures what its README says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

from bench import generate, heads, install, proposals
from bench.process import run
from bench.relay import relayed
from bench.table import Ratio, ratios
from tests.helpers import oracle
from tests.helpers.quirk_server import QuirkServer
from transformer.find.schemas import head_of
from transformer.lock.lock import parse_lock
from transformer.yamltext.path import EACH, EVERY

TEXT = generate.stream()


def test_the_stream_is_what_the_readme_says() -> None:
    documents = TEXT.split("---\n")[1:]
    images = re.findall(r'^ +image: "?([^"\n]+)', TEXT, re.MULTILINE)
    assert len(TEXT) == 2_859_989
    assert (len(documents), len(images), len(set(images))) == (6_000, 6_000, 270)
    assert len({image.rpartition(":")[0] for image in images}) == 81
    assert sum("image" in document for document in documents) == 2_800


def test_the_lock_holds_every_image() -> None:
    lock = yaml.safe_load(generate.lock())
    assert len(lock["images"]) == 270


def test_the_large_lock_holds_them_too() -> None:
    small, large = (parse_lock("lock", it) for it in (generate.lock(), generate.large_lock()))
    assert len(list(large)) == 10_000
    for name in small:
        found, expected = large.get(name), small.get(name)
        assert found is not None
        assert expected is not None
        assert found.digest == expected.digest
        assert list(found.platforms) == ["linux/amd64", "linux/arm64"]


def test_a_resource_list_holds_the_same_documents() -> None:
    text = generate.stream(20)
    (wrapped,) = oracle.load(generate.resource_list(text))
    assert wrapped["items"] == oracle.load(text)


def test_install_manifests_are_mostly_schemas() -> None:
    text = install.stream(2)
    kinds = [it["kind"] for it in oracle.load(text)]
    assert kinds == ["CustomResourceDefinition", "Deployment"] * 2
    schemas, rest = text.split("---\n")[1::2], text.split("---\n")[2::2]
    assert len("".join(rest)) * 100 < len("".join(schemas))
    assert all(map(head_of, schemas))
    assert 9_000_000 < len(text) / 2 * install.OPERATORS < 10_000_000


def test_the_bare_pool_asks_once_for_each_image() -> None:
    with QuirkServer() as server:
        names = [f"team/app:{number}" for number in range(20)]
        digests = {f"{server.host}/{it}": server.put(it, {"image": it}) for it in names}
        assert heads.ask(server.host, list(digests), 4) == digests
        assert len(server.seen) == len(names)


def test_a_relay_changes_nothing() -> None:
    with QuirkServer() as server:
        digest = server.put("team/app:1", {})
        with relayed(server.host, 1) as host:
            assert heads.ask(host, [f"{host}/team/app:1"], 1) == {f"{host}/team/app:1": digest}


def test_ratios_name_what_misses_its_goal() -> None:
    rows = (
        Ratio(title="good", command="a", against="b", goal=2),
        Ratio(title="slow", command="b", against="a", goal=1.5),
        Ratio(title="too good", command="a", against="b", goal=2, least=1),
        Ratio(title="free", command="a", against="a"),
    )
    cells = list(ratios(rows, {"a": [0.1, 0.9, 0.1], "b": [0.2, 0.2, 0.1]}))
    assert cells[1:] == [
        ("good", "100 ms", "b", "200 ms", "0.50", "<= 2", ""),
        ("slow", "200 ms", "a", "100 ms", "2.00", "<= 1.5", "missed"),
        ("too good", "100 ms", "b", "200 ms", "0.50", "1 to 2", "missed"),
        ("free", "100 ms", "a", "100 ms", "1.00", "", ""),
    ]


def test_a_process_is_measured() -> None:
    program = "import sys; print(sys.stdin.read(), end=''); sys.stderr.write('bad'); sys.exit(7)"
    done = run([sys.executable, "-c", program], b"in")
    assert (done.exit_code, done.stdout, done.stderr) == (7, b"in", "bad")
    assert 0 < done.seconds < 60
    assert 1 << 20 < done.memory < 100 << 20


def test_the_memory_of_the_caller_is_not_counted() -> None:
    large = b"x" * (150 << 20)
    done = run([sys.executable, "-c", ""])
    assert done.memory < len(large)


DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: monitoring.coreos.com
  names: {kind: ThanosRuler}
  versions:
  - name: v1
    schema: {openAPIV3Schema: {properties: {spec: {properties: %s}}}}
"""


def test_proposals_are_compared_with_the_catalogue(tmp_path: Path) -> None:
    properties = "{image: {type: string}, otherImage: {type: string}}"
    (tmp_path / "crd.yaml").write_text(DEFINITION % properties)
    (tmp_path / "half.yaml").write_text("kind: CustomResourceDefinition\nspec: [\n")
    (tmp_path / "pod.yaml").write_text("kind: Pod\n")
    reached, *by_sureness = [*proposals.report(proposals.proposed([tmp_path]))][1:]
    assert reached[1].startswith("1 of ")
    assert [row[1:] for row in by_sureness] == [("1 of 1", "100 %"), ("0 of 1", "0 %")]


def test_all_of_a_mapping_is_any_one_of_it() -> None:
    assert proposals.is_same(("a", EVERY), ("a", "b"))
    assert not proposals.is_same(("a", EVERY), ("a", EACH))
    assert not proposals.is_same(("a", "b"), ("a",))
