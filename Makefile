# One command to run the portal, one to test it. `make help` lists the rest.
# Everything that is needed is installed here: the hashed Python lock into .venv, the npm lock for the HTML validator
# and, on Debian as root for the tests, chromium, PostgreSQL, fonts and Pango (without Pango `make run` makes no PDFs).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export VAR ?= $(CURDIR)/var

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/portal: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(BIN)/portal

$(VENV)/dev: requirements-dev.txt $(BIN)/portal
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $(VENV)/dev

.PHONY: install
install: $(BIN)/portal ## make .venv from the hashed lock

.PHONY: run
run: $(BIN)/portal ## publish the content and serve it: site on PORT (8000), inbox on INBOX_PORT (8001)
	$(BIN)/portal publish
	exec $(BIN)/portal serve

.PHONY: publish
publish: $(BIN)/portal ## make the content live as a new release
	$(BIN)/portal publish

.PHONY: check
check: $(BIN)/portal ## check the content and count what of the plan is on pages
	$(BIN)/portal check --coverage

.PHONY: format
format: $(VENV)/dev ## format Python code
	$(BIN)/ruff check --fix-only --quiet portal search tests
	$(BIN)/ruff format portal search tests

.PHONY: lint
lint: $(VENV)/dev ## format check, lint, types, import rules
	$(BIN)/ruff format --check portal search tests
	$(BIN)/ruff check portal search tests
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: messages
messages: $(VENV)/dev ## extract messages and bring every PO file up to date
	$(BIN)/python tests/support/messages.py

.PHONY: test
test: $(VENV)/dev ## the one gate: lint, types, import rules, every test
	CI="$${CI:-}" tests/run

.PHONY: crash
crash: $(VENV)/dev ## kill web, worker and inbox 200 times under load of 20,000 leads; ARGS="--database postgres --seed 7"
	$(BIN)/python -m tests.crash $(ARGS)

.PHONY: load
load: $(VENV)/dev ## measure: 100 inquiries a second for a minute while the lead queue is dead
	$(BIN)/python -m tests.benchmarks.load

.PHONY: lighthouse
lighthouse: $(VENV)/dev ## measure pages with Lighthouse on slow 4G: scores, LCP, CLS; ARGS="--runs 1 home form"
	test -x node_modules/.bin/lighthouse || npm ci --no-audit --no-fund
	$(BIN)/python -m tests.benchmarks.lighthouse $(ARGS)

.PHONY: lock
lock: ## renew the hashed locks from pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --build-deps-for editable --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --build-deps-for editable --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml

.PHONY: clean
clean: ## remove what was made, but no lead: var/ stays
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info node_modules
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
