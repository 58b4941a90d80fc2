# Everything a person or CI runs here. Each target does the set-up it needs, and no more than has changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
FRONTEND := webapp/frontend
DIST := webapp/static/dist/manifest.json
NODE_MODULES := $(FRONTEND)/node_modules/.package-lock.json
FRONTEND_SOURCES := $(wildcard $(FRONTEND)/*.mjs) $(shell find $(FRONTEND)/src -type f) bpmn/schema/reviewflow.json
PIP_COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
PACKAGES := engine workflows webapp

# Processes that share the tests: half as many again as processors, because a test in the browser mostly waits for it.
# Files stay whole, because their fixtures are costly, and in order: those with few tests take longest.
TEST_PROCESSES ?= $(shell expr $$(nproc) \* 3 / 2)

export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench chaos build screenshots browser lock clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.installed $(DIST) ## Start Reviewflow with a year of an invented company in it
	$(BIN)/reviewflow demo

test: $(VENV)/.installed-dev $(DIST) browser ## Run every test
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(VENV)/.installed-dev ## Check style, types and the arrows between packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## Rewrite the Python sources in the one format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.installed-dev $(DIST) ## Measure the figures that the documentation promises
	$(BIN)/python -m tests.bench

chaos: $(VENV)/.installed-dev $(DIST) ## Kill the parts of a running installation again and again, and look for what is lost; KILLS=1000
	$(BIN)/python -m tests.chaos

screenshots: $(VENV)/.installed-dev $(DIST) browser ## Take the pictures that the documentation shows; PICTURES="inbox task" takes some
	$(BIN)/python -m tests.screenshots $(PICTURES)

build: $(VENV)/.installed $(DIST) ## Build the browser side

browser: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.services.browser

lock: $(VENV)/.installed-dev $(FRONTEND)/package.json ## Pin every dependency again, newest first
	$(PIP_COMPILE) --upgrade --extra build -o requirements/base.txt pyproject.toml requirements/oldest_python.in
	$(PIP_COMPILE) --upgrade --extra build --extra dev -c requirements/base.txt -o requirements/dev.txt pyproject.toml requirements/oldest_python.in
	$(PIP_COMPILE) --upgrade -o requirements/node.txt requirements/node.in
	cd $(FRONTEND) && npm install --package-lock-only

clean: ## Remove everything that was made here, your data excepted
	rm -rf $(VENV) $(FRONTEND)/node_modules webapp/static/dist dist build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
	find engine workflows webapp bpmn tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Reviewflow needs Python 3.11 or newer, and $(PYTHON) is older. Name a newer one: make PYTHON=python3.13" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements/base.txt pyproject.toml hatch_build.py | $(VENV)/.made
	$(PIP) install --require-hashes -r requirements/base.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements/dev.txt | $(VENV)/.installed
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# Node comes along in a wheel where the machine has none that fits.
$(NODE_MODULES): $(FRONTEND)/package-lock.json $(FRONTEND)/package.json requirements/node.txt | $(VENV)/.installed
	@$(BIN)/python hatch_build.py find-node || $(PIP) install --require-hashes -r requirements/node.txt
	$(BIN)/python hatch_build.py install
	@touch $@

$(DIST): $(NODE_MODULES) $(FRONTEND_SOURCES)
	$(BIN)/python hatch_build.py build
