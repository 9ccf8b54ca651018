from __future__ import annotations

import pytest

from tests.helpers.custom_resources import Field, authorised, grants_of, sites_of
from tests.helpers.reading import document
from tests.helpers.runs import HUB, SECRET, config, messages, output, pod, run, stream
from transformer.edit.edits import apply_edits, list_edits
from transformer.edit.patches import grant_operations, says_the_same
from transformer.model import Grant
from transformer.yamltext.agreement import agrees, fingerprint
from transformer.yamltext.edit import Edit
from transformer.yamltext.tree import read

CONTAINERS = "kind: Pod\nspec:\n  containers:\n"
SHARED = "  hint: write the value out instead of sharing it by an anchor"


def edited(text: str, spec: str = HUB) -> str:
    outcome = run(text, config(spec))
    assert messages(outcome) == []
    return output(outcome)


def problems(text: str, spec: str = HUB) -> list[str]:
    outcome = run(text, config(spec))
    assert outcome.failed
    assert output(outcome) == text
    return messages(outcome)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("nginx", "m.io/hub/library/nginx", id="plain"),
        pytest.param("'nginx'", "'m.io/hub/library/nginx'", id="single quotes"),
        pytest.param('"nginx"', '"m.io/hub/library/nginx"', id="double quotes"),
        pytest.param(r'"ngin\x78"', '"m.io/hub/library/nginx"', id="escape"),
        pytest.param(
            '"ngi\\\n      nx"', '"m.io/hub/library/nginx"', id="escaped line break in quotes"
        ),
        pytest.param("\n      nginx", "\n      m.io/hub/library/nginx", id="on the next line"),
        pytest.param("nginx # nginx", "m.io/hub/library/nginx # nginx", id="comment"),
        pytest.param("|\n     nginx", "|\n     m.io/hub/library/nginx", id="literal"),
        pytest.param("|-\n     nginx\n", "|-\n     m.io/hub/library/nginx\n", id="chomped"),
        pytest.param(
            ">+2 # nginx\n      nginx\n\n\n# nginx",
            ">+2 # nginx\n      m.io/hub/library/nginx\n\n\n# nginx",
            id="folded, with comments around",
        ),
        pytest.param("&x nginx", "&x m.io/hub/library/nginx", id="anchor"),
        pytest.param("!!str 'nginx'", "!!str 'm.io/hub/library/nginx'", id="tag"),
        pytest.param(
            "&nginx !!str # nginx\n      nginx",
            "&nginx !!str # nginx\n      m.io/hub/library/nginx",
            id="anchor, tag, comment and line break",
        ),
    ],
)
def test_a_value_is_replaced_in_its_own_style(before: str, after: str) -> None:
    text = f"{CONTAINERS}  - name: a\n    image: {before}\n"
    assert edited(text) == text.replace(f"image: {before}", f"image: {after}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "- image: &x nginx\n  - image: *x\n",
            "- image: &x m.io/hub/library/nginx\n  - image: *x\n",
            id="images only",
        ),
        pytest.param(
            "- image: &x nginx\n    name: *x\n",
            "- image: &x m.io/hub/library/nginx\n    name: nginx\n",
            id="something else keeps the old value",
        ),
        pytest.param(
            "- name: &x nginx\n    image: *x\n",
            "- name: &x nginx\n    image: m.io/hub/library/nginx\n",
            id="something else is where it is written",
        ),
        pytest.param(
            "- image: &x |\n      nginx\n    name: *x\n",
            '- image: &x |\n      m.io/hub/library/nginx\n    name: "nginx\\n"\n',
            id="something else keeps the line break of a block scalar",
        ),
        pytest.param(
            "- &c {image: &x nginx}\n  - *c\n  - {name: *x}\n",
            "- &c {image: &x m.io/hub/library/nginx}\n  - *c\n  - {name: nginx}\n",
            id="anchor inside of an anchor",
        ),
        pytest.param(
            "- &c\n    image: nginx\n  - <<: *c\n  - {<<: *c, image: redis}\n",
            "- &c\n    image: m.io/hub/library/nginx\n  - <<: *c\n"
            "  - {<<: *c, image: m.io/hub/library/redis}\n",
            id="merge keys",
        ),
    ],
)
def test_what_aliases_share_is_written_once_and_told_apart(before: str, after: str) -> None:
    assert edited(CONTAINERS + "  " + before) == CONTAINERS + "  " + after


