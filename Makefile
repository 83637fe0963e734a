# make: the paper.  make test: the tests.  make help: the rest.
# Needs python3 (3.11 or newer) and make; everything else goes into .venv. Works with GNU make 3.81.

export OPENBLAS_NUM_THREADS = 1
export OMP_NUM_THREADS = 1
export MKL_NUM_THREADS = 1

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
TESTING := $(VENV)/.testing

KEYS := $(patsubst analyses/%.py,%,$(filter-out analyses/specification.py,$(wildcard analyses/[a-z]*.py)))
RUNS := $(KEYS:%=paper/results/%.run.json)
# A run record beside results that somebody deleted is no record.
LOST := $(foreach key,$(KEYS),$(if $(wildcard paper/results/$(key).json),,paper/results/$(key).run.json))
EXPLORER := $(wildcard econ/report/page/* econ/report/vendor/*)
LIBRARY := $(wildcard econ/*.py econ/*/*.py econ/*/*/*.py econ/data/*.csv econ/responses/*.mplstyle)
ARCHIVE := $(wildcard econ/data/archive/*/manifest.csv)
PAPER := $(wildcard paper/paper.md paper/assertions.toml paper/typed.toml paper/editions/* paper/*.bib paper/*.csl paper/*.lua paper/*.css paper/head.tex paper/template.typ)

# What to say when a program fails because the environment is not whole.
EXPLAIN = || { $(PYTHON) -c "import numpy, pandas, scipy, statsmodels, matplotlib, joblib, threadpoolctl, platformdirs, tqdm, fredapi, typst, pypandoc" \
	|| echo "The environment in $(VENV) lacks a module. Remove it (rm -rf $(VENV)) and run make again." >&2; exit 1; }

.DELETE_ON_ERROR:
.PHONY: all paper exhibits test test-slow lint verify verify-matrix data bench bench-check docs journal readme doctor audit clean help FORCE

# make AS_OF=DATE: the same on another data vintage, in a folder of its own; the committed results stay as they are.
ifdef AS_OF
all: $(READY)
	@$(PYTHON) -m econ reproduce --as-of $(AS_OF) $(EXPLAIN)
else
all: paper ## build every table, figure and number, then the paper as PDF, HTML and TeX and its explorer (default); AS_OF=DATE: on another vintage
endif

# Wheels only, each by its hash; the lock names all of them, so pip need not look for others. Nor need it compile, one
# module after the other: COMPILE does, on all cores, and leaves out what no exhibit imports.
INSTALL = $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-compile \
	--only-binary :all: --require-hashes
# The project itself: a path file, relative, so that a folder that is moved with its environment still finds itself.
LINK = $(PYTHON) -c 'import os, sysconfig; site = sysconfig.get_path("purelib"); \
	open(os.path.join(site, "econ.pth"), "w").write(os.path.relpath(os.getcwd(), site) + "\n")'
COMPILE = $(PYTHON) -m compileall -qq -j 0 -x '/(tests?|pip|setuptools)/' $(1) || :
UNREACHED = || { echo "The packages of $(1) could not be installed; is the package index in reach?" >&2; exit 1; }
TIMED = if [ -t 1 ]; then printf '%-28s     ...\r' "$(1)"; fi; start=$$(date +%s)
TOOK = printf '%-28s%8d s\n' "$(1)" $$(( $$(date +%s) - start ))

$(READY): requirements.lock
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "econ needs Python 3.11 or newer as $(PYTHON3); try make PYTHON3=python3.12" >&2; exit 1; }
	@$(call TIMED,environment); \
	$(PYTHON3) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian and Ubuntu install python3-venv" >&2; exit 1; }; \
	$(INSTALL) -r requirements.lock $(call UNREACHED,requirements.lock); \
	$(LINK); \
	$(call COMPILE,$(VENV) econ analyses); \
	$(call TOOK,environment)
	@touch $@

$(TESTING): requirements-test.lock $(READY)
	@$(call TIMED,test tools); $(INSTALL) -r $< $(call UNREACHED,$<); $(call TOOK,test tools)
	@touch $@

# Which exhibits are out of date, say the times of their files: alone, one is made by its program; OUTDATED=1 only names
# it. `make` asks for the names and makes them side by side out of one process (-j N at a time; else one a core).
ifdef OUTDATED
MADE = @echo $*
else
MADE = @$(PYTHON) -m analyses.$* $(EXPLAIN)
endif
AGAIN = MAKEFLAGS= $(MAKE) --silent --no-print-directory VENV=$(VENV)

paper/results/%.run.json: analyses/%.py analyses/specification.py $(wildcard analyses/_*.py) $(LIBRARY) $(ARCHIVE) | $(READY)
	$(MADE)

exhibits: $(READY)
	@keys=$$($(AGAIN) OUTDATED=1 $(RUNS)) || exit 1; \
	[ -z "$$keys" ] || $(PYTHON) -m econ.report.workers $$keys $(EXPLAIN)

$(LOST): FORCE

# The commit printed on the title page: a file that changes only when the commit or its cleanness does.
paper/build/edition: FORCE
	@mkdir -p paper/build
	@{ git rev-parse HEAD && git status --porcelain -- . ':(exclude)paper/results' ':(exclude)paper/tables' \
		':(exclude)paper/figures' | head -n 1 | cut -c 1-1 | tr -c '\n' '+'; } > $@.new 2>/dev/null || echo unversioned > $@.new
	@if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi

paper/paper.pdf: $(RUNS) $(PAPER) paper/build/edition | $(READY)
	@$(PYTHON) -m econ.report.build $(EXPLAIN)

paper/explorer.html: $(RUNS) $(EXPLORER) | $(READY)
	@$(PYTHON) -m econ.report.explorer $(EXPLAIN)

paper: exhibits ## set the paper from the results, rebuilding exhibits only where needed
	@$(AGAIN) paper/paper.pdf paper/explorer.html

test: lint ## style, types and the fast tests (minutes)
	@$(PYTHON) -m pytest -m "not slow" -n 2 --dist worksteal $(EXPLAIN)

# Room after room, each on two cores; a stamp says that a room passed on these sources, so a run cut off goes on.
ROOMS = $(sort $(shell grep -rl --include='test_*.py' 'mark\.slow' tests | sed -e 's,^tests/unit/,,' -e 's,^tests/,,' -e 's,/.*,,'))

test-slow: $(TESTING) ## the tests that take longer (half an hour); ROOM=var: those of one room
	@failed=; for room in $(if $(ROOM),$(ROOM),$(ROOMS)); do \
		$(MAKE) --no-print-directory build/slow/$$room || failed="$$failed $$room"; done; \
	if [ -n "$$failed" ]; then echo "slow tests failed in:$$failed" >&2; exit 1; fi

# The stamp carries the time at which its run began: what changes meanwhile makes it old.
.SECONDEXPANSION:
build/slow/%: $(LIBRARY) pyproject.toml requirements.lock requirements-test.lock \
		tests/conftest.py tests/unit/conftest.py \
		$$(shell find tests/unit/$$* tests/$$* -type f ! -name '*.pyc' 2>/dev/null) \
		$$(if $$(filter replication,$$*),$(wildcard analyses/*.py) $(PAPER)) | $(TESTING)
	@if [ -z "$(wildcard tests/unit/$* tests/$*)" ]; then echo "no room $*; the rooms are: $(ROOMS)" >&2; exit 1; fi
	@echo "slow tests of $*"; mkdir -p $(@D); touch $@.began; \
	$(PYTHON) -m pytest -m slow -n 2 --dist worksteal $(wildcard tests/unit/$* tests/$*); code=$$?; \
	if [ $$code -eq 0 ] || [ $$code -eq 5 ]; then mv $@.began $@; else rm -f $@.began; exit $$code; fi

lint: $(TESTING) ## ruff and mypy
	@$(PYTHON) -m ruff check --quiet . && $(PYTHON) -m ruff format --check --quiet . && $(PYTHON) -m mypy --no-error-summary

verify: $(READY) ## rebuild every exhibit elsewhere and compare it with the committed (without .git: deposited) results
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m econ verify $(EXPLAIN)

verify-matrix: $(READY) ## the same on each python3.11 to 3.14 here, on the oldest libraries declared, and as on other processors (network)
	@$(PYTHON) -m econ.report.matrix $(EXPLAIN)

data: $(READY) ## download today's vintage beside the embedded one (network; never part of all)
	@$(PYTHON) -m econ data fetch

bench: $(TESTING) ## speed and memory against the peers
	@$(PYTHON) -m benchmarks

bench-check: $(TESTING) ## fail where a ratio to a peer is much worse than the committed one; before every release
	@$(PYTHON) -m benchmarks._check

# The site has an environment of its own: what builds it is no part of the paper or the tests.
DOCS := build/docs-env

$(DOCS)/.ready: requirements-docs.lock
	@$(PYTHON3) -m venv $(DOCS) && $(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
		--require-hashes -r requirements-docs.lock \
		|| { echo "The packages of requirements-docs.lock could not be installed; is the package index in reach?" >&2; exit 1; }
	@touch $@

docs: $(DOCS)/.ready ## the documentation as a site in build/docs/html; fails on a broken link or a name without a page
	@rm -rf build/docs/html docs/reference docs/studies  # no page of yesterday
	@$(DOCS)/bin/python -m sphinx -W --keep-going -q -b html -d build/docs/trees docs build/docs/html
	@$(DOCS)/bin/python docs/_site/check.py build/docs/html

journal: exhibits ## what a journal asks for, in build/journal: manuscript in TeX with its figures, replication archive, response
	@rm -rf build/journal; $(PYTHON) -m econ.report.journal $(EXPLAIN)

readme: $(READY) ## rewrite the generated blocks of docs/replication.md and the runtimes of the last run
	@$(PYTHON) -m econ.report.readme

doctor: $(READY) ## say whether this machine has what the paper needs
	@$(PYTHON) -m econ doctor

clean: ## remove what make built but the committed results; keep the environment
	rm -rf paper/paper.pdf paper/paper.html paper/explorer.html paper/paper.tex paper/paper.typ paper/build paper/results/*.run.json
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist docs/reference docs/studies

audit: $(TESTING) ## licences, hashes, vendored files and keys, then the fifty points of a replication package one by one; fail on any
	@$(PYTHON) -m econ.report.audit $(EXPLAIN)
	@$(PYTHON) -m econ.report.points $(EXPLAIN)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
