# examples.mk - builds and runs the examples; part of the main Makefile.
#
# SPDX-License-Identifier: MIT

EX_DIR   := examples
EX_BUILD  = $(BUILD)/examples
EX_EMBED  = $(BUILD)/bin/embed
EX_CFLAGS = -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Iinclude \
            $(SAN_FLAGS)

# Its sources are the demonstration's text.
EX_PYTHON = $(PY_$(firstword $(PYTHON_VERSIONS))_PYTHON)

EX_HELLO = $(EX_BUILD)/hello/hello
EX_TWO   = $(EX_BUILD)/two_plugins
EX_TWO_FILES = $(EX_TWO)/host $(EX_TWO)/words/libwords.so \
               $(EX_TWO)/tokens/libtokens.so $(EX_TWO)/text

.PHONY: examples demo-run

examples: $(EX_HELLO) $(EX_TWO_FILES)

demo-run: examples
	@echo '--- hello: a header and ten lines of Python, called from C ---'
	@$(EX_HELLO)
	@echo
	@echo '--- two plug-ins of two authors in one process ---'
	@echo "text:    $$(wc -c <$(EX_TWO)/text) bytes of Python sources"
	@$(EX_TWO)/host $(EX_TWO)/text $(EX_TWO)/words/libwords.so \
	    $(EX_TWO)/tokens/libtokens.so

$(EX_BUILD)/hello/libhello.so: $(EX_DIR)/hello/hello.h $(EX_DIR)/hello/hello.py \
                               $(EX_EMBED)
	$(Q)mkdir -p $(@D)
	$(call say,EMBED,$@)
	$(Q)$(EX_EMBED) build $(EX_DIR)/hello/hello.h $(EX_DIR)/hello/hello.py -o $@

$(EX_HELLO): $(EX_DIR)/hello/hello.c $(EX_BUILD)/hello/libhello.so
	$(call say,CC,$@)
	$(Q)$(CC) $(EX_CFLAGS) $(CFLAGS) $< -L$(@D) -lhello -Wl,-rpath,'$$ORIGIN' \
	    $(LDFLAGS) -o $@

# Each plug-in lives in a directory of its own, beside its helper.py.
define EX_PLUGIN
$(EX_TWO)/$(1)/lib$(1).so: $(EX_DIR)/two_plugins/$(1)/$(1).h \
        $(EX_DIR)/two_plugins/$(1)/$(1).py \
        $(EX_DIR)/two_plugins/$(1)/helper.py $(EX_EMBED)
	$$(Q)mkdir -p $$(@D)
	$$(Q)cp $(EX_DIR)/two_plugins/$(1)/helper.py $$(@D)/helper.py
	$$(call say,EMBED,$$@)
	$$(Q)$(EX_EMBED) build $(EX_DIR)/two_plugins/$(1)/$(1).h \
	    $(EX_DIR)/two_plugins/$(1)/$(1).py -o $$@
endef
$(eval $(call EX_PLUGIN,words))
$(eval $(call EX_PLUGIN,tokens))

$(EX_TWO)/host: $(EX_DIR)/two_plugins/host.c \
                $(wildcard $(EX_DIR)/two_plugins/*/*.h) include/embed/plugin.h
	$(Q)mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(EX_CFLAGS) -I$(EX_DIR)/two_plugins $(CFLAGS) $< -pthread \
	    $(LDFLAGS) -ldl -o $@

$(EX_TWO)/text: $(EX_DIR)/two_plugins/text.sh $(BUILD)/pythons.mk
	$(Q)mkdir -p $(@D)
	$(call say,TEXT,$@)
	$(Q)$(EX_DIR)/two_plugins/text.sh $(EX_PYTHON) $@

# numpy in one plug-in, beside others with interpreters of their own.
define numpy_run
@examples/numpy_beside/run.sh $(abspath $(BUILD)) $(1) $(PY_$(1)_PYTHON) \
	$(abspath build)/numpy-$(1) || [ $$? = 77 ]

endef

.PHONY: numpy
numpy: $(PRODUCTS) ## numpy and pandas in a shared plug-in beside two isolated ones
	$(foreach v,$(PYTHON_VERSIONS),$(call numpy_run,$(v)))
