"""Documents in strings: what is in them is found, decided and edited as in any document."""

from __future__ import annotations

import pytest

from tests.helpers.placed import DIGEST, RULES, SECRETS, at, becomes, ran, said
from tests.helpers.runs import messages
from tests.helpers.searching import UNKNOWN, search
from transformer.places.place import Place

OBJECTS = at("spec.doc", form="document")
POD_SPEC = at("spec.doc", form="document", inside="podSpec")
FIELDS = at("spec.doc", form="document", inside=(at("image"), at("sidecars[].image")))

OLD, NEW = "quay.io/acme/app:1", f"m.io/quay/acme/app:1@{DIGEST}"

# An image stands at every IMG.
JSON_POD = '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","image":"IMG"}]}}'
POD = "    apiVersion: v1\n    kind: Pod\n    spec:\n      containers:\n      - image: IMG # x\n"
LINE = r"kind: Pod\nspec:\n  containers:\n  - image: IMG # x\n"

WRITTEN = {
    "literal": f"spec:\n  doc: |\n{POD}",
    "literal, stripped": f"spec:\n  doc: |-\n{POD}",
    "literal, kept": f"spec:\n  doc: |+\n{POD}\n\n",
    "literal, indentation said": f"spec:\n  doc: |2 # x\n{POD}",
    "literal, CRLF": f"spec:\n  doc: |\n{POD}".replace("\n", "\r\n"),
    "literal, two documents": f"spec:\n  doc: |\n{POD}    ---\n    # two\n{POD}",
    "anchor that nothing repeats": f"spec:\n  doc: &a |\n{POD}",
    "tag": f"spec:\n  doc: !!str |\n{POD}",
    "double quotes": f'spec: {{doc: "{LINE}"}}\n',
    "double quotes, escapes around": f'spec: {{doc: "# \\"\\u00e9\\n{LINE}"}}\n',
    "single quotes": f"spec: {{doc: '{JSON_POD}'}}\n",
    "single quotes inside": "spec: {doc: 'spec: {containers: [{image: ''IMG''}]}'}\n",
    "folded": f"spec:\n  doc: >\n    {JSON_POD}\n",
    "JSON in JSON": f'"spec": {{"doc": "{JSON_POD}"}}\n'.replace(
        JSON_POD, JSON_POD.replace('"', '\\"')
    ),
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_document_is_edited_inside(text: str) -> None:
    place = POD_IN_SPEC if "kind" not in text else OBJECTS
    assert becomes(text.replace("IMG", OLD), place) == text.replace("IMG", NEW)


POD_IN_SPEC = at("spec.doc", form="document", inside=(at("spec", form="podSpec"),))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        pytest.param(
            POD_SPEC,
            "spec:\n  doc: |\n    initContainers:\n    - {name: a, image: IMG}\n",
            id="pod spec",
        ),
        pytest.param(
            POD_SPEC, 'spec: {doc: \'{"containers":[{"image":"IMG"}]}\'}\n', id="patch of one"
        ),
        pytest.param(
            FIELDS, "spec:\n  doc: |\n    image: IMG\n    sidecars: [{image: IMG}]\n", id="fields"
        ),
        pytest.param(
            at("spec.doc", form="document", inside=(at("[].image"),)),
            'spec: {doc: \'[{"image":"IMG"},{"image":"IMG"}]\'}\n',
            id="a list of fields",
        ),
        pytest.param(
            at("spec.docs{}", form="document", inside=(at("image"),)),
            "spec:\n  docs:\n    a: 'image: IMG'\n    b: 'image: IMG'\n",
            id="several",
        ),
        pytest.param(
            at("spec.doc", form="document", inside=(at("x", form="pairs"),)),
            "spec:\n  doc: |\n    x: |\n      a=IMG\n      b=IMG\n",
            id="lines in a document",
        ),
        pytest.param(
            at(
                "spec.doc",
                form="document",
                inside=(at("{}", form="document", inside=(at("image"),)),),
            ),
            'spec:\n  doc: |\n    a: |\n      image: IMG\n    b: "image: IMG\\n"\n',
            id="documents in a document",
        ),
    ],
)
def test_a_place_says_what_is_inside(place: Place, text: str) -> None:
    assert becomes(text.replace("IMG", OLD), place) == text.replace("IMG", NEW)


