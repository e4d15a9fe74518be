/* test_py_life.c - service thread, thread states, gates and the end of
 * interpreters.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "subinterp/cpython/gilslot.h"
#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/thread.h"
#include "tests/support/e2e.h"

#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>

#define SHORT_NS    (UINT64_C(30) * 1000000)
#define LONG_NS     (UINT64_C(20) * 1000000000)
#define SMALL_STACK ((size_t)512 << 10)
#define YIELDS      2000

/* An extension without code: what is tested here does not need any. */
typedef struct fixture {
    struct embed_plugin plugin;
    ec_slot slot;
    es_inst *inst;
} fixture;

/* A thread that enters, tells so, and leaves when it is told to. */
typedef struct visitor {
    es_inst *inst;
    pthread_t thread;
    sem_t entered;
    sem_t leave;
    sem_t left;
    sem_t end;
    embed_status status;
    atomic_bool is_in;
} visitor;

static void
core_fail(struct embed_externpy *fn, char *buffer, const ec_err *err)
{
    (void)fn;
    (void)buffer;
    (void)err;
}

static void
core_report(struct embed_externpy *fn, const ec_err *err)
{
    (void)fn;
    (void)err;
}

static void
core_gone(void)
{
}

static int
start_python(void **state)
{
    static const ec_core core = {.abi = EC_BACKEND_ABI,
                                 .libc = &ec_libc_now,
                                 .fail = core_fail,
                                 .report = core_report,
                                 .python_gone = core_gone};
    static char name[] = "cpython";
    static const ec_python python = {.backend = name};
    ec_err err = EC_ERR_INIT;
    bool is_final = false;
    (void)state;
    if (es_runtime_start(&core, &python, &is_final, &err) != EMBED_OK) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static void
fixture_init(fixture *f)
{
    ec_err err = EC_ERR_INIT;
    void *inst = NULL;
    *f = (fixture){.plugin = {.name = "empty"}};
    f->slot.plugin = &f->plugin;
    f->slot.level = EMBED_ISOLATION_OWN;
    assert_int_equal(es_interp_create(&f->slot, &inst, &err), EMBED_OK);
    f->inst = inst;
}

static embed_status
retire(fixture *f, bool *out_parked)
{
    ec_err err = EC_ERR_INIT;
    embed_status status = es_interp_retire(
        f->inst, false, ec_now_ns() + LONG_NS, out_parked, &err);
    ec_err_clear(&err);
    return status;
}

static embed_status
enter(es_inst *inst, es_entry *entry)
{
    ec_err err = EC_ERR_INIT;
    embed_status status = EMBED_OK;
    if (!es_enter_fast(inst, &es_tls_self, entry)) {
        status = es_enter_slow(inst, entry, &err);
    }
    ec_err_clear(&err);
    return status;
}

/* How many thread states an interpreter has; on the service thread. */
typedef struct count {
    es_interp *interp;
    size_t n;
} count;

static void
count_job(void *arg)
{
    count *c = arg;
    PyEval_RestoreThread(c->interp->initial);
    for (PyThreadState *t = PyInterpreterState_ThreadHead(c->interp->is);
         t != NULL; t = PyThreadState_Next(t)) {
        c->n++;
    }
    (void)PyEval_SaveThread();
}

static size_t
states_in(es_interp *interp)
{
    count c = {.interp = interp};
    assert_int_equal(es_service_run(count_job, &c, UINT64_MAX, NULL), EMBED_OK);
    return c.n;
}

static void *
visitor_main(void *arg)
{
    visitor *v = arg;
    es_entry entry;
    v->status = enter(v->inst, &entry);
    atomic_store(&v->is_in, v->status == EMBED_OK);
    (void)sem_post(&v->entered);
    if (v->status == EMBED_OK) {
        /* As in C code that Python called: without the GIL. */
        es_released released;
        es_gil_release(&released);
        (void)sem_wait(&v->leave);
        es_gil_regain(&released);
        es_leave(&entry);
    }
    (void)sem_post(&v->left);
    (void)sem_wait(&v->end);
    return NULL;
}

static void
visitor_start(visitor *v, es_inst *inst)
{
    *v = (visitor){.inst = inst};
    (void)sem_init(&v->entered, 0, 0);
    (void)sem_init(&v->leave, 0, 0);
    (void)sem_init(&v->left, 0, 0);
    (void)sem_init(&v->end, 0, 0);
    assert_int_equal(pthread_create(&v->thread, NULL, visitor_main, v), 0);
}

static void
visitor_end(visitor *v)
{
    (void)sem_post(&v->end);
    assert_int_equal(pthread_join(v->thread, NULL), 0);
}

/* --- service thread -------------------------------------------------------*/

static void
append_job(void *arg)
{
    int **next = arg;
    **next = 1;
    (*next)++;
}

static void
nested_job(void *arg)
{
    ec_err err = EC_ERR_INIT;
    assert_true(es_service_is_self());
    *(embed_status *)arg = es_service_run(append_job, NULL, UINT64_MAX, &err);
    ec_err_clear(&err);
}

static void
the_service_thread_does_its_jobs_and_refuses_to_wait_for_itself(void **state)
{
    int done[3] = {0, 0, 0};
    int *next = done;
    ec_err err = EC_ERR_INIT;
    embed_status nested = EMBED_OK;
    (void)state; /* C3 */
    assert_false(es_service_is_self());
    assert_int_equal(es_service_post(append_job, &next, &err), EMBED_OK);
    assert_int_equal(es_service_post(append_job, &next, &err), EMBED_OK);
    assert_int_equal(es_service_run(append_job, &next, UINT64_MAX, &err),
                     EMBED_OK);
    assert_ptr_equal(next, done + 3);
    assert_int_equal(es_service_run(nested_job, &nested, UINT64_MAX, &err),
                     EMBED_OK);
    assert_int_equal(nested, EMBED_E_REENTRY);
}

/* --- thread states --------------------------------------------------------*/

static void
a_thread_has_one_state_in_an_interpreter(void **state)
{
    fixture f;
    es_entry entry;
    es_entry inner;
    PyThreadState *first = NULL;
    (void)state; /* R1, R4 */
    fixture_init(&f);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(enter(f.inst, &entry), EMBED_OK);
        first = first == NULL ? PyThreadState_Get() : first;
        assert_ptr_equal(PyThreadState_Get(), first);
        assert_int_equal(enter(f.inst, &inner), EMBED_OK);
        assert_ptr_equal(PyThreadState_Get(), first);
        es_leave(&inner);
        assert_ptr_equal(PyThreadState_Get(), first);
        es_leave(&entry);
        assert_null(PyThreadState_GetUnchecked());
    }
    assert_int_equal(states_in(f.inst->interp), 2);
    assert_int_equal(es_thread_release(NULL), EMBED_OK);
    assert_int_equal(states_in(f.inst->interp), 1);
}

