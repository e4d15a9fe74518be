/* Failure values, constants, macros and data. */
#ifndef VALUES_H
#define VALUES_H

#include "embed/plugin.h"

#define VALUES_VERSION 0x0102u
#define VALUES_MASK (~0UL)
#define VALUES_LOW (-VALUES_HIGH)
#define VALUES_HIGH (1 << 20)
#define VALUES_NAME "no integer"
#define VALUES_GONE 1
#define VALUES_TWICE(x) (2 * (x))
#define VALUES_SIZE sizeof(struct ops)
#undef VALUES_GONE

enum { DENY = -1, ALLOW };
static const int limit = 10;
static const double ratio = 0.5;
static const char *const label = "label";

int authenticate(const char *user, int level) EMBED_ON_FAILURE(DENY);
double measure(void) EMBED_ON_FAILURE(-1.0);
const char *describe(int code) EMBED_ON_FAILURE("unknown");
void notify(int code);

typedef void notify_fn(int);
notify_fn *handler(void) EMBED_ON_FAILURE(0);

struct ops {
    int (*authenticate)(const char *, int);
    void (*notify)(int);
};

int api_version = 3;
const struct ops operations = {authenticate, notify};
const char *names[] = {"deny", "allow"};
int counter;
extern int calls;

static inline int
clamp(int value)
{
    return value > limit ? limit : value;
}

#endif
