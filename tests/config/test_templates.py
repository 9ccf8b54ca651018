from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.helpers.shared import ROOT
from transformer.config.template_language import Budget, TemplateFault
from transformer.config.templates import compile_target, crc32, render_secret, render_target, slug

VARIABLES = {
    "host": "quay.io",
    "repository": "acme/tools/web",
    "name": "web",
    "source": "quay.io/acme/tools/web",
    "tag": "1.0",
    "digest": "",
}

LISTED = "it may use host, repository, name, source, tag, digest"
FOR_EXAMPLE = "for example registry.example.com/{{ host | slug }}/{{ repository }}"


def render(text: str, **variables: str) -> str:
    return render_target(compile_target(text), {**VARIABLES, **variables}, Budget())


def fault(text: str, **variables: str) -> tuple[str, str, int]:
    with pytest.raises(TemplateFault) as caught:
        render(text, **variables)
    assert str(caught.value) == caught.value.message
    return caught.value.message, caught.value.hint, caught.value.line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "r.io/gcr/{{ host | slug }}/{{ repository }}",
            "r.io/gcr/quay.io/acme/tools/web",
            id="host as a folder",
        ),
        pytest.param("r.io/{{ name }}-{{ source | crc32 }}", "r.io/web-2715650616", id="checksum"),
        pytest.param("r.io/{{ name }}\n", "r.io/web", id="line break of a block scalar"),
        pytest.param("r.io/x{{ tag }}{{ digest }}", "r.io/x1.0", id="tag, no digest"),
        pytest.param(
            "r.io/{% if host == 'quay.io' %}q{% elif tag in ['a'] %}a{% else %}o{% endif %}",
            "r.io/q",
            id="if",
        ),
        pytest.param("r.io/{{ 'a' if digest else 'b' }}", "r.io/b", id="inline if"),
        pytest.param(
            "r.io/{% for it in repository.split('/') %}{{ it }}"
            "{% if not loop.last %}-{% endif %}{% endfor %}",
            "r.io/acme-tools-web",
            id="for",
        ),
        pytest.param(
            "r.io/{% set short = name[:2] %}{{ short ~ '-' ~ tag[-1] }}",
            "r.io/we-0",
            id="set, slice and join",
        ),
        pytest.param("r.io/{% set a, b = 1, 2 %}{{ a + b - 1 }}", "r.io/2", id="numbers"),
        pytest.param(
            "r.io/{{ repository.split('/')[7] | default('none') }}",
            "r.io/none",
            id="default for what is undefined",
        ),
        pytest.param("r.io/{{ digest | d('none', true) }}", "r.io/none", id="default for empty"),
        pytest.param(
            "r.io/{{ repository | replace('/', '-') | upper | lower }}",
            "r.io/acme-tools-web",
            id="filters",
        ),
        pytest.param("r.io/{{ host.partition('.') | join('') | length }}", "r.io/7", id="join"),
        pytest.param("r.io/{{ host.partition('.') | join }}", "r.io/quay.io", id="join by nothing"),
        pytest.param(
            "r.io/{{ name | first }}{{ name | last }}{{ ' x ' | trim }}", "r.io/wbx", id="ends"
        ),
        pytest.param(
            "r.io/{% if tag is defined and not digest is eq('x') %}y{% endif %}",
            "r.io/y",
            id="tests",
        ),
        pytest.param("r.io/{% raw %}{{{% endraw %}{{ name }}", "r.io/{{web", id="raw"),
        pytest.param("r.io/{# a comment #}{{ name }}", "r.io/web", id="comment"),
        pytest.param("r.io/{{ source }}<>&'", "r.io/quay.io/acme/tools/web<>&'", id="no escaping"),
    ],
)
def test_rendering(text: str, expected: str) -> None:
    assert render(text) == expected


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        pytest.param("r.io/{{ name }}", "r.io", id="host"),
        pytest.param("r.io:5000/a/b/{{ name }}", "r.io:5000/a/b", id="folder"),
        pytest.param("r.io/a/app-{{ name }}", "r.io/a", id="a part of a component does not count"),
    ],
)
def test_the_prefix_of_a_target(text: str, prefix: str) -> None:
    assert compile_target(text).prefix == prefix


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param(
            "{{ host }}/a",
            'is "{{ host }}/a": expected the name of a registry host and "/" first',
            FOR_EXAMPLE,
            id="variable first",
        ),
        pytest.param(
            "{% if tag %}r.io/a{% endif %}",
            (
                'is "{% if tag %}r.io/a{% endif %}": expected the name of a registry host and '
                '"/" first'
            ),
            FOR_EXAMPLE,
            id="statement first",
        ),
        pytest.param(
            "r.io{{ name }}",
            'is "r.io{{ name }}": expected the name of a registry host and "/" first',
            FOR_EXAMPLE,
            id="host not ended",
        ),
        pytest.param(
            "https://r.io/{{ name }}",
            'is "https://r.io/{{ name }}": expected the name of a registry host and "/" first',
            'leave out "https://"',
            id="scheme",
        ),
        pytest.param(
            "mirror/{{ name }}",
            'is "mirror/{{ name }}": expected the name of a registry host and "/" first',
            "begin with the host of the registry, for example registry.example.com/mirror",
            id="no host",
        ),
        pytest.param(
            "r.io/a",
            'is "r.io/a": expected a variable in it',
            "write `target` instead: the rest of the path is appended",
            id="literal only",
        ),
        pytest.param(
            "\n",
            'is "": expected a variable in it',
            "write `target` instead: the rest of the path is appended",
            id="nothing",
        ),
    ],
)
def test_what_a_target_must_begin_with(text: str, message: str, hint: str) -> None:
    assert fault(text) == (message, hint, 0)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param(
            "{{ hosst }}", 'uses the variable "hosst"', "did you mean host?", id="variable"
        ),
        pytest.param("{{ self }}", 'uses the variable "self"', LISTED, id="self"),
        pytest.param("{{ range }}", 'uses the variable "range"', LISTED, id="global"),
        pytest.param(
            "{{ loop.last }}",
            'uses the variable "loop"',
            LISTED,
            id="loop outside of a loop",
        ),
        pytest.param("{% set loop = 1 %}", "sets loop", "", id="set loop"),
        pytest.param(
            "{{ host | slugg }}",
            'uses the filter "slugg"',
            "did you mean slug?",
            id="filter",
        ),
        pytest.param(
            "{{ host | bounded }}",
            'uses the filter "bounded"',
            "it may use crc32, d, default, first, join, last, length, lower, replace, slug, "
            "trim, upper",
            id="guard",
        ),
        pytest.param(
            "{{ host is divisibleby 3 }}",
            'uses the test "divisibleby"',
            "it may use !=, ==, defined, eq, equalto, in, ne, undefined",
            id="test",
        ),
        pytest.param(
            "{{ host.zfill(9) }}",
            'uses the method "zfill"',
            "it may use endswith, lower, lstrip, partition, removeprefix, removesuffix, "
            "replace, rpartition, rsplit, rstrip, split, startswith, strip, upper",
            id="method",
        ),
        pytest.param(
            "{{ host.__class__() }}",
            'uses the method "__class__"',
            "it may use endswith, lower, lstrip, partition, removeprefix, removesuffix, "
            "replace, rpartition, rsplit, rstrip, split, startswith, strip, upper",
            id="private",
        ),
        pytest.param(
            "{{ host.lowr() }}",
            'uses the method "lowr"',
            "did you mean lower?",
            id="method, slip",
        ),
        pytest.param(
            "{{ host.upper }}",
            'uses a method without calling it: "upper"',
            "",
            id="method not called",
        ),
        pytest.param(
            "{% for x in host %}{{ loop.cycle }}{% endfor %}",
            'uses the attribute of loop "cycle"',
            "it may use first, index, index0, last, length, revindex, revindex0",
            id="loop",
        ),
        pytest.param(
            "{{ range(9) }}", "calls something: expected methods of strings alone", "", id="call"
        ),
        pytest.param("{{ [host] }}", "holds a list of more than literals", "", id="list"),
        pytest.param("{{ (host, 1) }}", "holds a list of more than literals", "", id="tuple"),
        pytest.param("{{ {} }}", "uses a mapping", "", id="mapping"),
        pytest.param("{{ 1 * 1 }}", "uses *", "", id="multiplication"),
        pytest.param("{{ 1 ** 1 }}", "uses **", "", id="power"),
        pytest.param("{{ 1 / 1 }}", "uses /", "", id="division"),
        pytest.param("{{ 1 // 1 }}", "uses //", "", id="whole division"),
        pytest.param("{{ '%9s' % 1 }}", "uses %", "", id="format"),
        pytest.param("{{ +1 }}", "uses + in front of a value", "", id="sign"),
        pytest.param("{% set x %}{% endset %}", "uses a block of {% set %}", "", id="block"),
        pytest.param(
            "{% for x in host recursive %}{% endfor %}",
            "uses a recursive {% for %}",
            "",
            id="recursive",
        ),
        pytest.param("{% macro m() %}{% endmacro %}", "uses {% macro %}", "", id="macro"),
        pytest.param("{% include 'x' %}", "uses {% include %}", "", id="include"),
        pytest.param("{% import 'x' as x %}", "uses {% import %}", "", id="import"),
        pytest.param("{% extends 'x' %}", "uses {% extends %}", "", id="extends"),
        pytest.param(
            "{{ host",
            "is not a template: unexpected end of template, expected 'end of print statement'.",
            "",
            id="syntax",
        ),
        pytest.param(
            "{{ " + "9" * 5000 + " }}", "holds a number of too many digits", "", id="number"
        ),
        pytest.param(
            "{{" + "(" * 4000 + "host" + ")" * 4000 + "}}",
            "is nested too deeply",
            "",
            id="nested, in parsing",
        ),
        pytest.param(
            "{{ " + " + ".join(["host"] * 3000) + " }}",
            "is nested too deeply",
            "",
            id="nested, in checking",
        ),
        pytest.param(
            "{{ " + " ~ ".join(["host"] * 300) + " }}",
            "is nested too deeply",
            "",
            id="nested, in compiling",
        ),
    ],
)
def test_what_is_outside_of_the_language(text: str, message: str, hint: str) -> None:
    found, its_hint, line = fault("r.io/\n{{ name }}" + text)
    assert (found, its_hint) == (message, hint)
    assert line in (0, 2)


