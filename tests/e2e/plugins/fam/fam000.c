/* fam000.c - C code of the family, which calls where it is told.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fam000.h"

static int
fam_call(fam_nest_fn *fn, const fam_peers *peers, unsigned seed, int depth)
{
    return fn(peers, seed, depth);
}
