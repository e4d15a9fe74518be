/* test_py_dlopen.c - the module `embed`, declarations at run time, dlopen().
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/py_rows.h"

/* What the code of most rows starts with. */
#define FFI "import embed\nf = embed.FFI()\n"
#define LIBM                                                                  \
 FFI "f.cdef('double sqrt(double); double cos(double); double nope(int);')\n" \
     "m = f.dlopen('libm.so.6')\n"
#define LIBC                                                                  \
 FFI "f.cdef('''int snprintf(char *, size_t, const char *, ...);\n"           \
     "extern int opterr; extern char *const program_invocation_name;\n"       \
     "extern char **environ; enum e { A, B = 7 }; typedef struct _IO_FILE "   \
     "FILE; extern FILE *stdin; int ferror(FILE *);\n"                        \
     "static const int K = -5;\n#define M 12\n#define BIG 0xffffffffffffffff" \
     "\nstatic const double D;''')\nc = f.dlopen(None)\n"

static const row embed_is_a_module_of_the_interpreter_rows[] = {
    {"import embed\nembed.__name__, embed.__version__.count('.')",
     "('embed', 2)"},
    {"import embed\nembed.FFI is type(ffi), embed.error is ffi.error",
     "(True, True)"},
    {"import embed\nembed.CData is ffi.CData, embed.CType is ffi.CType, "
     "embed.buffer is ffi.buffer",
     "(True, True, True)"},
    {"import embed\nissubclass(embed.CDefError, embed.error)", "True"},
    {"import embed\nembed.FFI(5)", "!TypeError: FFI() takes no arguments"},
    {"import embed\nembed.FFI(x=5)", "!TypeError: FFI() takes no arguments"},
    {"import embed\nclass F(embed.FFI):\n  def __init__(s, x): s.x = x\n"
     "f = F(7)\nf.cdef('typedef int word;')\nf.x, f.typeof('word[2]')",
     "(7, <ctype 'int[2]'>)"},
    {"import embed\nhasattr(embed.FFI(), '__dict__')", "False"},
    {FFI "w = W(f)\ndel f\ngc.collect()\nw()", "None"},
};

static void
embed_is_a_module_of_the_interpreter(void **state)
{
    rows_check(*state, embed_is_a_module_of_the_interpreter_rows,
               N_ROWS(embed_is_a_module_of_the_interpreter_rows));
}

static const row cdef_declares_types_rows[] = {
    {FFI "f.typeof('struct s')",
     "!error: undefined struct/union name\nstruct s\n       ^"},
    {FFI "f.cdef('struct s { int x; };')", "None"},
    {FFI "f.cdef('struct s { int x; };')\nf.new('struct s *', [5]).x", "5"},
    {FFI "f.cdef('struct s { int x; };')\n"
         "f.new('struct s *').y",
     "!AttributeError: cdata 'struct s *' has no field 'y'"},
    {FFI "f.cdef('struct s { char c; int x; };', packed=True)\n"
         "f.sizeof('struct s')",
     "5"},
    {FFI "f.cdef('struct s { char c; int x; };', pack=2)\n"
         "f.sizeof('struct s')",
     "6"},
    {FFI "f.cdef('struct s { char c; int x; };', packed=False, pack=None)\n"
         "f.sizeof('struct s')",
     "8"},
    {FFI "f.cdef('struct s;')\np = f.typeof('struct s *')\n"
         "f.cdef('struct s { int x; };')\nf.new(p, [3]).x",
     "3"},
    {FFI "f.cdef('typedef int a; typedef a b;')\nf.typeof('b *') is "
         "ffi.typeof('int *')",
     "True"},
    {FFI "g = embed.FFI()\nf.cdef('struct s { int x; };')\n"
         "g.cdef('struct s { int x; };')\n"
         "f.typeof('struct s') is g.typeof('struct s')",
     "False"},
    {FFI "g = embed.FFI()\nf.typeof('FILE *') is g.typeof('FILE *') is "
         "ffi.typeof('FILE *')",
     "True"},
    {FFI "g = embed.FFI()\ng.cdef('int x;')\nf.cdef('int x;')\n"
         "f.typeof('FILE') is g.typeof('FILE') is ffi.typeof('FILE')",
     "True"},
    {FFI "f.cdef('typedef struct t t; typedef union { int a; } u; struct s {"
         "int x; }; union v { int i; }; enum e { A };')\nf.list_types()",
     "(['t', 'u'], ['s', 't'], ['v'])"},
    {FFI "f.cdef('enum e { A, B = 5 };\\n#define M (B << 1)')\n"
         "f.integer_const('B'), f.integer_const('M')",
     "(5, 10)"},
    {FFI "f.cdef('#define N 4')\nf.typeof('int[N]')", "<ctype 'int[4]'>"},
    {FFI "f.cdef('typedef ... h;')\nf.typeof('h *')", "<ctype 'h *'>"},
    {FFI "f.callback('int(int)', lambda x: x + 1)(4)", "5"},
};

