# A fresh machine needs python3 (3.11 or newer) with venv, and make. Everything else comes into .venv.

PYTHON ?= python3
UV := 0.13.9
BIN := .venv/bin
SYNCED := .venv/.synced

.DEFAULT_GOAL := check
.PHONY: .venv demo test mutants check bench proto clean

.venv: $(SYNCED)

$(SYNCED): pyproject.toml uv.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	UV_PYTHON_DOWNLOADS=never $(BIN)/uv sync --frozen
	touch $@

demo: .venv
	$(BIN)/relance demo

test: .venv
	$(BIN)/python -m tests.lanes

# Takes each protection away in a copy of the tree and shows that its tests turn red (minutes).
mutants: .venv
	$(BIN)/python -m tests.mutants

check: .venv
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/architecture

bench: .venv
	$(BIN)/relance bench

# The files made from the protocol are kept, so that running needs no compiler.
proto: .venv
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc -I. --python_out=. \
		--grpc_python_out=. --mypy_out=. --mypy_grpc_out=. engine/rpc/relance.proto

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find engine channels tui tests -name __pycache__ -type d -prune -exec rm -rf {} +
