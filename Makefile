# libembed's build.  GNU make, no configure step, everything goes to $(BUILD).
# `make help` lists the targets.
#
# Yours to set: CC CXX CPPFLAGS CFLAGS LDFLAGS PREFIX DESTDIR BUILD SAN V
# PYTHONS TEST_TIMEOUT FUZZ_SECONDS.
#
# For the fragments that are included below (examples/, bench/, tests/e2e/):
#   $(BUILD)           build/<variant>
#   $(PRODUCTS)        all that `make all` builds: $(BUILD)/bin/embed, ...
#   $(PYTHON_VERSIONS) such as "3.13 3.12", newest first, and for each V of it
#                      $(PY_V_VERSION) $(PY_V_INCLUDE) $(PY_V_LIBRARY)
#                      $(PY_V_PYTHON); see tools/find-pythons.sh
#   $(SAN_FLAGS)       for whatever is linked with our objects
#   TEST_PROGRAMS      append executables (with @3.12: run under EMBED_PYTHON)
#
# SPDX-License-Identifier: MIT

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: FORCE

ifeq ($(origin CC),default)
CC = cc
endif
ifeq ($(origin CXX),default)
CXX = c++
endif
BUILD ?= build/release
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
TEST_TIMEOUT ?= $(if $(SAN),300,120)
SAN ?=
DEBUG ?=
COVERAGE ?=
WERROR ?=

VERSION := $(shell awk '/^.define EMBED_VERSION_(MAJOR|MINOR|PATCH) / \
	{ printf "%s%s", dot, $$3; dot = "." }' include/embed.h)

# Quiet unless V=1.
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@echo "  $(1)	$(2)")

all: ## build everything: the embed command, libembed, a backend per Python

# --- flags ------------------------------------------------------------------

IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null))

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wundef -Wpointer-arith -Wwrite-strings -Wconversion -Wformat=2 -Wvla \
	$(if $(IS_CLANG),,-Wlogical-op -Wduplicated-cond -Wnull-dereference)
ifneq ($(WERROR),)
WARNINGS += -Werror
endif
# ISO C asks compilers for strings of 4095 characters only; what has Python code
# as text does without -Wpedantic.
NO_PEDANTIC := subinterp/pypy/start.c
pedantic = $(if $(filter $(NO_PEDANTIC),$<),,-Wpedantic)

SAN_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer \
	-fno-sanitize-recover=all)
# Counters that are in files at once: of processes that crash or _exit(), too.
COVERAGE_FLAGS := $(if $(COVERAGE),-fprofile-instr-generate -fcoverage-mapping)
ifneq ($(COVERAGE),)
OPTIMIZE := -O0 -g -mllvm -runtime-counter-relocation
else ifneq ($(SAN)$(DEBUG),)
OPTIMIZE := -O1 -g -DEC_DEBUG
else
OPTIMIZE := -O2 -g
endif

EC_CPPFLAGS := -D_GNU_SOURCE -I. -Iinclude -MMD -MP
EC_CFLAGS := -std=c11 -fPIC -fvisibility=hidden -pthread $(OPTIMIZE) \
	$(WARNINGS) $(SAN_FLAGS) $(COVERAGE_FLAGS)
EC_LDFLAGS := -pthread $(SAN_FLAGS) $(COVERAGE_FLAGS)
# Shared objects stay in the process once they are loaded: threads, exit
# handlers and thread-local destructors point into them.
SO_LDFLAGS := $(EC_LDFLAGS) -shared -Wl,-z,nodelete -Wl,--as-needed

