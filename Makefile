# Each target does its own set-up; python3 >= 3.9, git, node and a network are all they need.
PYTHON ?= python3
PY := .venv/bin/python
TESTS ?=
SOURCES := build_dist.py scripts plugin/engine plugin/languages/python/engine plugin/languages/python/profiler \
  plugin/languages/python/codeflash_inside

.PHONY: demo test lint dist release profiler guides assets lock clients venv python clean

demo: python ## the main job on a published library: real client, scripted model; LIVE=1 for the real model
	@$(PYTHON) scripts/demo.py $(if $(LIVE),--live)

JOBS ?= 2

test: venv clients ## all tests, two files at a time; TESTS="tests/plugin -k dist" for some, JOBS=0 for one after the other
	@$(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

lint: venv ## style, types, the plugin checker, and that the one-file profiler is up to date
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy $(SOURCES)
	@$(PY) scripts/plugin_checker.py plugin
	@$(PY) scripts/build_profiler.py --check
	@$(PY) scripts/build_guides.py --check
	@$(PY) scripts/vendor_assets.py --check

dist: venv ## dist/python/ and dist/codeflash-python.zip
	@$(PY) build_dist.py
	@$(PY) scripts/plugin_checker.py dist/python

release: venv ## reproducible archives in dist/release/, after checks of changelog, tag and marketplace; DRY=1 to see what is missing
	@$(PY) scripts/release.py $(if $(DRY),--dry)

profiler: ## the one-file profiler from its source
	@$(PYTHON) scripts/build_profiler.py

guides: venv ## the references whose examples are programs; with their figures: python scripts/build_guides.py --measure
	@$(PY) scripts/build_guides.py

LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.9 --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links

assets: ## the libraries of the HTML report from npm, as plugin/engine/assets/assets.json pins them
	@$(PYTHON) scripts/vendor_assets.py

lock: venv ## the pinned requirements from pyproject.toml's groups and the .in files
	@$(LOCK) --group dev plugin/engine/requirements.in --output-file requirements/dev.txt
	@for name in requirements/uv requirements/library plugin/engine/requirements plugin/languages/python/engine/memray; do \
	  $(LOCK) $$name.in --output-file $$name.txt || exit 2; done

clients: python ## the pinned clients, into .cache/clients/
	@$(PYTHON) scripts/clients.py > /dev/null

venv:
	@$(PYTHON) scripts/make_venv.py

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9) and \
	  sys.executable + " is older than Python 3.9; name another: make PYTHON=python3.11")'

clean: ## everything that was made here
	rm -rf .venv .cache dist .mypy_cache .ruff_cache .pytest_cache
