/* pythons.h - the Pythons that libembed was built for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_PYTHONS_H
#define EMBED_GEN_PYTHONS_H

#include "core/err.h"
#include "gen/text.h"

/** A line of lib/embed/pythons; strings point into eg_pythons.text. */
typedef struct eg_python {
    const char *backend; /* "cpython-3.13" */
    const char *version; /* "3.13.1" */
    const char *library;
    const char *command; /* "": none */
} eg_python;

typedef struct eg_pythons {
    eg_text text;
    eg_python *items; /* items[n], the default first; owned */
    size_t n;
} eg_pythons;

/** Reads them.  `out` is freed with eg_pythons_fini() in any case.  Returns
 *  EMBED_OK, EMBED_E_IO, EMBED_E_NOMEM. */
embed_status eg_pythons_read(eg_pythons *out, ec_err *err);
void eg_pythons_fini(eg_pythons *pythons);

/** What EMBED_PYTHON is to be for one: "3.13". */
const char *eg_python_name(const eg_python *python);

#endif /* EMBED_GEN_PYTHONS_H */
