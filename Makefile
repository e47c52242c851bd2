# Two commands do all the set-up on a machine that has Python 3.11 or newer, git and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := .ci/constraints.txt
BENCHES := startup hashing bradley_terry small_run overhead makespan memory resume report progress_cost \
	gate_cost rate_limit auto_parallel isolation duplicates soak

.PHONY: demo test check bench clean

demo: $(VENV)/installed  ## run the quick start against a local simulator, no key needed
	$(BIN)/asynceval run configs/quickstart.toml

test: $(VENV)/installed-dev  ## run all tests
	$(BIN)/pytest -n auto

check: $(VENV)/installed-dev  ## formatting, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/installed-dev  ## every benchmark, one line of JSON each; wants a quiet machine
	for name in $(BENCHES); do $(BIN)/python -m bench.$$name || exit 1; done

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml $(CONSTRAINTS)
	$(BIN)/pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/bin/python pyproject.toml $(CONSTRAINTS)
	$(BIN)/pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[dev]'
	touch $@ $(VENV)/installed
