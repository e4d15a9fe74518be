/* fuzz_script.c - declarations of build scripts, as gen/python hands them over: C code, or
 * a reason.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gen/emit.h"
#include "gen/opts.h"
#include "gen/plan.h"
#include "gen/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Parts of the input end with this byte. */
#define SEPARATOR '\x01'
#define N_FILES   3

/* A file in memory with one part of the input.  Kept, and written anew. */
static void
file_write(int i, const uint8_t *data, size_t size, char *out_path, size_t cap)
{
    static int files[N_FILES] = {-1, -1, -1};
    if (files[i] < 0) {
        files[i] = memfd_create("fuzz", MFD_CLOEXEC);
    }
    if (files[i] < 0 || ftruncate(files[i], 0) != 0 ||
        pwrite(files[i], data, size, 0) != (ssize_t)size) {
        abort();
    }
    (void)snprintf(out_path, cap, "/proc/self/fd/%d", files[i]);
}

/* The whole way from a command line to C code. */
static void
build(int argc, char **argv)
{
    eg_opts opts;
    eg_spec spec = {.opts = NULL};
    eg_plan plan;
    eg_text code = EG_TEXT_INIT;
    eg_report report = EG_REPORT_INIT;

    if (eg_opts_parse(argc, argv, &opts, NULL) != EMBED_OK) {
        return;
    }
    embed_status status = eg_spec_load(&opts, "include", &spec, &report);
    if (status == EMBED_OK) {
        status = eg_plan_build(&spec, &plan, &report);
    }
    if (status == EMBED_OK) {
        eg_emit(&plan, "fuzz.c", &code);
    } else if (report.text.len == 0) {
        abort(); /* refused without a reason */
    }
    eg_text_fini(&code);
    eg_report_fini(&report);
    eg_spec_fini(&spec);
    eg_opts_fini(&opts);
}

/* The first byte chooses what the parts are: included, exported, overriding
 * declarations, and with which packing. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char options[][12] = {"--cdef", "--api", "--override", "--include"};
    static char packs[][3] = {"1", "2", "16"};
    static char words[][20] = {"embed",  "build",    "--name",          "fuzz",
                               "--pack", "--module", "--include-module"};
    char paths[N_FILES][32];
    char *argv[4 + N_FILES * 4 + 4] = {words[0], words[1], words[2], words[3]};
    int argc = 4;

    if (size == 0) {
        return 0;
    }
    unsigned choice = data[0];
    size_t at = 1;
    for (int i = 0; i < N_FILES && at <= size; i++) {
        const uint8_t *end =
            at == size ? NULL : memchr(data + at, SEPARATOR, size - at);
        size_t len = end == NULL ? size - at : (size_t)(end - data) - at;
        file_write(i, data + at, len, paths[i], sizeof paths[i]);
        if ((choice >> (2 * i) & 8) != 0) {
            argv[argc++] = words[4];
            argv[argc++] = packs[i];
        }
        argv[argc++] = options[choice >> (2 * i) & 3];
        argv[argc++] = paths[i];
        at += len + 1;
    }
    if ((choice & 0x40) != 0) {
        argv[argc++] = words[6];
        argv[argc++] = words[3];
    }
    argv[argc++] = words[5];
    build(argc, argv);
    return 0;
}