def test_an_alias_of_an_unchanged_image_stays() -> None:
    text = f"{CONTAINERS}  - image: &x m.io/hub/a/b\n    name: *x\n"
    assert edited(text) == text


ONE_SCOPED = "mirrors: [{source: docker.io, target: m.io/hub, where: {containers: [a]}}]"


def test_places_that_share_an_image_and_need_two_are_told_apart_by_their_aliases() -> None:
    text = f"{CONTAINERS}  - {{name: b, image: &x nginx}}\n  - {{name: a, image: *x}}\n"
    spec = f"{ONE_SCOPED}\n  unmatched: keep"
    after = text.replace("*x", "m.io/hub/library/nginx")
    assert edited(text, spec) == after


@pytest.mark.parametrize(
    "shared",
    [
        pytest.param(
            "- &c {name: a, image: nginx}\n  - *c\n  volumes: [*c]\n", id="used elsewhere"
        ),
        pytest.param(
            "- {name: a, <<: &c {image: nginx}}\n  - {name: b, <<: *c}\n",
            id="two wishes for one place",
        ),
        pytest.param(
            "- &c {name: a, image: &x nginx}\n  - {<<: *c, name: b}\n",
            id="two wishes for one anchor",
        ),
    ],
)
def test_places_that_no_alias_tells_apart_must_agree(shared: str) -> None:
    text = f"{CONTAINERS}  {shared}"
    column = text.splitlines()[3].index("nginx") + 1
    assert problems(text, f"{ONE_SCOPED}\n  unmatched: keep") == [
        f'in.yaml:4:{column}: error: "nginx" is shared by places that need different values '
        "(shared-anchor)\n"
        f"{SHARED}"
    ]


def test_names_are_added_once_where_pods_share_a_list() -> None:
    text = stream(pod("nginx"), f"{CONTAINERS}  - image: nginx\n")
    text += "---\nkind: List\nitems:\n- kind: Pod\n  spec: &s {containers: [{image: nginx}]}\n"
    text += "- {kind: Pod, spec: *s}\n"
    after = edited(text, SECRET)
    assert after.count("imagePullSecrets") == 3
    assert "&s {imagePullSecrets: [{name: pull}], containers:" in after


def test_a_list_that_only_some_of_its_pods_need_to_grow_is_an_error() -> None:
    text = (
        "kind: List\nitems:\n"
        "- {kind: Pod, spec: {imagePullSecrets: &s [{name: a}], containers: [{image: nginx}]}}\n"
        "- {kind: Pod, spec: {imagePullSecrets: *s, containers: [{image: m.io/own/a}]}}\n"
    )
    rules = f"{SECRET[:-1]}, {{source: m.io/own, keep: true}}]"
    assert problems(text, rules) == [
        "in.yaml:3:53: error: `spec.imagePullSecrets` is shared by an anchor with places "
        'that do not need them, to get "pull" (shared-anchor)\n'
        f"{SHARED}"
    ]


def test_a_list_that_cannot_be_added_to_is_an_error() -> None:
    text = "kind: Pod\nspec:\n  ? imagePullSecrets\n  : - name: a\n  containers: [{image: nginx}]\n"
    text = text.replace(": - name: a", ": &a\n    ~")
    assert problems(text, SECRET) == [
        'in.yaml:5:5: error: `spec.imagePullSecrets` is not a list of mappings, to get "pull" '
        "(unsupported-layout)\n"
        "  hint: write it in plain block or flow style, without anchor, tag or explicit keys"
    ]


def custom_problems(text: str, field: Field) -> list[str]:
    results = grants_of(text, field)[2]
    return [str(it) for it in results]


WIDGETS = "kind: List\nitems:\n- {kind: Widget, spec: %s}\n- {kind: Widget, spec: %s}\n"


