# The conformance suite: tables of expressions, run by a plug-in.
#
#   libconfa.so, libconfb.so   the same plug-in twice, to run side by side
#
# SPDX-License-Identifier: MIT

CONFORMANCE := $(BUILD)/tests/conformance
CONFORMANCE_TABLES := $(sort $(wildcard tests/conformance/tables/*.py))
CONFORMANCE_SRC := $(wildcard $(addprefix tests/conformance/,conformance.h \
	conformance.py conformance.opts conformance.cdef conformance.c types.h))
CONFORMANCE_PLUGINS := $(CONFORMANCE)/libconfa.so $(CONFORMANCE)/libconfb.so
CONFORMANCE_COPIES := $(CONFORMANCE)/runner.py $(CONFORMANCE)/pypy.py \
	$(CONFORMANCE_TABLES:tests/conformance/%=$(CONFORMANCE)/%)

# Lines of the plug-ins are not counted, so cc can compile them for `make coverage`:
# clang turns any byte of a _Bool into 0 or 1, and rows here need the byte itself.
CONFORMANCE_CC = $(if $(COVERAGE),cc,$(CC))

$(CONFORMANCE)/lib%.so: $(CONFORMANCE_SRC) $(BUILD)/bin/embed
	$(call say,EMBED,$@)
	$(Q)mkdir -p $(@D)
	$(Q)CC='$(CONFORMANCE_CC)' $(BUILD)/bin/embed build --name $* -o $@ \
		tests/conformance/conformance.h tests/conformance/conformance.py \
		$$(cat tests/conformance/conformance.opts) -- $(SAN_FLAGS) -g

$(CONFORMANCE)/%.py: tests/conformance/%.py
	$(Q)mkdir -p $(@D) && cp $< $@

CONFORMANCE_PROGRAM := $(CONFORMANCE)/test_conformance
TEARDOWN := $(CONFORMANCE)/teardown
$(CONFORMANCE_PROGRAM) $(TEARDOWN): $(CONFORMANCE)/%: \
		$(BUILD)/obj/tests/conformance/%.o $(BUILD)/obj/libsupport.a | \
		$(PRODUCTS) $(CONFORMANCE_PLUGINS) $(CONFORMANCE_COPIES)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(EC_LDFLAGS) -o $@ $^ -L$(BUILD)/lib -lembed \
		-Wl,-rpath,$(abspath $(BUILD))/lib -lcmocka -ldl -lm -lpthread

TEST_PROGRAMS += $(call per_python,$(CONFORMANCE_PROGRAM)) \
	$(if $(IS_TSAN),,$(CONFORMANCE_PROGRAM)@$(SHARED_PYTHON)) \
	$(if $(PYPY),$(CONFORMANCE_PROGRAM)@pypy3)

# --- other Pythons, and another Debian ----------------------------------------

MATRIX_SUITE ?= trixie
MATRIX_TESTS := $(patsubst %,e2e/test_%,def_extern exit init lib nesting \
	threads values) conformance/test_conformance

.PHONY: matrix
matrix: $(PRODUCTS) $(MATRIX_TESTS:%=$(BUILD)/tests/%) ## one build on every Python found, and on those of MATRIX_SUITE=trixie
	@tools/matrix.sh $(BUILD) $(MATRIX_SUITE) $(MATRIX_TESTS)

# The long test in tests/stress/.
$(BUILD)/tests/stress/test_conformance: | $(CONFORMANCE_PLUGINS) \
	$(CONFORMANCE_COPIES)

# --- the same rows under valgrind ---------------------------------------------

# For one Python.
define valgrind_run
	@echo "CPython $(PY_$(1)_VERSION)"
	@EMBED_BUILD=$(abspath $(BUILD)) EMBED_PYTHON=$(1) \
		tools/check-valgrind.sh $(CONFORMANCE)/valgrind-$(1).log $(TEARDOWN)

endef

.PHONY: valgrind
valgrind: $(TEARDOWN) ## the conformance suite and the end of interpreters under valgrind
	$(foreach v,$(PYTHON_VERSIONS),$(call valgrind_run,$(v)))

# --- the same rows under CFFI -------------------------------------------------

# For one Python.
define differential_run
	@mkdir -p $(CONFORMANCE)/cffi-$(1)
	@env -u EMBED_SHARED_INTERP EMBED_BUILD=$(abspath $(BUILD)) \
		EMBED_PYTHON=$(1) $(CONFORMANCE_PROGRAM) \
		--dump $(CONFORMANCE)/cffi-$(1)/ours 2>$(CONFORMANCE)/cffi-$(1)/log
	@echo "CPython $(PY_$(1)_VERSION)"
	@tools/cffi-venv.sh $(PY_$(1)_PYTHON) $(CFFI_VENV)-$(1) || { \
		[ $$? = 77 ]; exit; } && \
	tests/conformance/differential.sh $(CFFI_VENV)-$(1) \
		$(CONFORMANCE)/cffi-$(1)/ours $(abspath $(CONFORMANCE))/cffi-$(1)

endef

.PHONY: differential
differential: $(CONFORMANCE_PROGRAM) ## the conformance suite compared with CFFI
	$(foreach v,$(PYTHON_VERSIONS),$(call differential_run,$(v)))

# --- C code that CFFI has generated -------------------------------------------

# Shared by all variants.
CFFI_VENV := $(abspath build)/cffi

# For one Python.
define stock_run
	@echo "CPython $(PY_$(1)_VERSION)"
	@tools/cffi-venv.sh $(PY_$(1)_PYTHON) $(CFFI_VENV)-$(1) || { \
		[ $$? = 77 ]; exit; } && \
	tests/stock/stock.sh $(abspath $(BUILD)) $(1) \
		$(CFFI_VENV)-$(1)/bin/python $(abspath $(BUILD))/tests/stock-$(1)

endef

.PHONY: stock-cffi
stock-cffi: $(PRODUCTS) ## what CFFI has generated runs unchanged, with equal results
	$(foreach v,$(PYTHON_VERSIONS),$(call stock_run,$(v)))
