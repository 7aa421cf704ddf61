# `make run` and `make test` need Python 3.11 or newer and make, nothing else. `make help` lists the rest.

VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --quiet --quiet --disable-pip-version-check --constraint requirements.lock --editable
ROOMS := accounts chat drivers jobs journal offers presence

# A MySQL address, given or in .env, needs the client that a compiler has to make.
MYSQL := $(findstring mysql,$(DATABASE_URL) $(shell grep -s '^DATABASE_URL' .env))

# Tests know nothing of .env, and keep what they write apart from the data of `make run`.
# More workers than the two cores of CI: tests that wait for servers leave them to others.
WORKERS ?= 4
BROWSERS ?= 2
REPETITIONS ?= 50
# How many of the faults are tried, all unless set; which ones, and what happens in them, the seed decides.
FAULTS ?= yes
FAULTS_SAMPLE ?=
FAULTS_SEED ?= 1
# Bytecode is kept, whatever the environment wants: every worker and every server would compile all there is.
TESTING := ENV_FILE=/dev/null VAR_DIR=$(CURDIR)/var/test PYTHONDONTWRITEBYTECODE=
ALONE := $(TESTING) DATABASE_URL= REDIS_URL=
# A worker that has nothing left takes from the others: tests that wait for servers stand together.
PYTEST := $(PY) -m pytest --dist worksteal -n
ON_SERVICES := $(PY) tools/with_services.py
REFERENCE := benchmarks/reference/node_modules
WEB := tools/web/node_modules
# SQLite copies a table to change it, and the linter takes the copy's columns for new ones without a default.
# tests/chat/test_subjects.py writes as servers of the version before do.
LINTED_BY_HAND := 0002_subjects
REPORT = --junitxml=var/reports/$@.xml

.DEFAULT_GOAL := help
.PHONY: help run test coverage test-services test-browser test-long test-faults benchmark benchmark-quick check check-style \
    check-layers check-types check-migrations check-templates check-web check-catalogues check-deploy messages format lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name does; do \
	    printf '  make %-17s %s\n' "$$name" "$$does"; done

# --- running ---------------------------------------------------------------------------------------------------------

run: $(VENV)/.runtime $(if $(MYSQL),$(VENV)/.mysql) ## the product with demo data, on PORT (8000)
	@umask 077; mkdir -p var
	@exec $(PY) tools/run.py

# --- testing ---------------------------------------------------------------------------------------------------------

test: $(VENV)/.dev reports ## the whole suite that needs no service
	@$(ALONE) $(PYTEST) $(WORKERS) $(REPORT) $(ARGS)

coverage: $(VENV)/.dev reports ## the same, and what it covers, in var/coverage/html
	@$(ALONE) $(PYTEST) $(WORKERS) $(REPORT) --cov --cov-report=term --cov-report=html:var/coverage/html $(ARGS)

test-services: $(VENV)/.mysql reports ## the same suite and the races, on MariaDB and Redis
	@$(TESTING) $(ON_SERVICES) $(PYTEST) $(WORKERS) $(REPORT) -m "not browser and not long and not faults" $(ARGS)

test-browser: $(VENV)/.dev reports ## journeys in headless Chromium
	@$(ALONE) $(PYTEST) $(BROWSERS) $(REPORT) -m browser $(ARGS)

test-long: $(VENV)/.mysql reports ## many repetitions (REPETITIONS, 50) on MariaDB and Redis, then every fault
	@$(TESTING) REPETITIONS=$(REPETITIONS) HYPOTHESIS_PROFILE=long $(ON_SERVICES) $(PYTEST) $(WORKERS) $(REPORT) -m long \
	    -o faulthandler_timeout=$$((60 + 40 * $(REPETITIONS))) $(ARGS)
	@[ "$(FAULTS)" = no ] || $(MAKE) --no-print-directory test-faults ARGS=

test-faults: $(VENV)/.mysql reports ## two live servers through every fault, on a MariaDB and a Redis of their own
	@$(ALONE) FAULTS_SAMPLE=$(FAULTS_SAMPLE) FAULTS_SEED=$(FAULTS_SEED) $(PY) -m pytest $(REPORT) -m faults $(ARGS)

benchmark: $(VENV)/.mysql $(REFERENCE)/.made ## beside Socket.IO on Node, in turn: ten minutes on a machine that does nothing else
	@$(TESTING) $(PY) -m benchmarks $(ARGS)

