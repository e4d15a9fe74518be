/* clib.h - an API with constants, data and C code.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLIB_H
#define CLIB_H

#include <semaphore.h>

#include "clib_types.h"

#define CLIB_VERSION 0x0102
#define CLIB_ALL 0xffffffffffffffffULL
#define CLIB_LOW (-CLIB_HIGH)
#define CLIB_HIGH (1 << 20)
#define CLIB_LOWEST (-0x7fffffffffffffffLL - 1)
#define CLIB_TEXT "no integer"
#define CLIB_TWICE(x) (2 * (x))

enum { CLIB_ONE = 1, CLIB_TWO };

static const int clib_limit = 10;
static const double clib_ratio = 0.5;
static const char *const clib_label = "label";

/* Functions in Python. */
int clib_add(int a, int b);
const char *clib_name_of(int which);
int clib_check(int which);
int clib_checks(void);
int clib_block_in_c(sem_t *inside, sem_t *go);
int clib_number(void);
int clib_get_counter(void);
void clib_set_counter(int value);
int clib_add_in_c(int a, int b);

/* Data that is there before any code runs. */
int clib_api_version = 3;
const unsigned char clib_magic[4] = {0xde, 0xad, 0xbe, 0xef};
const char clib_name[] = "clib";
const char *clib_names[] = {"zero", "one", 0};
extern const struct clib_ops clib_second;
const struct clib_ops clib_first = {3, clib_add, clib_name_of, &clib_second};
const struct clib_ops clib_second = {.version = 4, .add = clib_add};
struct clib_entry clib_entries[] = {{"add", clib_add}, {0, 0}};
clib_add_fn *clib_hook = clib_add;
double clib_numbers[2][2] = {{1, 2}, {3}};

/* Without a value: zero, and Python writes. */
int clib_counter;
enum clib_color clib_color_now;
clib_big clib_record;

static inline int
clib_clamp(int value)
{
    return value > clib_limit ? clib_limit : value;
}

#endif /* CLIB_H */
