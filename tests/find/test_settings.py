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
    settings = config(
        "mirrors: [{source: docker.io, target: m.io/hub}]", "suspects: ignore", FIELD.format(form)
    )
    outcome = run(THING.format(before), settings, parser=parser)
    assert messages(outcome) == []
    assert output(outcome) == THING.format(after)


def test_a_text_of_the_user_must_be_what_the_field_says() -> None:
    outcome = run(THING.format("'a = image'"), config(SECRET, FIELD.format("toml")))
    assert outcome.failed
    assert messages(outcome) == [
        "in.yaml:5:9: error: left alone: `spec.text` is not TOML (unread-settings)\n"
        "  hint: images in it are not looked for"
    ]


UNSET = (
    'in.yaml:5:{}: warning: `Thing t` names images of other pods, which need "pull" '
    "(started-pods)\n  hint: set it at `a[].secrets` of `spec.text`"
)


@pytest.mark.parametrize(
    ("secrets", "becomes"),
    [
        pytest.param('["own"]', '["own", "pull"]', id="a name"),
        pytest.param('["own", "more",]', '["own", "more", "pull",]', id="names"),
        pytest.param('["own", "pull"]', '["own", "pull"]', id="the name is there"),
        pytest.param("[]", None, id="none"),
        pytest.param('["""own"""]', None, id="a string of several lines"),
    ],
)
def test_the_pull_secrets_beside_it_grow(secrets: str, becomes: str | None) -> None:
    text = "'a = [{{image = \"{}x:1\", secrets = {}}}]'".format
    outcome = run(THING.format(text("", secrets)), config(SECRET, FIELD.format("toml")))
    assert messages(outcome) == [UNSET.format(9)] * (becomes is None)
    assert output(outcome) == THING.format(text("m.io/hub/library/", becomes or secrets))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "'a = [{image = ''x:1'', secrets = [''own'']}]'",
            "'a = [{image = ''m.io/hub/library/x:1'', secrets = [''own'', ''pull'']}]'",
            id="single quotes",
        ),
        pytest.param(
            '"a = [{image = \\"x:1\\", secrets = [\\"own\\"]}]"',
            '"a = [{image = \\"m.io/hub/library/x:1\\", secrets = [\\"own\\", \\"pull\\"]}]"',
            id="double quotes",
        ),
        pytest.param(
            "|\n    [[a]]\n    secrets = ['own']\n    image = 'x:1'\n    [[a]]\n"
            "    image = 'y:1'\n    secrets = [\n      'own', # mine\n    ]\n",
            "|\n    [[a]]\n    secrets = ['own', 'pull']\n    image = 'm.io/hub/library/x:1'\n"
            "    [[a]]\n    image = 'm.io/hub/library/y:1'\n"
            "    secrets = [\n      'own', 'pull', # mine\n    ]\n",
            id="lists of two tables",
        ),
        pytest.param(
            "|\n    [[a]]\n    secrets = ['own']\n    image = 'm.io/hub/library/x:1'\n",
            "|\n    [[a]]\n    secrets = ['own', 'pull']\n    image = 'm.io/hub/library/x:1'\n",
            id="of an image that is mirrored already",
        ),
    ],
)
def test_pull_secrets_grow_in_any_style(before: str, after: str) -> None:
    rules = config(SECRET, FIELD.format("toml"))
    outcome = run(THING.format(before), rules)
    assert messages(outcome) == []
    assert output(outcome) == THING.format(after)
    assert len(outcome.grants) == before.count("secrets")
    again = run(output(outcome), rules)
    assert (output(again), again.grants) == (THING.format(after), ())


def test_pull_secrets_of_a_text_that_is_shared_do_not_grow() -> None:
    text = '\'a = [{{image = "{}x:1", secrets = ["own"]}}]\''.format
    other = '  other: "a = [{image = \\"x:1\\", secrets = [\\"own\\"]}]"\n'
    given = THING.format(f"&a {text('')}") + "  other: *a\n"
    outcome = run(given, config(SECRET, FIELD.format("toml")))
    assert messages(outcome) == [UNSET.format(12)]
    assert output(outcome) == THING.format(f"&a {text('m.io/hub/library/')}") + other


def test_places_inside_must_be_listed() -> None:
    with pytest.raises(Exception, match="expected a list of places with `form: toml`"):
        config("fields: [{group: x.io, kind: Thing, path: spec.text, form: toml}]")
