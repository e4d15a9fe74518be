/* facts.h - questions to the C compiler about a header, and its answers.
 *
 * Each question is an expression; all of them go into one program, which is
 * compiled and run.  When it does not compile, the questions at fault are found
 * by halving, and the others are answered.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_FACTS_H
#define EMBED_GEN_FACTS_H

#include <stdint.h>

#include "core/err.h"
#include "gen/opts.h"
#include "gen/text.h"

/** Questions under construction, then answers. */
typedef struct eg_facts {
    eg_text code;         /* private: statements of the program */
    struct eg_fact *list; /* private: list[n] */
    size_t n;
    size_t cap;
    bool failed; /* memory ran out */
} eg_facts;

#define EG_FACTS_INIT \
 {                    \
  .list = NULL        \
 }

void eg_facts_fini(eg_facts *facts);

/** Adds a question: an expression.  Returns its number.
 *  @param macro  NULL; else the answer is -1 where no macro of that name is
 *                defined (and `expr` is not looked at) */
size_t eg_facts_add(eg_facts *facts, const char *macro, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * Asks all questions of `$CC` with `include` (a line of C) before them.
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID when `include` does not compile, the
 *           compiler having said why; EMBED_E_IO, EMBED_E_NOMEM.
 */
embed_status eg_facts_ask(eg_facts *facts, const eg_opts *opts,
                          const char *include, ec_err *err);

/** Gives the answer to a question.  False when there is none: they were not
 *  asked, or the expression does not compile or is not an integer. */
bool eg_facts_answer(const eg_facts *facts, size_t number, int64_t *out);

#endif /* EMBED_GEN_FACTS_H */
