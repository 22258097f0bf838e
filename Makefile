# `make` lists the targets.
#
# Needs rustup, Node 20.11 or later with npm, a C compiler, and for `make test` Python and Chromium with its driver;
# scripts/prerequisites.sh names what is missing and how to install it. All other tools are installed on first use, in
# pinned versions: npm packages into node_modules, Rust tools into .tools. Neither is tracked.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The CLI and the crate must have the same version; Cargo.toml pins it.
WASM_BINDGEN := $(shell sed -n 's/^wasm-bindgen = "=\([^"]*\)".*/\1/p' Cargo.toml)
WASM_PACK := 0.15.1
CARGO_MUTANTS := 27.1.0
CARGO_FUZZ := 0.13.2
CARGO_DENY := 0.20.2

# ~/.cargo/bin for shells that have not read the profile that rustup changes.
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/node_modules/.bin:$(PATH):$(HOME)/.cargo/bin

## Start the demo and its backend on 127.0.0.1 (PORT=8080)
.PHONY: demo
demo: demo-files server-example
	@echo "── the demo and its backend; Ctrl-C stops them"
	$(or $(CARGO_TARGET_DIR),target)/debug/examples/server --port $(or $(PORT),8080) --db $(or $(CARGO_TARGET_DIR),target)/demo.sqlite --www www

## Serve the demo as static files; its backend runs in the page
.PHONY: demo-static
demo-static: demo-files
	node scripts/serve.mjs www

## Format, clippy, types, architecture, the tests of the core and of the package; no browser (under 3 minutes once built)
.PHONY: check
check: rust-target wasm-bindgen node_modules
	node scripts/test.mjs --check

## Every check and test; the last line has the totals (under 15 minutes once built)
.PHONY: test
test: prerequisites-test wasm-pack node_modules
	node scripts/test.mjs

## Mutation tests of the core: hours (MUTANTS="sse client/connection" for some modules, MUTANTS_QUICK=1 for one round)
.PHONY: mutants
mutants: prerequisites
	@cargo mutants --version >/dev/null 2>&1 || { echo "── cargo install cargo-mutants (2 minutes, once)"; cargo install cargo-mutants --version "$(CARGO_MUTANTS)" --locked --root .tools; }
	node scripts/mutants.mjs $(or $(MUTANTS),sse sse/fast_path json refusal retry client client/cooldown client/frame_fast_path client/own_retries client/send_delay event state)

## An alias of `make test`
.PHONY: ci
ci: test

## Throughput against five other libraries in Node and Chromium, start-up, growth (30 minutes)
.PHONY: bench
bench: prerequisites-test package resilience-peers
	node benches/compare.mjs
	node benches/start.mjs
	node benches/compare.mjs --growth --budget 400
	node benches/write-tables.mjs

## The package in Next.js, Vite, Nuxt, SvelteKit, agent-ui and workerd, in Chromium (minutes; installs 2 GB into target/packaging)
.PHONY: test-package
test-package: prerequisites-test package server-example
	node --test --test-reporter=spec --test-timeout=900000 tests/packaging/fast.test.mjs tests/packaging/matrix.mjs tests/packaging/agent-ui.mjs

## The long versions of the generated tests: model, reference, EventSource of each browser, AgentOS, fuzzing, resilience
.PHONY: proof
proof: prerequisites-test demo-files server-example agentos cargo-fuzz resilience-peers
	node scripts/proof.mjs

## The same streams through this library and others: whose text is right, and how fast (a minute)
.PHONY: resilience
resilience: package resilience-peers
	node tests/resilience/table.mjs

## Build the Python package (target/python/wheels) and test it, with a real AgentOS and Redis (3 minutes once built)
.PHONY: python
python: dist python-tests

## What an event costs in the Python package, against the plain loop; fails above 1.2 times
.PHONY: bench-python
bench-python: python-package
	$(PYTHON_ENV)/bin/python bindings/python/bench/overhead.py

