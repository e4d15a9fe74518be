/* cparse.h - the parser for C declarations and C type expressions.
 *
 * One parser for the generator (whole preprocessed headers, with `# line
 * "file"` markers) and for the run time (`ffi.new("point_t[3]")`, cdef text).
 * It never crashes on any input: nesting is limited, sizes are checked.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CPARSE_H
#define EMBED_CORE_TYPES_CPARSE_H

#include "core/types/ctype.h"

/** Where something was written. */
typedef struct ec_pos {
    const char *file; /* lives as long as the ec_types */
    int line;         /* from 1, in `file` (after line markers) */
    int column;       /* from 1, bytes */
} ec_pos;

/** A message about the text: the first error of a parse. */
typedef struct ec_diag {
    ec_pos pos;
    char message[EC_ERR_TEXT_SIZE]; /* without position */
    char source[256];  /* the line it is in, without newline, possibly cut */
    int source_column; /* column of the caret in `source`, from 1 */
} ec_diag;

typedef enum ec_decl_kind {
    EC_DECL_TYPEDEF,
    EC_DECL_FUNCTION,
    EC_DECL_VARIABLE,
    EC_DECL_CONSTANT, /* enumerator, `static const int X = ...;`, macro */
    EC_DECL_TAG,      /* struct, union or enum with a tag */
} ec_decl_kind;

/* Flags of ec_decl. */
enum {
    EC_DECL_STATIC = 1 << 0,
    EC_DECL_INLINE = 1 << 1, /* inline, or has a body */
    EC_DECL_EXTERN = 1 << 2,
    EC_DECL_HAS_BODY = 1 << 3,
    EC_DECL_INITIALISED = 1 << 4,     /* variable with an initialiser */
    EC_DECL_EXTERN_PYTHON = 1 << 5,   /* in extern "Python" */
    EC_DECL_EXTERN_PYTHON_C = 1 << 6, /* in extern "Python+C" */
    EC_DECL_CONST = 1 << 7,           /* the outermost type is const */
    EC_DECL_UNKNOWN_VALUE = 1 << 8,   /* constant declared with `...` */
    EC_DECL_PARTIAL_ARRAY = 1 << 9,   /* array length `[...]` */
    EC_DECL_NORETURN = 1 << 10,       /* function that never returns */
};

/* What only the C compiler knows (cdef text): `typedef int... T` has a type of
 * kind INT, UINT or FLOAT named T with prim -1 (FLOAT: -2), EC_TYPE_PARTIAL and
 * unknown size; `typedef ... T` an incomplete anonymous struct named T; a record
 * with `...` or `[...]` is EC_TYPE_PARTIAL; so is an enum with `...`, whose
 * enumerators all have EC_DECL_UNKNOWN_VALUE.
 *
 * Types that cannot be values are structs too: `FILE` and `va_list` incomplete,
 * `__int128`, `__float128`, `long double _Complex` ... of known size with
 * EC_TYPE_CUSTOM_LAYOUT.  All are EC_TYPE_ANONYMOUS and named like that. */
typedef struct ec_decl {
    ec_decl_kind kind;
    unsigned flags;
    const char *name;
    ec_type *type;          /* function: FUNCTION type; constant: its type */
    ec_pos pos;             /* tag: its definition, once there is one */
    int64_t value;          /* constant with a known value (bit pattern) */
    const char *on_failure; /* text of EMBED_ON_FAILURE(expr), or NULL */
    ec_pos on_failure_pos;
    const char *signature; /* function of a cdef text that C follows: as it was
                              written, without storage classes and calling
                              conventions, its parameters
                              called a0, a1 ...; else NULL */
} ec_decl;

/**
 * The declarations known so far: what a parse adds to and looks names up in.
 * Names not found are asked of `resolve`, so that a plug-in's tables can be
 * realised lazily.
 */
typedef struct ec_scope ec_scope;

typedef enum ec_name_space {
    EC_NS_TYPEDEF,
    EC_NS_STRUCT,
    EC_NS_UNION,
    EC_NS_ENUM,
} ec_name_space;