static void
cdef_declares_types(void **state)
{
    rows_check(*state, cdef_declares_types_rows,
               N_ROWS(cdef_declares_types_rows));
}

static const row wrong_declarations_are_refused_rows[] = {
    {FFI "f.cdef('int a;\\n  int b c;')",
     "!CDefError: <cdef>:2:9: error: expected ';'\n  int b c;\n        ^"},
    {FFI "f.cdef(5)", "!TypeError: cdef() argument must be a string"},
    {FFI "f.cdef()",
     "!TypeError: cdef() missing required argument 'csource' (pos 1)"},
    {FFI "f.cdef('', packed=3)",
     "!ValueError: 'packed' should be False or True; use 'pack' to give "
     "another value"},
    {FFI "f.cdef('', packed=True, pack=4)",
     "!ValueError: cannot give both 'pack' and 'packed'"},
    {FFI "f.cdef('', pack=3)",
     "!ValueError: 'pack' must be a power of two, not 3"},
    {FFI "f.cdef('', pack='x')",
     "!TypeError: 'str' object cannot be interpreted as an integer"},
    {FFI "f.cdef('int f(int);')\nf.cdef('int f(long);')",
     "!CDefError: <cdef>:1:5: error: conflicting declarations of 'f': the "
     "other one is at <cdef>:1:5\nint f(long);\n    ^"},
    {FFI "f.cdef('struct s { int x; };')\nf.cdef('struct s { int x; };')",
     "!CDefError: <cdef>:1:8: error: redefinition of 'struct s': the other "
     "one is at <cdef>:1:8\nstruct s { int x; };\n       ^"},
    {FFI "f.cdef('struct s { int a; ...; };')",
     "!CDefError: <cdef>:1:19: error: only a C compiler could complete this"
     "\nstruct s { int a; ...; };\n                  ^"},
    {FFI "f.cdef('typedef int... t;')",
     "!CDefError: <cdef>:1:1: error: only a C compiler could complete this"
     "\ntypedef int... t;\n^"},
    {FFI "f.cdef('#define X ...')",
     "!CDefError: <cdef>:1:11: error: only a C compiler could complete this"
     "\n#define X ...\n          ^"},
    {FFI "f.cdef('enum e { A, ... };')",
     "!CDefError: <cdef>:1:13: error: only a C compiler could complete this"
     "\nenum e { A, ... };\n            ^"},
    {FFI "f.cdef('enum e { A = ... };')",
     "!CDefError: <cdef>:1:14: error: only a C compiler could complete this"
     "\nenum e { A = ... };\n             ^"},
    {FFI "f.cdef('int x[...];')",
     "!CDefError: <cdef>:1:7: error: only a C compiler could complete this"
     "\nint x[...];\n      ^"},
    {FFI "f.cdef('extern \"Python\" int g(int);')",
     "!CDefError: <cdef>:1:8: error: only a C compiler could complete this"
     "\nextern \"Python\" int g(int);\n       ^"},
};

static void
wrong_declarations_are_refused(void **state)
{
    rows_check(*state, wrong_declarations_are_refused_rows,
               N_ROWS(wrong_declarations_are_refused_rows));
}

static const row override_replaces_declarations_rows[] = {
    {FFI "f.cdef('double sqrt(double); struct s { int x; };\\n#define N 1')\n"
         "old = f.new('struct s *', [1])\n"
         "f.cdef('float sqrt(float); struct s { char y; };\\n#define N 2', "
         "override=True)\n"
         "f.typeof(f.dlopen('libm.so.6').sqrt), f.sizeof('struct s'), old.x, "
         "f.integer_const('N')",
     "(<ctype 'float(*)(float)'>, 1, 1, 2)"},
    {FFI "f.cdef('typedef int t;')\na = f.typeof('t')\n"
         "f.cdef('typedef long t;', override=True)\na, f.typeof('t')",
     "(<ctype 'int'>, <ctype 'long'>)"},
};