## Licenses, sources and known vulnerabilities of all dependencies
.PHONY: audit
audit: cargo-deny
	node --test --test-reporter=spec tests/dependencies/*.test.mjs

## Fuzz the core (libFuzzer) and the package (corrupted streams) for FUZZ_SECONDS=120 in all; FUZZ_SEED repeats a run
.PHONY: fuzz
fuzz: package cargo-fuzz
	node fuzz/run.mjs $$(( $(or $(FUZZ_SECONDS),120) / 8 ))
	FUZZ_SECONDS=$$(( $(or $(FUZZ_SECONDS),120) * 3 / 8 )) FUZZ_SEED=$(or $(FUZZ_SEED),$(shell date +%s)) node --test --test-reporter=spec --test-timeout=3600000 tests/fuzz/*.test.mjs

## The size of the module by part of the source
.PHONY: size
size: dist
	node scripts/weigh.mjs

## Responsiveness of React pages while an answer streams, against the classic hook and useChat (10 minutes)
.PHONY: bench-page
bench-page: prerequisites-test package
	node benches/page.mjs
	node benches/markdown.mjs
	node benches/write-tables.mjs

## Take the README's screenshots, into .github/screenshots
.PHONY: screenshots
screenshots: prerequisites-test demo-files
	node scripts/screenshots.mjs

## Build the npm package: pkg/ai-stream-handler-<version>.tgz
.PHONY: package
package: dist
	@echo "── packing"
	node scripts/pack.mjs

## The site: the pages of docs/, the reference from the types, the manual of the core; static files in target/docs
.PHONY: docs
docs: dist docs-pages

## Demo, documentation and API reference in one folder for a static host: target/site
.PHONY: site
site: demo-files docs-pages
	@echo "── site"
	node scripts/site.mjs

# `dist` comes first: the declarations need what wasm-bindgen writes. TypeDoc empties target/docs, so rustdoc follows it.
.PHONY: docs-pages
docs-pages: rust-target scripts/docs/node_modules/.package-lock.json
	@echo "── pages and API reference"
	cd scripts/docs && npx typedoc
	@echo "── rustdoc"
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --features generator
	rm -rf target/docs/rust target/docs/rust.new && cp -r $(or $(CARGO_TARGET_DIR),target)/doc target/docs/rust.new && mv target/docs/rust.new target/docs/rust
	@echo "   target/docs/index.html"

scripts/docs/node_modules/.package-lock.json: scripts/docs/package-lock.json
	cd scripts/docs && npm ci --no-fund --no-audit --ignore-scripts
	@touch $@

## Format the Rust code
.PHONY: fmt
fmt: prerequisites
	cargo fmt

## Format and clippy, for the host and for wasm32
.PHONY: lint
lint: rust-target
	cargo fmt --check
	cargo clippy --all-targets --features generator -- -D warnings
	cargo clippy --target wasm32-unknown-unknown --lib --example decoder -- -D warnings
	cargo clippy --target wasm32-unknown-unknown --example page_backend --no-default-features --features generator -- -D warnings

## Remove build output; installed tools stay (.tools, node_modules)
.PHONY: clean
clean:
	rm -rf target pkg/generated pkg/dist pkg/*.tgz www/vendor www/recordings

# ── parts ──────────────────────────────────────────────────────────────────────────────────────────────────────

# pkg/dist: bundles, declarations, core.wasm
.PHONY: dist
dist: rust-target wasm-bindgen node_modules
	node pkg/build.mjs

# The other libraries in the resilience table.
.PHONY: resilience-peers
resilience-peers: tests/resilience/node_modules/.package-lock.json
tests/resilience/node_modules/.package-lock.json: tests/resilience/package-lock.json
	@echo "── npm ci in tests/resilience"
	cd tests/resilience && npm ci --no-fund --no-audit --ignore-scripts
	@touch $@

# dependency-cruiser and its TypeScript parser.
.PHONY: architecture-tools
architecture-tools: tests/architecture/node_modules/.package-lock.json
tests/architecture/node_modules/.package-lock.json: tests/architecture/package-lock.json
	@echo "── npm ci in tests/architecture"
	cd tests/architecture && npm ci --no-fund --no-audit --ignore-scripts
	@touch $@

# The generated files that www/ needs to be served.
.PHONY: demo-files
demo-files: package
	@echo "── demo data"
	node scripts/demo-data.mjs
	mkdir -p www/vendor
	cp pkg/dist/index.js www/vendor/ai-stream-handler.js
	cp pkg/dist/replay.js www/vendor/ai-stream-handler-replay.js
	node scripts/page-backend.mjs

# The backend of `make demo`. A debug build: panics abort in release, and this server has to survive its model's.
.PHONY: server-example
server-example: prerequisites
	cargo build --example server --features generator

# AgentOS in a venv, rebuilt when requirements.txt changes.
.PHONY: agentos
agentos: target/agentos/installed
target/agentos/installed: tests/agentos/requirements.txt
	@echo "── AgentOS into target/agentos (a minute, once)"
	rm -rf target/agentos
	python3 -m venv target/agentos
	target/agentos/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

PYTHON_ENV := target/python/venv

# What the tests of the Python package need, in a venv that is made anew when a list changes.
target/python/installed: bindings/python/requirements-test.txt examples/agentos-python/requirements.txt
	@scripts/prerequisites.sh python
	@echo "── a venv in target/python (a minute, once)"
	rm -rf $(PYTHON_ENV)
	python3 -m venv $(PYTHON_ENV)
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# The wheel, installed as its user installs it. cargo decides whether there is anything to compile.
.PHONY: python-package
python-package: prerequisites target/python/installed
	@echo "── the wheel, into target/python/wheels"
	rm -rf target/python/wheels
	cd bindings/python && CARGO_TARGET_DIR=$(CURDIR)/target/python/cargo $(CURDIR)/$(PYTHON_ENV)/bin/maturin build --quiet --release \
	  --interpreter $(CURDIR)/$(PYTHON_ENV)/bin/python --out $(CURDIR)/target/python/wheels
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps --no-index target/python/wheels/*.whl

# PYTHON_TESTS=quick: fewer generated runs.
.PHONY: python-tests
python-tests: python-package
	cd bindings/python && cargo fmt --check && CARGO_TARGET_DIR=$(CURDIR)/target/python/cargo cargo clippy --quiet --release -- -D warnings
	cd bindings/python && $(CURDIR)/$(PYTHON_ENV)/bin/mypy ai_stream_handler
	cd bindings/python && $(CURDIR)/$(PYTHON_ENV)/bin/pytest $(PYTEST)

.PHONY: prerequisites
prerequisites:
	@scripts/prerequisites.sh

.PHONY: prerequisites-test
prerequisites-test:
	@scripts/prerequisites.sh chromium

.PHONY: rust-target
rust-target: prerequisites
	@rustup target list --installed | grep -qx wasm32-unknown-unknown \
	  || { echo "── rustup target add wasm32-unknown-unknown"; rustup target add wasm32-unknown-unknown; }
	@rustup component list --installed | grep -qx rust-src \
	  || { echo "── rustup component add rust-src"; rustup component add rust-src; }

.PHONY: wasm-bindgen
wasm-bindgen: prerequisites
	@[[ "$$(wasm-bindgen --version 2>/dev/null)" == "wasm-bindgen $(WASM_BINDGEN)" ]] \
	  || { echo "── cargo install wasm-bindgen-cli $(WASM_BINDGEN) into .tools (5 to 8 minutes, once)"; \
	       cargo install wasm-bindgen-cli --version "$(WASM_BINDGEN)" --root .tools --force; }

.PHONY: wasm-pack
wasm-pack: rust-target wasm-bindgen
	@wasm-pack --version >/dev/null 2>&1 \
	  || { echo "── cargo install wasm-pack $(WASM_PACK) into .tools (3 minutes, once)"; \
	       cargo install wasm-pack --version "$(WASM_PACK)" --locked --root .tools; }

.PHONY: cargo-deny
cargo-deny: prerequisites
	@cargo deny --version >/dev/null 2>&1 \
	  || { echo "── cargo install cargo-deny $(CARGO_DENY) into .tools (minutes, once)"; \
	       cargo install cargo-deny --version "$(CARGO_DENY)" --locked --debug --root .tools; }

.PHONY: cargo-fuzz
cargo-fuzz: prerequisites
	@cargo fuzz --version >/dev/null 2>&1 \
	  || { echo "── cargo install cargo-fuzz $(CARGO_FUZZ) into .tools (2 minutes, once)"; \
	       cargo install cargo-fuzz --version "$(CARGO_FUZZ)" --locked --root .tools; }

node_modules: prerequisites node_modules/.package-lock.json

# npm writes this file at the end of an install.
node_modules/.package-lock.json: package.json package-lock.json
	@echo "── npm ci"
	npm ci --no-fund --no-audit --ignore-scripts
	@touch $@

.PHONY: help
help:
	@awk '/^## /{text=substr($$0,4)} /^[a-z-]+:/{if(text){split($$1,t,":");printf "  make %-13s %s\n",t[1],text;text=""}}' Makefile
