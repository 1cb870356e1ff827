PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Browsers before whole systems where seconds are counted: they have the machine nearly to themselves.
ALONE := $(wildcard tests/stories/test_m[23569]_*.py tests/console/test_desk_page.py \
	tests/console/test_clicks_page.py tests/console/test_agency_page.py)
# Whole systems: several processes, and mostly a browser.
SYSTEMS := tests/stories tests/faults $(filter-out $(ALONE),$(wildcard tests/console/test_*.py))
.PHONY: demo test bench machine systems units beside compiled check scripts vendor install clean

# Everything in one command: two embedded Valkey servers, gateway, engine, console, demo feeds.
demo: $(VENV)/.run
	$(BIN)/citywall demo

# The one gate: what .ci/run and a developer run. Whole systems wait for processes and browsers most of their time;
# what only computes runs beside them at a lower priority, so it takes the time that they leave.
test:
	$(MAKE) -j 2 $(VENV)/.dev machine
	$(MAKE) -j 3 systems units beside
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ALONE)

# Every benchmark, one after the other, on a machine that does nothing else; writes docs/benchmarks.md and its results.
# ARGS='--only heat,flow', '--runs 3', '--page-only', …: python -m benchmarks.report --help
bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.report $(ARGS)

machine:
	sh tests/prepare-machine.sh

# Two runs at one time: each has its own share of the ports, see tests/running.py.
RUN := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder $(ALONE:%=--ignore=%)
systems: compiled
	CITYWALL_TEST_PORTS=0/2 $(RUN) -n 3 $(SYSTEMS)

units: compiled
	CITYWALL_TEST_PORTS=1/2 nice -n 5 $(RUN) -n 3 $(SYSTEMS:%=--ignore=%)

beside: $(VENV)/.dev
	nice -n 10 $(MAKE) check

# In a fresh environment each worker would compile every library and test again: the collection does it once before.
compiled: $(VENV)/.dev
	-$(BIN)/python -m pytest --collect-only --quiet --quiet >/dev/null

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
	$(MAKE) -j 2 unpack-0 unpack-1
	$(BIN)/python -m pip install --quiet --no-compile --no-build-isolation --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(VENV)/.run $@

# pip unpacks on one core. Each half of the pinned packages is one pip's; the install after them finds everything there.
unpack-%:
	grep '^[A-Za-z]' constraints.txt | awk 'NR % 2 == $*' > $(VENV)/half-$*.txt
	$(BIN)/python -m pip install --quiet --no-compile --no-deps --disable-pip-version-check -r $(VENV)/half-$*.txt

install: $(VENV)/.run

clean:
	rm -rf $(VENV) node_modules build *.egg-info
