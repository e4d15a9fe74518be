/* conformance.c - the plug-in of the conformance suite, seen from C.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/conformance.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/e2e.h"

#define FIND(out, library, name) \
 ((out)->name = E2E_FN(__typeof__((out)->name), library, "conformance_" #name))

void
conformance_open(conformance *out, const char *name)
{
    char path[PATH_MAX];
    const char *build = getenv("EMBED_BUILD");
    (void)snprintf(path, sizeof path, "%s/tests/conformance/lib%s.so",
                   build == NULL ? "build/release" : build, name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        e2e_check_failed(dlerror(), __FILE__, __LINE__);
    }
    FIND(out, library, tables);
    FIND(out, library, table);
    FIND(out, library, rows);
    FIND(out, library, run);
}

void
conformance_print(void *arg, const char *table, const char *code,
                  const char *got, const char *wrong)
{
    (void)arg;
    (void)fprintf(stderr, "%s: %s\n    gives    %s\n    %s\n", table, code, got,
                  wrong == NULL ? "as expected" : wrong);
}

void
conformance_record(void *arg, const char *table, const char *code,
                   const char *got, const char *wrong)
{
    (void)wrong;
    const char *const texts[] = {table, code, got};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        (void)fwrite(texts[i], 1, strlen(texts[i]) + 1, arg);
    }
}

void
conformance_count_scenario(void *least)
{
    conformance c;
    intptr_t rows = 0;
    conformance_open(&c, "confa");
    for (int i = 0; i < c.tables(); i++) {
        rows += c.rows(i);
    }
    if (rows < (intptr_t)least) {
        (void)fprintf(stderr, "%ld rows\n", (long)rows);
        e2e_check_failed("enough rows", __FILE__, __LINE__);
    }
}
