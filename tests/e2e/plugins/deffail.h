/* deffail.h - an extension whose init code fails after it attached.
 *
 * SPDX-License-Identifier: MIT
 */
#include "embed/plugin.h"

typedef struct {
    int x;
    double y;
} deffail_point;

int deffail_int(int value) EMBED_ON_FAILURE(-20);
int deffail_to_zero(int value);
deffail_point deffail_point_of(int value);
void deffail_void(void);
