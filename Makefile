# What a person types. `make run` needs Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := 0.13.9
INSTALLED := $(VENV)/.installed

# The lock file is installed anew only when it changed. uv takes seconds where pip takes a minute, but it knows
# nothing of pip's own configuration: it is told pip's index, and pip is there for when it cannot.
define install
	@test -x $(BIN)/pip || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Pixplore needs Python 3.11 or newer: make run PYTHON=python3.12"; rm -rf $(VENV); exit 1; }
	@echo "installing $(1)"
	@{ $(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV) && \
		index=$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true)} && \
		$${index:+env UV_DEFAULT_INDEX=$$index} $(BIN)/uv pip install -q --python $(or $(2),$(BIN))/python --require-hashes -r $(1); } || \
		$(or $(2),$(BIN))/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
endef

.PHONY: run
run: $(INSTALLED)
	@exec $(BIN)/python -m embedded

$(INSTALLED): requirements.txt
	$(call install,requirements.txt)
	@touch $@

# --- for those who change Pixplore

INSTALLED_DEV := $(VENV)/.installed-dev
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links

$(INSTALLED_DEV): requirements-dev.txt
	$(call install,requirements-dev.txt)
	@touch $@ $(INSTALLED)

.PHONY: audit sbom dev lint test test-browser test-search test-faults test-hostile bench load endurance endurance-batch bench-ingest bench-ui bench-recogniser bench-packages screens lock ocr
dev: $(INSTALLED_DEV)

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-cache

# Every locked version, held against what is publicly known to be weak; needs internet, and says so where there is none.
audit: dev
	@$(BIN)/python -m infra.supply.audit $(SOURCE)

# A bill of materials of each program, in build/sbom
sbom: dev
	@$(BIN)/python -m infra.supply.bills

test: dev
	$(BIN)/python -m pytest

test-browser: dev
	$(BIN)/python -m pytest tests/browser

# Index, SQL and the oracle on many more random catalogues, then every contract test with the index answering.
test-search: dev
	PIXPLORE_EXAMPLES=600 $(BIN)/python -m pytest tests/index tests/replica tests/contract/test_search_exact.py --timeout 3600
	PIXPLORE_TEST_ENGINE=index $(BIN)/python -m pytest tests/contract

# kill -9 of everything, five times during an upload of 200; then a hundred seeds of three breaks each while people work
test-faults: dev
	PIXPLORE_FAULT_FILES=200 PIXPLORE_FAULT_KILLS=5 PIXPLORE_FAULT_SEEDS=0:100 $(BIN)/python -m pytest tests/faults -s

# Ten thousand bent pictures, text from outside in 600 ways, forged tokens, lists and parameters, hostile names on every page
HOSTILE := tests/hostile tests/unit/test_decode.py tests/unit/test_small_bodies.py tests/contract/test_hostile_parameters.py \
	tests/contract/test_forged_lists.py tests/contract/test_tokens.py tests/integration/test_uploads_api_tokens.py \
	tests/browser/test_hostile_names.py
test-hostile: dev
	PIXPLORE_HOSTILE_FILES=10000 PIXPLORE_EXAMPLES=600 $(BIN)/python -m pytest $(HOSTILE) --timeout 1800

INSTALLED_BENCH := $(VENV)/.installed-bench
$(INSTALLED_BENCH): $(INSTALLED_DEV) requirements-bench.txt
	$(call install,requirements-bench.txt)
	@touch $@

# Search at a million images, about 28 minutes; BENCH_IMAGES=100000 for a trial, which is printed only.
bench: $(INSTALLED_BENCH)
	$(BIN)/python -m benchmarks.search
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.similar
	$(BIN)/python -m benchmarks.service
	$(BIN)/python -m benchmarks.load
	$(BIN)/python -m benchmarks.peers

# Virtual people on a whole stack with a million images: make load SHAPES="ramp spike soak stretch" for all of it;
# BENCH_IMAGES=20000 LOAD_MINUTES=1 for a trial, which is printed only.
SHAPES ?= ramp
load: $(INSTALLED_BENCH)
	$(BIN)/python -m benchmarks.profile $(SHAPES)

