# `make help` lists what there is.
RUN := .venv/bin/
PYTEST := $(RUN)pytest -n auto --dist worksteal -rfEs
# The settings that are good for tests alone; production's come from the environment.
TESTING := DJANGO_SETTINGS_MODULE=tests.settings

TAMPERING := tests/tenants/audit/integrity/test_tampering.py

.PHONY: help env demo check format test test-slow test-postgres test-all page-states test-tampering test-outages test-kills bench screenshots lock clean
.DEFAULT_GOAL := help

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: ## the environment, .venv, from the hashed requirements
	@.ci/env

demo: env ## the console over a pretend Authlete; PORT=, SANDBOX_PORT=, DATA= change where
	@$(RUN)python manage.py demo $(if $(PORT),--port=$(PORT)) \
	  $(if $(SANDBOX_PORT),--sandbox-port=$(SANDBOX_PORT)) $(if $(DATA),--data=$(DATA))

check: env ## everything CI runs besides the tests
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy
	$(RUN)lint-imports
	$(TESTING) $(RUN)python manage.py makemigrations --check --dry-run
	$(RUN)djlint --quiet --lint console/templates
	$(RUN)djangofmt --quiet --check console/templates
	.ci/css --check
	$(RUN)hadolint Dockerfile
	.ci/house

format: env ## format Python, templates and stylesheets
	$(RUN)ruff check --fix --quiet .
	$(RUN)ruff format --quiet .
	$(RUN)djangofmt --quiet console/templates
	.ci/css

test: env ## everything but the slow tests, on SQLite: 5 minutes
	$(PYTEST) -m "not slow"

test-slow: env ## the slow tests on SQLite, and property tests with more examples
	HYPOTHESIS_PROFILE=full $(PYTEST) -m "slow or property"

test-postgres: env ## the tests of the database on a PostgreSQL of its own
	.ci/with-postgres $(PYTEST) -m "db and not (browser and slow)"

test-all: test test-slow test-postgres ## every test

page-states: env ## choose anew the page states that make test looks at
	$(eval FEATURES := $(shell mktemp -d))
	STATE_FEATURES=$(FEATURES) $(PYTEST) tests/journeys/test_page_states.py
	$(RUN)python -m tests.support.representative_states $(FEATURES)
	rm -rf $(FEATURES)

test-outages: env ## fail the store of the record 20 times in each of 10 ways: 7 minutes
	$(RUN)python -m tests.outages

test-tampering: env ## change the record in thousands of ways, and find each; 100 clean runs: 15 minutes
	TAMPERINGS=all $(RUN)pytest -q $(TAMPERING)
	TAMPERINGS=all .ci/with-postgres $(RUN)pytest -q $(TAMPERING)
	CLEAN_RUNS=100 $(RUN)pytest -q tests/tenants/audit/integrity/test_clean_runs.py
	CLEAN_RUNS=100 .ci/with-postgres $(RUN)pytest -q tests/tenants/audit/integrity/test_clean_runs.py

test-kills: env ## kill processes 200 times on each database, and hold the record against it
	KILLS=200 $(RUN)pytest -q tests/tenants/audit/test_kills.py
	KILLS=200 .ci/with-postgres $(RUN)pytest -q tests/tenants/audit/test_kills.py

bench: env ## how fast it is, as ratios; PARTS= names some of them, see docs/reference/performance.md
	@$(RUN)python -m bench.run $(PARTS)

screenshots: env ## take the pictures of docs/images anew, from a demo
	$(RUN)python -m tests.screenshots

lock: env ## make the hashed requirements anew from pyproject.toml
	.ci/lock

clean: ## take away what the commands above have made, data/ excepted
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf axe-reports test-results static-files
