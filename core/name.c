/* name.c - what an extension may be called.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/name.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The names that `import` cannot have. Source: Python 3.13, Language Reference,
 * 2.3.1; the same in 3.12 to 3.15. */
static const char *const keywords[] = {
    "False",  "None",   "True",    "and",      "as",       "assert", "async",
    "await",  "break",  "class",   "continue", "def",      "del",    "elif",
    "else",   "except", "finally", "for",      "from",     "global", "if",
    "import", "in",     "is",      "lambda",   "nonlocal", "not",    "or",
    "pass",   "raise",  "return",  "try",      "while",    "with",   "yield",
};

/* What is a module already wherever libembed runs. */
static const char *const ours[] = {
    "__main__", "__pypy__", "_cffi_backend", "cffi",
    "embed",    "libembed", "sitecustomize", "usercustomize",
};

/* sys.stdlib_module_names of 3.12 to 3.15 together, sorted: what one version
 * lacks, code for it may still look for ("try: import tomllib"), and the same
 * library runs on all. */
/* clang-format off */
static const char *const standard[] = {
    "__future__", "_abc", "_aix_support", "_android_support", "_apple_support",
    "_ast", "_ast_unparse", "_asyncio", "_bisect", "_blake2", "_bz2",
    "_codecs", "_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp",
    "_codecs_kr", "_codecs_tw", "_collections", "_collections_abc",
    "_colorize", "_compat_pickle", "_compression", "_contextvars", "_crypt",
    "_csv", "_ctypes", "_curses", "_curses_panel", "_datetime", "_dbm",
    "_decimal", "_elementtree", "_frozen_importlib",
    "_frozen_importlib_external", "_functools", "_gdbm", "_hashlib", "_heapq",
    "_hmac", "_imp", "_interpchannels", "_interpqueues", "_interpreters",
    "_io", "_ios_support", "_json", "_locale", "_lsprof", "_lzma",
    "_markupbase", "_math_integer", "_md5", "_msi", "_multibytecodec",
    "_multiprocessing", "_opcode", "_opcode_metadata", "_operator",
    "_osx_support", "_overlapped", "_pickle", "_posixshmem",
    "_posixsubprocess", "_py_abc", "_py_warnings", "_pydatetime", "_pydecimal",
    "_pyio", "_pylong", "_pyrepl", "_queue", "_random", "_remote_debugging",
    "_scproxy", "_sha1", "_sha2", "_sha3", "_signal", "_sitebuiltins",
    "_socket", "_sqlite3", "_sre", "_ssl", "_stat", "_statistics", "_string",
    "_strptime", "_struct", "_suggestions", "_symtable", "_sysconfig",
    "_thread", "_threading_local", "_tkinter", "_tokenize", "_tracemalloc",
    "_types", "_typing", "_uuid", "_warnings", "_weakref", "_weakrefset",
    "_winapi", "_wmi", "_zoneinfo", "_zstd", "abc", "aifc", "annotationlib",
    "antigravity", "argparse", "array", "ast", "asyncio", "atexit", "audioop",
    "base64", "bdb", "binascii", "bisect", "builtins", "bz2", "cProfile",
    "calendar", "cgi", "cgitb", "chunk", "cmath", "cmd", "code", "codecs",
    "codeop", "collections", "colorsys", "compileall", "compression",
    "concurrent", "configparser", "contextlib", "contextvars", "copy",
    "copyreg", "crypt", "csv", "ctypes", "curses", "dataclasses", "datetime",
    "dbm", "decimal", "difflib", "dis", "doctest", "email", "encodings",
    "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp",
    "fileinput", "fnmatch", "fractions", "ftplib", "functools", "gc",
    "genericpath", "getopt", "getpass", "gettext", "glob", "graphlib", "grp",
    "gzip", "hashlib", "heapq", "hmac", "html", "http", "idlelib", "imaplib",
    "imghdr", "importlib", "inspect", "io", "ipaddress", "itertools", "json",
    "keyword", "lib2to3", "linecache", "locale", "logging", "lzma", "mailbox",
    "mailcap", "marshal", "math", "mimetypes", "mmap", "modulefinder",
    "msilib", "msvcrt", "multiprocessing", "netrc", "nis", "nntplib", "nt",
    "ntpath", "nturl2path", "numbers", "opcode", "operator", "optparse", "os",
    "ossaudiodev", "pathlib", "pdb", "pickle", "pickletools", "pipes",
    "pkgutil", "platform", "plistlib", "poplib", "posix", "posixpath",
    "pprint", "profile", "profiling", "pstats", "pty", "pwd", "py_compile",
    "pyclbr", "pydoc", "pydoc_data", "pyexpat", "queue", "quopri", "random",
    "re", "readline", "reprlib", "resource", "rlcompleter", "runpy", "sched",
    "secrets", "select", "selectors", "shelve", "shlex", "shutil", "signal",
    "site", "smtplib", "sndhdr", "socket", "socketserver", "spwd", "sqlite3",
    "sre_compile", "sre_constants", "sre_parse", "ssl", "stat", "statistics",
    "string", "stringprep", "struct", "subprocess", "sunau", "symtable", "sys",
    "sysconfig", "syslog", "tabnanny", "tarfile", "telnetlib", "tempfile",
    "termios", "textwrap", "this", "threading", "time", "timeit", "tkinter",
    "token", "tokenize", "tomllib", "trace", "traceback", "tracemalloc", "tty",
    "turtle", "turtledemo", "types", "typing", "unicodedata", "unittest",
    "urllib", "uu", "uuid", "venv", "warnings", "wave", "weakref",
    "webbrowser", "winreg", "winsound", "wsgiref", "xdrlib", "xml", "xmlrpc",
    "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
};
/* clang-format on */

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* ASCII only, whatever the locale is. */
static bool
is_identifier(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool is_digit = name[i] >= '0' && name[i] <= '9';
        if (!is_letter(name[i]) && (i == 0 || !is_digit)) {
            return false;
        }
    }
    return len > 0;
}

