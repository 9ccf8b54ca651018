"""Bills of materials: valid by their own schemas, the same for the same, and by which name."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from tests.helpers.payload import raw
from tests.helpers.runs import config, locked, pod, run, stream
from tests.report.test_formats import PAYLOADS
from transformer.cli.options import BILLS
from transformer.errors import UsageError
from transformer.image.reference import BadReference, normalize
from transformer.report.bills import Item, identity, merged, of_images, writer
from transformer.report.images import list_images

SHA = "sha256:" + "a" * 64
RULES = (
    "mirrors: [{source: docker.io, target: m.io/hub}]",
    "unmatched: warn",
    "invalid: warn",
    "digests: {mode: lock, missing: warn}",
    "fields: [{group: x.io, kind: Thing, path: image, form: registry}]",
)
LOCK = locked({"docker.io/library/nginx:1": f"{{digest: {SHA}}}"})
THING = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t}\nimage: docker.io\n"


def items(*manifests: str) -> tuple[Item, ...]:
    outcome = run(stream(*manifests), config(*RULES), LOCK)
    return of_images(list_images(outcome.decisions))


def bill(name: str, *manifests: str, day: str = "") -> dict[str, Any]:
    data: dict[str, Any] = json.loads(writer(name)(items(*manifests), day))
    return data


def item(text: str = "m.io/a:1", **facts: str) -> Item:
    return Item(image=normalize(text).with_tag_default(), facts=tuple(facts.items()))


def check(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


EVERY = (pod("nginx:1", "nginx", "quay.io/a:2", "$(X)"), pod("docker.io/library/nginx:1"), THING)


class TestItems:
    def test_are_the_images_that_are_pulled_each_once(self) -> None:
        assert [it.purl for it in items(*EVERY)] == [
            "pkg:oci/a?repository_url=quay.io/a&tag=2",
            "pkg:oci/nginx?repository_url=m.io/hub/library/nginx&tag=latest",
            f"pkg:oci/nginx@{SHA}?repository_url=m.io/hub/library/nginx&tag=1",
        ]

    def test_have_every_name_and_place_of_an_image(self) -> None:
        (found,) = (it for it in items(*EVERY) if it.image.digest)
        assert found.version == SHA
        assert found.facts == (
            ("source", "docker.io/library/nginx:1"),
            ("written", "nginx:1"),
            ("rule", "mirrors[0]"),
            ("place", "in.yaml:8:12 Pod web spec.containers[0].image"),
            ("written", "docker.io/library/nginx:1"),
            ("place", "in.yaml:23:12 Pod web spec.containers[0].image"),
        )

    @pytest.mark.parametrize(
        "text", ["[::1]:5000/a/b:1", f"r.io:5000/a__b/c-d.e@{SHA}", "a:B_c.1-2"]
    )
    def test_have_package_urls_that_read_as_they_are(self, text: str) -> None:
        url = item(text).purl
        read = PackageURL.from_string(url)
        assert read.to_string() == url
        assert isinstance(read.qualifiers, dict)
        assert read.qualifiers["repository_url"] == normalize(text).name

    @given(
        st.from_regex(
            r"[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+)?:[A-Za-z0-9_.-]{1,9}", fullmatch=True
        )
    )
    def test_have_package_urls_of_any_name(self, text: str) -> None:
        try:
            url = item(text).purl
        except BadReference:
            return
        assert PackageURL.from_string(url).to_string() == url


class TestCycloneDx:
    def test_is_valid_and_says_what_is_known(self) -> None:
        text = writer("cyclonedx")(items(*EVERY), "")
        check(text)
        data = json.loads(text)
        assert "timestamp" not in data["metadata"]
        assert [it["name"] for it in data["metadata"]["tools"]["components"]] == ["mirrorpin"]
        found = next(it for it in data["components"] if it["version"] == SHA)
        assert (found["type"], found["name"]) == ("container", "m.io/hub/library/nginx")
        assert {"name": "mirrorpin:rule", "value": "mirrors[0]"} in found["properties"]

    def test_may_be_empty(self) -> None:
        check(writer("cyclonedx")((), ""))

    def test_needs_its_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "cyclonedx.model.bom", None)
        with pytest.raises(UsageError, match="lacks cyclonedx-python-lib"):
            writer("cyclonedx")([], "")

    def test_without_its_library_says_how_to_get_it(self) -> None:
        code = (
            "import sys; sys.modules['cyclonedx'] = None\n"
            "from transformer.__main__ import main\n"
            "sys.argv = ['mirrorpin', 'images', '--format', 'cyclonedx']; sys.exit(main())"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code],
            input=pod("nginx"),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.splitlines() == [
            "error: `--format cyclonedx` lacks cyclonedx-python-lib, which is not installed "
            "(usage)",
            "  hint: python -m pip install 'mirrorpin[reports]'",
        ]


class TestSpdx:
    def test_says_what_is_known(self) -> None:
        data = bill("spdx", *EVERY, day="2026-11-30")
        assert data["creationInfo"]["created"] == "2026-11-30T00:00:00Z"
        found = next(it for it in data["packages"] if "checksums" in it)
        assert found["checksums"] == [{"algorithm": "SHA256", "checksumValue": "a" * 64}]
        assert found["comment"].splitlines()[0] == "source: docker.io/library/nginx:1"
        described = [it["relatedSpdxElement"] for it in data["relationships"]]
        assert described == [it["SPDXID"] for it in data["packages"]]

    def test_has_the_beginning_of_1970_without_a_day(self) -> None:
        assert bill("spdx", *EVERY)["creationInfo"]["created"] == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("name", BILLS)
class TestBoth:
    def test_are_the_same_for_the_same(self, name: str) -> None:
        write = writer(name)
        assert write(items(*EVERY), "") == write(items(*EVERY), "")
        other = merged([item(place="b"), item("m.io/a:2")])
        assert identity(merged([item(place="a")])) != identity(merged([item(place="b")]))
        assert write(merged([item(place="a")]), "") != write(other, "")

    @pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
    def test_hold_nothing_raw(self, name: str, text: str) -> None:
        written = writer(name)(merged([item(place=text, rule=text, written=text)]), "")
        assert raw(written) == []
        if name == "cyclonedx":
            check(written)
        else:
            json.loads(written)
