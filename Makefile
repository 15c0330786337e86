# Three commands do everything on a machine with python3, pip and make:
#   make demo   sets up what it needs and runs the main job
#   make test   sets up what it needs and passes the tests
#   make view   sets up what it needs and opens the model in a browser
# PYTHON chooses the interpreter (3.11 or newer), VENV the folder of the virtual environment.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= results/demo
# Python keeps its bytecode, whatever the shell says: each process starts in two thirds of the time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo view test test-all lint bench mutants help clean

help:
	@sed -n 's/^#   //p' Makefile

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.bench: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@touch $@

$(VENV)/.viz: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[viz]'
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,viz]'
	@touch $@

$(VENV)/.mutation: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutation]'
	@touch $@

demo: $(VENV)/.base
	$(BIN)/samizdat run --out $(OUT) --force
	@echo "Look at $(OUT)/figures/overview.png"

view: $(VENV)/.viz
	$(BIN)/samizdat view

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m 'not slow'

test-all: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

# Half an hour or more; ONLY="regime/levers run/records" names modules of tests/mutation/mutants.toml.
mutants: $(VENV)/.mutation
	$(BIN)/python tests/mutation $(ONLY)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
