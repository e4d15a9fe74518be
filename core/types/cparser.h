/* cparser.h - the parser's state, shared by the files cparse*.c and cexpr.c.
 *
 * Recursive descent with one token of look-ahead.  A function of the parser
 * returns true when it has read what its grammar production says; false when
 * the parse has failed, with `status` and `*diag` set (the first failure
 * counts).  Every recursion goes through ec_parser_enter(), which limits it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TYPES_CPARSER_H
#define EMBED_CORE_TYPES_CPARSER_H

#include "core/types/carena.h"
#include "core/types/clex.h"
#include "core/types/cscope.h"

/* Deepest nesting of declarators, members, parameters and expressions: far
 * beyond what people write, and safe on a small thread's stack. */
#define EC_PARSER_DEPTH_MAX 200
/* Nested `#pragma pack(push)`; the rest of the stack of gcc is unbounded. */
#define EC_PARSER_PACK_MAX 32

/** What is being parsed; decides what is allowed and how errors read. */
typedef enum ec_parser_mode {
    EC_MODE_DECLS,
    EC_MODE_TYPE,  /* a type expression at run time: nothing is declared */
    EC_MODE_CONST, /* a constant expression: nothing is declared */
} ec_parser_mode;

typedef struct ec_parser {
    ec_scope *scope;
    ec_types *types;
    const ec_parse_opts *opts; /* never NULL */
    ec_parser_mode mode;
    ec_lexer lex;
    ec_tok tok; /* the current token */
    int depth;
    unsigned block_flags; /* EC_DECL_EXTERN_PYTHON* of the block around */
    int pack;             /* #pragma pack in force, 0: none */
    int pack_stack[EC_PARSER_PACK_MAX];
    int n_pack;
    ec_arena scratch; /* freed at the end of the parse */
    embed_status status;
    ec_err err; /* for calls into the type model */
    ec_diag *diag;
} ec_parser;

/** A place in the text to come back to, with the state that depends on it. */
typedef struct ec_parser_mark {
    ec_lexer lex;
    ec_tok tok;
    int depth;
    unsigned block_flags;
    int pack;
    int pack_stack[EC_PARSER_PACK_MAX];
    int n_pack;
} ec_parser_mark;

/** What __attribute__ says that matters here. */
typedef struct ec_attrs {
    int align; /* bytes, 0: not given */
    bool is_packed;
    int mode_size; /* mode(...) of an integer in bytes, 0: not given */
    bool is_noreturn;
} ec_attrs;

/* Storage classes and function specifiers; bits of ec_declspec.storage. */
enum {
    EC_STORAGE_TYPEDEF = 1 << 0,
    EC_STORAGE_EXTERN = 1 << 1,
    EC_STORAGE_STATIC = 1 << 2,
    EC_STORAGE_INLINE = 1 << 3,
    EC_STORAGE_NORETURN = 1 << 4,
};

/** Declaration specifiers: all that stands before the declarators. */
typedef struct ec_declspec {
    ec_type *type;
    unsigned storage;
    bool is_const;
    bool has_dots;  /* `typedef ... T`, `int...`: known to the compiler only */
    bool is_tagged; /* struct, union or enum written out here */
    int typedef_align; /* from a typedef with `aligned`; 0: none */
    ec_attrs attrs;
    ec_tok tok;      /* the first one, for messages */
    const char *end; /* of their text; in declarations */
} ec_declspec;

/** How a declarator may name what it declares. */
typedef enum ec_naming {
    EC_NAMING_MUST,
    EC_NAMING_MAY,   /* parameter, struct member */
    EC_NAMING_NEVER, /* type name */
} ec_naming;

/** A place in the text of a function's parameters that a name goes to. */
typedef struct ec_param_mark {
    const char *at;
    size_t len;    /* of the name there; 0: unnamed */
    bool is_empty; /* empty parentheses end here */
} ec_param_mark;

typedef struct ec_declarator {
    ec_type *type;
    const char *name;      /* NULL when unnamed */
    ec_tok tok;            /* the name; else where it would be */
    bool is_const;         /* the outermost type is */
    bool is_partial;       /* `[...]` */
    bool has_no_prototype; /* a function with empty parentheses */
    ec_attrs attrs;
    const char *on_failure;
    ec_pos on_failure_pos;
    const char *start; /* of its text, which ends before `end` */
    const char *end;
    ec_param_mark *marks; /* marks[n_marks]: of a function's own parameters */
    size_t n_marks;
} ec_declarator;

