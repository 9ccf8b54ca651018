"""Images in TOML and INI that strings hold."""

from __future__ import annotations

import pytest

from tests.helpers.reading import each_parser
from tests.helpers.runs import SECRET, config, messages, output, run

FIELD = (
    "fields: [{{group: x.io, kind: Thing, path: spec.text, form: {}, inside: ["
    "{{path: 'a[].image'}}, {{path: b.repo, form: repository}}, {{path: 'm{{}}.image'}}, "
    "{{path: 'a[].secrets', form: pullSecrets, items: strings}}]}}]"
)
THING = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {{name: t}}\nspec:\n  text: {}\n"


@each_parser
@pytest.mark.parametrize(
    ("form", "before", "after"),
    [
        pytest.param(
            "toml",
            '|\n    [[a]]\n    image = "x:1" # c\n    [b]\n    repo = \'a/b\'',
            '|\n    [[a]]\n    image = "m.io/hub/library/x:1" # c\n    [b]\n'
            "    repo = 'm.io/hub/a/b'",
            id="toml in a block",
        ),
        pytest.param(
            "toml",
            r'"a = [{image = \"x:1\"}, {image = \"y:1\"}]\n"',
            r'"a = [{image = \"m.io/hub/library/x:1\"}, {image = \"m.io/hub/library/y:1\"}]\n"',
            id="toml in quotes",
        ),
        pytest.param(
            "toml",
            "'m = {k = {image = \"x:1\"}}'",
            "'m = {k = {image = \"m.io/hub/library/x:1\"}}'",
            id="every value",
        ),
        pytest.param("toml", "'a = [{image = \"x\"}]'", "'a = [{image = \"x\"}]'", id="a word"),
        pytest.param("toml", "'a = [{image = \"$X/a:1\"}]'", "'a = [{image = \"$X/a:1\"}]'",
                     id="a placeholder"),
        pytest.param("ini", '"[b]\\nrepo = a/b\\n"', '"[b]\\nrepo = m.io/hub/a/b\\n"', id="ini"),
        pytest.param("ini", "''", "''", id="nothing"),
        pytest.param("ini", "~ # image", "~ # image", id="null"),
    ],
)  # fmt: skip
def test_an_image_is_rewritten_between_what_is_around(
    form: str, before: str, after: str, parser: str
) -> None:
    settings = config("mirrors: [{source: docker.io, target: m.io/hub}]", FIELD.format(form))
    outcome = run(THING.format(before), settings, parser=parser)
    assert messages(outcome) == []
    assert output(outcome) == THING.format(after)


def test_a_text_of_the_user_must_be_what_the_field_says() -> None:
    outcome = run(THING.format("'a = image'"), config(SECRET, FIELD.format("toml")))
    assert outcome.failed
    assert messages(outcome) == [
        "in.yaml:5:9: error: left alone: `spec.text` must be TOML (unread-settings)\n"
        "  hint: images in it are not looked for"
    ]


@pytest.mark.parametrize(
    ("secrets", "is_said"),
    [("[]", True), ('["own"]', True), ('["own", "pull"]', False)],
)
def test_the_pull_secrets_beside_it_are_looked_at(secrets: str, is_said: bool) -> None:
    text = THING.format(f"'a = [{{image = \"x:1\", secrets = {secrets}}}]'")
    said = messages(run(text, config(SECRET, FIELD.format("toml"))))
    assert (
        said
        == [
            'in.yaml:5:9: warning: `Thing t` names images of other pods, which need "pull" '
            "(started-pods)\n  hint: set it at `a[].secrets` of `spec.text`"
        ]
        * is_said
    )


def test_places_inside_must_be_listed() -> None:
    with pytest.raises(Exception, match="must be set with `form: toml`, to a list of places"):
        config("fields: [{group: x.io, kind: Thing, path: spec.text, form: toml}]")
