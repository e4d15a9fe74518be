/* lifee.h - as lifea, with an environment that was built in.
 * SPDX-License-Identifier: MIT */
#include "life.h"

int life_add(int a, int b) EMBED_ON_FAILURE(LIFE_FAILED);
int life_run(const char *code) EMBED_ON_FAILURE(LIFE_FAILED);
int life_late(int x) EMBED_ON_FAILURE(LIFE_FAILED);
int life_zero(void);