/* What a table is searched for: not ended by NUL. */
typedef struct word {
    const char *text;
    size_t len;
} word;

static int
word_compare(const void *a, const void *b)
{
    const word *w = a;
    const char *entry = *(const char *const *)b;
    int order = strncmp(w->text, entry, w->len);
    return order != 0 ? order : -(entry[w->len] != '\0');
}

static bool
is_in(const char *const *table, size_t n, const char *name, size_t len)
{
    const word w = {name, len};
    return bsearch(&w, table, n, sizeof *table, word_compare) != NULL;
}
#define IS_IN(table, name, len) \
 is_in(table, sizeof(table) / sizeof(table)[0], name, len)

static bool
is_module_name(const char *name)
{
    for (;;) {
        size_t len = strcspn(name, ".");
        if (!is_identifier(name, len) || IS_IN(keywords, name, len)) {
            return false;
        }
        if (name[len] == '\0') {
            return true;
        }
        name += len + 1;
    }
}

embed_status
ec_name_check(const char *name, ec_err *err)
{
    size_t first = strcspn(name, "."); /* of a dotted name: the package */
    if (!is_module_name(name)) {
        return ec_fail(
            err, EMBED_E_INVALID,
            "'%.80s' cannot be the name of an extension: it is not an "
            "identifier of C and Python",
            name);
    }
    if (strlen(name) > EC_NAME_MAX) {
        return ec_fail(err, EMBED_E_INVALID,
                       "the name '%.80s' is longer than %d bytes", name,
                       EC_NAME_MAX);
    }
    bool is_standard = IS_IN(standard, name, first);
    if (is_standard || IS_IN(ours, name, first)) {
        return ec_fail(err, EMBED_E_INVALID,
                       "'%s' cannot be the name of an extension: '%.*s' is a "
                       "module of %s; how about %.*s_plugin%s",
                       name, (int)first, name,
                       is_standard ? "Python's standard library"
                                   : "Python or libembed",
                       (int)first, name, name + first);
    }
    return EMBED_OK;
}
