/* modules.h - loads the variants into one process.
 *
 * libembed comes first and starts Python; the hand-written variant then makes
 * its interpreters by hand; CFFI uses the main interpreter.
 *
 * Threads: the main thread only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_MODULES_H
#define EMBED_BENCH_MODULES_H

#include "bench/bench.h"

/** Where the libraries are. */
typedef struct bench_paths {
    const char *embed_dir;  /* embed_a.so, embed_b.so: for every Python */
    const char *python_dir; /* floor_*.so, cffi_*.so: for one Python; PyPy has
                               no floor_*.so, and not CPython's C API */
    const char *cffi_path;  /* to import CFFI from; "" when there is none */
} bench_paths;

/** Two extensions of each variant. */
typedef struct bench_modules {
    bool has[BENCH_VARIANTS];
    bench_api api[BENCH_VARIANTS][2];
} bench_modules;

/**
 * Loads and starts everything that is there.
 *
 * Returns:  false, and a message on stderr, when a variant is there but does
 *           not work.
 */
bool bench_modules_open(const bench_paths *paths, bench_modules *out);

/** Returns the name of a variant in messages and results. */
const char *bench_variant_name(enum bench_variant v);

/** Opens DIR/NAME.so.  Returns NULL, and a message, when it cannot. */
void *bench_library_open(const char *dir, const char *name);

#endif /* EMBED_BENCH_MODULES_H */
