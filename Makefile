# The front door.  Every target brings what it needs first (cmake/deps.sh, tests/support/provision.sh); both remember what is
# there, so that costs a fraction of a second from the second time on.

MILLRACE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/millrace
CCACHE_DIR ?= $(MILLRACE_CACHE)/ccache
JOBS ?= $(shell nproc)
ROUNDS ?= 50
SECONDS ?= 600
export MILLRACE_CACHE CCACHE_DIR JOBS

CTEST := ctest --output-on-failure -j $(JOBS)
SANITIZED := label-unit label-golden label-property label-fuzz

.DEFAULT_GOAL := help
.PHONY: help demo build test check bench conformance crash fuzz coverage image clean deps tools counter servers peers cloud

help:
	@echo 'make demo              MySQL, Kafka and Millrace on this machine: a live workload, its events, and a proof'
	@echo 'make build             build/release/millrace'
	@echo 'make test              every test, on real servers, after the pure ones under ASan, UBSan and TSan'
	@echo 'make check             before a commit: format, lint of what changed (TIDY=all), unit and golden tests'
	@echo 'make bench             rows a second, latency and memory, beside Debezium in one run'
	@echo 'make conformance       Debezium and Millrace on one server, record by record, under every setting of the binlog'
	@echo 'make crash ROUNDS=50   kill -9 at every named point, cut links, then look for what is missing or twice'
	@echo 'make fuzz SECONDS=600  libFuzzer over every decoder, so long each'
	@echo 'make coverage          which lines the unit, golden and property tests reach'
	@echo 'make image             the container image, made and tried'
	@echo 'make clean             removes build/ (what was fetched stays in $(MILLRACE_CACHE))'

deps:
	@cmake/deps.sh

tools: deps
	@cmake/deps.sh tools

counter: deps
	@cmake/deps.sh counts

servers:
	@tests/support/provision.sh mysql kafka

# What the conformance test and the bench compare with.
peers:
	@tests/support/provision.sh debezium

# The cloud that the clone providers are tested with, on this machine.
cloud:
	@tests/support/provision.sh moto

# Ninja configures again by itself when a CMake file changes.
build/%/build.ninja: | deps
	@cmake --preset $* >build-$*.log 2>&1 </dev/null || { cat build-$*.log >&2; rm -f build-$*.log; exit 1; }
	@mv build-$*.log build/$*/configure.log

build: deps build/release/build.ninja
	@cmake --build --preset release -j $(JOBS) --target millrace

# The sanitizers first and the real thing last: ctest's own summary of the release build ends the run.
test: deps counter servers peers cloud build/dev/build.ninja build/tsan/build.ninja build/release/build.ninja
	@cmake --build --preset dev -j $(JOBS) --target $(SANITIZED)
	@$(CTEST) --preset dev -L '^(unit|golden|property|fuzz)$$'
	@cmake --build --preset tsan -j $(JOBS) --target label-tsan-safe label-pipeline
	@$(CTEST) --preset tsan --no-tests=ignore -L '^(tsan-safe|pipeline)$$'
	@cmake --build --preset release -j $(JOBS)
	@$(CTEST) --preset release --no-tests=error -LE '^bench$$'

check: tools build/dev/build.ninja
	@cmake/check.sh format
	@cmake/check.sh tidy $(TIDY)
	@cmake --build --preset dev -j $(JOBS) --target label-unit label-golden
	@$(CTEST) --preset dev -L '^(unit|golden)$$'

demo: build servers
	@tests/demo/run

bench: build servers peers
	@tests/bench/run

# `make test` has its short form.
conformance: deps servers peers build/release/build.ninja
	@cmake --build --preset release -j $(JOBS) --target label-conformance millrace
	@MILLRACE_CONFORMANCE=long $(CTEST) -j 1 -V --preset release --no-tests=error -L '^conformance$$'

crash: deps servers build/release/build.ninja
	@cmake --build --preset release -j $(JOBS) --target label-crash millrace
	@MILLRACE_CRASH_ROUNDS=$(ROUNDS) $(CTEST) -j 1 --preset release --no-tests=error -L '^crash$$'

fuzz: tools build/fuzz/build.ninja
	@cmake --build --preset fuzz -j $(JOBS) --target label-fuzz
	@cmake/fuzz.sh $(SECONDS)

coverage: deps build/coverage/build.ninja
	@cmake/deps.sh coverage
	@cmake --build --preset coverage -j $(JOBS) --target $(SANITIZED)
	@$(CTEST) --preset coverage -L '^(unit|golden|property|fuzz)$$'
	@gcovr --root . --filter src/ --filter include/ --object-directory build/coverage \
	  --html-details build/coverage/index.html --txt --sort-percentage
	@echo 'build/coverage/index.html'

image:
	@tests/image/run.sh

clean:
	rm -rf build
