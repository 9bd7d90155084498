# Bowsprit's front door. `make help` lists everything; CONTRIBUTING.md walks through the first hour.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CGO_ENABLED := 0
CACHE ?= $(or $(BOWSPRIT_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/bowsprit)
CLUSTER := $(CACHE)/bin/cluster
LINT := go tool -modfile=tools/golangci-lint.mod golangci-lint
VULN := go tool -modfile=tools/govulncheck.mod govulncheck
CONTROLLER_GEN := go tool -modfile=tools/controller-gen.mod controller-gen
ARGS ?=
RUN ?= .
SEED ?= 1

##@ Try it
.PHONY: demo
demo: cluster-tool ## The main job on real parts: cluster, forge and Bowsprit start, a pull request goes red, then green (ARGS=--once ends by itself)
	@echo "compiling the demo and its libraries (the first time takes some minutes)"
	@go run ./test/demo -cluster '$(CLUSTER)' $(ARGS)

##@ Develop
.PHONY: build test generate format bench overhead
build: ## Build bin/bowsprit, bin/bowsprit-tools and bin/bowsprit-upload
	@go build -o bin/bowsprit ./cmd/bowsprit
	@go build -o bin/bowsprit-tools ./cmd/tools
	@go build -o bin/bowsprit-upload ./cmd/upload

test: ## The fast loop: every test that needs no cluster, no root and no network (RUN=regexp picks)
	@go test -run '$(RUN)' ./...

generate: ## Refresh everything that is generated: CRDs, deep copies, schemas, reference pages
	@$(CONTROLLER_GEN) object paths=./api/v1alpha1
	@$(CONTROLLER_GEN) crd paths=./api/v1alpha1 output:crd:dir=config/crd
	@go generate ./api/... ./cmd/... ./internal/... ./pipelines/...
	@if command -v npm >/dev/null; then go generate ./test/forge/contract; else echo "generate: GitHub's schemas are left as they are: npm, which fetches them, is not installed"; fi

format: ## gofmt the tree
	@gofmt -l -w $$(git ls-files -co --exclude-standard '*.go')

bench: ## Benchmarks of the hot paths beside their bounds; docs/reference/performance.md quotes the ratios
	@go test -run '^$$' -bench . -benchmem ./api/... ./triggers/... ./pipelines/... ./controllers/... ./web/...

overhead: cluster-up ## What Bowsprit adds to a bare PipelineRun, side by side, median of five
	@eval "$$($(CLUSTER) env)"; export KUBECONFIG BOWSPRIT_IMAGE_PREFIX BOWSPRIT_HOST_ADDRESS KUBECTL TKN BOWSPRIT_CLUSTER='$(CLUSTER)' BOWSPRIT_REQUIRE_CLUSTER=1; \
	  go test -count=1 -timeout 20m -run '^$$' -bench Overhead -benchtime 1x ./test/e2e

##@ Verify
.PHONY: verify lint verify-generated vulncheck compare test-cluster-module test-integration test-e2e test-all soak
verify: ## What CI runs: lint, generated files, every test with real parts; says what each step took
	@for step in lint verify-generated vulncheck test compare test-cluster-module test-integration test-e2e; do \
	  start=$$SECONDS; echo "== $$step"; $(MAKE) --no-print-directory $$step; echo "== $$step: $$((SECONDS - start)) s"; done

lint: ## golangci-lint, go vet and the architecture test
	@go vet ./...
	@go -C test/cluster vet ./cmd/cluster/... ./internal/... ./live/... .
	@$(LINT) run ./...
	@cd test/cluster && go tool -modfile=../../tools/golangci-lint.mod golangci-lint run --config ../../.golangci.yml ./cmd/cluster/... ./internal/... ./live/... .
	@go test ./test/architecture

verify-generated: ## Fail if a generated file or go.mod is not what its source makes
	@test/verify-generated

vulncheck: ## govulncheck, or one line that says why it was skipped
	@test/vulncheck $(VULN)

compare: ## Judge the program by Prow's own answers about real configurations, if they are in ../shared/corpora
	@BOWSPRIT_COMPARE_ALL=1 go test -count=1 -v ./test/compare

test-all: test test-cluster-module test-integration test-e2e ## Unit, contract, API server and end-to-end tests

test-cluster-module: ## The tests of test/cluster that need no cluster
	@go -C test/cluster test ./cmd/cluster/... ./internal/... ./live/... .

test-integration: cluster-build ## Tests against a real kube-apiserver and etcd
	@eval "$$($(CLUSTER) env)"; export KUBEBUILDER_ASSETS BOWSPRIT_REQUIRE_ASSETS=1; \
	  go test -count=1 ./cmd/bowsprit/... ./controllers/... ./internal/runs/...

test-e2e: cluster-up ## End to end: real Tekton, kubelet and pods, the honest forge, kill -9 between every two writes
	@eval "$$($(CLUSTER) env)"; export KUBECONFIG BOWSPRIT_IMAGE_PREFIX BOWSPRIT_HOST_ADDRESS KUBECTL TKN BOWSPRIT_CLUSTER='$(CLUSTER)' BOWSPRIT_REQUIRE_CLUSTER=1; \
	  go test -count=1 -timeout 40m -parallel 4 -run '$(RUN)' ./test/e2e -args -seed $(SEED)

soak: cluster-up ## The crash tests at length: every write, before and after, and random kills (SEED=n)
	@eval "$$($(CLUSTER) env)"; export KUBECONFIG BOWSPRIT_IMAGE_PREFIX BOWSPRIT_HOST_ADDRESS KUBECTL TKN BOWSPRIT_CLUSTER='$(CLUSTER)' BOWSPRIT_REQUIRE_CLUSTER=1; \
	  go test -count=1 -timeout 3h -v -run 'Crash' ./test/e2e -args -seed $(SEED) -soak

##@ Cluster
.PHONY: cluster-tool cluster-build cluster-up cluster-down cluster-status cluster-test
cluster-tool:
	@[ -x $(CLUSTER) ] || echo "compiling the program that runs the cluster"
	@mkdir -p $(dir $(CLUSTER)) && go -C test/cluster build -o $(CLUSTER) ./cmd/cluster

cluster-build: cluster-tool ## Build Kubernetes, Tekton and tkn into the cache (the first time takes minutes)
	@$(CLUSTER) build

cluster-up: cluster-tool ## A real single-node Kubernetes with Tekton on this machine; run it again whenever in doubt
	@$(CLUSTER) up

cluster-down: cluster-tool ## Stop it and leave nothing behind
	@$(CLUSTER) down

cluster-status: cluster-tool ## What runs, what it costs
	@$(CLUSTER) status

cluster-test: cluster-tool ## Try the cluster itself: kill -9 of each part, leftovers, nothing left after down (ten minutes)
	@BOWSPRIT_CLUSTER_TEST=1 go -C test/cluster test -count=1 -timeout 30m -v ./live

##@ Other
.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {g = substr($$0, 5); if (g != "Other") printf "\n%s\n", g} /^[a-z0-9-]+:.*## / {if (g != "Other") printf "  make %-22s %s\n", $$1, $$2}' Makefile