def test_a_fault_has_the_line_in_the_template() -> None:
    assert fault("r.io/{{ name }}\n\n{{ nam }}")[2] == 3
    assert fault("r.io/{{ name }}\n{{ host | nothing }}")[2] == 2
    assert fault("r.io/{{ name }}\n{{ host")[2] == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "{{ repository.split('/')[9] }}",
            "has no result: list object has no element 9",
            id="no such item",
        ),
        pytest.param(
            "{{ host + 1 }}",
            'has no result: can only concatenate str (not "int") to str',
            id="types",
        ),
        pytest.param("{{ '' | first }}", "has no result: string index out of range", id="first"),
        pytest.param(
            "{{ '' | slug }}",
            'has no result: nothing is left of "" by `slug`',
            id="slug of nothing",
        ),
        pytest.param(
            "{{ host['upper'] }}", "holds more than texts, numbers and lists", id="method by item"
        ),
    ],
)
def test_templates_that_raise(text: str, message: str) -> None:
    assert fault("r.io/" + text) == (message, "", 0)


DOUBLED = "{% set a = source ~ source %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}"
NESTED = "".join(f"{{% for x{it} in source %}}" for it in range(15)) + "{% endfor %}" * 15


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "{% for i in range(10**9) %}x{% endfor %}",
            "calls something: expected methods of strings alone",
            id="range",
        ),
        pytest.param("{{ 9 ** 9 ** 9 ** 9 }}", "uses **", id="power"),
        pytest.param("{{ 'x' * 10000000000 }}", "uses *", id="multiplied text"),
        pytest.param(DOUBLED, "makes a value longer than 4096", id="doubled, joined"),
        pytest.param(
            DOUBLED.replace("~", "+"), "makes a value longer than 4096", id="doubled, added"
        ),
        pytest.param(
            "{% set a = source.split('a') %}" + "{% set a = a + a %}" * 60 + "{{ a }}",
            "makes a value longer than 4096",
            id="doubled list",
        ),
        pytest.param(
            "{{ source.replace('a', source).replace('a', source) }}",
            "makes a value longer than 4096",
            id="replaced",
        ),
        pytest.param(
            "{{ 'a'" + " | replace('a', 'aaaaaaaaaa')" * 12 + " }}",
            "makes a value longer than 4096",
            id="replaced in a literal",
        ),
        pytest.param(
            f"{{{{ '{'a' * 30_000}' | replace('a', '{'b' * 30_000}') }}}}",
            "holds a literal longer than 4096",
            id="long literals",
        ),
        pytest.param(NESTED, "takes more than 50000 steps", id="nested loops"),
        pytest.param(
            "{% for x in source %}" + "x" * 1000 + "{% endfor %}",
            "writes more than 1048576 characters",
            id="long output",
        ),
        pytest.param("x" * (1 << 16), "is longer than 65536 characters", id="long template"),
    ],
)
def test_templates_always_end_soon(text: str, message: str) -> None:
    begin = time.process_time()
    found = fault("r.io/{{ name }}" + text, source="ab" * 1000)
    assert found[0] == message
    assert time.process_time() - begin < 2


