"""Rules that give names, and rules for one way of writing an image."""

from __future__ import annotations

import pytest

from tests.config.test_rules import problems, read


class TestNames:
    """`sameAs`, and what goes with it."""

    NAME = "- {source: k8s.gcr.io, sameAs: registry.k8s.io}"

    def test_is_read(self) -> None:
        (rule,), _ = read(self.NAME)
        assert (rule.source, rule.same_as, rule.prefixes) == ("k8s.gcr.io", "registry.k8s.io", ())

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            *(
                pytest.param(
                    f"- {{source: a.io, sameAs: b.io, {key}: {value}}}",
                    f"c.yaml:2:32: error: `mirrors[0].{key}` is set on a rule that gives "
                    "another name (bad-rule)",
                    id=key,
                )
                for key, value in (
                    ("pullSecrets", "[a]"),
                    ("allowDifferent", "true"),
                    ("where", "{kinds: [a]}"),
                    ("only", "tags"),
                )
            ),
            *(
                pytest.param(
                    f"- {{source: '{source}', sameAs: b.io}}",
                    f'c.yaml:2:12: error: `mirrors[0].source` is "{source}": expected a host '
                    "or host/path beside `sameAs` (bad-source)",
                    id=source,
                )
                for source in ("*.a.io", "*", "a.io/b:1")
            ),
            pytest.param(
                "- {source: a.io, sameAs: b.io}\n- {source: b.io/c, sameAs: d.io}",
                "c.yaml:2:26: error: `mirrors[0].sameAs` is a name that `mirrors[1]` gives "
                'another: "b.io" (loop)',
                id="a name of a name",
            ),
            pytest.param(
                "- {source: a.io, sameAs: a.io/b}",
                "c.yaml:2:26: error: `mirrors[0].sameAs` is a name that `mirrors[0]` gives "
                'another: "a.io/b" (loop)',
                id="a name of itself",
            ),
            pytest.param(
                "- {source: a.io, sameAs: b.io}\n"
                "- {source: a.io/c, keep: true, where: {kinds: [a]}}",
                "c.yaml:3:12: error: `mirrors[1].source` lies under the source of "
                '`mirrors[0]`: "a.io/c" (never-matches)\n'
                "  hint: images there are looked for as b.io",
                id="a scope below it",
            ),
            pytest.param(
                "- {source: a.io, sameAs: b.io:x}",
                'c.yaml:2:26: error: `mirrors[0].sameAs` is "b.io:x": expected '
                "host[:port][/path], without tag and digest (bad-target)",
                id="no name",
            ),
            pytest.param(
                "- {source: a.io, keep: true, only: all}",
                'c.yaml:2:36: error: `mirrors[0].only` is "all": expected one of digests, '
                "tags (bad-value)",
                id="only",
            ),
            *(
                pytest.param(
                    f"- {{source: {source}, target: docker.io/{target}}}",
                    f"c.yaml:2:{22 + len(source)}: error: `mirrors[0].target` is "
                    f'"docker.io/{target}": expected room for two parts behind docker.io, '
                    "namespace/repository (refused-name)\n"
                    "  hint: a template makes one of them: {{ repository | replace('/', '-') "
                    "}}",
                    id=f"{source} to {target}",
                )
                for source, target in (
                    ("quay.io", "a/b"),
                    ('"*"', "a"),
                    ("quay.io/x", "a/b/c"),
                )
            ),
        ],
    )
    def test_is_refused(self, text: str, expected: str) -> None:
        assert problems(text) == expected.split("\n")

    def test_room_that_is_there(self) -> None:
        for text in (
            "- {source: quay.io, target: docker.io/acme}",
            "- {source: quay.io/x, target: docker.io/acme/x}",
        ):
            assert len(read(text)[0]) == 1

    def test_one_source_for_each_way_of_writing(self) -> None:
        first = "- {source: a.io, target: b.io, only: tags}"
        assert len(read(f"{first}\n- {{source: a.io, target: c.io, only: digests}}")[0]) == 2
        assert len(problems(f"{first}\n- {{source: a.io, target: c.io, only: tags}}")) == 2


@pytest.mark.parametrize(
    ("artifacts", "expected"),
    [
        ("[charts, images, charts]", ("charts", "images")),
        ("[charts]", ("charts",)),
    ],
)
def test_what_a_rule_is_for(artifacts: str, expected: tuple[str, ...]) -> None:
    (rule,), found = read(f"- {{source: a.io, keep: true, artifacts: {artifacts}}}")
    assert (rule.artifacts, found) == (expected, [])


@pytest.mark.parametrize(
    ("artifacts", "expected"),
    [
        ("[]", "c.yaml:2:41: error: `mirrors[0].artifacts` is empty: expected a value (empty)"),
        (
            "charts",
            "c.yaml:2:41: error: `mirrors[0].artifacts` is a string: expected a list (wrong-type)",
        ),
        (
            "[chart]",
            'c.yaml:2:42: error: `mirrors[0].artifacts[0]` is "chart": expected one of '
            "images, charts (bad-value)\n"
            "  hint: did you mean charts?",
        ),
    ],
)
def test_what_no_rule_is_for(artifacts: str, expected: str) -> None:
    text = f"- {{source: a.io, keep: true, artifacts: {artifacts}}}"
    assert problems(text) == expected.split("\n")


def test_one_source_for_images_and_for_charts() -> None:
    text = "- {source: a.io, target: b.io}\n- {source: a.io, target: c.io, artifacts: [charts]}"
    assert problems(text) == []
