from __future__ import annotations

import pytest

from tests.helpers.custom_resources import Field, authorised, grants_of, names_of
from transformer.model import Result

LIST: Field = ("spec.imagePullSecrets", "objects")
STRINGS: Field = ("spec.pullSecrets", "strings")
STRING: Field = ("spec.pullSecret", "string")
OBJECT: Field = ("spec.pullSecretRef", "object")
FAR: Field = ("spec.global.registry.pullSecrets", "strings")

each_way = pytest.mark.parametrize("attach_to", ["pods", "serviceAccounts", "both"])


def custom(spec: str, name: str = "a", namespace: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: x.io/v1\nkind: Widget\nmetadata: {{name: {name}{place}}}\nspec:\n{spec}"


@each_way
@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        pytest.param(
            LIST,
            "  image: nginx\n",
            "  imagePullSecrets:\n  - name: hub\n  image: m.io/hub/library/nginx\n",
            id="objects, absent",
        ),
        pytest.param(
            LIST,
            "  imagePullSecrets: [{name: own}]\n  image: nginx\n",
            "  imagePullSecrets: [{name: own}, {name: hub}]\n  image: m.io/hub/library/nginx\n",
            id="objects, flow",
        ),
        pytest.param(
            LIST,
            "  a: {image: quay.io/a}\n  b: {image: nginx}\n  imagePullSecrets: []\n",
            "  a: {image: m.io/quay/a}\n  b: {image: m.io/hub/library/nginx}\n"
            "  imagePullSecrets: [{name: hub}, {name: quay}]\n",
            id="objects, two names in the order of the rules",
        ),
        pytest.param(
            STRINGS,
            "  image: nginx\n  pullSecrets:\n  - own\n",
            "  image: m.io/hub/library/nginx\n  pullSecrets:\n  - own\n  - hub\n",
            id="strings, block",
        ),
        pytest.param(
            STRINGS,
            "  image: nginx\n  pullSecrets:\n",
            "  image: m.io/hub/library/nginx\n  pullSecrets: [hub]\n",
            id="strings, nothing",
        ),
        pytest.param(
            STRING,
            "  image: nginx\n",
            "  pullSecret: hub\n  image: m.io/hub/library/nginx\n",
            id="string, absent",
        ),
        pytest.param(
            STRING,
            "  image: nginx\n  pullSecret: ''\n",
            "  image: m.io/hub/library/nginx\n  pullSecret: 'hub'\n",
            id="string, empty",
        ),
        pytest.param(
            OBJECT,
            "  image: nginx\n",
            "  pullSecretRef:\n    name: hub\n  image: m.io/hub/library/nginx\n",
            id="object, absent",
        ),
        pytest.param(
            OBJECT,
            "  image: nginx\n  pullSecretRef: {namespace: b}\n",
            "  image: m.io/hub/library/nginx\n  pullSecretRef: {name: hub, namespace: b}\n",
            id="object, without a name",
        ),
        pytest.param(
            FAR,
            "  image: nginx\n",
            "  global:\n    registry:\n      pullSecrets:\n      - hub\n"
            "  image: m.io/hub/library/nginx\n",
            id="nothing around it",
        ),
        pytest.param(
            FAR,
            "  image: nginx\n  global: {a: b, registry: }\n",
            "  image: m.io/hub/library/nginx\n  global: {a: b, registry: {pullSecrets: [hub]} }\n",
            id="null around it",
        ),
        pytest.param(
            FAR,
            "  image: nginx\n  global: {}\n",
            "  image: m.io/hub/library/nginx\n  global: {registry: {pullSecrets: [hub]}}\n",
            id="empty mapping around it",
        ),
    ],
)
def test_a_field_gets_what_the_images_of_its_resource_need(
    field: Field, before: str, after: str, attach_to: str
) -> None:
    assert authorised(custom(before), field, attach_to) == custom(after)


@each_way
@pytest.mark.parametrize(
    ("field", "secrets"),
    [
        pytest.param(LIST, "imagePullSecrets: [{name: own}, {name: hub}]", id="objects"),
        pytest.param(STRINGS, "pullSecrets: [hub]", id="strings"),
        pytest.param(STRING, "pullSecret: hub", id="string"),
        pytest.param(OBJECT, "pullSecretRef: {name: hub}", id="object"),
    ],
)
def test_a_name_that_is_there_is_not_added_again(
    field: Field, secrets: str, attach_to: str
) -> None:
    text = custom(f"  image: m.io/hub/library/nginx\n  {secrets}\n")
    granted, after, _ = grants_of(text, field, attach_to)
    assert (granted.grants, granted.results, after) == ((), (), text)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("gcr.io/a", id="not under a target"),
        pytest.param("$X", id="no image"),
    ],
)
def test_images_that_need_nothing_get_nothing(image: str) -> None:
    text = custom(f"  image: {image}\n")
    for field in (STRING, None):
        granted, after, _ = grants_of(text, field)
        assert (granted.grants, granted.results, granted.namespaces, after) == ((), (), (), text)


