/* tokens.h - a plug-in that counts the lexical tokens of source text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TOKENS_H
#define TOKENS_H

#include "embed/plugin.h"

enum token_kind {
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_COMMENT,
    TOKEN_OPERATOR,
    TOKEN_KINDS
};

struct token_stats {
    long tokens;
    long by_kind[TOKEN_KINDS];
    long lines;
    int longest_name; /* characters */
    int deepest;      /* brackets open at once */
    double entropy;   /* bits per token, of the sequence of pairs of kinds */
};

/** What the plug-in finds in its interpreter. */
struct token_view {
    const char *helper_author; /* of the module `helper` it imported */
    const char *shortened;     /* what textwrap.shorten() makes of a probe */
    int recursion_limit;
};

/** Scans the file at `path`.  Returns 0, or -1 on failure. */
int
tokens_scan(const char *path, struct token_stats *stats) EMBED_ON_FAILURE(-1);

/** Reports what the plug-in sees; its strings are NULL on failure. */
struct token_view tokens_look(void);

#endif
