/* Made by embed 0.1.0; do not edit.  Made again by:
 *
 *     embed build empty.h empty.py --emit-c empty.c
 */
#include "embed/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
#include "empty.h"
#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

static struct embed_plugin *embed_this(void);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wsizeof-array-argument"
#pragma GCC diagnostic ignored "-Woverlength-strings"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* --- exports --- */

static struct embed_export *const embed_exports[] = {
    NULL,
};

static embed_trampoline_fn *const embed_trampolines[] = {
    NULL,
};

/* --- type tables --- */

static embed_opcode embed_types[] = {
    NULL,
};

static const struct embed_global embed_globals[] = {
    {NULL, NULL, NULL, NULL},
};

static const struct embed_field embed_fields[] = {
    {NULL, 0, 0, NULL},
};

static const struct embed_struct_union embed_struct_unions[] = {
    {NULL, 0, 0, 0, 0, 0, 0},
};

static const struct embed_enum embed_enums[] = {
    {NULL, 0, 0, NULL},
};

static const struct embed_typename embed_typenames[] = {
    {NULL, 0},
};

static const struct embed_context embed_tables = {
    embed_types,
    embed_globals,
    embed_fields,
    embed_struct_unions,
    embed_enums,
    embed_typenames,
    0,
    0,
    0,
    0,
    NULL,
    0,
    0,
};

static const char embed_init_code[] =
    "\n"
    "\n"
    "x = 1\n";

static void
embed_first_entry(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_start(embed_this(), fn, buffer);
}

static struct embed_plugin_file embed_file = {
    EMBED_PLUGIN_MARK, {
    EMBED_PLUGIN_ABI,
    (uint32_t)sizeof(struct embed_plugin),
    "empty",
    embed_first_entry,
    NULL,
    &embed_tables,
    0x2701u, /* version of the tables */
    0u, /* isolation */
    embed_exports,
    0,
    embed_trampolines,
    embed_init_code,
    sizeof embed_init_code - 1,
    "empty.py",
    0,
    NULL,
    0,
    NULL,
}};

static struct embed_plugin *
embed_this(void)
{
    return &embed_file.plugin;
}

static EMBED_PLUGIN_CONSTRUCTOR void
embed_register(void)
{
    embed_plugin_register(&embed_file.plugin);
}

#ifdef __cplusplus
extern "C" {
#endif
EMBED_PLUGIN_EXPORT void *PyInit_empty(void);
#ifdef __cplusplus
}
#endif

void *
PyInit_empty(void)
{
    return embed_plugin_module(&embed_file.plugin);
}

#pragma GCC diagnostic pop
