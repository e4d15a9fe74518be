/* dump.h - who is in an extension, as text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_DUMP_H
#define EMBED_SUBINTERP_CPYTHON_DUMP_H

#include <stdio.h>

#include "subinterp/cpython/interp.h"

/** Says that code of an instance is still running, in which threads, and with
 *  their stacks in err->traceback.  Returns EMBED_E_TIMEOUT, soon after the
 *  deadline. */
embed_status
es_still_running(const es_inst *inst, uint64_t deadline_ns, ec_err *err);

/** ec_backend.dump; arg: es_inst */
void es_dump(void *arg, FILE *out);

#endif /* EMBED_SUBINTERP_CPYTHON_DUMP_H */
