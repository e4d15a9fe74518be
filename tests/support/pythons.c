/* pythons.c - the Pythons that the build knows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/pythons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Finds the first line of `backend`, or of any when it is empty. */
static bool
line_find(const char *backend, pythons_line *out)
{
    char path[PATH_MAX];
    const char *build = getenv("EMBED_BUILD");
    (void)snprintf(path, sizeof path, "%s/lib/embed/pythons",
                   build == NULL ? "build/release" : build);
    FILE *file = fopen(path, "re");
    bool found = false;
    while (file != NULL && !found &&
           fscanf(file, "%63[^\t]\t%63[^\t]\t%4095[^\t]\t%4095[^\n]\n",
                  out->backend, out->version, out->library,
                  out->executable) == 4) {
        found = backend[0] == '\0' || strcmp(out->backend, backend) == 0;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

bool
pythons_current(pythons_line *out)
{
    const char *python = getenv("EMBED_PYTHON");
    char backend[64] = "";
    if (python != NULL && python[0] != '\0') {
        (void)snprintf(backend, sizeof backend, "cpython-%s", python);
    }
    return line_find(backend, out);
}

bool
pythons_first(pythons_line *out)
{
    return line_find("", out);
}
