# Two commands: `make chat` and `make test`. Everything goes into .venv, by plain pip, from the hashed lock files;
# a file in .venv says that a lock file is installed, so the next start asks pip nothing.
# Kept to what GNU Make 3.81 knows, which is the one that macOS has.

SHELL := /usr/bin/env bash
.DEFAULT_GOAL := help

PYTHON ?= python3
MODEL ?= full
# Only from the command line: some shells set HOST to the machine's own name.
HOST :=
PORT :=
ARGS :=
CHROMIUM ?= $(shell for each in chromium chromium-browser google-chrome google-chrome-stable \
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do command -v "$$each" && break; done)

VENV := .venv
BIN := $(VENV)/bin
# What is imported is compiled when it is first imported: compiling all of it here takes a minute or more.
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --no-input --require-virtualenv install --no-deps --no-compile

weights_full := $(VENV)/.model
weights_small := $(VENV)/.model-small
weights_none :=
ifeq ($(filter full small none,$(MODEL)),)
$(error MODEL is "$(MODEL)"; it can be full (1.5B, about 1.1 GB), small (0.5B, about 460 MB) or none)
endif

.PHONY: help chat test eval lock clean browser postgres

help: ## Show this list
	@echo "Verbatim: ask a corpus of news articles, and see the sentence that every answer stands on."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  MODEL=full|small|none   language model whose weights are installed: 1.5B, 0.5B, or none (answers are quotes)"
	@echo "  HOST=… PORT=…           where make chat serves (127.0.0.1 and 7860)"
	@echo "  ARGS=\"…\"                further words for make chat, eval and test: ARGS=\"-k dates\""
	@echo "  PYTHON=python3.12       the Python that .venv is made with; 3.11 to 3.13"

chat: $(VENV)/.verbatim $(weights_$(MODEL)) ## Install what is missing, index seeds/ where needed, and serve the page
	@exec $(BIN)/verbatim chat $(if $(HOST),--host "$(HOST)") $(if $(PORT),--port "$(PORT)") $(ARGS)

eval: $(VENV)/.verbatim $(weights_$(MODEL)) ## Ask the fixed questions, score the answers and judge them by the gate
	@exec $(BIN)/verbatim eval $(ARGS)

test: $(VENV)/.verbatim $(VENV)/.model $(VENV)/.dev browser postgres ## Lint, types, import order, then every test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@CHROMIUM="$(CHROMIUM)" $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

browser:
	@if command -v "$(CHROMIUM)" >/dev/null; then exit 0; \
	elif [ "$(origin CHROMIUM)" != file ]; then echo "CHROMIUM is \"$(CHROMIUM)\", which can't be run." >&2; exit 1; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "The browser tests need Chromium: installing it with apt-get."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; \
	else echo "The browser tests need Chromium or Chrome: install one, or name it: make test CHROMIUM=/path/of/it" >&2; exit 1; fi

# Maintainers only: after a change of the lists in pyproject.toml. ARGS=--upgrade takes the newest versions.
lock: $(VENV)/.dev ## Make the lock files again from pyproject.toml
	@$(call resolve,requirements.lock,p["build-system"]["requires"] + p["project"]["dependencies"])
	@$(call resolve,requirements-model.lock,p["project"]["optional-dependencies"]["model"],$(on_top))
	@$(call resolve,requirements-model-small.lock,p["project"]["optional-dependencies"]["model-small"],$(on_top))
	@$(call resolve,requirements-dev.lock,p["project"]["optional-dependencies"]["dev"],$(on_top))

# $(call resolve,LOCK FILE,LIST,FLAGS). Names, versions and hashes for every platform, and no address of a registry.
resolve = set -o pipefail; $(BIN)/python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb")); print(*($2), sep="\n")' \
	| $(BIN)/uv pip compile - --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file $1 $3 $(ARGS) && echo "Made $1"
# The other files are installed on top of the first: at its versions, and without repeating them.
on_top = -c requirements.lock $$(sed -n 's/^\([a-z0-9.-]*\)==.*/--no-emit-package \1/p' requirements.lock | sort -u)

clean: ## Remove .venv, caches and builds; the index in .verbatim stays
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find index rag eval ui tests -name __pycache__ -prune -exec rm -rf {} +

# Its tests say that they were skipped where it can't be installed.
postgres:
	@if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then exit 0; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "The tests of the shared catalog need PostgreSQL: installing it with apt-get."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql; \
	else echo "PostgreSQL is not installed: its tests are skipped." >&2; fi

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Verbatim needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is not one. Name one: make chat PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.core: requirements.lock | $(VENV)/.python
	@echo "Installing what Verbatim stands on (about 250 MB)."
	$(INSTALL) --require-hashes -r $<
	@touch $@

# A path file and the command; the checkout itself is what runs.
$(VENV)/.verbatim: pyproject.toml | $(VENV)/.core
	$(INSTALL) --quiet --no-index --no-build-isolation --editable .
	@touch $@

$(VENV)/.%: requirements-%.lock | $(VENV)/.core
	@echo "Installing $<."
	$(INSTALL) --require-hashes -r $<
	@touch $@