COMPILE = $(CC) $(EC_CPPFLAGS) $(EC_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(CFLAGS) $(LDFLAGS)

# A file that changes when its text does: what depends on it is then rebuilt.
define stamp
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
endef

$(BUILD)/flags: FORCE
	$(call stamp,$(COMPILE) $(NO_PEDANTIC) $(LDFLAGS))

# --- Pythons ----------------------------------------------------------------

# Only goals that build something look for Pythons; the others must work
# without one.
NO_PYTHON_GOALS := help clean dist deps deps-dev demo test bench asan tsan \
	ubsan debug coverage lint fuzz uninstall check-layers check-text format lint-format
ifneq ($(filter-out $(NO_PYTHON_GOALS),$(or $(MAKECMDGOALS),all)),)
include $(BUILD)/pythons.mk

# One that has gone since.
PYTHON_FILES := $(foreach v,$(PYTHON_VERSIONS),$(PY_$(v)_INCLUDE)/Python.h \
	$(PY_$(v)_LIBRARY) $(PY_$(v)_PYTHON))
ifneq ($(words $(PYTHON_FILES)),$(words $(wildcard $(PYTHON_FILES))))
$(BUILD)/pythons.mk: FORCE
endif
endif

$(BUILD)/pythons.mk: tools/find-pythons.sh $(BUILD)/pythons.key
	$(Q)mkdir -p $(@D)
	$(Q)tools/find-pythons.sh >$@.tmp || { rm -f $@.tmp; exit 1; }
	$(Q)mv $@.tmp $@

$(BUILD)/pythons.key: FORCE
	$(call stamp,$(PYTHONS):$(PATH):$(PYENV_ROOT):$(HOME))

# --- sources ----------------------------------------------------------------

sources = $(sort $(wildcard $(1)/*.c))
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

TYPES_SRC := $(call sources,core/types)
CORE_SRC := $(call sources,core)
# Of core, without state: in the embed command, too.
VALUE_SRC := core/err.c core/name.c
GEN_SRC := $(call sources,gen)
PY_SRC := $(foreach d,cpython cpython/ext cpython/ffi,$(call sources,subinterp/$(d)))
SUPPORT_SRC := $(call sources,tests/support)

# The Python front door.
FRONT_DOOR := $(patsubst gen/python/%,%,$(sort $(wildcard \
	gen/python/*/*.py gen/python/*/*/*.py)))

EMBED := $(if $(wildcard gen/main.c),$(BUILD)/bin/embed)
LIBEMBED := $(BUILD)/lib/libembed.so.0
PYPY_SRC := $(call sources,subinterp/pypy)
# Of core, in every backend module.
SHARED_SRC := core/err.c core/helper.c core/inside.c core/libc.c core/lock.c \
	core/stack.c core/ticks.c
BACKENDS := $(if $(PY_SRC),$(foreach v,$(PYTHON_VERSIONS),\
	$(BUILD)/lib/embed/libembed-cpython-$(v).so)) \
	$(BUILD)/lib/embed/libembed-pypy.so
PRODUCTS := $(EMBED) $(LIBEMBED) $(BUILD)/lib/libembed.so \
	$(BUILD)/lib/libembed.a $(BACKENDS) \
	$(BUILD)/lib/embed/pythons $(BUILD)/include $(BUILD)/share/embed/python

.PHONY: all
all: $(PRODUCTS)

# --- compiling --------------------------------------------------------------

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(COMPILE) $(pedantic) -c -o $@ $<

# Objects of tests are kept, too.
.PRECIOUS: $(BUILD)/obj/%.o

# Archives: a test takes only what it uses.  `q` keeps objects of different folders
# that have the same name.
define archive
	$(call say,AR,$@)
	$(Q)mkdir -p $(@D) && rm -f $@
	$(Q)$(AR) qcs $@ $^
endef

# The stateless half: in the embed command and in each backend.
$(BUILD)/obj/libtypes.a: $(call objects,$(TYPES_SRC) $(VALUE_SRC))
	$(archive)
$(BUILD)/obj/libcore.a: $(call objects,$(filter-out $(VALUE_SRC),$(CORE_SRC)))
	$(archive)
# Not in the library: what belongs to the command alone, as loaded.c, which
# stands in for a function of libembed's.
GEN_MAIN := gen/main.c gen/cmd_call.c gen/loaded.c
$(BUILD)/obj/libgen.a: $(call objects,$(filter-out $(GEN_MAIN),$(GEN_SRC)))
	$(archive)
$(BUILD)/obj/libsupport.a: $(call objects,$(SUPPORT_SRC))
	$(archive)

# --- products ---------------------------------------------------------------

# The command works only beside the library: what runs it needs no more than
# to depend on it.
$(BUILD)/bin/embed: $(call objects,$(GEN_MAIN)) $(BUILD)/obj/libgen.a \
		$(BUILD)/obj/libtypes.a | $(BUILD)/lib/libembed.so $(BUILD)/include \
		$(BUILD)/share/embed/python
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(EC_LDFLAGS) -rdynamic -Wl,--as-needed -o $@ $^ -lffi -ldl

