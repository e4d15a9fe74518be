# Headers of libraries: make headers.
#
# SPDX-License-Identifier: MIT

HEADER_CHECK := $(BUILD)/tests/headers/header_check

$(HEADER_CHECK): $(BUILD)/obj/tests/headers/header_check.o $(TEST_LIBS)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(LINK) $(EC_LDFLAGS) -o $@ $< -Wl,--start-group $(TEST_LIBS) \
		-Wl,--end-group -lffi -ldl -lpthread

.PHONY: headers
headers: $(HEADER_CHECK) ## the parser over the headers of glibc and all -dev packages
	@tests/headers/headers.sh $(abspath $(HEADER_CHECK)) \
		$(abspath $(BUILD))/tests/headers/out 40
