# bench.mk - builds and runs the benchmark; part of the main Makefile.
#
#   BENCH_SECONDS  time for the calls, for each Python
#   BENCH_COUNT    further interpreters in one process; 0: none
#
# SPDX-License-Identifier: MIT

BENCH_SECONDS ?= 10
BENCH_COUNT ?= 200

BENCH_OUT := $(abspath $(BUILD))/bench
BENCH_HOST_SRC := $(filter-out bench/floor.c,$(call sources,bench))
BENCH_FLOOR_FLAGS := -O2 -fno-semantic-interposition -shared

$(BENCH_OUT)/host: $(call objects,$(BENCH_HOST_SRC))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(EC_LDFLAGS) -o $@ $^ -ldl

$(BENCH_OUT)/embed_%.so: bench/plugin.h bench/plugin.py $(BUILD)/bin/embed
	$(call say,EMBED,$@)
	$(Q)mkdir -p $(@D)
	$(Q)sed 's/BENCH_NAME/embed_$*/' bench/plugin.py >$(@D)/embed_$*.py
	$(Q)$(BUILD)/bin/embed build bench/plugin.h $(@D)/embed_$*.py -o $@

BENCH_INSIDE := $(sort $(wildcard bench/inside/*))
$(BENCH_OUT)/embed_inside.so: $(BENCH_INSIDE) $(BUILD)/bin/embed
	$(call say,EMBED,$@)
	$(Q)mkdir -p $(@D)
	$(Q)sed 's/BENCH_NAME/embed_inside/' bench/inside/inside.py \
		>$(@D)/embed_inside.py
	$(Q)$(BUILD)/bin/embed build bench/inside/inside.h \
		$(@D)/embed_inside.py --cdef bench/inside/inside.cdef \
		--source bench/inside/inside_c.c -o $@

$(BENCH_OUT)/many/built-$(BENCH_COUNT): bench/many.sh bench/plugin.h \
		bench/plugin.py $(BUILD)/bin/embed
	$(call say,EMBED,$(@D))
	$(Q)CC='$(CC)' bench/many.sh $(BUILD)/bin/embed \
		$(abspath $(BUILD))/lib $(@D) $(BENCH_COUNT)
	$(Q)touch $@

# The hand-written variant and CFFI's, for one Python.  Copies of a library
# are libraries of their own: each has its interpreter.
define bench_rules
$$(BENCH_OUT)/$(1)/floor_a.so: bench/floor.c bench/plugin.h \
		$$(BUILD)/flags $$(BUILD)/pythons.mk
	$$(call say,CC,$$< [$(1)])
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(COMPILE) $$(BENCH_FLOOR_FLAGS) -ftls-model=initial-exec \
		-isystem $$(PY_$(1)_INCLUDE) -o $$@ $$< $$(PY_$(1)_LIBRARY) \
		-Wl,-rpath,$$(dir $$(PY_$(1)_LIBRARY))

$$(BENCH_OUT)/$(1)/floor_b.so: $$(BENCH_OUT)/$(1)/floor_a.so
	$$(Q)cp $$< $$@

# Without the TLS model: there is static TLS for a few libraries only.
$$(BENCH_OUT)/$(1)/many/built-$$(BENCH_COUNT): bench/floor.c bench/plugin.h \
		$$(BUILD)/flags $$(BUILD)/pythons.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(COMPILE) $$(BENCH_FLOOR_FLAGS) -isystem $$(PY_$(1)_INCLUDE) \
		-o $$(@D)/model.so $$< $$(PY_$(1)_LIBRARY) \
		-Wl,-rpath,$$(dir $$(PY_$(1)_LIBRARY))
	$$(Q)i=0; while [ $$$$i -le $$(BENCH_COUNT) ]; do \
		cp $$(@D)/model.so $$(@D)/floor_$$$$(printf %03d $$$$i).so; \
		i=$$$$((i + 1)); done
	$$(Q)touch $$@

$$(BENCH_OUT)/$(1)/cffi_path: bench/cffi.sh bench/build_cffi.py \
		bench/plugin.h bench/plugin.py $$(BENCH_INSIDE)
	$$(call say,CFFI,$(1))
	$$(Q)bench/cffi.sh $$(PY_$(1)_PYTHON) $$(@D)

BENCH_FILES += $$(BENCH_OUT)/$(1)/floor_a.so $$(BENCH_OUT)/$(1)/floor_b.so \
	$$(BENCH_OUT)/$(1)/many/built-$$(BENCH_COUNT) \
	$$(BENCH_OUT)/$(1)/cffi_path
endef
BENCH_FILES := $(BENCH_OUT)/host $(BENCH_OUT)/embed_a.so \
	$(BENCH_OUT)/embed_b.so $(BENCH_OUT)/embed_inside.so \
	$(BENCH_OUT)/many/built-$(BENCH_COUNT)
$(foreach v,$(PYTHON_VERSIONS),$(eval $(call bench_rules,$(v))))

# PyPy: libembed, and PyPy's own CFFI.
BENCH_PYPY := $(if $(PYPY),$(shell $(PYPY) -c \
	'import sys; print("%d.%d.%d" % sys.pypy_version_info[:3])'))
$(BENCH_OUT)/pypy/cffi_path: bench/cffi.sh bench/build_cffi.py \
		bench/pypy/Python.h bench/plugin.h bench/plugin.py $(BENCH_INSIDE)
	$(call say,CFFI,pypy)
	$(Q)bench/cffi.sh $(PYPY) $(@D)
BENCH_FILES += $(if $(PYPY),$(BENCH_OUT)/pypy/cffi_path)

# One after the other: nothing else may run beside a measurement.
define bench_run
@env -u EMBED_SHARED_INTERP EMBED_PYTHON=$(1) $(BENCH_OUT)/host \
	$(PY_$(1)_VERSION) $(BENCH_OUT) $(BENCH_OUT)/$(1) \
	"$$(cat $(BENCH_OUT)/$(1)/cffi_path)" $(BENCH_SECONDS) $(BENCH_COUNT) \
	$(BENCH_OUT)/$(1)/bench.json
@echo

endef

define bench_run_pypy
@env -u EMBED_SHARED_INTERP EMBED_PYTHON=$(PYPY) $(BENCH_OUT)/host \
	"PyPy $(BENCH_PYPY)" $(BENCH_OUT) $(BENCH_OUT)/pypy \
	"$$(cat $(BENCH_OUT)/pypy/cffi_path)" $(BENCH_SECONDS) 0 \
	$(BENCH_OUT)/pypy/bench.json
@echo

endef

bench-run: $(BENCH_FILES)
	$(foreach v,$(PYTHON_VERSIONS),$(call bench_run,$(v)))
	$(if $(PYPY),$(bench_run_pypy))
	@{ echo '['; sep=; for v in $(PYTHON_VERSIONS) $(if $(PYPY),pypy); do \
		printf '%s' "$$sep"; cat $(BENCH_OUT)/$$v/bench.json; \
		sep=','; done; echo ']'; } >$(BUILD)/bench.json
	@echo "results: $(BUILD)/bench.json"