# Half an hour of everything at once: what grows, what gets slower; then ten thousand files in one batch, about as long.
# MINUTES=3 is a trial, which is printed only.
MINUTES ?= 30
endurance: dev
	$(BIN)/python -m benchmarks.endurance --minutes $(MINUTES)

endurance-batch: dev
	$(BIN)/python -m benchmarks.endurance --batch 10000

bench-ingest: dev
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.ingest

bench-ui: dev
	$(BIN)/python -m benchmarks.ui

bench-recogniser: dev
	$(BIN)/python -m benchmarks.recogniser

screens: dev
	$(BIN)/python -m benchmarks.screens

# --- AWS (docs/aws.md). The CDK speaks through Node.js 20 or newer; nothing here needs Docker but `make deploy`.

CDK := infra/cdk/node_modules/.bin/cdk
INSTALLED_CDK := $(VENV)/.installed-cdk
CHECKOV := $(VENV)/checkov
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

$(INSTALLED_CDK): $(INSTALLED_DEV) requirements-cdk.txt
	@command -v node >/dev/null || { echo "The CDK needs Node.js 20 or newer: install it (apt-get install nodejs)."; exit 1; }
	$(call install,requirements-cdk.txt)
	@touch $@

# checkov pins what others need newer: it has an environment of its own.
$(CHECKOV)/.installed: requirements-checkov.txt $(INSTALLED_CDK)
	@$(BIN)/python -m venv $(CHECKOV)
	$(call install,requirements-checkov.txt,$(CHECKOV)/bin)
	@touch $@

$(CDK): infra/cdk/package-lock.json
	cd infra/cdk && npm ci --omit=optional --no-audit --no-fund
	@touch $@

bench-packages: $(INSTALLED_CDK)
	$(BIN)/python -m benchmarks.packages

.PHONY: synth cost deploy deploy-local
# Every template of both profiles, judged by cdk-nag, cfn-lint and checkov; then the tests that read the templates.
synth: $(CHECKOV)/.installed
	$(BIN)/mypy infra
	$(BIN)/python -m infra.cdk.check
	$(BIN)/python -m pytest tests/infra

PROFILE ?= small
IMAGES ?= 100000
USERS ?= 50
# Every stack of `small` into an emulator of its own; a photograph travels it; teardown.
deploy-local: $(INSTALLED_CDK) $(CDK)
	PIXPLORE_DEPLOY_LOCAL=1 $(BIN)/python -m pytest tests/deployed -s

# Into the AWS account whose credentials the environment has; shows what it will change, and asks.
deploy: $(INSTALLED_CDK) $(CDK)
	@$(BIN)/python -m infra.cdk.deploy --profile $(PROFILE)

cost: $(INSTALLED)
	@$(BIN)/python -m infra.cost --profile $(PROFILE) --images $(IMAGES) --users $(USERS)

lock:
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-bench.in -o requirements-bench.txt
	$(COMPILE) requirements-lambda.in -o requirements-lambda.txt
	$(COMPILE) requirements-lambda-vision.in -o requirements-lambda-vision.txt
	$(COMPILE) requirements-search.in -o requirements-search.txt
	$(COMPILE) requirements-dashboard.in -o requirements-dashboard.txt
	$(COMPILE) requirements-models.in -o requirements-models.txt
	$(COMPILE) requirements-cdk.in -o requirements-cdk.txt
	$(COMPILE) requirements-checkov.in -o requirements-checkov.txt
	$(COMPILE) requirements-ocr.in -o requirements-ocr.txt
	echo rapidocr-onnxruntime==1.4.4 | $(COMPILE) --no-deps - >> requirements-ocr.txt

# rapidocr asks for an OpenCV with a window system; requirements-ocr.txt holds the one without, hence --no-deps.
ocr: $(INSTALLED)
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-ocr.txt
