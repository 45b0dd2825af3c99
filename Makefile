# Anyaman QC. `make help` lists every target; `make run` and `make test` are the two that matter.

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
RENDER  := .venv-render
PIP     := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
COUNT   ?= 800
SIZE    ?= 320
SEED    ?= 1
# Processes that tests run in, each with a PostgreSQL and an S3 server of its own; chaos and the app's tests run alone.
WORKERS ?= 2
CONFIG  ?= training/configs/anyaman-0.3.0.yaml
# What the app is made of; words and rules of the standards are built into it.
WEB_SOURCES := $(shell find web/src web/build web/public web/index.html web/package.json web/vite.config.ts web/tsconfig.json qc/standards -type f ! -name '*.py' ! -name '*.pyc' 2>/dev/null)
export QC_PORT ?= 8000
export QC_HOME ?= .qc
# GS1's schema is not part of this project; it is taken from where it lies beside the checkout, if nobody names another.
export QC_EPCIS_SCHEMA ?= $(abspath $(wildcard ../shared/domain/epcis/EPCIS-JSON-Schema.json))

.PHONY: help run demo serve test test-web chaos lint types unit openapi bench evaluate render train export web wheel image clean
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.runtime ## Install the runtime, build the app, grade three demo pieces, serve on http://127.0.0.1:8000
	@$(MAKE) --no-print-directory web || echo "The inspector's app is not built; the service runs without it, with a plain page at /." >&2
	@$(BIN)/qc demo
	@exec $(BIN)/qc serve

demo: $(VENV)/.runtime ## Grade the three demo pieces, serve nothing
	@$(BIN)/qc demo

serve: $(VENV)/.runtime ## Serve, without the demo
	@exec $(BIN)/qc serve

test: $(VENV)/.dev ## Install what tests need, bring up the real parts, run everything
	@bash tests/real_parts.sh
	@$(MAKE) --no-print-directory lint types
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --ignore=tests/web --ignore=tests/chaos
	$(BIN)/python -m pytest tests/chaos
	@$(MAKE) --no-print-directory test-web

test-web: $(VENV)/.dev qc/api/static/index.html ## The inspector's app alone, in a real browser
	@bash tests/real_parts.sh
	cd web && PATH="$(abspath $(BIN)):$$PATH" npm test
	$(BIN)/python -m pytest tests/web

chaos: $(VENV)/.dev ## The long form: 2,000 inspections through kill -9 and cut connections, twice
	@bash tests/real_parts.sh
	QC_CHAOS_INSPECTIONS=2000 $(BIN)/python -m pytest -s -m chaos

lint: $(VENV)/.dev ## Style, format and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

unit: $(VENV)/.dev ## The quick tests only: no database server, browser or subprocess
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not real" -x -q

openapi: $(VENV)/.dev ## Write docs/openapi.json as the service describes itself
	$(BIN)/python -m qc.api.document docs/openapi.json

bench: $(VENV)/.dev ## Timings: ratios taken within one run
	$(BIN)/python -m bench

evaluate: $(VENV)/.dev ## Grade, score and report on a folder of labelled photos: make evaluate DATA=folder
	@test -n "$(DATA)" || { echo "make evaluate DATA=folder: the folder of labelled photos is missing" >&2; exit 2; }
	$(BIN)/python -m training.evaluate "$(DATA)"

render: $(VENV)/.dev $(RENDER)/.ready ## Render woven pieces in Blender: make render COUNT=800 SIZE=320 SEED=1
	nice -n 15 $(BIN)/python -m training.render --count $(COUNT) --size $(SIZE) --seed $(SEED)

train: $(VENV)/.dev ## Train (resumes): make train CONFIG=training/configs/...yaml
	$(BIN)/python -m training.train $(CONFIG)

export: $(VENV)/.dev ## Write the trained run as a bundle under models/: make export CONFIG=...
	$(BIN)/python -m training.export $(CONFIG)

web: qc/api/static/index.html ## Build the inspector's app, where its sources changed; the service then serves it at /

qc/api/static/index.html: $(WEB_SOURCES) web/node_modules/.ready
	@echo "Building the inspector's app ..."
	@cd web && PATH="$(abspath $(BIN)):$$PATH" npm run --silent build
	@touch $@

web/node_modules/.ready: web/package-lock.json | $(VENV)/.runtime
	@echo "Installing the app's build tools (node comes from PyPI, about 200 MB; once) ..."
	@$(PIP) -e '.[web]'
	@cd web && PATH="$(abspath $(BIN)):$$PATH" npm ci --no-audit --no-fund --loglevel=error || { echo "npm could not install the app's build tools: is its registry within reach? Try again with: make web" >&2; exit 1; }
	@touch $@

wheel: $(VENV)/.dev qc/api/static/index.html ## Build a wheel that carries the current model and the app
	@rm -rf qc/bundle && cp -rL models/current qc/bundle
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist . ; status=$$?; rm -rf qc/bundle; exit $$status

image: ## Build the container image (needs a container engine)
	docker build -t anyaman-qc:$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) .

clean: ## Remove environments and build output; data under $(QC_HOME) stays
	rm -rf $(VENV) $(RENDER) build dist *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}. Name another: make PYTHON=python3.12 run")'
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian: apt-get install -y python3-venv" >&2; exit 1; }

$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the runtime (about 400 MB, once) ..."
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing runtime, test and training dependencies (torch is large; once) ..."
	@$(PIP) -e '.[dev,training]'
	@$(PIP) -e '.[ray]' || echo "Ray is not within reach: the tests that a pool and Ray do the same are skipped." >&2
	@touch $@ $(VENV)/.runtime

$(RENDER)/.ready: constraints-render.txt
	@$(PYTHON) -m venv $(RENDER)
	@$(RENDER)/bin/python -m pip install --quiet --disable-pip-version-check -r constraints-render.txt
	@touch $@