static void
override_replaces_declarations(void **state)
{
    rows_check(*state, override_replaces_declarations_rows,
               N_ROWS(override_replaces_declarations_rows));
}

#define TWO                                                             \
 FFI "f.cdef('struct s { int x; }; typedef struct s t; enum e { A = 3 " \
     "};\\n#define N 4\\ndouble sqrt(double);')\ng = embed.FFI()\n"     \
     "g.include(f)\n"

static const row include_takes_over_declarations_rows[] = {
    {TWO "g.typeof('t') is f.typeof('struct s')", "True"},
    {TWO "g.typeof('t[N]'), g.typeof('enum e'), g.integer_const('N')",
     "(<ctype 'struct s[4]'>, <ctype 'enum e'>, 4)"},
    {TWO "g.cdef('struct u { t a; int b[N]; };')\nf.sizeof('t'), "
         "g.sizeof('struct u')",
     "(4, 20)"},
    {TWO "l = g.dlopen('libm.so.6')\nl.A, l.N, hasattr(l, 'sqrt'), dir(l)",
     "(3, 4, False, ['A', 'N'])"},
    {TWO "g.list_types()", "(['t'], ['s'], [])"},
    {TWO "h = embed.FFI()\nh.include(g)\nf.include(h)\nh.typeof('t'), "
         "f.typeof('t')",
     "(<ctype 'struct s'>, <ctype 'struct s'>)"},
    {TWO "g.cdef('struct s { int y; };')",
     "!CDefError: <cdef>:1:8: error: redefinition of 'struct s'\nstruct s { "
     "int y; };\n       ^"},
    {TWO "g.typeof('nope')", "!error: undefined type name\nnope\n^"},
    {TWO "g.include(g)", "!ValueError: an FFI cannot include itself"},
    {TWO "g.include(5)",
     "!TypeError: ffi.include() expects an argument that is an FFI object, "
     "not 'int'"},
    {TWO "w = W(f), W(g)\nf.include(g)\ndel f, g\ngc.collect()\nw[0](), w[1]()",
     "(None, None)"},
};

static void
include_takes_over_declarations(void **state)
{
    rows_check(*state, include_takes_over_declarations_rows,
               N_ROWS(include_takes_over_declarations_rows));
}

static const row dlopen_gives_functions_rows[] = {
    {LIBM "m", "<Lib object for 'libm.so.6'>"},
    {LIBM "m.sqrt(2.25), m.cos(0)", "(1.5, 1.0)"},
    {LIBM "m.sqrt", "<cdata 'double(*)(double)' 0x*>"},
    {LIBM "m.sqrt is m.sqrt", "True"},
    {LIBM "m.sqrt('x')", "!TypeError: must be real number, not str"},
    {LIBM "m.sqrt()",
     "!TypeError: 'double(*)(double)' expects 1 arguments, got 0"},
    {LIBM "dir(m), m.__all__", "(['cos', 'nope', 'sqrt'], ['cos', 'nope', "
                               "'sqrt'])"},
    {LIBM "sorted(m.__dict__)", "['cos', 'sqrt']"},
    {LIBM "hasattr(m, 'nope')", "False"},
    {LIBM "try: m.nope\nexcept AttributeError as e: t = str(e)\n"
          "t[:55]",
     "\"function/symbol 'nope' not found in library 'libm.so.6'\""},
    {LIBM "m.x",
     "!AttributeError: libembed library 'libm.so.6' has no function, constant "
     "or global variable named 'x'"},
    {LIBM "st(m, 'sqrt', 5)",
     "!AttributeError: cannot write to function or constant 'sqrt'"},
    {LIBM "st(m, 'x', 5)",
     "!AttributeError: libembed library 'libm.so.6' has no function, constant "
     "or global variable named 'x'"},
    {LIBM "f.addressof(m, 'sqrt') == m.sqrt", "True"},
    {LIBM "f.cdef('double sin(double);')\nm.sin(0)", "0.0"},
    {LIBC "b = f.new('char[20]')\nc.snprintf(b, 20, b'%d-%s', "
          "f.cast('int', 5), f.new('char[]', b'x')), f.string(b)",
     "(3, b'5-x')"},
    {LIBC "c.ferror(c.stdin), f.typeof(c.stdin) is ffi.typeof('FILE *')",
     "(0, True)"},
    {FFI "f.cdef('int abs(int);')\nf.dlopen(None).abs(2**31)",
     "!OverflowError: integer 2147483648 does not fit 'int'"},
    {FFI "f.cdef('int abs(int);')\nabs = f.dlopen(None).abs\nf.errno = 7\n"
         "abs(-3), f.errno",
     "(3, 7)"},
};

