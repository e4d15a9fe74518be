/* guarded.c - calls where an export takes the place of a function of the C
 * library.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/pypy/guarded.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/inside.h"
#include "subinterp/pypy/ext.h"
#include "subinterp/pypy/start.h"

/* Frames between a caller and here: ours, core's, and two of the plug-in's. */
#define FRAMES_MAX 12

/* The file that an address is in; NULL: none. */
static const void *
file_of(const void *address)
{
    Dl_info info;
    return dladdr(address, &info) == 0 ? NULL : info.dli_fbase;
}

void
pp_guarded_init(void)
{
    void *frames[1];
    (void)backtrace(frames, 1); /* the first time, it loads a library */
}

bool
pp_is_inside(void)
{
    return ec_is_inside();
}

bool
pp_is_python(const struct embed_externpy *fn)
{
    if (pp_on_starter()) {
        return true;
    }
    void *frames[FRAMES_MAX];
    const void *pypy = NULL;
    memcpy(&pypy, &pp_call_python, sizeof pypy);
    const void *plugin = file_of(fn);
    int n = backtrace(frames, FRAMES_MAX);
    int i = 0;
    while (i < n && file_of(frames[i]) != plugin) {
        i++;
    }
    while (i < n && file_of(frames[i]) == plugin) {
        i++;
    }
    return i < n && file_of(frames[i]) == file_of(pypy);
}

static bool
is_refused(const struct embed_externpy *fn)
{
    return pp_core->is_inside() || pp_is_inside() ||
           (ec_export_original(fn) != NULL && pp_is_python(fn));
}

void
pp_call_guarded(struct embed_externpy *fn, char *buffer)
{
    (is_refused(fn) ? pp_core->refuse : pp_call)(fn, buffer);
}

void
pp_call_guarded_counted(struct embed_externpy *fn, char *buffer)
{
    (is_refused(fn) ? pp_core->refuse : pp_call_counted)(fn, buffer);
}