static void
nested_interpreters_are_left_in_order(void **state)
{
    fixture a;
    fixture b;
    es_entry ea;
    es_entry eb;
    es_entry again;
    (void)state; /* R3, R4 */
    fixture_init(&a);
    fixture_init(&b);
    assert_int_equal(enter(a.inst, &ea), EMBED_OK);
    PyThreadState *in_a = PyThreadState_Get();
    assert_int_equal(enter(b.inst, &eb), EMBED_OK);
    assert_ptr_equal(PyInterpreterState_Get(), b.inst->interp->is);
    assert_int_equal(enter(a.inst, &again), EMBED_OK);
    assert_ptr_equal(PyThreadState_Get(), in_a);
    es_leave(&again);
    assert_ptr_equal(PyInterpreterState_Get(), b.inst->interp->is);
    es_leave(&eb);
    assert_ptr_equal(PyThreadState_Get(), in_a);
    es_leave(&ea);
    assert_null(PyThreadState_GetUnchecked());
}

static void
a_state_dies_with_its_thread(void **state)
{
    fixture f;
    visitor v;
    (void)state; /* R1, C5 */
    fixture_init(&f);
    visitor_start(&v, f.inst);
    (void)sem_wait(&v.entered);
    assert_int_equal(states_in(f.inst->interp), 2);
    (void)sem_post(&v.leave);
    (void)sem_wait(&v.left);
    /* Idle, but its alone. */
    assert_int_equal(states_in(f.inst->interp), 2);
    visitor_end(&v);
    assert_int_equal(states_in(f.inst->interp), 1);
}

