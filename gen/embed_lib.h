/* embed_lib.h - libembed itself, loaded by the command when it has to run an
 * extension.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_EMBED_LIB_H
#define EMBED_GEN_EMBED_LIB_H

#include "embed.h"
#include "embed/plugin.h"
#include "gen/report.h"

/** The functions of libembed that the command uses. */
typedef struct eg_embed {
    __typeof__(embed_plugin_register) *plugin_register;
    __typeof__(embed_last_error) *last_error;
    __typeof__(embed_clear_error) *clear_error;
    __typeof__(embed_start) *start;
    __typeof__(embed_lookup) *lookup;
    __typeof__(embed_open_source) *open_source;
    __typeof__(embed_symbol) *symbol;
    __typeof__(embed_reload) *reload;
} eg_embed;

/** Loads the libembed that is beside this command.  Returns EMBED_OK;
 *  EMBED_E_IO. */
embed_status eg_embed_load(eg_embed *out, ec_err *err);

#endif /* EMBED_GEN_EMBED_LIB_H */
