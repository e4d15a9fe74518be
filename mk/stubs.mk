# stubs.mk - the type stubs of plug-in code, and their check with mypy.
#
# SPDX-License-Identifier: MIT

STUBS := stubs/embed/__init__.pyi stubs/embed/py.typed
MYPY_VENV := $(BUILD)/mypy

.PHONY: check-stubs
check-stubs: ## plug-in code type-checks, mistakes in it are found
	$(Q)tools/check-stubs.sh \
		'$(PY_$(firstword $(PYTHON_VERSIONS))_PYTHON)' $(MYPY_VENV)
