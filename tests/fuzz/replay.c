/* replay.c - runs a fuzz target on files, for compilers without a fuzzer.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Largest corpus file. */
#define REPLAY_SIZE_MAX ((size_t)1 << 20)

/* Feeds one file to the target; false when it cannot be read. */
static int
replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(REPLAY_SIZE_MAX);
    size_t size = 0;
    int is_ok = file != NULL && data != NULL;

    if (is_ok) {
        size = fread(data, 1, REPLAY_SIZE_MAX, file);
        is_ok = ferror(file) == 0;
    }
    if (is_ok) {
        (void)LLVMFuzzerTestOneInput(data, size);
    } else {
        (void)fprintf(stderr, "replay: cannot read %s\n", path);
    }
    free(data);
    if (file != NULL) {
        (void)fclose(file);
    }
    return is_ok;
}

int
main(int argc, char **argv)
{
    int failures = 0;

    for (int i = 1; i < argc; i++) {
        failures += !replay(argv[i]);
    }
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
