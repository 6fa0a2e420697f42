# Everything is set up in .venv on first use: `make demo`, `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2
PYTEST_ARGS ?=

.NOTPARALLEL:
.PHONY: help setup demo test lint format types unit docs-errors docs-library bench build clean

help:  ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "vbcdsl needs Python 3.11 or later: make PYTHON=python3.11 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing vbcdsl and its development tools in $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@$(BIN)/python -m compileall -q vbcdsl # a checkout starts as fast as a wheel, wherever Python may not write
	@touch $@

setup: $(READY)  ## Install in .venv

demo: $(READY)  ## Settle a published year and explain one amount
	@$(BIN)/python -m vbcdsl.demo

test: lint types unit  ## All that must hold: lint, types, tests

lint: $(READY)  ## Ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY)  ## Let ruff write the format and the sure corrections
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(READY)  ## Mypy, strict
	@$(BIN)/mypy

unit: $(READY)  ## Pytest alone, for example: make unit PYTEST_ARGS='-k table'
	@.ci/packages
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS)

docs-errors: $(READY)  ## Write docs/reference/errors/ from the registry of codes
	@$(BIN)/python -m vbcdsl.diagnostics.pages

docs-library: $(READY)  ## Write docs/reference/library.md from the contract library
	@$(BIN)/python -m vbcdsl.library.page

$(VENV)/.bench: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[bench]"
	@touch $@

bench: $(VENV)/.bench  ## Measurements; writes docs/explanation/performance.md
	@$(BIN)/python -m pytest -m bench -s tests/benchmarks

build: $(READY)  ## The wheel and the source archive, in dist/
	@$(BIN)/python -m build --no-isolation

clean:  ## Remove what was built; .venv stays
	rm -rf dist build out .mypy_cache .pytest_cache .ruff_cache .hypothesis