def test_a_value_may_be_as_long_as_the_bound() -> None:
    assert len(render("r.io/{{ source + '' }}", source="x" * 4096)) == 4101
    message = fault("r.io/{{ source + 'x' }}", source="x" * 4096)[0]
    assert message == "makes a value longer than 4096"


def test_rendering_twice_gives_a_new_budget() -> None:
    template = compile_target("r.io/{% for x in source %}{{ x }}{% endfor %}")
    variables = {**VARIABLES, "source": "x" * 4096}
    budget = Budget()
    for _ in range(10):
        assert render_target(template, variables, budget) == "r.io/" + "x" * 4096


@pytest.mark.parametrize(
    ("host", "component"),
    [
        pytest.param("quay.io", "quay.io", id="dots stay"),
        pytest.param("localhost:5000", "localhost-5000", id="port"),
        pytest.param("Registry.Example.COM", "registry.example.com", id="upper case"),
        pytest.param("[::1]:5000", "1--5000", id="IPv6"),
        pytest.param("a__b_c--d", "a__b_c--d", id="separators that are allowed"),
        pytest.param("a.-b", "a-b", id="mixed separators"),
        pytest.param("a..b___c", "a-b-c", id="separators repeated"),
        pytest.param("-a_", "a", id="separators at the ends"),
        pytest.param("é.io", "io", id="other letters"),
    ],
)
def test_slug(host: str, component: str) -> None:
    assert slug(host) == component


