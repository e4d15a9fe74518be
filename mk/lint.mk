# lint.mk - the checks of `make lint`: style, analysers, architecture.
#
# lint-quick is what needs no more than a compiler and binutils; lint-gate is
# what must hold for every change.
#
# SPDX-License-Identifier: MIT

LINT_SRC := $(TYPES_SRC) $(CORE_SRC) $(GEN_SRC)
LINT_ALL := $(LINT_SRC) $(PY_SRC) $(PYPY_SRC)
FORMAT_FILES := $(filter-out tests/golden/%,$(sort $(wildcard include/*.h include/embed/*.h \
	include/embed/cffi/*.h core/*.[ch] \
	core/types/*.[ch] gen/*.[ch] subinterp/*/*.[ch] subinterp/*/*/*.[ch] tests/*/*.c tests/*/*.h \
	examples/*/*.[ch] bench/*.[ch])))
# The analysers see the code as one version of Python has it: the newest.
LINT_PYTHON = $(firstword $(PYTHON_VERSIONS))
LINT_CPPFLAGS = -std=c11 -D_GNU_SOURCE -DEC_DEBUG -I. -Iinclude \
	-I$(BUILD)/obj/texts \
	-isystem $(PY_$(LINT_PYTHON)_INCLUDE)

.PHONY: lint lint-run lint-gate format lint-quick lint-format lint-tidy lint-threads \
	lint-cppcheck check-layers check-calls check-symbols check-globals check-text

lint: ## style, analysers, layers, symbols, globals
	$(Q)$(MAKE) --no-print-directory deps-dev
	$(Q)$(MAKE) --no-print-directory -k lint-run

lint-run: lint-gate check-stubs

lint-gate: lint-quick lint-format lint-cppcheck lint-threads lint-tidy

lint-quick: check-layers check-calls check-symbols check-globals check-text check-headers

format: ## let clang-format write all files
	$(Q)clang-format -i $(FORMAT_FILES)

lint-format: ## clang-format changes nothing
	$(Q)clang-format --dry-run -Werror $(FORMAT_FILES)

TIDY := $(LINT_ALL:%=$(BUILD)/tidy/%.ok)
lint-tidy: $(TIDY) ## clang-tidy is silent

$(BUILD)/tidy/%.c.ok: %.c .clang-tidy $(HEADERS) $(PY_HEADERS) | $(PY_TEXTS)
	$(call say,TIDY,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- $(LINT_CPPFLAGS) 2>/dev/null
	@touch $@

lint-threads: $(PY_TEXTS) ## clang's warnings and its lock analysis
	@bad=0; for f in $(LINT_ALL); do \
		clang $(LINT_CPPFLAGS) -fsyntax-only -Werror -Wall -Wextra -Wshadow \
		-Wstrict-prototypes -Wmissing-prototypes -Wconversion \
		-Wwrite-strings -Wthread-safety -Wthread-safety-beta $$f || bad=1; \
	done; exit $$bad

lint-cppcheck: ## cppcheck finds no error
	$(Q)cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr \
		--error-exitcode=1 --suppress=missingIncludeSystem --suppress=ctuuninitvar -D_GNU_SOURCE \
		-D__linux__ -D__x86_64__ -D__GNUC__=12 -I. -Iinclude $(LINT_SRC)

check-layers: ## includes go along the arrows of the architecture
	@tools/check-layers.sh
check-calls: $(PRODUCTS) ## a function of x.c is declared in x.h
	@tools/check-calls.py $(BUILD)
check-symbols: $(PRODUCTS) ## prefixes of all globals, exports of the products
	@tools/check-symbols.sh $(BUILD)
check-globals: $(PRODUCTS) ## mutable statics against tests/globals.allow
	@tools/check-globals.sh $(BUILD)
check-text: ## sizes of files, licence lines, no path of one machine
	@tools/check-text.sh
