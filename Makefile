# make demo   sets up all, builds the demo workspace, serves it
# make test   sets up all, runs all checks and tests
# make help   lists the rest

.DEFAULT_GOAL := help
SHELL := /bin/bash

# Compiled modules make every start several times faster, and the tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

# The first Python that is new enough; override with `make demo PYTHON=...`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8321
SCALE ?= 1
DEMO := demo-workspace
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check

.PHONY: demo test lint types imports unit days format docs lock clean help

demo: $(VENV)/.runtime ## build the demo workspace and serve it (PORT=8321, SCALE=1)
	@test -f $(DEMO)/generations/current || $(BIN)/leitstern demo $(DEMO) --scale $(SCALE)
	@$(BIN)/leitstern -w $(DEMO) serve --port $(PORT)

# The types are checked on one core, beside the tests.
test: lint imports ## set up all and run all checks and tests
	@$(MAKE) --no-print-directory --jobs 2 types unit ARGS='-m "not calendar"'
	@$(MAKE) --no-print-directory days

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

imports: $(VENV)/.test
	$(BIN)/lint-imports

unit: $(VENV)/.test ## the tests alone; choose some with ARGS="tests/cli -k import"
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

# `make test` runs the tests marked `calendar` here, and not once more among all others.
days: $(VENV)/.test ## what follows the calendar, on the three days whose turn it is (DAYS="--list" names all)
	$(BIN)/python scripts/days.py $(or $(DAYS),--turn 3 --tested 1 --scale 0.05)

format: $(VENV)/.test ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.test ## write the generated pages of docs/ anew
	$(BIN)/python scripts/generate_docs.py
	$(BIN)/python -m leitstern.kpis.pages

lock: $(VENV)/.test ## pin the newest allowed versions with their hashes
	$(PIP_INSTALL) uv
	$(BIN)/python scripts/lock.py

clean: ## remove the environment and the demo workspace
	rm -rf $(VENV) $(DEMO)

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

# Two environments in one folder: what the program needs, and on top of it what its tests need.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Leitstern needs Python 3.11 or newer; none was found." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (Debian: apt install python3-venv)." >&2; \
		rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: $(BIN)/python requirements/base.txt requirements/build.txt pyproject.toml
	@echo "Installing Leitstern into $(VENV) ..."
	@$(PIP_INSTALL) --require-hashes -r requirements/base.txt -r requirements/build.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime requirements/test.txt
	@echo "Installing what the tests need ..."
	@$(PIP_INSTALL) --require-hashes -r requirements/test.txt -r requirements/build.txt
	@touch $@