/* --- cparse.c: tokens and failures ---------------------------------------*/

/** Makes the next token current, obeying directives on the way. */
bool ec_parser_next(ec_parser *p);
/** Returns the token after the current one. */
ec_tok ec_parser_peek(const ec_parser *p);

void ec_parser_mark_set(const ec_parser *p, ec_parser_mark *mark);
/** Goes back to `mark` and forgets a failure since. */
void ec_parser_rewind(ec_parser *p, const ec_parser_mark *mark);

/** True when the current token is this punctuator. */
bool ec_parser_at(const ec_parser *p, int op);
/** True when the current token is this keyword. */
bool ec_parser_at_word(const ec_parser *p, int keyword);
/** Steps over this punctuator; fails when the current token is another. */
bool ec_parser_expect(ec_parser *p, int op);
/** Steps over a bracketed group whose opening token is current. */
bool ec_parser_skip_group(ec_parser *p);

/** Fails at `tok`.  Returns false. */
bool ec_parser_fail(ec_parser *p, const ec_tok *tok, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/** Fails about a name: the text is `what`, with the name in declarations. */
bool ec_parser_fail_name(ec_parser *p, const ec_tok *tok, const char *what);
/** Fails with what the type model said in p->err. */
bool ec_parser_fail_model(ec_parser *p, const ec_tok *tok);
/** Fails for want of memory. */
bool ec_parser_fail_nomem(ec_parser *p);

/** Goes one level deeper, failing at the limit; leave with p->depth--. */
bool ec_parser_enter(ec_parser *p);

ec_pos ec_parser_pos(const ec_tok *tok);
/** Copies a token's text for good; NULL after failing for want of memory. */
const char *ec_parser_text(ec_parser *p, const ec_tok *tok);

/** Makes room for one more element at the end of *list of n; the list is in
 *  scratch memory and grows by doubling. */
bool ec_parser_reserve(ec_parser *p, void **list, size_t n, size_t size);

bool ec_parser_is_cdef(const ec_parser *p);

/* --- cparse_declare.c: what declarations add to the scope ----------------*/

/** Fails for what is left to a C compiler, which starts at `tok`, when there is
 *  none. */
bool ec_parser_for_compiler(ec_parser *p, const ec_tok *tok);

/** Adds `entry` to the scope, or checks it against the one already there. */
bool ec_parser_declare(ec_parser *p, const ec_entry *entry, const ec_tok *tok);
/** Declares an integer constant. */
bool ec_parser_declare_constant(ec_parser *p, const ec_tok *name, ec_type *type,
                                int64_t value, unsigned flags);

/* --- cparse_signature.c --------------------------------------------------*/

/** Sets *out to a function's declaration as it was written, without storage
 *  classes, its parameters being called a0, a1 ...: what types have lost
 *  (qualifiers, names of typedefs) is still there. */
bool ec_parse_signature(ec_parser *p, const ec_declspec *specs,
                        const ec_declarator *d, const char **out);

/* --- cparse_spec.c -------------------------------------------------------*/

/** Sets *out when `tok` can start a type name. */
bool ec_parser_is_type(ec_parser *p, const ec_tok *tok, bool *out);
/** declaration-specifiers */
bool ec_parse_specs(ec_parser *p, ec_declspec *out);
/** specifier-qualifier-list: without storage classes */
bool ec_parse_qualified_specs(ec_parser *p, ec_declspec *out);

/* --- cparse_attr.c -------------------------------------------------------*/

/** attribute-specifier*, added to `attrs`; asm labels too. */
bool ec_parse_attributes(ec_parser *p, ec_attrs *attrs);
/** Applies mode(...) to a type. */
bool
ec_parser_apply_mode(ec_parser *p, const ec_tok *tok, int size, ec_type **type);

/* --- cparse_record.c -----------------------------------------------------*/

/** struct-or-union-specifier | enum-specifier */
bool ec_parse_tagged(ec_parser *p, ec_type **out);

/* --- cparse_declarator.c -------------------------------------------------*/

/** declarator | abstract-declarator, on top of `specs` */
bool ec_parse_declarator(ec_parser *p, const ec_declspec *specs,
                         ec_naming naming, ec_declarator *out);
/** type-name */
bool ec_parse_type_name(ec_parser *p, ec_type **out);

#endif /* EMBED_CORE_TYPES_CPARSER_H */