typedef struct ec_resolver {
    void *arg;
    /** Sets *out to the named type, or to NULL when unknown. */
    embed_status (*type)(void *arg, ec_name_space space, const char *name,
                         size_t len, ec_type **out, ec_err *err);
    /** Sets *out to an integer constant's value; false when unknown. */
    bool (*constant)(void *arg, const char *name, size_t len, int64_t *out);
} ec_resolver;

/** Makes an empty scope over `types`. `resolver` may be NULL; copied.  The
 *  usual typedefs (size_t, int8_t ... bool, FILE, wchar_t, va_list opaque)
 *  are known without declaration, as in CFFI.  NULL when out of memory. */
ec_scope *ec_scope_create(ec_types *types, const ec_resolver *resolver);
void ec_scope_destroy(ec_scope *scope);
ec_types *ec_scope_types(ec_scope *scope);

/** All declarations in source order, tags and constants included. */
size_t ec_scope_count(const ec_scope *scope);
const ec_decl *ec_scope_at(const ec_scope *scope, size_t index);
/** Finds by kind and name; NULL when there is none.  For EC_DECL_TAG the name
 *  is "struct x", "union x" or "enum x". */
const ec_decl *ec_scope_find(const ec_scope *scope, ec_decl_kind kind,
                             const char *name, size_t len);

/** Finds a type by name as a parse does: declared, the resolver's, or known
 *  without declaration.  The name of a tag is without its keyword.  *out is
 *  NULL when there is none. */
embed_status
ec_scope_type(ec_scope *scope, ec_name_space space, const char *name,
              size_t len, ec_type **out, ec_err *err);

/** Finds the known value of a constant as a parse does; false when there is
 *  none. */
bool ec_scope_constant(const ec_scope *scope, const char *name, size_t len,
                       int64_t *out);

/* Options of ec_parse_decls(). */
enum {
    EC_PARSE_CDEF = 1 << 0,     /* CFFI's cdef extensions: `...`, extern
                                 "Python", #define NAME value, [...] */
    EC_PARSE_SKIP = 1 << 1,     /* what is not understood in a file other than
                                 `main_file` is skipped up to its end */
    EC_PARSE_RUN_TIME = 1 << 2, /* with CDEF: no C compiler follows; what is
                                 left to one is refused */
    EC_PARSE_OVERRIDE = 1 << 3, /* a second declaration of a name replaces
                                 the first */
    EC_PARSE_UNIQUE = 1 << 4,   /* a function is declared once */
};

typedef struct ec_parse_opts {
    unsigned flags;
    const char *main_file; /* name in the line markers of the file proper */
    const char *const *own_files; /* names of others whose declarations count
                                     before those of included files; ends with
                                     NULL; may be NULL */
    int pack;                     /* cdef(pack=n); 0: none */
    void (*on_skip)(void *arg, const ec_diag *why); /* may be NULL */
    void *arg;
} ec_parse_opts;

/**
 * Parses declarations and adds them to `scope`.
 *
 * @param text  text[len], any bytes
 * @param file  name for positions until the first line marker; copied
 * @param diag  set on EMBED_E_INVALID
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID (declarations before the error stay);
 *           EMBED_E_NOMEM.
 */
embed_status
ec_parse_decls(ec_scope *scope, const char *text, size_t len, const char *file,
               const ec_parse_opts *opts, ec_diag *diag);

/**
 * Parses one type expression such as "struct point *[10]".  A function type is
 * returned as such (the caller decides what it means).
 */
embed_status ec_parse_type(ec_scope *scope, const char *text, size_t len,
                           ec_type **out, ec_diag *diag);

/** Evaluates an integer constant expression.
 *  @param out_unsigned  set when the value is of unsigned type; may be NULL */
embed_status ec_parse_const(ec_scope *scope, const char *text, size_t len,
                            int64_t *out, bool *out_unsigned, ec_diag *diag);

/** Formats "file:line:col: error: text", the line and a caret to out[cap],
 *  without a newline at the end; returns the length, which may be >= cap (then
 *  cut). */
size_t ec_diag_format(const ec_diag *diag, char *out, size_t cap);

#endif /* EMBED_CORE_TYPES_CPARSE_H */
