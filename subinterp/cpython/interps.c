/* interps.c - all interpreters of libembed's, by number.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/interps.h"

#include <stdlib.h>

#include "subinterp/cpython/thread.h"

static es_interp **numbers; /* guarded by: es_threads_lock */
static size_t n_numbers;    /* guarded by: es_threads_lock */

void
es_interp_number(es_interp *interp)
{
    ec_mutex_lock(&es_threads_lock);
    size_t i = 0;
    while (i < n_numbers && numbers[i] != NULL) {
        i++;
    }
    if (i == n_numbers) {
        size_t n = n_numbers == 0 ? 16 : n_numbers * 2;
        es_interp **grown = realloc(numbers, n * sizeof(es_interp *));
        if (grown == NULL) {
            /* A number nobody can cache a state under: entries fail with
             * EMBED_E_NOMEM. */
            interp->index = UINT_MAX;
            ec_mutex_unlock(&es_threads_lock);
            return;
        }
        for (size_t k = n_numbers; k < n; k++) {
            grown[k] = NULL;
        }
        numbers = grown;
        n_numbers = n;
    }
    numbers[i] = interp;
    interp->index = (unsigned)i;
    ec_mutex_unlock(&es_threads_lock);
}

void
es_interp_unnumber(es_interp *interp)
{
    ec_mutex_lock(&es_threads_lock);
    if (interp->index < n_numbers) {
        numbers[interp->index] = NULL;
    }
    ec_mutex_unlock(&es_threads_lock);
}

es_interp **
es_interps_snapshot(size_t *out_n)
{
    ec_mutex_lock(&es_threads_lock);
    es_interp **all =
        n_numbers == 0 ? NULL : calloc(n_numbers, sizeof(es_interp *));
    size_t n = 0;
    for (size_t i = 0; all != NULL && i < n_numbers; i++) {
        if (numbers[i] != NULL) {
            all[n++] = numbers[i];
        }
    }
    ec_mutex_unlock(&es_threads_lock);
    *out_n = n;
    return all;
}

size_t
es_interps_count(void)
{
    ec_mutex_lock(&es_threads_lock);
    size_t n = n_numbers;
    ec_mutex_unlock(&es_threads_lock);
    return n;
}

es_interp *
es_interp_at(size_t number)
{
    ec_mutex_lock(&es_threads_lock);
    es_interp *interp = number < n_numbers ? numbers[number] : NULL;
    ec_mutex_unlock(&es_threads_lock);
    return interp;
}

bool
es_interp_is_ending(const es_interp *interp)
{
    ec_mutex_lock(&es_threads_lock);
    bool is = interp->is_ending;
    ec_mutex_unlock(&es_threads_lock);
    return is;
}

bool
es_interp_shares_main(const PyInterpreterState *is)
{
    const es_interp *interp = es_interp_find(is);
    return interp != NULL && interp->level != EMBED_ISOLATION_OWN;
}

es_interp *
es_interp_find(const PyInterpreterState *is)
{
    es_interp *found = NULL;
    ec_mutex_lock(&es_threads_lock);
    for (size_t i = 0; i < n_numbers && found == NULL; i++) {
        if (numbers[i] != NULL && numbers[i]->is == is) {
            found = numbers[i];
        }
    }
    ec_mutex_unlock(&es_threads_lock);
    return found;
}
