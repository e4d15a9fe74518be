/* life.h - the plug-ins of this folder: init code and calls as tests say.
 *
 * lifea, lifeb, lifec have an interpreter of their own, lifes is in the shared
 * one, lifeu has its own on the main GIL.  All have the same exports:
 *
 *     life_add   a + b
 *     life_run   runs Python code, returns what it leaves in `result`, else 0
 *     life_late  x + 1; attached after the init script
 *     life_zero  7; without a declared failure value
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LIFE_H
#define LIFE_H

#include "embed/plugin.h"

#define LIFE_FAILED (-9)

/** What Python code calls as lib.life_host(what): the test's. */
typedef int life_hook_fn(int what);

#endif /* LIFE_H */