def test_parts_are_added_inside() -> None:
    parts = (("repository", "name"), ("tag", "tag"), ("digest", "digest"))
    place = at("spec.doc", form="document", inside=(at("image", form="split", parts=parts),))
    before = "spec:\n  doc: |\n    image:\n      name: quay.io/acme/app\n      tag: '1'\n"
    assert becomes(before, place) == (
        "spec:\n  doc: |\n    image:\n      name: m.io/quay/acme/app\n"
        f"      digest: \"{DIGEST}\"\n      tag: '1'\n"
    )


@pytest.mark.parametrize(
    ("place", "text"),
    [
        pytest.param(OBJECTS, "spec: {doc: ''}\n", id="empty"),
        pytest.param(OBJECTS, "spec: {doc: ~}\n", id="null"),
        pytest.param(OBJECTS, "spec: {doc: '# no image'}\n", id="a comment"),
        pytest.param(OBJECTS, "spec: {doc: just an image of it}\n", id="words"),
        pytest.param(POD_SPEC, "spec: {doc: '{image: IMG}'}\n", id="another key"),
        pytest.param(FIELDS, "spec: {doc: 'other: {image: IMG}'}\n", id="another field"),
        pytest.param(OBJECTS, "spec: {doc: '{kind: Pod, status: {image: IMG}}'}\n", id="status"),
    ],
)
def test_what_is_no_image_inside_stays(place: Place, text: str) -> None:
    text = text.replace("IMG", OLD)
    assert becomes(text, place) == text


BAD = "spec:\n  doc: |\n    image: [a\n"


def test_a_document_of_a_user_that_does_not_parse_is_an_error() -> None:
    (message,) = said(f"other: {{image: {OLD}}}\n{BAD}", FIELDS, at("other.image"))
    assert message.startswith("in.yaml:")
    assert ": error: is not YAML: " in message


def test_a_shipped_document_that_does_not_parse_is_a_warning() -> None:
    place = at("spec.doc", form="document", inside=(at("image"),), origin="shipped")
    text = f"other: {{image: {OLD}}}\n{BAD}"
    outcome = ran(text, place, at("other.image"))
    (message,) = messages(outcome)
    assert ": warning: is not YAML: " in message
    assert not outcome.failed
    (after,) = outcome.outputs
    assert after.decode().endswith(text.replace(OLD, NEW))


@pytest.mark.parametrize(("origin", "severity"), [("user", "error"), ("shipped", "warning")])
def test_a_pod_spec_that_is_none_is_said(origin: str, severity: str) -> None:
    place = at("spec.doc", form="document", inside="podSpec", origin=origin)
    text = "spec: {doc: 'containers: {image: x}'}\n"
    assert said(text, place) == [
        f"in.yaml:4:26: {severity}: field `containers` is not a list (wrong-type)"
    ]


def test_an_error_inside_names_the_line_outside() -> None:
    text = "spec:\n  doc: |\n    # x\n    image: ghcr.io/a:1\n"
    (message,) = said(text, FIELDS, spec=(RULES,))
    assert message.startswith('in.yaml:7:12: error: no rule covers "ghcr.io/a:1"')


def test_an_image_inside_is_known_by_the_object_around() -> None:
    outcome = ran(f"spec: {{doc: 'image: {OLD}'}}\n", FIELDS)
    (site,) = [site for site, _ in outcome.decisions]
    assert (str(site.resource), site.field) == ("Thing web", "spec.doc.image")


