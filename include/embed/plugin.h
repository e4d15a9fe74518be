/* embed/plugin.h - the contract between generated C and libembed.
 *
 * Generated code includes this and nothing else of the project, and no Python
 * header.  Two layers: the type tables, whose binary format is that of CFFI's
 * compiled modules (version 0x2601 and up), and libembed's own descriptor.
 * Compiles as C11 and as C++11.
 *
 * A header with declarations for `embed build` may include this file for
 * EMBED_ON_FAILURE(); to ordinary compilers that macro is empty.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_PLUGIN_H
#define EMBED_PLUGIN_H

/**
 * Declares what an export returns when its Python code cannot be reached or
 * fails: a constant expression of the result type, or a braced initialiser,
 * after the declaration:
 *
 *     int authenticate(const char *user) EMBED_ON_FAILURE(-1);
 *     struct point where(void) EMBED_ON_FAILURE({-1, -1});
 *
 * Without it all bytes of the result are zero.
 */
#ifndef EMBED_ON_FAILURE
# define EMBED_ON_FAILURE(...)
#endif

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
# define EMBED_PLUGIN_EXPORT      __attribute__((visibility("default")))
# define EMBED_PLUGIN_CONSTRUCTOR __attribute__((constructor))
# define EMBED_PLUGIN_UNUSED      __attribute__((unused))
#else
# error "embed/plugin.h needs a compiler with GNU attributes (gcc, clang)"
#endif

/* --- type tables ---------------------------------------------------------*/

/** A pointer-sized word: low 8 bits the operation, the rest its argument. */
typedef void *embed_opcode;

#define EMBED_OP(op, arg) \
 ((embed_opcode)(uintptr_t)((((uintptr_t)(arg)) << 8) | (uintptr_t)(op)))

enum {
    EMBED_OP_PRIMITIVE = 1,
    EMBED_OP_POINTER = 3,
    EMBED_OP_ARRAY = 5,
    EMBED_OP_OPEN_ARRAY = 7,
    EMBED_OP_STRUCT_UNION = 9,
    EMBED_OP_ENUM = 11,
    EMBED_OP_FUNCTION = 13,
    EMBED_OP_FUNCTION_END = 15,
    EMBED_OP_NOOP = 17,
    EMBED_OP_BITFIELD = 19,
    EMBED_OP_TYPENAME = 21,
    EMBED_OP_CPYTHON_BLTN_V = 23,
    EMBED_OP_CPYTHON_BLTN_N = 25,
    EMBED_OP_CPYTHON_BLTN_O = 27,
    EMBED_OP_CONSTANT = 29,
    EMBED_OP_CONSTANT_INT = 31,
    EMBED_OP_GLOBAL_VAR = 33,
    EMBED_OP_DLOPEN_FUNC = 35,
    EMBED_OP_DLOPEN_CONST = 37,
    EMBED_OP_GLOBAL_VAR_F = 39,
    EMBED_OP_EXTERN_PYTHON = 41
};

/* Flags of embed_struct_union. */
enum {
    EMBED_SF_UNION = 1,
    EMBED_SF_CHECK_FIELDS = 2,
    EMBED_SF_PACKED = 4,
    EMBED_SF_EXTERNAL = 8,
    EMBED_SF_OPAQUE = 16
};

/** A name of `lib`; sorted by name in its table. */
struct embed_global {
    const char *name;
    void *address; /* C function: structs and complex numbers by
                                  pointer; constant: getter; variable: itself
                                  or its getter; export: its embed_externpy */
    embed_opcode type_op;
    void *size_or_direct_fn; /* variable: its size or 0; C function: the
                                  function with exactly the declared type */
};

struct embed_struct_union {
    const char *name;
    int type_index;
    int flags;   /* EMBED_SF_* */
    size_t size; /* bytes; -1 opaque, -2 computed at load */
    int alignment;
    int first_field_index;
    int num_fields;
};

struct embed_field {
    const char *name;
    size_t field_offset; /* bytes; -1 for a bit-field */
    size_t field_size;   /* bytes; bits for a bit-field; -1 open array */
    embed_opcode field_type_op;
};

struct embed_enum {
    const char *name;
    int type_index;
    int type_prim;           /* number of the primitive below it */
    const char *enumerators; /* comma-separated */
};

struct embed_typename {
    const char *name;
    int type_index;
};

struct embed_context {
    embed_opcode *types;
    const struct embed_global *globals;
    const struct embed_field *fields;
    const struct embed_struct_union *struct_unions;
    const struct embed_enum *enums;
    const struct embed_typename *typenames;
    int num_globals;
    int num_struct_unions;
    int num_enums;
    int num_typenames;
    const char *const *includes;
    int num_types;
    int flags;
};

/** One function implemented in Python, as CFFI and PyPy know it. */
struct embed_externpy {
    const char *name;      /* "NAME.function" */
    size_t size_of_result; /* bytes, 0 for void */
    void *reserved1;       /* the runtime's */
    void *reserved2;       /* the runtime's */
};

/* --- libembed's descriptor -----------------------------------------------*/

#define EMBED_PLUGIN_ABI 1u

/**
 * Calls the Python code behind an export.
 *
 * @param buffer  one 8-byte slot for each argument (structs, unions, long
 *                double and complex numbers by pointer); on return the result
 *                is at offset 0.  Aligned for the result type.
 */
typedef void embed_call_fn(struct embed_externpy *fn, char *buffer);

/** Calls a C function of the plug-in with arguments packed in the same way. */
typedef void embed_trampoline_fn(char *buffer);