static void
dlopen_gives_functions(void **state)
{
    rows_check(*state, dlopen_gives_functions_rows,
               N_ROWS(dlopen_gives_functions_rows));
}

static const row dlopen_gives_variables_and_constants_rows[] = {
    {LIBC "c", "<Lib object for '<None>'>"},
    {LIBC "c.A, c.B, c.K, c.M, c.BIG", "(0, 7, -5, 12, 18446744073709551615)"},
    {LIBC "c.opterr = 3\na = c.opterr\nf.addressof(c, 'opterr')[0] = 1\na, "
          "c.opterr",
     "(3, 1)"},
    {LIBC "st(c, 'opterr', 'x')", "!TypeError: an integer is required"},
    {LIBC "de(c, 'opterr')",
     "!AttributeError: cannot delete C variable 'opterr'"},
    {LIBC "len(f.string(c.program_invocation_name)) > 0", "True"},
    {LIBC "st(c, 'program_invocation_name', f.NULL)",
     "!AttributeError: cannot write to function or constant "
     "'program_invocation_name'"},
    {LIBC "c.environ", "<cdata 'char * *' 0x*>"},
    {LIBC "hasattr(c, 'D')", "False"},
    {LIBC "st(c, 'K', 5)",
     "!AttributeError: cannot write to function or constant 'K'"},
    {LIBC "f.addressof(c, 'K')",
     "!AttributeError: cannot take the address of the constant 'K'"},
    {LIBC "f.addressof(c, 'zz')",
     "!AttributeError: libembed library '<None>' has no function, constant or "
     "global variable named 'zz'"},
    {LIBC "f.typeof(f.addressof(c, 'opterr'))", "<ctype 'int *'>"},
    {LIBC "sorted(set(dir(c)) - set(c.__all__))",
     "['environ', 'opterr', 'stdin']"},
};

static void
dlopen_gives_variables_and_constants(void **state)
{
    rows_check(*state, dlopen_gives_variables_and_constants_rows,
               N_ROWS(dlopen_gives_variables_and_constants_rows));
}

static const row libraries_are_named_in_several_ways_rows[] = {
    {"ffi.dlopen('nosuch.so')",
     "!OSError: cannot load library 'nosuch.so': nosuch.so: cannot open shared "
     "object file: No such file or directory"},
    {"ffi.dlopen('libembed_nosuch.so', ffi.RTLD_NOLOAD | ffi.RTLD_LAZY)",
     "!OSError: cannot load library 'libembed_nosuch.so': libembed_nosuch.so: "
     "cannot open shared object file: No such file or directory"},
    {"ffi.dlopen(b'libm.so.6'), ffi.dlopen('libm.so.6', ffi.RTLD_LAZY), "
     "ffi.dlopen(name='libm.so.6', flags=ffi.RTLD_NOW | ffi.RTLD_GLOBAL)",
     "(<Lib object for 'libm.so.6'>, <Lib object for 'libm.so.6'>, <Lib object "
     "for 'libm.so.6'>)"},
    {"import pathlib\nffi.dlopen(pathlib.Path('libm.so.6'))",
     "<Lib object for 'libm.so.6'>"},
    {"ffi.dlopen()", "<Lib object for '<None>'>"},
    {"ffi.dlopen(5)",
     "!TypeError: dlopen(name): name must be a file name, None, or an "
     "already-opened 'void *' handle, not int"},
    {"ffi.dlopen(ffi.NULL)", "!RuntimeError: cannot call dlopen(NULL)"},
    {"ffi.dlopen(ffi.cast('char *', 5))",
     "!TypeError: dlopen() takes a file name or 'void *' handle, not 'char *'"},
    {"ffi.dlopen(ffi.cast('int', 5))",
     "!TypeError: dlopen() takes a file name or 'void *' handle, not 'int'"},
    {"ffi.dlopen('a\\0b')", "!ValueError: embedded null byte"},
    {"ffi.dlopen(None, 'x')",
     "!TypeError: 'str' object cannot be interpreted as an integer"},
    {"ffi.dlopen(None, 1 << 40)",
     "!OverflowError: dlopen() flags are too large for an int"},
    {FFI "f.cdef('void *dlopen(char *, int); int dlclose(void *); "
         "double sqrt(double);')\nc = f.dlopen(None)\n"
         "h = c.dlopen(b'libm.so.6', f.RTLD_NOW)\nl = f.dlopen(h)\n"
         "r = l.sqrt(4), repr(l)[:19]\ndel l\nr, c.dlclose(h)",
     "((2.0, \"<Lib object for '0x\"), 0)"},
};

