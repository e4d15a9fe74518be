#ifndef SHARED_TYPES_H
#define SHARED_TYPES_H

#include <stdarg.h>

struct vec {
    double x, y;
};

#define VEC_MAX 16

struct vec vec_add(struct vec a, struct vec b);
double vec_length(const struct vec *v);
const struct vec *const *vec_list(const struct vec **list, int n);
void vec_sort(struct vec *v, int (*less)(const struct vec *, const struct vec *));
double _Complex vec_complex(struct vec v, double _Complex scale);
int vec_print(const char *format, ...);
void vec_reset(void);
extern int vec_calls;

#endif
