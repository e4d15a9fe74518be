/* cmd_doctor.c - `embed doctor`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_doctor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/cc.h"
#include "gen/child.h"
#include "gen/clock.h"
#include "gen/embed_lib.h"
#include "gen/file.h"
#include "gen/paths.h"
#include "gen/pythons.h"

#define TIMEOUT_S 60

/* A level tried out with a Python, in the child. */
typedef struct trial {
    const char *python; /* for EMBED_PYTHON; NULL: as it is */
    const char *level;
} trial;

static void
trial_run(void *arg, FILE *out)
{
    static const char program[] =
        "from doctor import ffi\n"
        "import sys\n"
        "text = ffi.new('char[]', ('%s %s' % (sys.implementation.name,\n"
        "    sys.version.split()[0])).encode())\n"
        "@ffi.def_extern()\n"
        "def version():\n"
        "    return text\n";
    const trial *t = arg;
    const char *const options[] = {"isolation", t->level, NULL};
    ec_err err = EC_ERR_INIT;
    eg_embed embed;
    if (t->python != NULL) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
        (void)setenv("EMBED_PYTHON", t->python, 1);
    }
    if (eg_embed_load(&embed, &err) != EMBED_OK) {
        (void)fprintf(out, "no: %s\n", err.text);
        ec_err_clear(&err);
        return;
    }
    uint64_t begin = eg_clock_ns();
    (void)embed.open_source("doctor", "const char *version(void);", program,
                            options);
    const char *(*version)(void) =
        (const char *(*)(void))embed.symbol("doctor", "version");
    const char *text = version == NULL ? NULL : version();
    double ms = eg_clock_ms_since(begin);
    if (text == NULL) {
        (void)fprintf(out, "no: %s\n", embed.last_error()->message);
        return;
    }
    (void)fprintf(out, "%s, first call %.1f ms\n", text, ms);
}

/* Prints what came of a trial; false when it was nothing good. */
static bool
trial_print(const char *label, const char *python, const char *level)
{
    trial t = {python, level};
    eg_child child;
    bool is_good = eg_child_run(trial_run, &t, TIMEOUT_S, &child);
    const char *text = eg_text_string(&child.text);
    is_good = is_good && !child.timed_out && child.signal == 0 &&
              child.exit_code == 0 && text[0] != '\0' &&
              strncmp(text, "no: ", 4) != 0;
    (void)printf("  %-8s %.*s%s\n", label, (int)strcspn(text, "\n"), text,
                 child.timed_out     ? "hangs"
                 : child.signal != 0 ? " (crashed)"
                                     : "");
    (void)fflush(stdout);
    eg_text_fini(&child.text);
    return is_good;
}

static void
variables_print(void)
{
    (void)printf("\nvariables:\n");
    bool any = false;
    for (char **at = environ; *at != NULL; at++) {
        if (strncmp(*at, "EMBED_", 6) == 0) {
            (void)printf("  %s\n", *at);
            any = true;
        }
    }
    (void)fputs(any ? "" : "  none of EMBED_*\n", stdout);
}

/* Is there a compiler? */
static bool
compiler_print(void)
{
    eg_cmd cmd = EG_CMD_INIT;
    eg_text text = EG_TEXT_INIT;
    ec_err err = EC_ERR_INIT;
    eg_cmd_compiler(&cmd);
    eg_cmd_add(&cmd, "--version");
    bool is_good = eg_cmd_run(&cmd, &text, &err) == EMBED_OK;
    const char *version = is_good ? eg_text_string(&text) : err.text;
    (void)printf("compiler: %.*s\n", (int)strcspn(version, "\n"), version);
    ec_err_clear(&err);
    eg_text_fini(&text);
    eg_cmd_fini(&cmd);
    return is_good;
}

static bool
python_print(const eg_python *python, eg_report *report)
{
    static const char *const levels[] = {"own", "sub", "shared"};
    bool is_good = true;
    (void)printf("\n%s: %s, command %s\n", python->backend, python->library,
                 python->command[0] == '\0' ? "unknown" : python->command);
    if (!eg_file_is_readable(python->library)) {
        eg_report_error(report,
                        "%s: %s is not there any more; build libembed "
                        "again",
                        python->backend, python->library);
        return false;
    }
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (!trial_print(levels[i], eg_python_name(python), levels[i])) {
            eg_report_error(report, "%s: level %s does not work",
                            python->backend, levels[i]);
            is_good = false;
        }
    }
    return is_good;
}

embed_status
eg_cmd_doctor(eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_text lib = EG_TEXT_INIT;
    eg_pythons pythons;
    (void)eg_paths_lib(&lib, &err);
    (void)printf("embed %d.%d.%d, with %s/libembed.so\n", EMBED_VERSION_MAJOR,
                 EMBED_VERSION_MINOR, EMBED_VERSION_PATCH,
                 eg_text_string(&lib));
    eg_text_fini(&lib);
    if (!compiler_print()) {
        eg_report_error(report, "no C compiler: embed build needs one (CC)");
    }
    variables_print();
    embed_status status = eg_pythons_read(&pythons, &err);
    for (size_t i = 0; status == EMBED_OK && i < pythons.n; i++) {
        (void)python_print(&pythons.items[i], report);
    }
    eg_pythons_fini(&pythons);
    (void)printf("\nPyPy:\n");
    (void)trial_print("shared", "pypy3", "shared");
    (void)printf("\nwhat an extension gets here:\n");
    if (!trial_print("own", NULL, "own")) {
        eg_report_error(report, "extensions do not start here");
    }
    (void)eg_report_take(report, &err);
    return report->errors == 0 ? EMBED_OK : EMBED_E_INVALID;
}
