# Thin on purpose: each target calls cargo or a script in scripts/, which has the details.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-bench build build-debug run assets test test-release check test-unit test-storage test-api test-e2e test-clients fuzz-api deny docs reference deb bench clean

# Build output goes to target/, and tools that scripts/setup installed for this checkout come first in PATH.
export CARGO_TARGET_DIR := $(CURDIR)/target
export PATH := $(CURDIR)/target/tools/bin:$(PATH)

help: ## this list
	@awk -F ':.* ## ' '/^[a-z0-9-]+:.* ## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup:
	@scripts/setup build

setup-test:
	@scripts/setup test

setup-bench:
	@scripts/setup bench

assets: setup ## the browser's assets: target/site/
	@scripts/build-assets

build: assets ## the program: target/release/duo-console
	cargo build --release --locked

run: assets ## build, then serve http://127.0.0.1:3000 with demo data
	cargo build --profile demo --locked
	target/demo/duo-console serve --demo

test: setup-test ## every check and every test
	@scripts/test

test-release: setup-test build ## the outer tests again, against the release build
	@DUO_CONSOLE_BIN=$(CURDIR)/target/release/duo-console scripts/test outer

check: setup-test ## formatting and lints
	@scripts/check

test-unit: setup ## the tests next to the code
	cargo test --locked --lib $(ARGS)

test-storage: setup-test ## the storage contract, on SQLite and PostgreSQL
	scripts/with-postgres cargo test --locked --test storage $(ARGS)

test-api: setup-test assets ## requests against the server, in process
	scripts/with-postgres cargo test --locked --test api $(ARGS)

build-debug: assets
	cargo build --locked

test-e2e: setup-test build-debug ## browser tests of the program; ARGS='--grep consent' for a subset
	scripts/end2end $(ARGS)

test-clients: setup-test build-debug ## clients of GitLab's API and OpenFeature's providers against the program
	@scripts/test-clients

fuzz-api: setup-test build-debug ## fuzz the API from its OpenAPI document
	scripts/fuzz-api

deny: ## licences, sources and known vulnerabilities of dependencies
	@scripts/deny

docs: ## the book: target/book/index.html
	@scripts/setup docs
	@scripts/docs

reference: assets ## generate the book's chapters that come from the code
	UPDATE_REFERENCE=1 cargo test --locked --test api reference::

deb: build docs ## a Debian package: target/debian/
	@scripts/deb

bench: setup-bench assets ## benchmarks: writes docs/performance.md
	@scripts/bench

clean: ## remove everything built or downloaded into this checkout (not data/)
	rm -rf target node_modules benches/lighthouse/node_modules tests/clients/node_modules
