# make: the paper.  make test: the tests.  make help: the rest.
# Needs python3 (3.11 or newer) and make; everything else goes into .venv. Works with GNU make 3.81.

export OPENBLAS_NUM_THREADS = 1
export OMP_NUM_THREADS = 1
export MKL_NUM_THREADS = 1
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j2
endif

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready

KEYS := $(patsubst analyses/%.py,%,$(filter-out analyses/specification.py,$(wildcard analyses/[a-z]*.py)))
RUNS := $(KEYS:%=paper/results/%.run.json)
# A run record beside results that somebody deleted is no record.
LOST := $(foreach key,$(KEYS),$(if $(wildcard paper/results/$(key).json),,paper/results/$(key).run.json))
LIBRARY := $(wildcard econ/*.py econ/*/*.py econ/*/*/*.py econ/data/*.csv econ/report/*.mplstyle)
ARCHIVE := $(wildcard econ/data/archive/*/manifest.csv)
PAPER := $(wildcard paper/paper.md paper/editions/* paper/*.bib paper/*.csl paper/*.lua paper/*.css paper/head.tex paper/template.typ)

# What to say when a program fails because the environment is not whole.
EXPLAIN = || { $(PYTHON) -c "import numpy, pandas, scipy, statsmodels, matplotlib, joblib, threadpoolctl, platformdirs, fredapi, typst, pypandoc" \
	|| echo "The environment in $(VENV) lacks a module. Remove it (rm -rf $(VENV)) and run make again." >&2; exit 1; }

.DELETE_ON_ERROR:
.PHONY: all paper test test-slow lint verify verify-matrix data bench docs readme doctor audit clean help FORCE

# make AS_OF=DATE: the same on another data vintage, in a folder of its own; the committed results stay as they are.
ifdef AS_OF
all: $(READY)
	@$(PYTHON) -m econ reproduce --as-of $(AS_OF) $(EXPLAIN)
else
all: paper/paper.pdf ## build every table, figure and number, then the paper as PDF, HTML and TeX (default); AS_OF=DATE: on another vintage
endif

$(READY): requirements.lock
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "econ needs Python 3.11 or newer as $(PYTHON3); try make PYTHON3=python3.12" >&2; exit 1; }
	@if [ -t 1 ]; then printf 'environment                      ...\r'; fi; start=$$(date +%s); \
	$(PYTHON3) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian and Ubuntu install python3-venv" >&2; exit 1; }; \
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.lock \
		|| { echo "The packages of requirements.lock could not be installed; is the package index in reach?" >&2; exit 1; }; \
	printf '%-28s%8d s\n' environment $$(( $$(date +%s) - start ))
	@touch $@

paper/results/%.run.json: analyses/%.py analyses/specification.py $(wildcard analyses/_*.py) $(LIBRARY) $(ARCHIVE) | $(READY)
	@$(PYTHON) -m analyses.$* $(EXPLAIN)

$(LOST): FORCE

# The commit printed on the title page: a file that changes only when the commit or its cleanness does.
paper/build/edition: FORCE
	@mkdir -p paper/build
	@{ git rev-parse HEAD && git status --porcelain -- . ':(exclude)paper/results' ':(exclude)paper/tables' \
		':(exclude)paper/figures' | head -n 1 | cut -c 1-1 | tr -c '\n' '+'; } > $@.new 2>/dev/null || echo unversioned > $@.new
	@if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi

paper/paper.pdf: $(RUNS) $(PAPER) paper/build/edition | $(READY)
	@$(PYTHON) -m econ.report.build $(EXPLAIN)

paper: paper/paper.pdf ## set the paper from the results, rebuilding exhibits only where needed

test: lint ## style, types and the fast tests (minutes)
	@$(PYTHON) -m pytest -m "not slow" -n 2 --dist worksteal $(EXPLAIN)

# Room after room, each on two cores; a stamp says that a room passed on these sources, so a run cut off goes on.
ROOMS = $(sort $(shell grep -rl --include='test_*.py' 'mark\.slow' tests | sed -e 's,^tests/unit/,,' -e 's,^tests/,,' -e 's,/.*,,'))

test-slow: $(READY) ## the tests that take longer (half an hour); ROOM=var: those of one room
	@failed=; for room in $(if $(ROOM),$(ROOM),$(ROOMS)); do \
		$(MAKE) --no-print-directory build/slow/$$room || failed="$$failed $$room"; done; \
	if [ -n "$$failed" ]; then echo "slow tests failed in:$$failed" >&2; exit 1; fi

# The stamp carries the time at which its run began: what changes meanwhile makes it old.
.SECONDEXPANSION:
build/slow/%: $(LIBRARY) pyproject.toml requirements.lock tests/conftest.py tests/unit/conftest.py \
		$$(shell find tests/unit/$$* tests/$$* -type f ! -name '*.pyc' 2>/dev/null) \
		$$(if $$(filter replication,$$*),$(wildcard analyses/*.py) $(PAPER)) | $(READY)
	@if [ -z "$(wildcard tests/unit/$* tests/$*)" ]; then echo "no room $*; the rooms are: $(ROOMS)" >&2; exit 1; fi
	@echo "slow tests of $*"; mkdir -p $(@D); touch $@.began; \
	$(PYTHON) -m pytest -m slow -n 2 --dist worksteal $(wildcard tests/unit/$* tests/$*); code=$$?; \
	if [ $$code -eq 0 ] || [ $$code -eq 5 ]; then mv $@.began $@; else rm -f $@.began; exit $$code; fi

lint: $(READY) ## ruff and mypy
	@$(PYTHON) -m ruff check --quiet . && $(PYTHON) -m ruff format --check --quiet . && $(PYTHON) -m mypy --no-error-summary

verify: $(READY) ## rebuild every exhibit elsewhere and compare it with the committed (without .git: deposited) results
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m econ verify $(EXPLAIN)

verify-matrix: $(READY) ## the same on each python3.11 to 3.14 of this machine and on the oldest libraries declared (network)
	@$(PYTHON) -m econ.report.matrix $(EXPLAIN)

data: $(READY) ## download today's vintage beside the embedded one (network; never part of all)
	@$(PYTHON) -m econ data fetch

bench: $(READY) ## speed and memory against the peers
	@$(PYTHON) -m benchmarks

# The site has an environment of its own: what builds it is no part of the paper or the tests.
DOCS := build/docs-env

$(DOCS)/.ready: requirements-docs.lock
	@$(PYTHON3) -m venv $(DOCS) && $(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
		--require-hashes -r requirements-docs.lock \
		|| { echo "The packages of requirements-docs.lock could not be installed; is the package index in reach?" >&2; exit 1; }
	@touch $@

docs: $(DOCS)/.ready ## the documentation as a site in build/docs/html; fails on a broken link or a name without a page
	@rm -rf build/docs/html
	@$(DOCS)/bin/python -m sphinx -W --keep-going -q -b html -d build/docs/trees docs build/docs/html
	@$(DOCS)/bin/python docs/_site/check.py build/docs/html

readme: $(READY) ## rewrite the generated blocks of docs/replication.md and the runtimes of the last run
	@$(PYTHON) -m econ.report.readme

doctor: $(READY) ## say whether this machine has what the paper needs
	@$(PYTHON) -m econ doctor

clean: ## remove what make built but the committed results; keep the environment
	rm -rf paper/paper.pdf paper/paper.html paper/paper.tex paper/paper.typ paper/build paper/results/*.run.json
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist docs/reference docs/studies

audit: $(READY) ## licences, hashes and keys, then the fifty points of a replication package one by one; fail on any
	@$(PYTHON) -m econ.report.audit $(EXPLAIN)
	@$(PYTHON) -m econ.report.points $(EXPLAIN)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
