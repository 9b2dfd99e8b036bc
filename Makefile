# One command each, from a fresh clone: Python 3.11+, pip and make are all that is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# One test more than there are cores: those in a browser wait most of their time.
AT_ONCE = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')

.PHONY: setup run app screenshots docs test lint benchmark clean
.DEFAULT_GOAL := setup

setup: $(STAMP)

# Exact versions with hashes first, then the project itself without looking for anything more.
$(STAMP): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Tradespace needs Python 3.11 or newer; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m models.performance
	@touch $(STAMP)

# The reports of the bundled Black Friday scenarios: solve, then tell.
run: setup
	@for name in exercise week shop; do \
	  $(BIN)/tradespace solve data/scenarios/black_friday_$$name.yaml --out out/black-friday-$$name --force || exit $$?; \
	  $(BIN)/tradespace report data/scenarios/black_friday_$$name.yaml --front out/black-friday-$$name --out out/black-friday-$$name --force || exit $$?; \
	done
	@echo; echo "Reports to open:"; for name in exercise week shop; do echo "  out/black-friday-$$name/report.html"; done

# The app, in the browser of this machine: http://127.0.0.1:8501
app: setup
	$(BIN)/python -m streamlit run app.py

test: setup lint
	$(BIN)/python -m pytest -n $(AT_ONCE) --dist worksteal

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Pictures of every page, for the README.
screenshots: setup
	$(BIN)/python docs/make_screenshots.py

# All that is written from the code and the bundled scenarios: references, tables, pictures. Takes half an hour.
docs: setup
	$(BIN)/python docs/make_scenario_reference.py
	$(BIN)/python docs/make_experiments.py
	$(BIN)/python -m benchmarks.model_against_simulation --page docs/model.md
	$(BIN)/python -m benchmarks.recommended_against_simulation --page docs/simulation.md
	$(BIN)/python docs/make_screenshots.py

benchmark: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) out build *.egg-info .mypy_cache .ruff_cache .pytest_cache
