# PYTHON=/path/to/python3.12 names the Python that .venv is made with; otherwise the first fitting one is taken.
# VAE_DIGITS names other digits: see docs/set-up.md.

.PHONY: help lab check lint test test-oldest test-browser minutes notebooks site course workshop hub board bench lock setup
.DEFAULT_GOAL := help

RUN := .venv/bin/python
BIN := .venv/bin

help: ## this list
	@echo "make COMMAND, where COMMAND is one of:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1: \2/p' $(firstword $(MAKEFILE_LIST)) | sed 's/^  \([^:]*\): /  \1                /;s/^\(  .\{14\}\) */\1/'

lab: setup ## JupyterLab on your copy of the notebooks; FRESH=04 for the newest 04, with your answers in it
	@$(RUN) tools/open_lab.py $(ARGS)

check: setup ## one notebook, NB=04: lint, its tests, and a run of it compared with what is committed
	@$(RUN) tools/check_one.py --only-name "$(NB)"
	@$(MAKE) --no-print-directory lint
	@$(RUN) tools/check_one.py "$(NB)"

lint: setup ## style, types, declared packages, and who imports whom: a few seconds
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy --no-error-summary
	$(BIN)/deptry --no-ansi . tools workshop tests/support tests/browser docs
	$(BIN)/lint-imports --no-logo

test: lint ## every check and test, and every notebook run and compared
	$(RUN) -m pytest -q -n 2 --dist loadgroup
	$(RUN) tools/check_notebooks.py

test-oldest: setup ## the packages' tests, on the oldest versions that pyproject.toml declares
	@$(RUN) tools/try_oldest.py $(ARGS)

test-browser: setup ## the interactive figures in a real JupyterLab and a headless Chromium
	$(RUN) -m pytest -q -n 2 --dist loadfile tests/browser $(ARGS)

minutes: setup ## write the minutes and the objectives of the notebooks where they are stated
	@$(RUN) tools/minutes.py
	@$(RUN) tools/objectives.py

notebooks: setup ## run the notebooks, normalise and save them; NB=04 for one of them
	@$(RUN) tools/run_notebooks.py $(NB)

site: setup ## the course as pages in build/site/, from the notebooks as they are committed
	@$(RUN) tools/write_site.py

course: setup ## run the notebooks on whatever digits can be had, and write the pages from those
	@$(RUN) tools/write_site.py --run

workshop: setup ## copies for learners and instructors, and slides; ARGS=--without-hints
	@$(RUN) tools/write_workshop.py $(ARGS)

hub: setup ## a server for a class, with the board: workshop/README.md
	@$(RUN) workshop/hub.py

board: setup ## what a class is stuck on, from the reports in a folder: FOLDER=/shared/reports
	@cd workshop && ../$(RUN) -m board "$(abspath $(FOLDER))"

bench: setup ## how fast the course trains, against others: about 45 minutes
	@$(RUN) -m benchmarks $(ARGS)

lock: setup ## lock what pyproject.toml declares; PACKAGE=keras raises one package, PACKAGE=all all
	@$(RUN) tools/write_lock.py $(PACKAGE)

setup: ## the environment .venv, which every command but this list makes first
	@unfit=; \
	for python in $(or $(PYTHON),python3 python python3.13 python3.12 python3.11); do \
	  version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
	  case $$version in 3.11|3.12|3.13) exec $$python tools/set_up.py;; esac; \
	  unfit="$$unfit $$python is $$version;"; \
	done; \
	echo "This course needs Python 3.11, 3.12 or 3.13, and found none of them.$$unfit install one, or name it: make PYTHON=/path/to/python3.12" >&2; \
	exit 1
