# End-to-end tests: plug-ins made by `embed build`, loaded by test programs.
#
#   tests/e2e/plugins/[DIR/]NAME.h + NAME.py [+ NAME.opts: options of `embed
#       build`, relative to the source tree]  ->  a plug-in; other .py files of
#       DIR are put beside it
#   tests/e2e/test_*.c     run by `make test`, once per Python
#   tests/stress/test_*.c  run by `make stress`, once per Python
#
# SPDX-License-Identifier: MIT

E2E_HEADERS := $(foreach h,$(sort $(wildcard tests/e2e/plugins/*.h \
	tests/e2e/plugins/*/*.h)),$(if $(wildcard $(h:.h=.py)),$(h)))
E2E_PLUGINS := $(foreach h,$(E2E_HEADERS),$(BUILD)/$(dir $(h))lib$(basename \
	$(notdir $(h))).so)
E2E_HELPERS := $(patsubst %,$(BUILD)/%,$(filter-out $(E2E_HEADERS:.h=.py),\
	$(wildcard tests/e2e/plugins/*/*.py)))
E2E_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(filter-out %/test_pypy.c,\
	$(sort $(wildcard tests/e2e/test_*.c))))
STRESS_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard \
	tests/stress/test_*.c)))

# The sanitizers see our code: the plug-ins are linked with them, too.
define e2e_plugin
$(BUILD)/$(dir $(1))lib$(basename $(notdir $(1))).so: $(1) $(1:.h=.py) \
		$(wildcard $(1:.h=.opts) $(dir $(1))*.c $(dir $(1))*.cdef) \
		$(BUILD)/bin/embed
	$$(call say,EMBED,$(1))
	$$(Q)mkdir -p $$(@D)
	$$(Q)CC='$$(CC)' $$(BUILD)/bin/embed build $(1) $(1:.h=.py) -o $$@ \
		$$(shell cat $(wildcard $(1:.h=.opts)) /dev/null) \
		-- $$(SAN_FLAGS) -g
endef
$(foreach h,$(E2E_HEADERS),$(eval $(call e2e_plugin,$(h))))

# fam001 to fam199: the same plug-in under names of the same length.
FAM_DIR := $(BUILD)/tests/e2e/plugins/fam
$(FAM_DIR)/family: $(FAM_DIR)/libfam000.so
	$(call say,FAMILY,$@)
	$(Q)i=1; while [ $$i -lt 200 ]; do n=$$(printf 'fam%03d' $$i); \
		LC_ALL=C sed "s/fam000/$$n/g" $< >$(FAM_DIR)/lib$$n.so.tmp && \
		mv $(FAM_DIR)/lib$$n.so.tmp $(FAM_DIR)/lib$$n.so || exit 1; \
		i=$$((i + 1)); done
	$(Q)touch $@

$(E2E_HELPERS): $(BUILD)/%: %
	$(Q)mkdir -p $(@D) && cp $< $@

PYPY_PROGRAM := $(BUILD)/tests/e2e/test_pypy
$(E2E_PROGRAMS) $(STRESS_PROGRAMS) $(PYPY_PROGRAM): $(BUILD)/%: \
		$(BUILD)/obj/%.o \
		$(BUILD)/obj/libsupport.a | $(BUILD)/lib/libembed.so \
		$(E2E_PLUGINS) $(E2E_HELPERS) $(FAM_DIR)/family
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(EC_LDFLAGS) -o $@ $^ -L$(BUILD)/lib -lembed \
		-Wl,-rpath,$(abspath $(BUILD))/lib -lcmocka -ldl -lm -lpthread

# Has libraries find its own pthread_create().
$(BUILD)/tests/e2e/test_thread_faults: EC_LDFLAGS += \
	-Wl,--export-dynamic-symbol=pthread_create

per_python = $(foreach p,$(1),$(PYTHON_VERSIONS:%=$(p)@%))

TEST_PROGRAMS += $(call per_python,$(E2E_PROGRAMS))

# What can be done in the interpreter that extensions share, on CPython, too.  Not
# with ThreadSanitizer: it is the same code, and takes minutes.
SHARED_TESTS := bundle def_extern exit init lib nesting required stats threads values
SHARED_PYTHON := shared-$(firstword $(PYTHON_VERSIONS))
IS_TSAN := $(filter thread,$(SAN))
TEST_PROGRAMS += $(if $(IS_TSAN),,\
	$(SHARED_TESTS:%=$(BUILD)/tests/e2e/test_%@$(SHARED_PYTHON)))

# What PyPy can do, too; the plug-ins are the same files.  Not with sanitizers:
# PyPy's memory is its own.
PYPY := $(if $(SAN),,$(shell command -v pypy3 2>/dev/null))
PYPY_TESTS := bundle def_extern environment examples exit fork fork_keep guest \
	host_idioms init lib nesting noreturn open operator pypy replaced shared \
	stats threads values
TEST_PROGRAMS += $(if $(PYPY),$(PYPY_TESTS:%=$(BUILD)/tests/e2e/test_%@pypy3))

.PHONY: stress
stress: $(PRODUCTS) $(STRESS_PROGRAMS) ## the long tests, bounded by STRESS_SECONDS=30 each
	@EMBED_BUILD=$(abspath $(BUILD)) TEST_TIMEOUT=600 \
	TSAN_OPTIONS=$${TSAN_OPTIONS:-suppressions=$(CURDIR)/tests/tsan.supp:second_deadlock_stack=1} \
	LSAN_OPTIONS=$${LSAN_OPTIONS:-suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0} \
	tools/run-tests.sh $(BUILD)/tests/stress-logs \
		$(abspath $(call per_python,$(STRESS_PROGRAMS)))
