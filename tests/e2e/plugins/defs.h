/* defs.h - Python functions that fail in every way.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DEFS_H
#define DEFS_H

#include <uchar.h>

#include "embed/plugin.h"

typedef struct {
    int x;
    double y;
} defs_point;
enum defs_level { DEFS_LOW, DEFS_HIGH };

/* 0: ValueError, 1: SystemExit, 2: KeyboardInterrupt, 3: GeneratorExit,
 * 4: str() of the exception raises, 5: two chained, 6: RecursionError. */
int failing(int kind) EMBED_ON_FAILURE(-7);
int failing_to_zero(int kind);
double failing_double(int kind) EMBED_ON_FAILURE(-0.5);
const char *failing_text(int kind) EMBED_ON_FAILURE("denied");
_Bool failing_bool(int kind) EMBED_ON_FAILURE(1);
enum defs_level failing_enum(int kind) EMBED_ON_FAILURE(DEFS_HIGH);
defs_point failing_point(int kind) EMBED_ON_FAILURE({3, 4.5});
long double failing_ldouble(int kind) EMBED_ON_FAILURE(0.25L);
double _Complex failing_complex(int kind);
void failing_void(int kind);

/* Nothing is attached to these. */
int unattached(int value) EMBED_ON_FAILURE(-8);
int unattached_to_zero(int value);
defs_point unattached_point(void);
void unattached_void(void);

/* Values that do not fit; each returns number `which`, -1: one that does. */
int result_int(int which) EMBED_ON_FAILURE(-9);
unsigned char result_uchar(int which);
unsigned long long result_ullong(int which);
char result_char(int which);
char16_t result_char16(int which);
_Bool result_bool(int which);
float result_float(int which);
float _Complex result_complex(int which);
int *result_pointer(int which);
const char *result_text(int which);
int (*result_function(int which))(int);
defs_point result_point(int which);
enum defs_level result_enum(int which);
void result_void(int which);
/** The number of values that do not fit. */
int result_count(const char *function);

/* error=, onerror= */
int error_int(int how) EMBED_ON_FAILURE(-10);
double error_double(int how);
defs_point error_point(int how);
const char *error_text(int how);
int onerror_none(int how) EMBED_ON_FAILURE(-11);
int onerror_none_error(int how) EMBED_ON_FAILURE(-11);
int onerror_value(int how) EMBED_ON_FAILURE(-11);
int onerror_raises(int how) EMBED_ON_FAILURE(-11);
int onerror_bad_value(int how) EMBED_ON_FAILURE(-11);
void onerror_void(int how);
/** What the last onerror was called with. */
const char *onerror_seen(void);

/** The flag is called with a byte that is no bool. */
int takes_bool(_Bool flag) EMBED_ON_FAILURE(-12);

/** The texts of the exceptions of wrong uses of def_extern; NULL: no more. */
const char *wrong_use(int which);

int swap(int value);
void attach_next(void);
int of_lambda(int);
int of_builtin(int);
int of_method(int);
int of_class(int);
int of_partial(int);
int of_call(int);
int positional(int) EMBED_ON_FAILURE(-13);
int returns_itself(void);

/* Records instead of printing; gives what was recorded. */
void unraisable_record(int on);
const char *unraisable_seen(void);

int errno_get(void);
int errno_set(int value);
int errno_untouched(int noise);
int errno_through(int *p, int value);
int errno_last(int *p, int first, int value);
int errno_and_raise(int value);

void stderr_none(void);

#endif /* DEFS_H */