static void
libraries_are_named_in_several_ways(void **state)
{
    rows_check(*state, libraries_are_named_in_several_ways_rows,
               N_ROWS(libraries_are_named_in_several_ways_rows));
}

static const row closed_libraries_say_so_rows[] = {
    {LIBM "f.dlclose(m)", "None"},
    {LIBM "m.sqrt\nf.dlclose(m)\nm.sqrt",
     "!error: library 'libm.so.6' has been closed"},
    {LIBM "f.dlclose(m)\nf.addressof(m, 'sqrt')",
     "!error: library 'libm.so.6' has been closed"},
    {LIBM "f.dlclose(m)\nm.zz",
     "!AttributeError: libembed library 'libm.so.6' has no function, constant "
     "or global variable named 'zz'"},
    {LIBM "f.dlclose(m)\nf.dlclose(m)", "None"},
    {LIBM "ffi.dlclose(lib=m)", "None"},
    {LIBC "f.dlclose(c)\nst(c, 'opterr', 1)",
     "!error: library '<None>' has been closed"},
    {LIBC "f.dlclose(c)\nc.opterr", "!error: library '<None>' has been closed"},
    {LIBC "f.dlclose(c)\nc.K, c.A, repr(c)",
     "(-5, 0, \"<Lib object for '<None>'>\")"},
    {"ffi.dlclose(5)", "!TypeError: argument 1 must be libembed.Lib, not int"},
};

static void
closed_libraries_say_so(void **state)
{
    rows_check(*state, closed_libraries_say_so_rows,
               N_ROWS(closed_libraries_say_so_rows));
}

static const row nothing_is_left_behind_rows[] = {
    /* The declarations themselves are kept by the interpreter. */
    {"import embed\n"
     "def once():\n"
     "  f = embed.FFI()\n"
     "  f.cdef('double sqrt(double); extern int opterr;')\n"
     "  l = f.dlopen('libm.so.6')\n"
     "  l.sqrt(4), l.opterr, dir(l), l.__dict__, f.addressof(l, 'opterr')\n"
     "  for bad in 'nope', 'sqrt':\n"
     "    try: setattr(l, bad, 1)\n"
     "    except AttributeError: pass\n"
     "  try: f.cdef('int;;x')\n"
     "  except embed.CDefError: pass\n"
     "  try: f.dlopen('nosuch.so')\n"
     "  except OSError: pass\n"
     "  f.dlclose(l)\n"
     "  g = embed.FFI(); g.include(f); g.typeof('int[3]')\n"
     "for i in range(50): once()\n"
     "gc.collect()\n"
     "n = sys.getallocatedblocks()\n"
     "for i in range(300): once()\n"
     "gc.collect()\n"
     "sys.getallocatedblocks() - n < 30",
     "True"},
    {LIBM "w = W(f)\ns = m.sqrt\ndel f\ngc.collect()\n"
          "a = w() is not None\ndel m\ngc.collect()\na, w()",
     "(True, None)"},
};

static void
nothing_is_left_behind(void **state)
{
    rows_check(*state, nothing_is_left_behind_rows,
               N_ROWS(nothing_is_left_behind_rows));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embed_is_a_module_of_the_interpreter),
        cmocka_unit_test(cdef_declares_types),
        cmocka_unit_test(wrong_declarations_are_refused),
        cmocka_unit_test(override_replaces_declarations),
        cmocka_unit_test(include_takes_over_declarations),
        cmocka_unit_test(dlopen_gives_functions),
        cmocka_unit_test(dlopen_gives_variables_and_constants),
        cmocka_unit_test(libraries_are_named_in_several_ways),
        cmocka_unit_test(closed_libraries_say_so),
        cmocka_unit_test(nothing_is_left_behind),
    };

    return cmocka_run_group_tests(tests, rows_start, rows_end);
}