static void
the_gilstate_slot_is_found_and_left_as_it_was(void **state)
{
    fixture f;
    es_entry entry;
    int mark;
    (void)state; /* R4, C10 */
    assert_true(es_gilslot_is_known());
    fixture_init(&f);
    assert_null(es_gilslot_get());
    assert_int_equal(enter(f.inst, &entry), EMBED_OK);
    assert_ptr_equal(es_gilslot_get(), PyThreadState_Get());
    assert_ptr_equal(PyGILState_GetThisThreadState(), PyThreadState_Get());
    es_leave(&entry);
    assert_null(es_gilslot_get());
    (void)es_gilslot_set((PyThreadState *)(void *)&mark);
    assert_int_equal(enter(f.inst, &entry), EMBED_OK);
    es_leave(&entry);
    assert_ptr_equal(es_gilslot_get(), &mark);
    es_gilslot_restore(NULL);
}

static void *
small_thread(void *arg)
{
    es_inst *inst = arg;
    es_entry entry;
    assert_int_equal(enter(inst, &entry), EMBED_OK);
    es_leave(&entry);
    es_state *mine = es_tls_self.thread->states[inst->interp->index];
    int *levels = es_c_levels(mine->tstate);
    if (levels != NULL) {
        int before = *levels;
        assert_int_equal(enter(inst, &entry), EMBED_OK);
        assert_true(*levels <= (int)(SMALL_STACK >> ES_LEVEL_SHIFT));
        assert_true(*levels > 0);
        es_leave(&entry);
        assert_int_equal(*levels, before);
    }
    return NULL;
}

static void
a_small_stack_has_fewer_levels_of_recursion(void **state)
{
    fixture f;
    pthread_attr_t attr;
    pthread_t thread;
    (void)state; /* C13 */
    if (e2e_is_sanitized()) {
        skip(); /* takes much of a small stack for itself */
    }
    fixture_init(&f);
    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setstacksize(&attr, SMALL_STACK);
    assert_int_equal(pthread_create(&thread, &attr, small_thread, f.inst), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attr);
}

/* --- gates ----------------------------------------------------------------*/

static void
who_comes_while_fork_is_under_way_waits(void **state)
{
    fixture f;
    visitor v;
    (void)state; /* R11 */
    fixture_init(&f);
    es_gate_shut(f.inst, ES_GATE_FORK);
    visitor_start(&v, f.inst);
    for (int i = 0; i < YIELDS; i++) {
        (void)sched_yield();
    }
    assert_false(atomic_load(&v.is_in));
    assert_false(es_interp_is_busy(f.inst->interp));
    es_gate_open(f.inst, ES_GATE_FORK);
    (void)sem_wait(&v.entered);
    assert_int_equal(v.status, EMBED_OK);
    (void)sem_post(&v.leave);
    visitor_end(&v);
}

static void
a_closed_gate_refuses_but_lets_nested_calls_in(void **state)
{
    fixture f;
    visitor v;
    es_entry entry;
    es_entry inner;
    (void)state; /* R8 */
    fixture_init(&f);
    assert_int_equal(enter(f.inst, &entry), EMBED_OK);
    es_gate_shut(f.inst, ES_GATE_CLOSED);
    assert_int_equal(enter(f.inst, &inner), EMBED_OK);
    es_leave(&inner);
    es_leave(&entry);
    assert_int_equal(enter(f.inst, &entry), EMBED_E_CLOSED);
    visitor_start(&v, f.inst);
    (void)sem_wait(&v.entered);
    assert_int_equal(v.status, EMBED_E_CLOSED);
    visitor_end(&v);
}

