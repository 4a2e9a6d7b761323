# Two commands do all: `make run` serves the model, `make test` checks everything.
# Each sets up .venv by itself the first time, from the hash-pinned files in requirements/.

PYTHON ?= python3
VENV ?= .venv
# Not from the environment: some shells export HOST, and it would open the service to others.
HOST := 127.0.0.1
PORT := 8000
ARCH := x86_64

bin := $(VENV)/bin

.PHONY: run lambda package test bench bench-peers bench-model bench-cold bench-warm bench-reliability train \
	search evaluate walkthrough lint format lock clean
.DEFAULT_GOAL := run

# Exported, not written before the command: that would need a shell, which would not pass
# on the signal that is to stop the service.
run: export HOST := $(HOST)
run: export PORT := $(PORT)
run: $(VENV)/.serve
	@$(bin)/python -m app

# Lambda's own emulator around the same code, on port 9000.
lambda: $(VENV)/.image
	@$(bin)/python -m deployment.emulator

# The zip for Lambda: `make package ARCH=arm64` for the other processor.
package: $(VENV)/.function
	@$(bin)/python -m deployment.package --architecture $(ARCH)

test: lint
	@$(bin)/python -m coverage erase
	$(bin)/python -m coverage run -m pytest
	@$(bin)/python -m coverage combine --quiet
	$(bin)/python -m coverage report

lint: $(VENV)/.dev
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports

# How much one server answers, beside FastAPI's hello-world; needs wrk (apt-get install wrk).
bench: $(VENV)/.bench model/artifacts/clf.joblib
	@$(bin)/python -m benchmarks.throughput

# Cold starts; also at fractions of a processor, where a container engine answers.
bench-cold: $(VENV)/.bench model/artifacts/clf.joblib
	@$(bin)/python -m benchmarks.cold_start

# Beside MLServer, BentoML, LitServe, KServe and MLflow; needs wrk, and the network the first time.
bench-peers: $(VENV)/.bench model/artifacts/clf.joblib
	@$(bin)/python -m benchmarks.peers

# A million requests, and what else can befall a server.
bench-reliability: $(VENV)/.bench
	@$(bin)/python -m benchmarks.reliability

# One row and 100,000 rows, beside scikit-learn and ONNX Runtime.
bench-model: $(VENV)/.bench
	@$(bin)/python -m benchmarks.model

# Invocations of a function that has started.
bench-warm: $(VENV)/.bench model/artifacts/clf.joblib
	@$(bin)/python -m benchmarks.lambda_warm

model/artifacts/clf.joblib: | $(VENV)/.bench
	@$(bin)/python -m training

train: $(VENV)/.train
	@$(bin)/python -m training

search: $(VENV)/.train
	@$(bin)/python -m training --search

# The evidence: the search again in each of ten folds, most of an hour.
evaluate: $(VENV)/.train
	@$(bin)/python -m training --evaluate

# Runs the notebook and stores its outputs anew; what they show is first made by `make train`.
walkthrough: $(VENV)/.dev
	@$(bin)/python -m training.walkthrough

format: $(VENV)/.dev
	$(bin)/ruff check --fix
	$(bin)/ruff format

# Writes the lock files from pyproject.toml; needs the network. The smaller ones take the
# largest one's versions, so that what is tested is what runs.
lock: $(VENV)/.dev
	$(compile) --group dev --extra otel --output-file requirements/dev.txt
	$(compile) $(pinned) --group bench --output-file requirements/bench.txt
	$(compile) $(pinned) --output-file requirements/function.txt
	$(compile) $(pinned) --group serve --output-file requirements/serve.txt
	$(compile) $(pinned) --group serve --extra otel --output-file requirements/otel.txt
	$(compile) $(pinned) --group image --output-file requirements/image.txt
	$(compile) $(pinned) --group train --output-file requirements/train.txt
	for peer in benchmarks/peers/*.in; do \
		$(resolve) $$peer --python-version 3.11 --output-file $${peer%.in}.txt || exit; \
	done

# One version for every Python, so that all of them train the same bytes.
resolve = $(bin)/uv pip compile --universal --generate-hashes --fork-strategy fewest --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' --quiet
compile = $(resolve) pyproject.toml
pinned = --constraints requirements/dev.txt

clean:
	rm -rf $(VENV) layer deployment-package.zip .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# What is said here goes to stderr: stdout belongs to the command that was asked for.
install = @echo "Installing $(1) into $(VENV); the next run will not need to." >&2; \
	$(bin)/python -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r $(1)

$(VENV)/.%: requirements/%.txt | $(bin)/python
	$(call install,$<)
	@touch $@

# It holds all that the others do.
$(VENV)/.dev: $(wildcard requirements/*.txt) | $(bin)/python
	$(call install,requirements/dev.txt)
	@touch $(VENV)/.bench $(VENV)/.function $(VENV)/.serve $(VENV)/.image $(VENV)/.train $@

$(bin)/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)
