from __future__ import annotations

import pytest

from transformer.config.template_language import Budget, BudgetSpent
from transformer.config.templates import compile_target, render_secret, render_target

VARIABLES = {
    "host": "quay.io",
    "repository": "acme/tools/web",
    "name": "web",
    "source": "quay.io/acme/tools/web",
    "tag": "1.0",
    "digest": "",
}

LITERAL = "a.-" * 300

DEAR = [
    pytest.param("{{ source | slug }}" * 5, id="a variable, and a filter"),
    pytest.param(f"{{{{ '{LITERAL}' | slug }}}}" * 5, id="a literal"),
    pytest.param("{% set a = source.split('.') %}" * 5, id="a list"),
    pytest.param(f"{{% if 'x' in ['{LITERAL}', 'y'] %}}{{% endif %}}" * 5, id="a list of literals"),
    pytest.param("{{ tag }}" * 400, id="nodes"),
    pytest.param("x" * 8000, id="what is written"),
    pytest.param("{% for it in source %}{% endfor %}", id="turns of a loop"),
    pytest.param("{{ source.replace('a', source) }}", id="a value that is too long"),
]


@pytest.mark.parametrize("text", DEAR)
def test_what_a_rendering_costs_is_taken_from_the_run(text: str) -> None:
    budget = Budget(1000)
    variables = {**VARIABLES, "source": LITERAL}
    cheap = compile_target("r.io/{{ host | slug }}/{{ name }}")
    assert render_target(cheap, variables, budget) == "r.io/quay.io/web"
    with pytest.raises(BudgetSpent) as caught:
        render_target(compile_target("r.io/{{ name }}" + text), variables, budget)
    assert caught.value.message == "takes a run beyond 1000 steps"
    assert caught.value.hint == "its templates do too much for each image: make them shorter"


def test_targets_and_secrets_share_the_budget_of_a_run() -> None:
    budget = Budget(50)
    template = compile_target("r.io/{{ name }}")
    for _ in range(3):
        render_target(template, VARIABLES, budget)
    with pytest.raises(BudgetSpent):
        render_secret("{{ namespace }}" * 10, namespace="shop", names=(), budget=budget)