@pytest.mark.parametrize(
    ("spec", "field", "message"),
    [
        pytest.param(
            "{image: nginx, secrets: &a ~}",
            ("spec.secrets", "strings"),
            "1:49: error: `spec.secrets` is not a list of strings",
            id="strings",
        ),
        pytest.param(
            "{image: nginx, secret: !!str }",
            ("spec.secret", "string"),
            "1:50: error: `spec.secret` is not a string",
            id="string",
        ),
        pytest.param(
            "{image: nginx, secret: {? a : b}}",
            ("spec.secret", "object"),
            "1:48: error: `spec.secret.name` is not a string",
            id="object",
        ),
        pytest.param(
            "{? a : b, image: nginx}",
            ("spec.secrets", "objects"),
            "1:25: error: `spec.secrets` is not a list of mappings",
            id="objects",
        ),
    ],
)
def test_a_field_that_cannot_be_written_is_an_error(spec: str, field: Field, message: str) -> None:
    assert custom_problems(f"{{kind: Widget, spec: {spec}}}\n", field) == [
        f'in.yaml:{message}, to get "hub" in Widget (unsupported-layout)\n'
        "  hint: write it in plain block or flow style, without anchor, tag or explicit keys"
    ]


def test_a_field_that_resources_share_is_written_once() -> None:
    text = WIDGETS % ("&s {image: nginx}", "*s ")
    assert authorised(text, ("spec.secret", "string")) == WIDGETS % (
        "&s {secret: hub, image: m.io/hub/library/nginx}",
        "*s ",
    )


def test_a_field_that_only_some_of_its_resources_need_to_grow_is_an_error() -> None:
    text = WIDGETS % ("{image: nginx, secret: &s ''}", "{image: gcr.io/a, secret: *s }")
    assert custom_problems(text, ("spec.secret", "string")) == [
        "in.yaml:3:50: error: `spec.secret` is shared by an anchor with places that do not "
        'need them, to get "hub" in Widget (shared-anchor)\n'
        f"{SHARED}"
    ]


def grown(text: str, *fields: Field) -> tuple[str, list[str]]:
    """The text with several fields grown, and what says why one cannot be."""
    only = document(text)
    grants = [
        Grant(holder=site.holder, names=("hub",))
        for field in fields
        for site in sites_of(only, field)
        if site.holder is not None
    ]
    edits, results = list_edits(grants, text)
    after = apply_edits(text, edits)
    tree = read(text)
    noted = fingerprint(tree.tokens, (grant.holder.secrets.spot.spot for grant in grants))
    assert agrees(noted, edits, read(after).tokens)
    assert results or says_the_same(text, after, grant_operations(grants))
    return after, [str(it.problem) for it in results]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        pytest.param(
            "kind: Widget\nspec:\n  image: nginx\n",
            "kind: Widget\nspec:\n  one: hub\n  two:\n    name: hub\n  three:\n  - hub\n"
            "  image: nginx\n",
            id="block",
        ),
        pytest.param(
            "{kind: Widget, spec: {image: nginx}}",
            "{kind: Widget, spec: {one: hub, two: {name: hub}, three: [hub], image: nginx}}",
            id="flow",
        ),
    ],
)
def test_several_fields_can_be_added_to_one_mapping(text: str, after: str) -> None:
    fields: list[Field] = [
        ("spec.one", "string"),
        ("spec.two", "object"),
        ("spec.three", "strings"),
    ]
    assert grown(text, *fields) == (after, [])


@pytest.mark.parametrize(
    "around",
    [
        pytest.param("", id="absent"),
        pytest.param(", a: ~", id="null"),
        pytest.param(", a: {}", id="empty"),
    ],
)
def test_of_several_fields_none_can_be_added_where_the_mapping_is_missing(around: str) -> None:
    text = f"{{kind: Widget, spec: {{image: nginx{around}}}}}"
    after, said = grown(text, ("spec.a.one", "string"), ("spec.a.two", "string"))
    assert after == text
    (only,) = said
    assert '`spec.a.one` is not a string, to get "hub" (unsupported-layout)' in only


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(start=start, end=end, text=text, first=0, last=0, tokens=())


def test_edits_are_applied_in_the_order_of_the_text() -> None:
    edits = [edit(3, 5, "DE"), edit(0, 1, "A"), edit(5, 5, "!"), edit(5, 5, "?")]
    assert apply_edits("abcdef", edits) == "AbcDE!?f"
    assert apply_edits("abc", []) == "abc"
