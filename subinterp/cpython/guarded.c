/* guarded.c - calls where an export takes the place of a function of the C
 * library.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/guarded.h"

#include "core/inside.h"
#include "subinterp/cpython/call.h"
#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/thread.h"

bool
es_is_inside(void)
{
    return ec_is_inside();
}

/* Does this thread belong to an interpreter of ours: as one that Python made, or
 * in init code?  The gilstate slot also names what is about to be attached. */
static bool
thread_is_python(void)
{
    const PyThreadState *mine = PyThreadState_GetUnchecked();
    if (mine == NULL) {
        mine = es_gilslot_get();
    }
    return mine != NULL && es_tls_self.held_state == NULL &&
           (mine->interp != es_main.is || es_main_is_ours());
}

bool
es_is_python(const struct embed_externpy *fn)
{
    (void)fn; /* it is the thread that counts */
    const es_tls *tls = &es_tls_self;
    if (es_service_is_self()) {
        return true;
    }
    if (tls->n_guarded == 0) {
        return tls->released == NULL && thread_is_python();
    }
    /* Nothing of the extension's C code runs since that call began. */
    return tls->released == tls->guarded;
}

static void
guarded(embed_call_fn *call, struct embed_externpy *fn, char *buffer)
{
    if (es_core->is_inside() || es_is_inside() ||
        (ec_export_original(fn) != NULL && es_is_python(fn))) {
        es_core->refuse(fn, buffer);
        return;
    }
    es_tls *tls = &es_tls_self;
    es_released *outer = tls->guarded;
    tls->guarded = tls->released;
    tls->n_guarded++;
    call(fn, buffer);
    tls->n_guarded--;
    tls->guarded = outer;
}

void
es_call_guarded(struct embed_externpy *fn, char *buffer)
{
    guarded(es_call, fn, buffer);
}

void
es_call_guarded_counted(struct embed_externpy *fn, char *buffer)
{
    guarded(es_call_counted, fn, buffer);
}
