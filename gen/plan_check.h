/* plan_check.h - what cannot be generated, said where it is written.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_PLAN_CHECK_H
#define EMBED_GEN_PLAN_CHECK_H

#include "gen/plan.h"

/** Reports every declaration that the plan cannot keep; true when there is
 *  none. */
bool eg_plan_check(const eg_plan *plan, eg_report *report);

/** True when Python can call a C function of type `fn`. */
bool eg_plan_can_call(const eg_plan *plan, const ec_type *fn);

/** True when an argument is a va_list: headers of libraries have such
 *  functions beside those that anybody can call. */
bool eg_plan_takes_va_list(const ec_type *fn);

#endif /* EMBED_GEN_PLAN_CHECK_H */
