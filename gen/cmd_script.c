/* cmd_script.c - `embed build SCRIPT.py` and `embed declarations`: what the
 * Python front door and the command ask of each other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_script.h"

#include <stdio.h>
#include <stdlib.h>

#include "gen/cc.h"
#include "gen/paths.h"
#include "gen/spec.h"

/* Puts our package before everything else that Python finds.  False when out of
 * memory. */
static bool
python_path_set(const char *dir)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    const char *before = getenv("PYTHONPATH");
    eg_text path = EG_TEXT_INIT;
    eg_text_puts(&path, dir);
    if (before != NULL && before[0] != '\0') {
        eg_text_printf(&path, ":%s", before);
    }
    const char *value = eg_text_string(&path);
    bool good = !path.failed;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    good = good && setenv("PYTHONPATH", value, 1) == 0;
    eg_text_fini(&path);
    return good;
}

embed_status
eg_cmd_script(const eg_opts *opts, int *out_code, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text dir = EG_TEXT_INIT;
    eg_cmd cmd = EG_CMD_INIT;
    embed_status status = eg_paths_python(&dir, &err);
    if (status == EMBED_OK && !python_path_set(eg_text_string(&dir))) {
        status = ec_fail(&err, EMBED_E_NOMEM, "out of memory");
    }
    if (status == EMBED_OK) {
        eg_cmd_variable(&cmd, "PYTHON", "python3");
        eg_cmd_add(&cmd, opts->api);
        status = eg_cmd_run(&cmd, NULL, &err);
        *out_code = status == EMBED_OK ? 0 : 1;
        if (status == EMBED_E_INVALID) {
            status = EMBED_OK; /* the script has said why */
        }
    }
    if (status != EMBED_OK) {
        status = eg_report_take(report, &err);
    }
    ec_err_clear(&err);
    eg_cmd_fini(&cmd);
    eg_text_fini(&dir);
    return status;
}

embed_status
eg_cmd_declarations(const eg_opts *opts, eg_report *report)
{
    eg_spec spec = {.opts = NULL};
    embed_status status = eg_spec_load(opts, "", &spec, report);
    for (size_t i = 0; status == EMBED_OK && i < ec_scope_count(spec.scope);
         i++) {
        const ec_decl *decl = ec_scope_at(spec.scope, i);
        if (decl->kind == EC_DECL_FUNCTION) {
            (void)printf("function %s\n", decl->name);
        }
    }
    eg_spec_fini(&spec);
    return status;
}
