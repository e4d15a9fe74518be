/* replaced.c - exports in the place of functions of the C library.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/replaced.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/libc.h"

/* Arguments that every supported platform passes in registers. */
#define ARGS_MAX 6

/* A function as it is called: what it does not expect it does not look at.
 * Source: System V AMD64 ABI 1.0, 3.2.3; AAPCS64, 6.8. */
typedef uint64_t
any_fn(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);

static unsigned
op_of(embed_opcode word)
{
    return (unsigned)((uintptr_t)word & 0xff);
}

static size_t
arg_of(embed_opcode word)
{
    return (size_t)((uintptr_t)word >> 8);
}

/* Numbers of primitive types in tables: what does not go through a general
 * register, or takes two. */
static bool
is_special(size_t prim)
{
    enum {
        FLOAT = 13,
        LONG_DOUBLE = 15,
        FIRST_COMPLEX = 48,
        LAST_COMPLEX = 49,
    };
    return (prim >= FLOAT && prim <= LONG_DOUBLE) ||
           (prim >= FIRST_COMPLEX && prim <= LAST_COMPLEX);
}

/* Does a value of the type go through a general register? */
static bool
is_word(const struct embed_context *c, embed_opcode type)
{
    /* Each step leads on to another type. */
    for (int steps = 0; steps < c->num_types; steps++) {
        switch (op_of(type)) {
        case EMBED_OP_NOOP:
            type = c->types[arg_of(type)];
            break;
        case EMBED_OP_TYPENAME:
            type = c->types[c->typenames[arg_of(type)].type_index];
            break;
        case EMBED_OP_PRIMITIVE:
            return !is_special(arg_of(type));
        case EMBED_OP_STRUCT_UNION:
            return false;
        default:
            return true; /* a pointer, or what becomes one; an enum */
        }
    }
    return false;
}

/* Is the function type at `index` one that any_fn stands for?  If so, sets the
 * number of its arguments. */
static bool
is_simple(const struct embed_context *c, size_t index, size_t *out_n)
{
    if (op_of(c->types[index]) == EMBED_OP_POINTER) {
        index = arg_of(c->types[index]); /* an export's type is a pointer */
    }
    if (op_of(c->types[index]) != EMBED_OP_FUNCTION ||
        !is_word(c, c->types[arg_of(c->types[index])])) {
        return false;
    }
    size_t n = 0;
    for (size_t i = index + 1; op_of(c->types[i]) != EMBED_OP_FUNCTION_END;
         i++) {
        if (++n > ARGS_MAX || !is_word(c, c->types[i])) {
            return false;
        }
    }
    *out_n = n;
    return true;
}

/* The type of an export; false when its tables do not have it. */
static bool
type_find(const struct embed_context *c, const char *name, size_t *out)
{
    for (int i = 0; i < c->num_globals; i++) {
        if (ec_is_export(&c->globals[i]) &&
            strcmp(c->globals[i].name, name) == 0) {
            *out = arg_of(c->globals[i].type_op);
            return true;
        }
    }
    return false;
}

/* Finds the function that export `i` replaces; false when there is none. */
static bool
original_find(const struct embed_plugin *plugin, size_t i, ec_original *out)
{
    const struct embed_context *c = plugin->context;
    const char *name = ec_export_name(&plugin->exports[i]->externpy);
    size_t type = 0;
    out->address = ec_libc_replaced(name, c);
    out->n_args = 0;
    out->is_simple = out->address != NULL && type_find(c, name, &type) &&
                     is_simple(c, type, &out->n_args);
    return out->address != NULL;
}

static bool
has_symbols(const struct embed_plugin *plugin)
{
    return (plugin->flags & EMBED_PLUGIN_SOURCE) == 0;
}

bool
ec_replaced_find(ec_slot *slot)
{
    const struct embed_plugin *plugin = slot->plugin;
    for (size_t i = 0; has_symbols(plugin) && i < plugin->num_exports; i++) {
        ec_original original;
        if (!original_find(plugin, i, &original)) {
            continue;
        }
        if (slot->originals == NULL) {
            slot->originals = calloc(plugin->num_exports, sizeof(ec_original));
        }
        if (slot->originals != NULL) {
            slot->originals[i] = original;
        }
    }
    return slot->originals != NULL;
}

static bool
forward(const ec_original *original, const struct embed_externpy *fn,
        char *buffer)
{
    if (!original->is_simple) {
        return false;
    }
    any_fn *call = NULL;
    uint64_t a[ARGS_MAX];
    memcpy(&call, &original->address, sizeof call);
    /* The stub's buffer has room for its arguments, not for all of these. */
    memset(a, 0, sizeof a);
    memcpy(a, buffer, original->n_args * sizeof a[0]);
    a[0] = call(a[0], a[1], a[2], a[3], a[4], a[5]);
    memcpy(buffer, a, fn->size_of_result);
    return true;
}

bool
ec_replaced_forward(struct embed_externpy *fn, char *buffer)
{
    const ec_original *original = ec_export_original(fn);
    return original != NULL && forward(original, fn, buffer);
}

bool
ec_replaced_forward_early(const struct embed_plugin *plugin,
                          const struct embed_externpy *fn, char *buffer)
{
    ec_original original;
    for (size_t i = 0; has_symbols(plugin) && i < plugin->num_exports; i++) {
        if (&plugin->exports[i]->externpy == fn) {
            return original_find(plugin, i, &original) &&
                   forward(&original, fn, buffer);
        }
    }
    return false;
}