def test_slug_of_nothing() -> None:
    with pytest.raises(ValueError, match=r'^nothing is left of "\[::\]" by `slug`$'):
        slug("[::]")


def test_the_checksum_is_the_one_of_zarf() -> None:
    assert crc32("docker.io/library/nginx") == "3793515731"
    assert crc32("123456789") == "3421780262"
    assert crc32("é") == "235179326"


SECRETS = """\
{% for it in names %}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: "{{ it }}", namespace: "{{ namespace }}"}
---
{% endfor %}
# the first is {{ name }}
"""


def test_secrets() -> None:
    assert (
        render_secret(SECRETS, namespace="shop", names=("a", "b"), budget=Budget())
        == """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: "a", namespace: "shop"}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: "b", namespace: "shop"}
---
# the first is a
"""
    )


def test_secrets_without_names_or_variables() -> None:
    assert (
        render_secret("{{ name }}|{{ names | length }}\n", namespace="", names=(), budget=Budget())
        == "|0\n"
    )
    assert render_secret("a: b\n", namespace="x", names=("y",), budget=Budget()) == "a: b\n"


def test_secrets_have_their_own_variables() -> None:
    with pytest.raises(TemplateFault) as caught:
        render_secret("a\n{{ repository }}", namespace="x", names=("y",), budget=Budget())
    assert caught.value.message == 'uses the variable "repository"'
    assert caught.value.hint == "it may use namespace, name, names"
    assert caught.value.line == 2


def test_jinja2_waits_for_the_first_template() -> None:
    program = (
        "import sys, transformer.config.templates as it; before = 'jinja2' in sys.modules;"
        "it.compile_target('r.io/{{ name }}'); print(before, 'jinja2' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout == "False True\n"
