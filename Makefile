PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Browsers before whole systems where seconds are counted: they have the machine nearly to themselves.
ALONE := $(wildcard tests/stories/test_m[23569]_*.py tests/console/test_desk_page.py tests/console/test_clicks_page.py)
.PHONY: demo test check scripts vendor beside install clean

# Everything in one command: two embedded Valkey servers, gateway, engine, console, demo feeds.
demo: $(VENV)/.run
	$(BIN)/citywall demo

# The one gate: what .ci/run and a developer run.
test: $(VENV)/.dev
	sh tests/prepare-machine.sh
	$(MAKE) -j 2 check beside
	$(BIN)/python -m pytest -n 3 --dist loadfile $(ALONE)

# Tests wait for processes and browsers half of their time: twice as many workers as cores. In a fresh
# environment each of them would compile every library again: the collection does it once before.
beside: $(VENV)/.dev
	-$(BIN)/python -m pytest --collect-only --quiet --quiet >/dev/null
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ALONE:%=--ignore=%)

check: $(VENV)/.dev scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The browser's scripts: types, lint, and that what is vendored is what it says. The tools are Node's; nothing that
# runs needs them.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm
scripts: $(VENV)/.js
	$(NPM) run --silent check

vendor: $(VENV)/.js
	$(NPM) run --silent vendor

$(VENV)/.js: package.json package-lock.json $(VENV)/.dev
	$(NPM) ci --silent
	touch $@

$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

# What is never imported is not compiled either; what is, once, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE
$(VENV)/.dev: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(VENV)/.run $@

install: $(VENV)/.run

clean:
	rm -rf $(VENV) node_modules build *.egg-info
