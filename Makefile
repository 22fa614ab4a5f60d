# make run     make the environment and serve the page (HOST, PORT; default 127.0.0.1:8050)
# make serve   the same for a class, by gunicorn (docs/hosting.md)
# make build   compress beforehand what it serves; `make serve` does it too
# make test    install what the tests need and run them all
# make quick   lint and the tests that need neither a browser nor a server nor much time
# make lint    ruff and mypy; biome and tsc for the browser's modules
# make scripts the unit tests of the browser's modules, by node
# make fuzz    send a hundred thousand odd requests (COUNT, SEED)
# make written read random texts as people paste them: what is written is read, refused or asked about (COUNT, SEED)
# make monkey  have random keys and pointers at the page for twenty minutes (MINUTES, SEED)
# make screenshots   pictures of every state of the page, in screenshots/
# make lighthouse    what Lighthouse says of the page; needs node
# make crowd   the environment of the benchmarks that send a class to the server (docs/hosting.md)
# make plotly  bundle plotly.js anew (tools/plotly; needs node)
# make bench   how quick it is: the engine beside its peers (benchmarks/results), a slider, a run
# make clean   remove the environments

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TYPES := tools/types/node_modules

.PHONY: run build serve test quick lint scripts fuzz written monkey screenshots lighthouse crowd bench browser plotly clean
.DELETE_ON_ERROR:

run: $(VENV)/run.installed
	$(BIN)/python app.py

build: $(VENV)/run.installed
	$(BIN)/python -m tools.build

serve: build
	exec $(BIN)/gunicorn app:server

test: $(VENV)/test.installed browser lint scripts
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

quick: lint scripts
	$(BIN)/python -m pytest -q --numprocesses auto --maxprocesses 4 -m "not slow and not browser" \
		tests/em tests/state tests/results tests/figures tests/views tests/test_layering.py

lint: $(VENV)/test.installed $(TYPES)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/biome check --error-on-warnings
	$(BIN)/node $(TYPES)/typescript/bin/tsc --project .

# The browser's modules, those that need no page.
scripts: $(VENV)/test.installed
	$(BIN)/node --test --test-reporter=dot tests/scripts/*.test.mjs

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "EM Lab needs Python 3.11 or later: make PYTHON=/path/to/python3.11 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/%.installed: requirements.txt requirements-test.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-r $(if $(filter run,$*),requirements.txt,requirements-test.txt)
	touch $@

# tsc, which is no Python package.
$(TYPES)/installed: tools/types/package.json | $(VENV)/test.installed
	cd tools/types && ../../$(BIN)/npm install --no-package-lock --no-audit --no-fund --silent
	touch $@

# Of their own: locust and dash[testing] want different releases of the same package.
CROWD := .venv-crowd
crowd: $(CROWD)/installed

$(CROWD)/installed: requirements.txt benchmarks/requirements.txt | $(VENV)/bin/python
	$(PYTHON) -m venv $(CROWD)
	$(CROWD)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	touch $@

# Of their own as well: no part of the page or of its tests.
BENCH := .venv-bench
bench: $(BENCH)/installed $(VENV)/test.installed browser
	$(BENCH)/bin/python -m benchmarks.bench
	for part in passes drag run_latency walk weight; do $(BIN)/python -m benchmarks.$$part || exit 1; done

$(BENCH)/installed: requirements.txt benchmarks/bench-requirements.txt | $(VENV)/bin/python
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/bench-requirements.txt
	touch $@

fuzz: $(VENV)/test.installed
	$(BIN)/python -m tests.fuzzing $(or $(COUNT),100000) $(or $(SEED),1)

written: $(VENV)/test.installed
	$(BIN)/python -m tests.written $(or $(COUNT),100000) $(or $(SEED),1)

monkey: $(VENV)/test.installed browser
	$(BIN)/python -m tests.monkey --minutes $(or $(MINUTES),20) $(if $(SEED),--seed $(SEED))

screenshots: $(VENV)/test.installed browser
	$(BIN)/python -m tests.screenshots

lighthouse: $(VENV)/test.installed browser
	$(BIN)/python -m benchmarks.lighthouse

# Chromium and its driver, from Debian's packages where they are missing.
browser:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || { \
		root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$root apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive $$root apt-get install -y -qq chromium chromium-driver fonts-dejavu-core >/dev/null; }

clean:
	rm -rf $(VENV) $(CROWD) $(BENCH) $(TYPES) .lighthouse

# The part of plotly.js that the page draws with, made anew (needs node): assets/vendor/plotly
plotly:
	cd tools/plotly && npm install --no-package-lock --no-audit --no-fund --silent && npm rebuild --silent esbuild && npm run --silent build