static void
a_drain_waits_for_exactly_the_calls_in_flight(void **state)
{
    fixture f;
    visitor v;
    es_entry entry;
    (void)state; /* R8 */
    fixture_init(&f);
    assert_int_equal(enter(f.inst, &entry), EMBED_OK);
    /* The caller's own call does not count: it could never end. */
    assert_true(es_interp_drain(f.inst->interp, ec_now_ns()));
    es_leave(&entry);
    visitor_start(&v, f.inst);
    (void)sem_wait(&v.entered);
    assert_true(es_interp_is_busy(f.inst->interp));
    assert_false(es_interp_drain(f.inst->interp, ec_now_ns() + SHORT_NS));
    (void)sem_post(&v.leave);
    assert_true(es_interp_drain(f.inst->interp, ec_now_ns() + LONG_NS));
    (void)sem_wait(&v.left);
    visitor_end(&v);
}

/* --- the end --------------------------------------------------------------*/

static void
nothing_job(void *unused)
{
    (void)unused;
}

static void
an_interpreter_ends_with_the_last_thread_that_has_a_state(void **state)
{
    fixture f;
    visitor v;
    bool parked = false;
    (void)state; /* R9, C7, C8 */
    fixture_init(&f);
    visitor_start(&v, f.inst);
    (void)sem_wait(&v.entered);
    (void)sem_post(&v.leave);
    (void)sem_wait(&v.left);
    assert_int_equal(retire(&f, &parked), EMBED_OK);
    assert_true(parked);
    assert_non_null(f.inst->interp->initial);
    visitor_end(&v);
    /* The last one posted the end. */
    assert_int_equal(es_service_run(nothing_job, NULL, UINT64_MAX, NULL),
                     EMBED_OK);
    assert_int_equal(f.inst->interp->initial == NULL, es_interp_may_end());
}

static void
nobody_enters_an_interpreter_that_ends(void **state)
{
    fixture f;
    es_entry entry;
    visitor v;
    bool parked = false;
    ec_err err = EC_ERR_INIT;
    (void)state; /* C7 */
    fixture_init(&f);
    assert_int_equal(retire(&f, &parked), EMBED_OK);
    assert_int_equal(parked, !es_interp_may_end());
    assert_int_equal(enter(f.inst, &entry), EMBED_E_CLOSED);
    /* Who was past the gate before it shut finds no way in either. */
    assert_int_not_equal(es_enter_interp(f.inst->interp, &entry, &err),
                         EMBED_OK);
    visitor_start(&v, f.inst);
    (void)sem_wait(&v.entered);
    assert_int_equal(v.status, EMBED_E_CLOSED);
    visitor_end(&v);
}

static void
a_busy_interpreter_is_parked_in_time(void **state)
{
    fixture f;
    visitor v;
    bool parked = false;
    ec_err err = EC_ERR_INIT;
    (void)state; /* R8, R9 */
    fixture_init(&f);
    visitor_start(&v, f.inst);
    (void)sem_wait(&v.entered);
    assert_int_equal(
        es_interp_retire(f.inst, false, ec_now_ns() + SHORT_NS, &parked, &err),
        EMBED_E_TIMEOUT);
    ec_err_clear(&err);
    assert_true(parked);
    (void)sem_post(&v.leave);
    (void)sem_wait(&v.left);
    visitor_end(&v);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_service_thread_does_its_jobs_and_refuses_to_wait_for_itself),
        cmocka_unit_test(a_thread_has_one_state_in_an_interpreter),
        cmocka_unit_test(nested_interpreters_are_left_in_order),
        cmocka_unit_test(a_state_dies_with_its_thread),
        cmocka_unit_test(the_gilstate_slot_is_found_and_left_as_it_was),
        cmocka_unit_test(a_small_stack_has_fewer_levels_of_recursion),
        cmocka_unit_test(who_comes_while_fork_is_under_way_waits),
        cmocka_unit_test(a_closed_gate_refuses_but_lets_nested_calls_in),
        cmocka_unit_test(a_drain_waits_for_exactly_the_calls_in_flight),
        cmocka_unit_test(
            an_interpreter_ends_with_the_last_thread_that_has_a_state),
        cmocka_unit_test(nobody_enters_an_interpreter_that_ends),
        cmocka_unit_test(a_busy_interpreter_is_parked_in_time),
    };
    return cmocka_run_group_tests(tests, start_python, NULL);
}