def test_each_resource_has_its_own_field() -> None:
    text = "---\n".join(
        [
            custom("  image: nginx\n", "a"),
            custom("  image: quay.io/b\n", "b"),
            "apiVersion: v1\nkind: List\nitems:\n"
            "- {apiVersion: x.io/v1, kind: Widget, metadata: {name: c}, spec: {image: nginx}}\n"
            "- {apiVersion: x.io/v1, kind: Widget, metadata: {name: d}, spec: {image: quay.io/b} }",
        ]
    )
    granted, _, _ = grants_of(text, STRING)
    assert names_of(granted.grants) == [
        ("a", ("hub",)),
        ("b", ("quay",)),
        ("c", ("hub",)),
        ("d", ("quay",)),
    ]
    assert "spec: {pullSecret: quay, image: m.io/quay/b} }" in authorised(text, STRING)


def test_nobody_may_get_them_but_namespaces_need_them() -> None:
    text = custom("  image: nginx\n", namespace="shop")
    for field in (LIST, None):
        granted, _, _ = grants_of(text, field, "none")
        assert (granted.grants, granted.results) == ((), ())
        assert granted.namespaces == (("shop", ("hub",)),)


def said(results: tuple[Result, ...] | list[Result]) -> list[str]:
    assert {it.problem.severity for it in results} <= {"warning"}
    return [str(it.problem) for it in results]


ONE_HINT = "\n  hint: put the credentials for all of them into one secret"


@each_way
@pytest.mark.parametrize(
    ("field", "spec", "message"),
    [
        pytest.param(
            STRING,
            "  image: nginx\n  pullSecret: own\n",
            'in.yaml:6:15: warning: `spec.pullSecret` takes one pull secret: it holds "own", and '
            'its images need "hub"',
            id="another name in a string",
        ),
        pytest.param(
            OBJECT,
            "  image: nginx\n  pullSecretRef: {name: own}\n",
            "in.yaml:6:25: warning: `spec.pullSecretRef.name` takes one pull secret: it holds "
            '"own", and its images need "hub"',
            id="another name in an object",
        ),
        pytest.param(
            STRING,
            "  image: nginx\n  a: {image: quay.io/b}\n",
            "in.yaml:5:1: warning: `spec.pullSecret` takes one pull secret: its images need "
            '"hub", "quay"',
            id="two names for an absent string",
        ),
        pytest.param(
            STRING,
            "  image: nginx\n  a: {image: quay.io/b}\n  pullSecret: hub\n",
            'in.yaml:7:15: warning: `spec.pullSecret` takes one pull secret: it holds "hub", and '
            'its images need "hub", "quay"',
            id="one of two names is there",
        ),
    ],
)
def test_a_field_that_takes_one_name_says_so_and_stays(
    field: Field, spec: str, message: str, attach_to: str
) -> None:
    granted, after, _ = grants_of(custom(spec), field, attach_to)
    assert granted.grants == ()
    assert said(granted.results) == [f"{message} (one-pull-secret){ONE_HINT}"]
    (result,) = granted.results
    assert result.field in message
    assert result.current in ("", "own", "hub")
    again, same, _ = grants_of(after, field, attach_to)
    assert (said(again.results), same) == (said(granted.results), after)


@each_way
@pytest.mark.parametrize(
    ("secrets_at", "lacks", "hint"),
    [
        pytest.param(
            "",
            "has no known field for pull secrets",
            "set it at the service account of the pods, or give the kind a `pullSecrets` field in "
            "`spec.fields`",
            id="anywhere",
        ),
        pytest.param(
            "the service account of the collector",
            "sets no pull secrets",
            "set it at the service account of the collector",
            id="known",
        ),
    ],
)
def test_a_kind_without_a_field_says_once_where_to_set_it(
    secrets_at: str, lacks: str, hint: str, attach_to: str
) -> None:
    text = "---\n".join(
        [
            custom("  a: {image: quay.io/a}\n  b: {image: nginx}\n", namespace="n"),
            custom("  image: gcr.io/a\n", "b"),
            custom("  image: nginx\n", r'"c\x1b"'),
        ]
    )
    granted, after, _ = grants_of(text, None, attach_to, secrets_at)
    assert granted.grants == ()
    assert said(granted.results) == [
        f"in.yaml:5:14: warning: `Widget n/a` {lacks}, and its images need "
        f'"hub", "quay" (no-pull-secret-field)\n  hint: {hint}',
        rf"in.yaml:18:10: warning: `Widget c\x1b` {lacks}, and its images need "
        f'"hub" (no-pull-secret-field)\n  hint: {hint}',
    ]
    assert granted.namespaces == (("n", ("hub", "quay")), ("", ("hub",)))
    assert [str(it) for it in granted.results] == said(granted.results)
    again, same, _ = grants_of(after, None, attach_to, secrets_at)
    assert (said(again.results), same) == (said(granted.results), after)
