# One command each, from a fresh clone: Python 3.11+, pip and make are all that is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup run test lint benchmark clean
.DEFAULT_GOAL := setup

setup: $(STAMP)

# Exact versions with hashes first, then the project itself without looking for anything more.
$(STAMP): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Tradespace needs Python 3.11 or newer; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

run: setup
	$(BIN)/tradespace solve data/scenarios/black_friday_exercise.yaml --out out/black-friday-exercise --force
	$(BIN)/tradespace solve data/scenarios/black_friday_week.yaml --out out/black-friday-week --force
	$(BIN)/tradespace solve data/scenarios/black_friday_shop.yaml --out out/black-friday-shop --force

test: setup lint
	$(BIN)/python -m pytest -n auto

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) out build *.egg-info .mypy_cache .ruff_cache .pytest_cache
