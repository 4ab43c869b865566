# `make help` lists what there is.
VENV := .venv
RUN := $(VENV)/bin/

.PHONY: help env check test
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(VENV)/.made ## the environment, .venv, from the hashed requirements

$(VENV)/.made: requirements-dev.txt
	python3 -m venv $(VENV)
	$(RUN)pip install -q --require-hashes -r requirements-dev.txt
	@touch $@

check: env ## everything CI runs besides the tests
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy
	$(RUN)lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(RUN)python manage.py makemigrations --check --dry-run

test: env ## the whole suite
	$(RUN)pytest -n auto
