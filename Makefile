# Everything runs in .venv, which the first target that needs it builds; after that no network is used.
# PYTHON=python3.12 chooses the interpreter; T=tests/test_x.py and K=expression narrow the tests.

SUITABLE = import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(SUITABLE)' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
E2E_STAMP := $(VENV)/.installed-e2e
DOCS_STAMP := $(VENV)/.installed-docs
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
PINNED := $(PIP) install --require-hashes --requirement
# What builds the package is among the pins; nothing else is to be fetched for it.
BUILDS := --no-deps --no-build-isolation
PYTEST = $(BIN)/python -m pytest $(if $(K),-k "$(K)")
# One process for a few tests; for all one a core, and one more for those that wait.
PARALLEL = $(if $(T)$(K),,--numprocesses $(shell $(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist worksteal)
PIN = $(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --no-annotate \
	--custom-compile-command 'make requirements'
# Part of the tests cannot cover everything.
COVERAGE = --cov $(if $(T)$(K),--cov-fail-under=0)

# Without compiled files every process that a test starts compiles the package anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help dev requirements fmt lint quick test coverage e2e hostile bench fixtures schemas catalogue drawing pictures docs manual demo package dist clean

help: ## print this list
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

dev: $(STAMP) ## set up .venv with the package and the development tools

$(STAMP): pyproject.toml requirements/dev.txt
	@test -n "$(PYTHON)" || { echo 'error: Python 3.11 or later with its venv module must be on PATH (or set PYTHON)' >&2; exit 1; }
	@$(PYTHON) -c '$(SUITABLE)' || { echo 'error: PYTHON must be Python 3.11 or later with its venv module: "$(PYTHON)"' >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(PINNED) requirements/dev.txt
	@$(PIP) install $(BUILDS) --editable .
	@touch $@

requirements: $(STAMP) ## pin the newest releases that pyproject.toml allows
	$(PIN) --group dev --output-file requirements/dev.txt pyproject.toml
	$(PIN) --group e2e --output-file requirements/e2e.txt --constraint requirements/dev.txt
	$(PIN) --group docs --output-file requirements/docs.txt --constraint requirements/dev.txt

fmt: $(STAMP) ## format the code and apply the safe lint fixes
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

lint: $(STAMP) ## check formatting, lint rules and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

quick: $(STAMP) ## run the tests that take no second
	$(PYTEST) --quiet $(PARALLEL) --hypothesis-profile quick --ignore tests/e2e -m 'not slow and not exhaustive' $(T)

test: $(STAMP) ## run the tests (T=path, K=pattern); hosts are left to `make e2e`
	$(PYTEST) $(PARALLEL) -m 'not exhaustive and not e2e' $(T)

# What runs over all that there is is not traced, which would double its time; 5 is "no such test here".
coverage: $(STAMP) ## run the tests with branch coverage, then the corpus and all examples of the properties
	$(PYTEST) $(PARALLEL) -m 'not exhaustive and not e2e' $(COVERAGE) $(T)
	$(PYTEST) $(PARALLEL) --hypothesis-profile full -m '(exhaustive or hypothesis) and not e2e' $(T) || test $$? -eq 5

$(E2E_STAMP): $(STAMP) requirements/e2e.txt
	@$(PINNED) requirements/e2e.txt
	@touch $@

e2e: $(E2E_STAMP) ## install the pinned hosts and run the tests against them (needs Go and Node.js)
	$(BIN)/python -m tests.e2e.tools
	$(BIN)/python -m tests.e2e.shells
	$(BIN)/python -m tests.e2e.crds
	$(PYTEST) --e2e $(if $(T)$(K),,--numprocesses auto --dist loadfile) $(or $(T),tests/e2e)

hostile: $(E2E_STAMP) ## attack it from all sides (ARGS=--short for two minutes, --help for more)
	$(BIN)/python -m tools.hostile $(ARGS)

bench: $(STAMP) ## measure, as ratios within one run (ARGS=--short for a quick look)
	$(BIN)/python -m bench $(ARGS)

fixtures: $(STAMP) ## rewrite what tests/fixtures expects, then show the difference
	-$(PYTEST) --quiet --update-fixtures tests/test_fixtures.py
	$(PYTEST) --quiet tests/test_fixtures.py
	@git --no-pager diff --stat -- tests/fixtures

schemas: $(STAMP) ## rewrite the JSON schemas from the tables that validate
	$(BIN)/python -m tools.schema transformer/config/schemas

pictures: $(DOCS_STAMP) ## draw what is printed on a terminal into docs/pictures/
	$(BIN)/python -m tools.terminal docs/pictures

codes: $(STAMP) ## list the codes of all messages, what they mean, and how they are printed
	$(BIN)/python -m tools.codes transformer/config/codes.txt
	$(BIN)/python -m tools.meanings transformer/report/meanings.tsv
	$(BIN)/python -m tools.printed docs/reference/messages.md

drawing: $(STAMP) ## draw the rooms of the package, and what comes from where, into docs/
	$(BIN)/python -m tools.house > docs/architecture.svg
	$(BIN)/python -m tools.concepts > docs/concepts.svg

$(DOCS_STAMP): $(STAMP) requirements/docs.txt
	@$(PINNED) requirements/docs.txt
	@touch $@

# The theme tells of its successor in every build.
docs: $(DOCS_STAMP) ## build the site into dist/site/; every link must lead somewhere
	$(BIN)/python -m tools.terminal --check docs/pictures
	$(BIN)/python -m tools.site stage dist/pages
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(BIN)/python -m tools.site check dist/site

manual: $(STAMP) ## write the pages for man into dist/man1/
	$(BIN)/python -m tools.manual dist/man1

catalogue: $(STAMP) ## hold the catalogue against CRDs (DIR=folder, otherwise those of the shared corpus)
	$(BIN)/python -m tools.catalogue $(or $(DIR),$${MIRRORPIN_SHARED:-../shared}/corpus)

demo: $(STAMP) ## show what mirrorpin does to the example shop
	$(BIN)/mirrorpin diff -c examples/shop/mirrorpin.yaml examples/shop/manifests.yaml

package: $(STAMP) ## build the wheel and the source distribution into dist/
	$(BIN)/python -m tools.package dist

dist: $(STAMP) ## build the self-contained programs into dist/ (needs a C compiler)
	$(BIN)/python packaging/dist.py dist

clean: ## remove everything that was built
	rm -rf $(VENV) dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