def test_a_style_that_cannot_hold_what_is_added_is_an_error() -> None:
    # A new line has no place in single quotes.
    inside = (at("image"), at("secrets", form="pullSecrets"))
    place = at("spec.doc", form="document", inside=inside)
    assert said("spec: {doc: 'image: quay.io/a'}\n", place, spec=(SECRETS,)) == [
        'in.yaml:4:13: error: "image: quay.io/a" is written so that it cannot be edited '
        "inside (unsupported-layout)\n"
        "  hint: write it as a literal block (|) or in double quotes, on one line"
    ]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param(FIELDS, "a mapping", id="fields"),
        pytest.param(POD_SPEC, "a mapping", id="pod spec"),
        pytest.param(
            at("spec.doc", form="document", inside=(at("[].image"),)), "a list", id="list"
        ),
    ],
)
def test_a_document_of_another_type_is_an_error(place: Place, expected: str) -> None:
    assert said("spec: {doc: an image}\n", place) == [
        f"in.yaml:4:13: error: document is not {expected} (wrong-type)"
    ]


def test_a_document_that_an_alias_repeats_is_edited_once() -> None:
    places = (FIELDS, at("other", form="document", inside=(at("image"),)))
    text = "spec:\n  doc: &a |\n    image: IMG\nother: *a\n"
    assert becomes(text.replace("IMG", OLD), *places) == text.replace("IMG", NEW)


def test_an_alias_that_is_no_document_keeps_the_old_text() -> None:
    text = f"spec:\n  doc: &a 'image: {OLD}'\nother: *a\n"
    assert becomes(text, FIELDS) == (f"spec:\n  doc: &a 'image: {NEW}'\nother: \"image: {OLD}\"\n")


def test_pods_inside_get_pull_secrets_and_patches_do_not() -> None:
    text = "spec:\n  doc: |\n    kind: Pod\n    spec:\n      containers: [{image: quay.io/a}]\n"
    assert becomes(text, OBJECTS, spec=(SECRETS,)) == (
        "spec:\n  doc: |\n    kind: Pod\n    spec:\n      imagePullSecrets:\n"
        "      - name: pull\n      containers: [{image: m.io/quay/a}]\n"
    )
    text = "spec: {doc: 'containers: [{image: quay.io/a}]', secrets: []}\n"
    place = at("spec.secrets", form="pullSecrets", items="strings")
    assert becomes(text, POD_SPEC, place, spec=(SECRETS,)) == (
        "spec: {doc: 'containers: [{image: m.io/quay/a}]', secrets: [pull]}\n"
    )


def test_fields_inside_may_have_pull_secrets_beside_them() -> None:
    inside = (at("image"), at("secrets", form="pullSecrets"))
    place = at("spec.doc", form="document", inside=inside)
    text = "spec:\n  doc: |\n    image: quay.io/a\n"
    assert becomes(text, place, spec=(SECRETS,)) == (
        "spec:\n  doc: |\n    secrets:\n    - name: pull\n    image: m.io/quay/a\n"
    )


def test_a_place_in_the_text_has_a_position_in_the_file() -> None:
    text = "spec:\n  doc: |\n    # one\n    image: x\n"
    (inner,) = search(UNKNOWN.format(text), fields=(FIELDS,)).inner
    at_image = inner.position(inner.text.index("image"))
    assert (at_image.line, at_image.column) == (7, 5)


def test_a_place_in_a_repeated_text_is_that_of_its_anchor() -> None:
    text = "other: &a 'image: x'\nspec: {doc: *a }\n"
    (inner,) = search(UNKNOWN.format(text), fields=(FIELDS,)).inner
    position = inner.position(7)
    assert (position.line, position.column) == (4, 19)


def test_a_part_of_the_root_is_absent_where_that_is_a_list() -> None:
    parts = (("registry", "/registry"), ("repository", "name"))
    inside = (at("[].image", form="split", parts=parts),)
    text = "spec:\n  doc: |\n    - image: {name: quay.io/acme/app}\n"
    place = at("spec.doc", form="document", inside=inside)
    assert becomes(text, place, spec=(RULES,)) == text.replace("quay.io", "m.io/quay")


def test_a_field_for_pull_secrets_of_another_form_is_an_error() -> None:
    secrets = at("spec.secrets", form="pullSecrets")
    text = "spec: {image: quay.io/a, secrets: x}\n"
    told = said(text, at("spec.image"), secrets, spec=(SECRETS,))
    assert "in.yaml:4:35: error: field `spec.secrets` is not a list (wrong-type)" in told
