# One command each; `make help` lists them. Everything lives in .venv and var/.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# the newest Python here that is new enough, named once
PYTHON ?= $(shell bash .ci/python)
RUN_STAMP := $(VENV)/.stamp-run
DEV_STAMP := $(VENV)/.stamp-dev
LOOPS_STAMP := $(VENV)/.stamp-loops
# the solver's loops as machine code: kept until their sources change
WARM := $(BIN)/python -c 'from data.allocation.warming import warm; warm()'
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
ARGS ?=

.PHONY: help run test lint prepare lock screenshot bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(RUN_STAMP) $(LOOPS_STAMP) ## start the center: migrates, seeds and loads the exercise on the first start
	$(BIN)/python -m dashboard serve --setup $(ARGS)

test: $(DEV_STAMP) prepare lint ## install what is missing, lint, then every test
	@$(WARM)
	@source .ci/prepared && $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(DEV_STAMP) ## ruff, mypy and the import rules
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

prepare: ## the programs the tests need: browser, database, MQTT broker, GDAL, ffmpeg (apt-get, only what is missing)
	@bash .ci/prepare

lock: $(DEV_STAMP) ## rewrite both lock files from pyproject.toml
	bash .ci/lock $(BIN)/uv

screenshot: $(DEV_STAMP) ## pictures of every page into var/screenshots, the wall's into docs/wall.webp
	$(BIN)/python -m tests.tools.screenshot $(ARGS)

bench: $(DEV_STAMP) ## benchmarks, printed as ratios
	$(BIN)/python -m pytest tests/benchmarks -s $(ARGS)

clean: ## remove the environment and the caches; var/ (the data) stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .ci/prepared *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本:请先安装,再运行 make。(No Python 3.11 or newer was found.)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the center needs into $(VENV); this takes a minute or two ..."
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# before a server opens, not in its first plan
$(LOOPS_STAMP): $(RUN_STAMP) $(wildcard data/allocation/*.py)
	@echo "Compiling the solver's loops, once; this takes half a minute ..."
	@$(WARM)
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@echo "Installing what the tests need into $(VENV) ..."
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
