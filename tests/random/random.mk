# Plug-ins of random functions and structs; part of the main Makefile.
#
#   RANDOM_SEED  what they are made from
#
# SPDX-License-Identifier: MIT

RANDOM_SEED ?= 1
RANDOM_DIR := $(BUILD)/tests/e2e/plugins/random
RANDOM_PYTHON = $(PY_$(firstword $(PYTHON_VERSIONS))_PYTHON)

$(BUILD)/random-seed: FORCE
	$(call stamp,$(RANDOM_SEED))

# name, functions, records
define random_plugin
$(RANDOM_DIR)/lib$(1).so: tests/random/generate.py \
		tests/random/random_calls.py $(BUILD)/random-seed \
		$(BUILD)/bin/embed
	$$(call say,EMBED,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(RANDOM_PYTHON) tests/random/generate.py $(1) $$(RANDOM_SEED) \
		$(2) $(3) $$(@D)
	$$(Q)sed 's/RANDOM_NAME/$(1)/g' tests/random/random_calls.py \
		>$$(@D)/$(1).py
	$$(Q)CC='$$(CC)' $$(BUILD)/bin/embed build $$(@D)/$(1).h \
		$$(@D)/$(1).py --cdef $$(@D)/$(1).cdef \
		--source $$(@D)/$(1).c -o $$@ -- $$(SAN_FLAGS) -O1 -Wno-psabi
endef
$(eval $(call random_plugin,rndfew,60,60))
$(eval $(call random_plugin,rndmany,500,300))

$(BUILD)/tests/e2e/test_random_calls: | $(RANDOM_DIR)/librndfew.so
$(BUILD)/tests/stress/test_random_calls: | $(RANDOM_DIR)/librndmany.so
