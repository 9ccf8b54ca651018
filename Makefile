# Everything runs in .venv, which the first target that needs it builds; after that no network is used.
# PYTHON=python3.12 chooses the interpreter; T=tests/test_x.py and K=expression narrow `make test` and `make e2e`.

SUITABLE = import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(SUITABLE)' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
E2E_STAMP := $(VENV)/.installed-e2e
PYTEST = $(BIN)/python -m pytest $(if $(K),-k "$(K)")
# Part of the tests cannot cover everything.
COVERAGE = --cov $(if $(T)$(K),--cov-fail-under=0)

.DEFAULT_GOAL := help
.PHONY: help dev fmt lint test e2e bench fixtures schemas catalogue demo package dist clean

help: ## print this list
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

dev: $(STAMP) ## set up .venv with the package and the development tools

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo 'error: Python 3.11 or later with its venv module must be on PATH (or set PYTHON)' >&2; exit 1; }
	@$(PYTHON) -c '$(SUITABLE)' || { echo 'error: PYTHON must be Python 3.11 or later with its venv module: "$(PYTHON)"' >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

fmt: $(STAMP) ## format the code and apply the safe lint fixes
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

lint: $(STAMP) ## check formatting, lint rules and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

test: $(STAMP) ## run the tests with coverage (T=path, K=pattern); hosts are left to `make e2e`
	$(PYTEST) $(COVERAGE) $(T)

$(E2E_STAMP): $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,e2e]'
	@touch $@

e2e: $(E2E_STAMP) ## install the pinned hosts and run the tests against them (needs Go and Node.js)
	$(BIN)/python -m tests.e2e.tools
	$(BIN)/python -m tests.e2e.shells
	$(BIN)/python -m tests.e2e.crds
	$(PYTEST) --e2e $(or $(T),tests/e2e)

bench: $(STAMP) ## measure, as ratios within one run (ARGS=--short for a quick look)
	$(BIN)/python -m bench $(ARGS)

fixtures: $(STAMP) ## rewrite what tests/fixtures expects, then show the difference
	-$(PYTEST) --quiet --update-fixtures tests/test_fixtures.py
	$(PYTEST) --quiet tests/test_fixtures.py
	@git --no-pager diff --stat -- tests/fixtures

schemas: $(STAMP) ## rewrite the JSON schemas from the tables that validate
	$(BIN)/python -c 'from transformer.schema import write; write("transformer/schemas")'

catalogue: $(STAMP) ## hold the catalogue against CRDs (DIR=folder, otherwise those of the shared corpus)
	$(BIN)/python -m tools.catalogue $(or $(DIR),$${MIRRORPIN_SHARED:-../shared}/corpus)

demo: $(STAMP) ## show what mirrorpin does to the example shop
	$(BIN)/mirrorpin diff -c examples/shop/mirrorpin.yaml examples/shop/manifests.yaml

package: $(STAMP) ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

dist: $(STAMP) ## build the self-contained programs into dist/ (needs a C compiler)
	$(BIN)/python packaging/dist.py dist

clean: ## remove everything that was built
	rm -rf $(VENV) dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
