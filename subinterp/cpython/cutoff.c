/* cutoff.c - calls that never return: their thread has ended inside of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/control.h"
#include "subinterp/cpython/deadline.h"

/* Forgets the frames of Python code, attached: some of them were on the stack of
 * the thread.  What they hold is lost, and the memory of the others stays, as
 * frame objects may point there. */
static void
frames_drop(PyThreadState *tstate)
{
#if PY_VERSION_HEX < 0x030d0000
    tstate->root_cframe.current_frame = NULL;
    tstate->cframe = &tstate->root_cframe;
#else
    tstate->current_frame = NULL;
#endif
    tstate->exc_info = &tstate->exc_state;
    tstate->datastack_chunk = NULL;
    tstate->datastack_top = NULL;
    tstate->datastack_limit = NULL;
}

static void
attach_only(PyThreadState *tstate)
{
    PyThreadState *now = PyThreadState_GetUnchecked();
    if (now == tstate) {
        return;
    }
    if (now != NULL) {
        (void)PyEval_SaveThread();
    }
    if (tstate != NULL) {
        (void)es_gilslot_set(tstate);
        PyEval_RestoreThread(tstate);
    }
}

void
es_calls_drop(const es_thread *thread)
{
    bool any = false;
    es_tls_self.released = NULL;
    for (size_t i = 0; i < thread->n_states; i++) {
        es_state *state = thread->states[i];
        if (state == NULL || atomic_load(&state->inside) <= state->held) {
            continue;
        }
        any = true;
        attach_only(state->tstate);
        frames_drop(state->tstate);
        if (atomic_load(&state->watched) != 0) {
            es_watch_end(state);
        }
        atomic_store(&state->inside, state->held);
        es_interrupt_drop(state);
    }
    if (any || PyThreadState_GetUnchecked() != NULL) {
        attach_only(es_held_now());
    }
}