benchmark-quick: $(VENV)/.mysql $(REFERENCE)/.made ## the same in two minutes, to see that it works
	@$(TESTING) $(PY) -m benchmarks --quick $(ARGS)

.PHONY: reports
reports:
	@umask 077; mkdir -p var/test var/reports var/coverage

# --- checking --------------------------------------------------------------------------------------------------------

check: check-style check-layers check-types check-migrations check-templates check-web check-catalogues check-deploy ## all of these:

check-style: $(VENV)/.dev ## ruff: lint and format
	@$(PY) -m ruff check --quiet . && $(PY) -m ruff format --check --quiet .

check-layers: $(VENV)/.dev ## import-linter: each room imports only what stands below it
	@$(VENV)/bin/lint-imports --no-cache

check-types: $(VENV)/.dev reports ## mypy
	@$(ALONE) $(PY) -m mypy

check-migrations: $(VENV)/.dev reports ## every model has its migration, and none breaks a running system
	@$(ALONE) $(PY) manage.py makemigrations --check --dry-run
	@$(ALONE) LOG_LEVEL=WARNING $(PY) manage.py lintmigrations --settings tests.settings --quiet ok ignore \
	    --project-root-path . --include-apps $(ROOMS) --no-cache \
	    --ignore-initial-migrations --ignore-name $(LINTED_BY_HAND) --warnings-as-errors

check-templates: $(VENV)/.dev ## djlint, and no line that is too long to review
	@$(VENV)/bin/djlint templates --lint --quiet
	@$(PY) tools/template_lines.py

check-web: $(WEB)/.made ## Biome: lint and format of scripts and styles
	@$(WEB)/.bin/biome check --error-on-warnings

check-catalogues: $(VENV)/.dev ## every text has its Spanish
	@$(PY) tools/catalogues.py check

check-deploy: $(VENV)/.dev reports ## Django's own checks with the settings of a real installation
	@$(ALONE) HTTPS=1 ALLOWED_HOSTS=offers.example.com PUBLIC_URL=https://offers.example.com \
	    CSRF_TRUSTED_ORIGINS=https://offers.example.com SMS_BACKEND=kernel.sms.NoSms \
	    EMAIL_URL=smtp+tls://user:password@mail.example.com:587 $(PY) manage.py check --deploy --fail-level WARNING

# --- tending ---------------------------------------------------------------------------------------------------------

messages: $(VENV)/.dev ## writes new texts into locale/es, to be translated there
	@$(PY) tools/catalogues.py update

format: $(VENV)/.dev $(WEB)/.made ## ruff and Biome put the code in form
	@$(PY) -m ruff check --quiet --fix . ; $(PY) -m ruff format --quiet . ; $(WEB)/.bin/biome check --write --log-level=error

lock: $(VENV)/.made ## refreshes requirements.lock
	@$(PY) -m pip install --quiet --quiet --disable-pip-version-check uv
	@$(PY) -m uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --all-extras \
	    --no-emit-index-url --no-header --no-annotate --output-file requirements.lock

clean: ## removes what tests and builds have left; data and keys stay
	@rm -rf var/test var/reports var/coverage .pytest_cache .ruff_cache .mypy_cache .hypothesis build

# --- the environment -------------------------------------------------------------------------------------------------

$(VENV)/.made:
	@python=$$(sh tools/find-python) && { $(PY) -m pip --version >/dev/null 2>&1 || \
	    { echo "Making $(VENV) with $$python …"; "$$python" -m venv $(VENV); }; } && touch $@

$(VENV)/.runtime: pyproject.toml requirements.lock | $(VENV)/.made
	@echo "Installing what it runs on …"
	@$(INSTALL) . && touch $@

$(VENV)/.dev: pyproject.toml requirements.lock | $(VENV)/.made
	@echo "Installing what it runs on and what tests need …"
	@$(INSTALL) ".[dev]" && touch $(VENV)/.runtime $@

$(VENV)/.mysql: pyproject.toml requirements.lock | $(VENV)/.made
	@echo "Installing what tests need, and the MySQL client …"
	@$(INSTALL) ".[dev,mysql]" && touch $(VENV)/.runtime $(VENV)/.dev $@

$(WEB)/.made: tools/web/package.json tools/web/package-lock.json
	@echo "Installing what scripts and styles are checked with …"
	@npm ci --prefix tools/web --loglevel=error && touch $@

$(REFERENCE)/.made: benchmarks/reference/package.json benchmarks/reference/package-lock.json
	@echo "Installing what it is compared with …"
	@npm ci --prefix benchmarks/reference --loglevel=error && touch $@
