/* words.h - a plug-in that tells how readable a text is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef WORDS_H
#define WORDS_H

#include "embed/plugin.h"

#define WORDS_TOP 5

typedef struct words_count {
    char word[24];
    int count;
} words_count;

typedef struct words_report {
    long words;
    long distinct;
    long pairs; /* distinct pairs of neighbours */
    long syllables;
    long sentences;
    double reading_ease; /* Flesch; higher is easier */
    words_count top[WORDS_TOP];
} words_report;

/** What the plug-in finds in its interpreter. */
typedef struct words_view {
    char helper_author[24]; /* of the module `helper` it imported */
    char shortened[40];     /* what textwrap.shorten() makes of a probe */
    int recursion_limit;
} words_view;

/** Analyses the file at `path`.  Returns 0, or -1 on failure. */
int words_analyse(const char *path, words_report *report) EMBED_ON_FAILURE(-1);

/** Reports what the plug-in sees.  Returns 0, or -1 on failure. */
int words_look(words_view *view) EMBED_ON_FAILURE(-1);

#endif
