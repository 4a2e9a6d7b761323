# `make run` serves the model, `make test` checks everything, `make help` lists the rest.
# Each target installs what it needs into .venv, from the hash-pinned files in requirements/.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000

# These three only from the command line, as in `make run HOST=0.0.0.0`. Some shells export
# HOST, which would open the service to others, and kernel developers export ARCH.
ARCH := x86_64
TESTS :=
ifeq ($(origin HOST),environment)
ignored_host := $(HOST)
endif
HOST := 127.0.0.1

bin := $(VENV)/bin
# Scripts are run by $(bin)/python: their own first line names the folder .venv was made in.

.DEFAULT_GOAL := run

##@ Daily
.PHONY: run
run: .install-serve ## Serve on 127.0.0.1:8000; PORT=9001 make run, make run HOST=0.0.0.0
	$(if $(ignored_host),$(info HOST from the environment is ignored. To use it: make run HOST=$(ignored_host)))
	@$(bin)/python -c "$$check_port" "$(HOST)" "$(PORT)"
	@$(bin)/python -m uvicorn app.main:app --host $(HOST) --port $(PORT) --http h11 --ws none \
		--no-access-log --no-server-header --no-proxy-headers --timeout-graceful-shutdown 8

.PHONY: check
check: .install-check .lint ## Lint, types, and the tests of model/ and app/: under a minute
	$(bin)/python -m mypy app model tests/app tests/model
	$(bin)/python -m pytest $(parallel) -m "not emulator" tests/app tests/model

.PHONY: test
ifeq ($(TESTS),)
test: lint ## Check everything; TESTS=tests/app/test_errors.py runs one file
	@$(bin)/python -m coverage erase
	$(bin)/python -m coverage run -m pytest $(parallel)
	@$(bin)/python -m coverage combine --quiet
	$(bin)/python -m coverage report
else
test: .install-dev
	$(bin)/python -m pytest $(TESTS)
endif

.PHONY: lint
lint: .install-dev .lint ## Lint and types alone
	$(bin)/python -m mypy

.PHONY: .lint
.lint:
	$(bin)/python -m ruff check
	$(bin)/python -m ruff format --check
	$(bin)/python $(bin)/lint-imports --cache-dir .cache/import_linter

.PHONY: format
format: .install-check ## Format, and fix what ruff can fix
	$(bin)/python -m ruff check --fix
	$(bin)/python -m ruff format

.PHONY: clean
clean: ## Remove .venv and all caches
	rm -rf $(VENV) .cache layer deployment-package.zip

.PHONY: help
help: ## List the targets
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { print "\n" substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

##@ AWS Lambda
.PHONY: lambda
lambda: .install-image ## Run the function under AWS's emulator, on port 9000
	@$(bin)/python -m deployment.emulator

.PHONY: package
package: .install-function ## Write the zip for Lambda; ARCH=arm64 for the other processor
	@$(bin)/python -m deployment.package --architecture $(ARCH)

##@ The model
.PHONY: train
train: .install-train ## Fit the model; write scorecard, card and figures
	@$(bin)/python -m training

.PHONY: search
search: .install-train ## Repeat the search for features and parameters (minutes)
	@$(bin)/python -m training --search

.PHONY: evaluate
evaluate: .install-train ## Repeat the evaluation in ten folds (most of an hour)
	@$(bin)/python -m training --evaluate

.PHONY: walkthrough
walkthrough: .install-dev ## Run the notebook and store its outputs
	@$(bin)/python -m training.walkthrough

model/artifacts/clf.joblib: | .install-bench
	@$(bin)/python -m training

##@ Benchmarks
.PHONY: bench
bench: .install-bench model/artifacts/clf.joblib ## Speed and reliability, beside other servers; needs wrk and the network. ONLY="cold warm"
	@$(bin)/python -m benchmarks $(if $(ONLY),--only $(ONLY))

##@ Dependencies
# The smaller files take the versions of the largest, so that the tests run what is deployed.
.PHONY: lock
lock: .install-dev ## Write requirements/*.txt from pyproject.toml; needs the network
	$(compile) --group dev --extra otel --output-file requirements/dev.txt
	$(compile) $(pinned) --group check --extra otel --output-file requirements/check.txt
	$(compile) $(pinned) --group bench --output-file requirements/bench.txt
	$(compile) $(pinned) --output-file requirements/function.txt
	$(compile) $(pinned) --group serve --output-file requirements/serve.txt
	$(compile) $(pinned) --group serve --extra otel --output-file requirements/otel.txt
	$(compile) $(pinned) --group image --output-file requirements/image.txt
	$(compile) $(pinned) --group train --output-file requirements/train.txt

# One version for every Python, so that all of them train the same bytes.
compile = $(bin)/python -m uv pip compile pyproject.toml --universal --generate-hashes \
	--fork-strategy fewest --no-annotate --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make lock' --quiet
pinned = --constraints requirements/dev.txt

# On all cores. A file's tests stay together, as they share servers, and files in their order,
# which has the slow ones before the end.
parallel = --numprocesses logical --dist loadfile --no-loadscope-reorder

# uvicorn's own message names neither the port nor a way out.
define check_port
import socket, sys
host, port = sys.argv[1:]
try:
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    socket.create_server((host, int(port)), family=family).close()
except OSError as error:
    sys.exit(f'make run: port {port} of {host}: {error.strerror or error}. '
        f'Another port: make run PORT={int(port) + 1}')
endef
export check_port

# .venv/.NAME is a copy of the file that was installed, as a checkout changes files' dates.
# dev.txt includes the others. A package without INSTALLER, which pip writes last, is what an
# interrupted installation left. Messages go to stderr, as stdout belongs to the target.
.install-%: $(VENV)/.created
	@cmp -s requirements/dev.txt $(VENV)/.dev || cmp -s requirements/$*.txt $(VENV)/.$* || { \
		echo "Installing requirements/$*.txt into $(VENV); the next run will not need to" && \
		for package in $(VENV)/lib/python*/site-packages/*.dist-info; do \
			[ -f "$$package/INSTALLER" ] || rm -rf "$$package"; \
		done && \
		$(bin)/python -m pip install --disable-pip-version-check --no-compile --no-deps \
			--require-hashes --requirement requirements/$*.txt && \
		cp requirements/$*.txt $(VENV)/.$*; \
	} >&2

# A Python that was upgraded, or a folder from another machine, leaves .venv broken.
ifneq ($(shell $(bin)/python -c "import pip; print('ok')" 2>/dev/null),ok)
.PHONY: $(VENV)/.created
endif
$(VENV)/.created:
	@"$(PYTHON)" -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with PYTHON=...")'
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) can't make virtual environments: on Debian or Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	@rm -rf $(VENV)
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@
