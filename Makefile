# make lab          the environment, then JupyterLab on your copy of the notebooks; FRESH=04 for a clean 04
# make test         the environment, then every check and test
# make test-oldest  the package's tests, on the oldest versions that pyproject.toml declares
# make test-browser the interactive figures in a real JupyterLab and a headless Chromium
# make site         write the course as a site to build/site/, from the notebooks as they are committed
# make course       run the notebooks on whatever digits can be had, and write the site from those
# make workshop     copies for learners and instructors, and slides, to build/workshop/; ARGS=--without-hints
# make notebooks    run the notebooks, normalise and save them; NB=04 for one of them
# make hub          a server for a class: who may come in, the board and the rest: workshop/README.md
# make board        what a class is stuck on, from the reports in a folder: FOLDER=/shared/reports
# make bench        measure how fast the course trains, against others (about 45 minutes); the number
#                   that ends 07 has its own command: python -m benchmarks.evidence_50
# make lock         choose newer versions of everything
#
# PYTHON=/path/to/python3.12 names the Python that .venv is made with; otherwise the first fitting one is taken.
# VAE_DIGITS names other digits: see docs/set-up.md.

.PHONY: lab test test-oldest test-browser site course workshop notebooks bench lock setup hub board
.DEFAULT_GOAL := lab

RUN := .venv/bin/python

lab: setup
	@$(RUN) tools/open_lab.py $(ARGS)

test: setup
	$(RUN) -m ruff check --quiet .
	$(RUN) -m ruff format --quiet --check .
	$(RUN) -m pytest -q -n 2 --dist loadgroup
	$(RUN) tools/check_notebooks.py

test-oldest: setup
	@$(RUN) tools/try_oldest.py $(ARGS)

test-browser: setup
	$(RUN) -m pytest -q -n 2 --dist loadfile tests/browser $(ARGS)

site: setup
	@$(RUN) tools/write_site.py

course: setup
	@$(RUN) tools/write_site.py --run

workshop: setup
	@$(RUN) tools/write_workshop.py $(ARGS)

notebooks: setup
	@$(RUN) tools/run_notebooks.py $(NB)

bench: setup
	@$(RUN) -m benchmarks $(ARGS)

hub: setup
	@$(RUN) workshop/hub.py

board: setup
	@cd workshop && ../$(RUN) -m board "$(abspath $(FOLDER))"

lock: setup
	@$(RUN) tools/write_lock.py

setup:
	@found=; \
	for python in $(or $(PYTHON),python3 python python3.13 python3.12 python3.11); do \
	  version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
	  case $$version in 3.11|3.12|3.13) exec $$python tools/set_up.py;; esac; \
	  found="$$found $$python is $$version;"; \
	done; \
	echo "This course needs Python 3.11, 3.12 or 3.13, and found none of them.$$found install one, or name it: make PYTHON=/path/to/python3.12" >&2; \
	exit 1