/**
 * One export.  Starts with the externpy record: the runtime finds the rest
 * from it.  The first two members keep their place in every ABI version.
 */
struct embed_export {
    struct embed_externpy externpy;
    const void *failure; /* size_of_result bytes; NULL: all zero */
    const char *file;    /* where it was declared */
    int line;
    int column;
};

/** A file that is bundled into the library. */
struct embed_bundled {
    const char *path; /* "pkg/mod.py": UTF-8, relative, by "/" */
    const char *data;
    size_t size; /* bytes */
};

/** One extension.  The first four members keep their place for ever. */
struct embed_plugin {
    uint32_t abi;  /* EMBED_PLUGIN_ABI at build time */
    uint32_t size; /* sizeof(struct embed_plugin) at build time */
    const char *name;
    embed_call_fn *entry; /* where exports call; the runtime swaps it
                                  atomically */
    void *runtime;        /* the runtime's */
    const struct embed_context *context;
    uint32_t context_version; /* 0x2701 or 0x2801 */
    uint32_t isolation;       /* embed_isolation asked for at build time */
    struct embed_export *const *exports;
    size_t num_exports;
    embed_trampoline_fn *const *trampolines; /* one for each global, NULL where
                                  it is not a C function */
    const char *init_code;                   /* UTF-8 */
    size_t init_code_size;                   /* bytes, without the final NUL */
    const char *init_file;                   /* the init code's __file__ */
    uint64_t flags;                          /* EMBED_PLUGIN_* */
    const struct embed_bundled *bundled;     /* sorted by path */
    size_t num_bundled;
    const char *const *options; /* pairs of name and value, as for
                                   embed_set_option(); ends with NULL; NULL:
                                   none */
};

/* Flags of embed_plugin. */
enum {
    EMBED_PLUGIN_MODULE = 1, /* has no program: the interpreter that imports it
                                first implements its exports */
    EMBED_PLUGIN_CFFI = 2,   /* its C code is CFFI's own: see embed/cffi/ */
    EMBED_PLUGIN_SOURCE = 8, /* made at run time out of text; `init_file` is its
                                path, or NULL */
    EMBED_PLUGIN_STRICT = 4  /* does not run with less isolation than asked */
};

/** A descriptor as it stands in a library's file: by the mark before it, it is
 *  found without loading the library, also in a stripped one. */
struct embed_plugin_file {
    char mark[16]; /* EMBED_PLUGIN_MARK, then NULs */
    struct embed_plugin plugin;
};

#define EMBED_PLUGIN_MARK "\177libembed:file"

/* What generated code calls.  All are safe from any thread. */

/**
 * Makes an extension known.  Called by the plug-in's constructor.  A plug-in
 * that does not fit gets an entry that reports and gives failure values.
 */
EMBED_PLUGIN_EXPORT void embed_plugin_register(struct embed_plugin *plugin);

/** The first entry of an extension: creates it, then makes the call. */
EMBED_PLUGIN_EXPORT void
embed_plugin_start(struct embed_plugin *plugin, struct embed_externpy *fn,
                   char *buffer);

/** Ends the process: an export that was declared to never return has, or its
 *  Python code could not be reached. */
EMBED_PLUGIN_EXPORT void embed_plugin_returned(const struct embed_externpy *fn)
    __attribute__((noreturn));

/** Starts an extension.  Returns 0, or -1 when it failed now or earlier. */
EMBED_PLUGIN_EXPORT int embed_plugin_ensure(struct embed_plugin *plugin);

/**
 * Makes the library an ordinary module of the Python that imports it: what
 * PyInit_<name> returns.
 *
 * Returns:  a new PyModuleDef reference, or NULL with ImportError set.
 * Threads:  the importing interpreter's GIL is held; it is given up when Python
 *           was not known to libembed yet.
 * Source:   PEP 489, "Multi-phase extension module initialization".
 */
EMBED_PLUGIN_EXPORT void *embed_plugin_module(struct embed_plugin *plugin);

/* What C code calls that CFFI itself has generated (embed/cffi/Python.h). */

/** What such code hands over. */
struct embed_cffi_module {
    const char *name;
    /** Answers `p`: p[0] the protocol, then the version of the tables; p[1]
     *  where calls go, then the embed_context. */
    void *(*tables)(const void *p[]);
    const char *init_code; /* UTF-8; NULL: no program */
};

/** Returns 0: there is nothing to do before embed_cffi_init(). */
EMBED_PLUGIN_EXPORT int embed_cffi_start(const char *name);

/**
 * Makes an extension known and starts it.
 *
 * @param version  0xB011
 * @param module   the caller's; lives as long as the process
 *
 * Returns:  0, or -1 when it failed; embed_last_error() has the reason.
 * Blocks:   while the extension is created.
 */
EMBED_PLUGIN_EXPORT int
embed_cffi_init(int version, const struct embed_cffi_module *module);

/** What PyInit_<name> of such a library returns: as embed_plugin_module(). */
EMBED_PLUGIN_EXPORT void *
embed_cffi_import(const struct embed_cffi_module *module);

/** The entry to call, as another thread may have just published it. */
static inline EMBED_PLUGIN_UNUSED embed_call_fn *
embed_plugin_entry(const struct embed_plugin *plugin)
{
    return __atomic_load_n(&plugin->entry, __ATOMIC_ACQUIRE);
}

#ifdef __cplusplus
}
#endif

#endif /* EMBED_PLUGIN_H */