$(LIBEMBED): $(call objects,$(CORE_SRC)) mk/libembed.map
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(SO_LDFLAGS) -Wl,-soname,libembed.so.0 \
		-Wl,-Bsymbolic-functions \
		-Wl,--version-script=mk/libembed.map \
		-o $@ $(filter %.o,$^) -lpthread -ldl

$(BUILD)/lib/libembed.so: $(LIBEMBED)
	$(Q)ln -sf libembed.so.0 $@

# For programs that have it inside.
$(BUILD)/lib/libembed.a: $(call objects,$(CORE_SRC))
	$(archive)

# The build tree looks like an installed one.
$(BUILD)/include:
	$(Q)mkdir -p $(@D)
	$(Q)ln -sfn $(CURDIR)/include $@
$(BUILD)/share/embed/python:
	$(Q)mkdir -p $(@D)
	$(Q)ln -sfn $(CURDIR)/gen/python $@

# One line for each backend, the default first:
# name, full version, libpython, python command; tab-separated.
pythons_line = printf '%s\t%s\t%s\t%s\n' cpython-$(1) $(PY_$(1)_VERSION) \
	$(PY_$(1)_LIBRARY) $(PY_$(1)_PYTHON) >>$@;

$(BUILD)/lib/embed/pythons: $(BUILD)/pythons.mk Makefile
	$(Q)mkdir -p $(@D) && : >$@
	$(Q)$(foreach v,$(PYTHON_VERSIONS),$(call pythons_line,$(v)))

