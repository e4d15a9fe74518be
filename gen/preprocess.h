/* preprocess.h - headers as the C compiler sees them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_PREPROCESS_H
#define EMBED_GEN_PREPROCESS_H

#include "gen/spec.h"

/**
 * Appends what the preprocessor makes of the headers that C sees, followed by
 * the file `input`.  Line markers spell our headers as they were given.
 *
 * @param include  directory of libembed's headers
 * @param mode     "-dD": with definitions; "-P": without line markers
 *
 * Returns:  as eg_cmd_run(); messages of the preprocessor go to stderr.
 */
embed_status
eg_preprocess(const eg_spec *spec, const char *include, const char *mode,
              const char *input, eg_text *out, ec_err *err);

/** True when, in preprocessed text, the file `path` was first met in another
 *  one than on the command line. */
bool eg_preprocess_is_nested(const eg_text *text, const char *path);

#endif /* EMBED_GEN_PREPROCESS_H */
