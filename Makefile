# `make help` lists the commands.
RUN := .venv/bin/
PYTEST := $(RUN)pytest -n auto --dist worksteal -rfEs
# Test settings; production reads the environment.
TESTING := DJANGO_SETTINGS_MODULE=tests.settings

TAMPERING := tests/tenants/audit/integrity/test_tampering.py

.PHONY: help env demo check format test test-slow test-postgres test-all page-states test-tampering test-outages test-kills bench screenshots sbom lock clean
.DEFAULT_GOAL := help

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: ## create or update .venv from the hashed requirements
	@.ci/env

demo: env ## run the console over the sandbox; options: PORT=, SANDBOX_PORT=, DATA=, SERVICES=, CLIENTS=
	@$(RUN)python manage.py demo $(if $(PORT),--port=$(PORT)) \
	  $(if $(SANDBOX_PORT),--sandbox-port=$(SANDBOX_PORT)) $(if $(DATA),--data=$(DATA)) \
	  $(if $(SERVICES),--services=$(SERVICES)) $(if $(CLIENTS),--clients=$(CLIENTS))

check: env ## lint, types, import contracts, migrations, deployment, templates, house rules
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)mypy
	$(RUN)lint-imports
	$(TESTING) $(RUN)python manage.py makemigrations --check --dry-run
	env -i PATH="$$PATH" $$(grep -E '^[A-Z_]+=.' .env.example) $$($(RUN)python -m console.ops.generate_secrets) \
	  DATABASE_URL=sqlite:// $(RUN)python manage.py check --deploy --fail-level WARNING
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

test: env ## run all but slow tests, on SQLite: 5 minutes
	$(PYTEST) -m "not slow"

test-slow: env ## run slow tests on SQLite, and property tests with all examples
	HYPOTHESIS_PROFILE=full $(PYTEST) -m "slow or property"

test-postgres: env ## run database tests on a temporary PostgreSQL server
	.ci/with-postgres $(PYTEST) -m "db and not (browser and slow)"

test-all: test test-slow test-postgres ## run every test

page-states: env ## renew the selection of page states that make test opens
	$(eval FEATURES := $(shell mktemp -d))
	STATE_FEATURES=$(FEATURES) $(PYTEST) tests/journeys/test_page_states.py
	$(RUN)python -m tests.support.representative_states $(FEATURES)
	rm -rf $(FEATURES)

test-outages: env ## fail the audit store 20 times in each of 10 ways: 7 minutes
	$(RUN)python -m tests.outages

test-tampering: env ## tamper with the audit log in thousands of ways, and 100 clean runs: 15 minutes
	TAMPERINGS=all $(RUN)pytest -q $(TAMPERING)
	TAMPERINGS=all .ci/with-postgres $(RUN)pytest -q $(TAMPERING)
	CLEAN_RUNS=100 $(RUN)pytest -q tests/tenants/audit/integrity/test_clean_runs.py
	CLEAN_RUNS=100 .ci/with-postgres $(RUN)pytest -q tests/tenants/audit/integrity/test_clean_runs.py

test-kills: env ## kill processes 200 times on each database and check the audit log
	KILLS=200 $(RUN)pytest -q tests/tenants/audit/test_kills.py
	KILLS=200 .ci/with-postgres $(RUN)pytest -q tests/tenants/audit/test_kills.py

bench: env ## run the benchmarks; PARTS= selects some, see docs/performance.md
	@$(RUN)python -m bench.run $(PARTS)

screenshots: env ## retake the screenshots in docs/images from a demo
	$(RUN)python -m tests.screenshots

sbom: ## list the packages of requirements.txt as CycloneDX in SBOM= (sbom.json)
	@$(RUN)cyclonedx-py requirements requirements.txt --pyproject pyproject.toml \
	  --output-reproducible --output-file $(or $(SBOM),sbom.json)

lock: env ## renew the hashed requirements from pyproject.toml
	.ci/lock

clean: ## remove generated files, except data/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf axe-reports test-results static-files sbom.json