# Python code of the backends, as C.
PY_TEXTS := $(patsubst subinterp/py/%.py,$(BUILD)/obj/texts/%_text.h,\
	$(sort $(wildcard subinterp/py/*.py)))
.PRECIOUS: $(BUILD)/obj/texts/%_text.h
$(BUILD)/obj/texts/%_text.h: subinterp/py/%.py tools/text-to-c.sh
	$(Q)mkdir -p $(@D)
	$(Q)tools/text-to-c.sh $*_text <$< >$@

# PyPy's backend needs nothing of PyPy.
$(call objects,$(PYPY_SRC)): private CPPFLAGS += -I$(BUILD)/obj/texts
$(call objects,$(PYPY_SRC)): | $(PY_TEXTS)

$(BUILD)/lib/embed/libembed-pypy.so: $(call objects,$(PYPY_SRC) $(TYPES_SRC) $(SHARED_SRC)) \
		mk/backend.map
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(SO_LDFLAGS) -Wl,--version-script=mk/backend.map \
		-o $@ $(filter %.o,$^) -lffi -lpthread -ldl

# A backend module.  Not linked with libpython: core loads that first.
define python_rules
PY_OBJ_$(1) := $$(patsubst %.c,$$(BUILD)/obj/cpython-$(1)/%.o,$$(PY_SRC))

.PRECIOUS: $$(BUILD)/obj/cpython-$(1)/%.o
$$(BUILD)/obj/cpython-$(1)/%.o: %.c $$(BUILD)/flags $$(BUILD)/pythons.mk \
		| $$(PY_TEXTS)
	$$(call say,CC,$$< [$(1)])
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(COMPILE) -I$$(BUILD)/obj/texts -isystem $$(PY_$(1)_INCLUDE) \
		-c -o $$@ $$<

$$(BUILD)/lib/embed/libembed-cpython-$(1).so: $$(PY_OBJ_$(1)) \
		$$(call objects,$$(TYPES_SRC) $$(SHARED_SRC)) mk/backend.map
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(LINK) $$(SO_LDFLAGS) -Wl,--version-script=mk/backend.map \
		-o $$@ $$(filter %.o,$$^) -lffi -lpthread -ldl

$$(BUILD)/obj/cpython-$(1)/libpy.a: $$(PY_OBJ_$(1))
	$$(archive)

# A unit test of subinterp/cpython: embeds this Python itself.
$$(BUILD)/tests/unit/cpython-$(1)/%: \
		$$(BUILD)/obj/cpython-$(1)/tests/unit/%.o \
		$$(BUILD)/obj/cpython-$(1)/libpy.a $$(TEST_LIBS)
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(LINK) $$(EC_LDFLAGS) -o $$@ $$^ $$(PY_$(1)_LIBRARY) \
		-Wl,-rpath,$$(dir $$(PY_$(1)_LIBRARY)) $$(TEST_LDLIBS)

TEST_PROGRAMS += $$(PY_TEST_SRC:tests/unit/%.c=$$(BUILD)/tests/unit/cpython-$(1)/%)
endef

# --- tests ------------------------------------------------------------------

UNIT_SRC := $(filter-out tests/unit/test_py_%,\
	$(sort $(wildcard tests/unit/test_*.c tests/layout/*.c)))
PY_TEST_SRC := $(sort $(wildcard tests/unit/test_py_*.c))
TEST_LIBS := $(BUILD)/obj/libsupport.a $(BUILD)/obj/libgen.a \
	$(BUILD)/obj/libcore.a $(BUILD)/obj/libtypes.a
TEST_LDLIBS := -lcmocka -lffi -ldl -lm -lpthread
TEST_PROGRAMS := $(UNIT_SRC:%.c=$(BUILD)/%)

$(foreach v,$(PYTHON_VERSIONS),$(eval $(call python_rules,$(v))))

$(BUILD)/tests/unit/%: $(BUILD)/obj/tests/unit/%.o $(TEST_LIBS)
	$(link_test)
$(BUILD)/tests/layout/%: $(BUILD)/obj/tests/layout/%.o $(TEST_LIBS)
	$(link_test)

define link_test
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(EC_LDFLAGS) -o $@ $< -Wl,--start-group $(TEST_LIBS) \
		-Wl,--end-group $(TEST_LDLIBS)
endef

# cmocka's tests have static functions only; NDEBUG would empty them.
$(BUILD)/obj/tests/%.o $(BUILD)/obj/cpython-%.o: private CPPFLAGS += -UNDEBUG

-include tests/e2e/e2e.mk tests/random/random.mk \
	tests/conformance/conformance.mk tests/headers/headers.mk \
	examples/examples.mk bench/bench.mk

# PROGRAM@PYTHON -> PROGRAM
without_python = $(sort $(foreach p,$(1),$(firstword $(subst @, ,$(p)))))

.PHONY: test check run-tests demo demo-run bench bench-run
test: deps ## find what is missing, build, run all fast tests
	$(Q)$(MAKE) --no-print-directory run-tests

check: run-tests ## the same, without looking for missing packages

run-tests: $(PRODUCTS) $(call without_python,$(TEST_PROGRAMS)) \
		check-headers fuzz-replay
	@sha256sum $(E2E_PLUGINS) $(CONFORMANCE_PLUGINS) >$(BUILD)/tests/sums
	@EMBED_BUILD=$(abspath $(BUILD)) TEST_TIMEOUT=$(TEST_TIMEOUT) \
	tools/run-tests.sh $(BUILD)/tests/logs $(abspath $(TEST_PROGRAMS))
	@sha256sum --quiet -c $(BUILD)/tests/sums # all Pythons had the same

demo: deps ## two plug-ins by different authors in one program
	$(Q)$(MAKE) --no-print-directory demo-run

bench: deps ## time per call, against hand-written C and CFFI
	$(Q)$(MAKE) --no-print-directory bench-run

demo-run bench-run: $(PRODUCTS)

# --- variants ---------------------------------------------------------------

variant = $(MAKE) --no-print-directory BUILD=build/$@

.PHONY: asan tsan ubsan debug
asan: ## the tests under AddressSanitizer and UBSan
	+$(Q)$(variant) SAN=address,undefined run-tests
tsan: ## the tests under ThreadSanitizer
	+$(Q)$(variant) SAN=thread run-tests
ubsan: ## the tests under UBSan alone
	+$(Q)$(variant) SAN=undefined run-tests
debug: ## the tests with all assertions and lock order checks
	+$(Q)$(variant) DEBUG=1 run-tests

# --- coverage ---------------------------------------------------------------

# One Python is enough for most lines: PYTHONS= names it.
.PHONY: coverage coverage-run
coverage: ## which lines the tests run (clang)
	+$(Q)LLVM_PROFILE_FILE=$(CURDIR)/build/coverage/profiles/%4m%c.profraw \
		$(variant) CC=clang COVERAGE=1 TEST_TIMEOUT=300 coverage-run

coverage-run:
	$(Q)rm -rf $(BUILD)/profiles $(BUILD)/report
	$(Q)bad=0; $(MAKE) --no-print-directory run-tests || bad=1; \
		tools/coverage.sh $(BUILD) $(EMBED) $(LIBEMBED) $(BACKENDS) && \
		exit $$bad

# --- fuzzing ----------------------------------------------------------------

FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_NAMES := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=%)
FUZZ_REPLAYS := $(FUZZ_NAMES:%=$(BUILD)/tests/fuzz/replay_%)

# What it says of each variable on stderr.
FUZZ_FLAGS_environment := -close_fd_mask=2

.PHONY: fuzz fuzz-run fuzz-replay
fuzz: ## fuzz each target with clang for FUZZ_SECONDS=60
	+$(Q)$(variant) CC=clang SAN=fuzzer-no-link,address,undefined fuzz-run

fuzz-run: $(FUZZ_NAMES:%=fuzz-run-%)
fuzz-run-%: $(BUILD)/tests/fuzz/fuzz_%
	$(Q)mkdir -p $(BUILD)/corpus/$* $(BUILD)/crashes
	$< -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -verbosity=0 $(FUZZ_FLAGS_$*) \
		-artifact_prefix=$(BUILD)/crashes/$*- \
		$(BUILD)/corpus/$* $(wildcard tests/fuzz/corpus/$*)

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(TEST_LIBS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) -pthread -fsanitize=fuzzer,address,undefined -o $@ $^ -lffi -ldl

# Each file of the corpora once, with any compiler.
fuzz-replay: $(if $(wildcard tests/fuzz/replay.c),\
	$(FUZZ_REPLAYS:%=%.ok))

.PRECIOUS: $(BUILD)/tests/fuzz/replay_%
$(BUILD)/tests/fuzz/replay_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o \
		$(BUILD)/obj/tests/fuzz/replay.o $(TEST_LIBS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(EC_LDFLAGS) -o $@ $^ -lffi -ldl

$(BUILD)/tests/fuzz/replay_%.ok: $(BUILD)/tests/fuzz/replay_% \
		$(wildcard tests/fuzz/corpus/*/*)
	$(call say,RUN,$<)
	$(Q)timeout 120 $< $(wildcard tests/fuzz/corpus/$*/*) >$@.log 2>&1 || \
		{ cat $@.log; exit 1; }
	$(Q)touch $@

# --- checks -----------------------------------------------------------------

HEADERS := $(sort $(wildcard include/*.h include/embed/*.h core/*.h \
	core/types/*.h gen/*.h tests/support/*.h))
PY_HEADERS := $(sort $(wildcard subinterp/cpython/*.h subinterp/cpython/*/*.h))
HEADER_CHECKS := $(HEADERS:%=$(BUILD)/headers/%.ok) \
	$(BUILD)/headers/include/embed.hpp.ok \
	$(foreach v,$(PYTHON_VERSIONS),$(PY_HEADERS:%=$(BUILD)/headers/$(v)/%.ok))

.PHONY: check-headers
check-headers: $(HEADER_CHECKS) ## each header compiles alone; public ones as C++

header_alone = $(Q)mkdir -p $(@D) && echo '\#include "$<"' | \
	$(1) -D_GNU_SOURCE -I. -Iinclude -fsyntax-only -Wall -Wextra \
	-Werror -Wno-unused-function
HEADER_DEPS = $(wildcard include/*.h include/embed/*.h core/*.h core/types/*.h)

$(BUILD)/headers/include/%.hpp.ok: include/%.hpp $(HEADER_DEPS)
	$(call header_alone,$(CXX)) -std=c++11 -x c++ -
	@touch $@
$(BUILD)/headers/include/%.ok: include/% $(HEADER_DEPS)
	$(call header_alone,$(CC)) -std=c11 -x c -
	$(call header_alone,$(CXX)) -std=c++17 -x c++ -
	@touch $@
$(BUILD)/headers/%.ok: % $(HEADER_DEPS)
	$(call header_alone,$(CC)) -std=c11 -x c -
	@touch $@
define python_header_rules
$$(BUILD)/headers/$(1)/%.ok: % $$(HEADER_DEPS) $$(PY_HEADERS)
	$$(call header_alone,$$(CC)) -std=c11 -isystem $$(PY_$(1)_INCLUDE) -x c -
	@touch $$@
endef
$(foreach v,$(PYTHON_VERSIONS),$(eval $(call python_header_rules,$(v))))

include mk/lint.mk
include mk/stubs.mk

# --- dependencies, installing, the rest -------------------------------------

.PHONY: deps deps-dev install uninstall dist clean help
deps: ## find and install what build and tests need
	@CC='$(CC)' tools/deps.sh $(BUILD)/pythons.mk
deps-dev: ## the same, and the tools of lint and fuzz
	@CC='$(CC)' tools/deps.sh --dev $(BUILD)/pythons.mk

ROOT = $(DESTDIR)$(PREFIX)

install: $(PRODUCTS) ## install to $(DESTDIR)$(PREFIX); may be moved afterwards
	install -d $(ROOT)/bin $(ROOT)/lib/embed $(ROOT)/lib/pkgconfig \
		$(ROOT)/include/embed/cffi $(ROOT)/share/embed/stubs/embed
	$(if $(EMBED),install -m 755 $(EMBED) $(ROOT)/bin/)
	install -m 755 $(LIBEMBED) $(ROOT)/lib/
	ln -sf libembed.so.0 $(ROOT)/lib/libembed.so
	install -m 644 $(BUILD)/lib/libembed.a $(ROOT)/lib/
	$(if $(BACKENDS),install -m 755 $(BACKENDS) $(ROOT)/lib/embed/)
	install -m 644 $(BUILD)/lib/embed/pythons $(ROOT)/lib/embed/
	install -m 644 include/embed.h include/embed.hpp $(ROOT)/include/
	install -m 644 include/embed/*.h $(ROOT)/include/embed/
	install -m 644 include/embed/cffi/*.h $(ROOT)/include/embed/cffi/
	install -m 644 $(STUBS) $(ROOT)/share/embed/stubs/embed/
	$(foreach f,$(FRONT_DOOR),install -D -m 644 gen/python/$(f) \
		$(ROOT)/share/embed/python/$(f) &&) :
	install -d $(ROOT)/share/man/man1
	install -m 644 docs/man/*.1 $(ROOT)/share/man/man1/
	sed 's/@VERSION@/$(VERSION)/' mk/embed.pc.in \
		>$(ROOT)/lib/pkgconfig/embed.pc
	install -d $(ROOT)/lib/cmake/embed
	for f in embedConfig embedConfigVersion; do \
		sed 's/@VERSION@/$(VERSION)/' mk/$$f.cmake.in \
			>$(ROOT)/lib/cmake/embed/$$f.cmake || exit 1; done

uninstall: ## remove what install made
	rm -f $(ROOT)/bin/embed $(ROOT)/lib/libembed.so.0 \
		$(ROOT)/lib/libembed.so $(ROOT)/lib/libembed.a \
		$(ROOT)/lib/embed/pythons \
		$(ROOT)/lib/embed/libembed-*.so $(ROOT)/include/embed.h \
		$(ROOT)/include/embed.hpp \
		$(ROOT)/lib/pkgconfig/embed.pc $(STUBS:%=$(ROOT)/share/embed/%)
	rm -rf $(ROOT)/include/embed $(ROOT)/share/embed/python \
		$(ROOT)/lib/cmake/embed
	rm -f $(patsubst docs/man/%,$(ROOT)/share/man/man1/%,$(wildcard docs/man/*.1))
	-rmdir $(ROOT)/lib/embed \
		$(ROOT)/share/embed/stubs/embed $(ROOT)/share/embed/stubs \
		$(ROOT)/share/embed

dist: ## a source archive of the last commit
	$(Q)mkdir -p build
	git archive --prefix=libembed-$(VERSION)/ \
		-o build/libembed-$(VERSION).tar.gz HEAD

clean: ## remove all that was built
	rm -rf build

help: ## this list
	@echo "libembed $(VERSION)"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' \
		$(sort $(filter-out %.d $(BUILD)/%,$(MAKEFILE_LIST)))
	@echo "Variables: CC CFLAGS LDFLAGS PREFIX DESTDIR BUILD PYTHONS" \
		"TEST_TIMEOUT FUZZ_SECONDS V=1"

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
