/* test_build.c - `embed build`: its options, its products, installing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/shell.h"

#define API                                      \
 "#include \"embed/plugin.h\"\n"                 \
 "int add(int a, int b) EMBED_ON_FAILURE(-1);\n" \
 "int api_version = 7;\n"

#define INIT                 \
 "from %s import ffi, lib\n" \
 "@ffi.def_extern()\n"       \
 "def add(a, b):\n"          \
 "    return a + b\n"

#define HOST                                            \
 "#include <stdio.h>\n"                                 \
 "#ifdef __cplusplus\n"                                 \
 "extern \"C\" {\n"                                     \
 "#endif\n"                                             \
 "int add(int a, int b);\n"                             \
 "extern int api_version;\n"                            \
 "#ifdef __cplusplus\n"                                 \
 "}\n"                                                  \
 "#endif\n"                                             \
 "int main(void)\n"                                     \
 "{\n"                                                  \
 "    printf(\"%d %d\\n\", api_version, add(40, 2));\n" \
 "    return 0;\n"                                      \
 "}\n"

/* Flags for a program built by hand against the build tree. */
#define LIBS "-L$BUILD/lib -lembed -Wl,-rpath,$BUILD/lib"
#define STRICT                                                             \
 "-Wall -Wextra -Wconversion -Wshadow -Werror -I. -I$BUILD/include -fPIC " \
 "-fvisibility=hidden"

/* api.h and NAME.py */
static void
write_plugin(const char *name)
{
    char file[64];
    char init[256];
    (void)snprintf(file, sizeof file, "%s.py", name);
    (void)snprintf(init, sizeof init, INIT, name);
    shell_write("api.h", API);
    shell_write(file, init);
}

static void
expect_same_file_list(const char *expected)
{
    shell_expect(0, "ls");
    shell_expect_output(expected);
}

/* --- options --------------------------------------------------------------*/

static void
the_library_is_called_after_the_init_file_or_name_or_o(void **state)
{
    (void)state;
    write_plugin("calc");
    shell_expect(0, "$EMBED build api.h calc.py");
    shell_expect_output("");
    expect_same_file_list("api.h\ncalc.py\nlibcalc.so\n");
    shell_expect(0, "$EMBED build api.h calc.py --name=other");
    shell_expect(0, "mkdir 'a dir' && "
                    "$EMBED build -o 'a dir/plug in.2' api.h calc.py");
    shell_expect(0, "$EMBED build --name third -ofourth api.h calc.py");
    expect_same_file_list(
        "a dir\napi.h\ncalc.py\nfourth\nlibcalc.so\nlibother.so\n");
    shell_expect(0, "nm -D --defined-only 'a dir/plug in.2' | cut -c18-");
    shell_expect_output("T PyInit_calc\nT add\nD api_version\n");
    /* The name decides what the init code imports. */
    shell_expect(0, "strings fourth | grep -c '^third\\.add$'");
}

static void
compiler_options_reach_the_compiler(void **state)
{
    (void)state;
    shell_only_plain();
    shell_expect(0, "mkdir inc lib");
    shell_write("inc/types.h", "typedef struct { int v; } boxed;\n");
    shell_write("lib/three.c", "int three(void) { return 3; }\n");
    shell_write("api.h", "#include \"types.h\"\n"
                         "#ifdef WITH_MORE\n"
                         "int more(boxed b);\n"
                         "#endif\n"
                         "#ifndef WITHOUT\n"
                         "int less(void);\n"
                         "#endif\n"
                         "#define SIZE (VALUE * 2)\n");
    shell_write("source.c", "int three(void);\n"
                            "static int four(void)\n"
                            "{\n"
                            "    return three() + ONE;\n"
                            "}\n");
    shell_write("four.cdef", "static int four(void);\n");
    shell_write("init.py", "from init import ffi, lib\n"
                           "@ffi.def_extern()\n"
                           "def more(b):\n"
                           "    return b.v * lib.four() + lib.SIZE\n");
    shell_write("host.c", "#include \"api.h\"\n"
                          "#include <stdio.h>\n"
                          "int main(void)\n"
                          "{\n"
                          "    boxed b = {10};\n"
                          "    printf(\"%d\\n\", more(b));\n"
                          "    return 0;\n"
                          "}\n");
    shell_expect(0, "cc -shared -fPIC -o lib/libthree.so lib/three.c");
    shell_expect(0, "$EMBED build api.h init.py -I inc -DWITH_MORE -D VALUE=21 "
                    "-UNONE -DWITHOUT --source source.c --cdef four.cdef "
                    "-L lib -lthree -Wl,-soname,strange.so -Wl,-rpath,$PWD/lib "
                    "-- -DONE=1 -O0");
    shell_expect(0, "nm -D --defined-only libinit.so | cut -c18-");
    shell_expect_output("T PyInit_init\nT more\n");
    shell_expect(0, "readelf -d libinit.so | grep -c 'SONAME.*strange.so'");
    shell_expect(0, "ln -s libinit.so strange.so && "
                    "cc -DWITH_MORE -I inc host.c -o host -L. -linit "
                    "-Wl,-rpath,$PWD && ./host");
    shell_expect_output("82\n");
}

static void
a_header_of_a_library_may_have_functions_python_cannot_call(void **state)
{
    (void)state;
    write_plugin("calc");
    shell_write("log.h", "#include <stdarg.h>\n"
                         "int vlog(const char *format, va_list args);\n"
                         "int log_level(void)\n"
                         "    __attribute__((deprecated));\n"
                         "struct log { int n; };\n"
                         "int log_n(struct log *l);\n"
                         "#define log_n(l) ((l)->n)\n");
    shell_write("log.c", "int log_level(void) { return 3; }\n"
                         "int (log_n)(struct log *l) { return l->n; }\n"
                         "int vlog(const char *format, va_list args)\n"
                         "{\n    return format == 0 && args == 0;\n}\n");
    shell_expect(0, "$EMBED build api.h calc.py --cdef log.h --source log.c");
    shell_expect_output("");
    shell_expect(0, "$EMBED build api.h calc.py --cdef log.h --emit-c x.c");
    shell_expect(0, "grep -c '{\"log_level\",' x.c");
    shell_expect(1, "grep '{\"vlog\",' x.c");
}

static void
cc_names_the_compiler(void **state)
{
    (void)state;
    write_plugin("calc");
    shell_write("cc.sh", "#!/bin/sh\necho \"$@\" >>cc.log\nexec cc \"$@\"\n");
    shell_expect(0, "chmod +x cc.sh && CC='./cc.sh -DX' $EMBED build api.h "
                    "calc.py && grep -c 'DX' cc.log");
    shell_expect(1, "CC=nocc $EMBED build api.h calc.py");
    shell_expect_output(
        "embed: error: cannot run 'nocc': No such file or directory\n");
}

/* --- the C code -----------------------------------------------------------*/

static void
emitted_c_is_clean_in_every_compiler_and_runs(void **state)
{
    static const char *const compilers[] = {"gcc -std=c11", "gcc -std=c11 -O2",
                                            "clang -std=c11", "g++ -x c++",
                                            "clang++ -x c++ -std=c++11"};
    (void)state;
    shell_only_plain();
    write_plugin("calc");
    shell_write("host.c", HOST);
    shell_expect(0, "$EMBED build api.h calc.py --emit-c calc.c");
    expect_same_file_list("api.h\ncalc.c\ncalc.py\nhost.c\n");
    for (size_t i = 0; i < sizeof compilers / sizeof compilers[0]; i++) {
        if (shell("command -v %s", compilers[i]) != 0) {
            continue;
        }
        shell_expect(0, "%s " STRICT " -c calc.c -o calc.o", compilers[i]);
        shell_expect_output("");
        shell_expect(0, "%s host.c -x none calc.o -o host " LIBS " && ./host",
                     compilers[i]);
        shell_expect_output("7 42\n");
    }
}

static void
emitted_c_is_the_same_every_time(void **state)
{
    (void)state;
    shell_expect(0, "mkdir a b && cd $SRC && for i in a b; do $EMBED build "
                    "tests/e2e/plugins/clib.h tests/e2e/plugins/clib.py "
                    "$(cat tests/e2e/plugins/clib.opts) "
                    "--emit-c $OLDPWD/$i/x.c || exit 1; done; cd $OLDPWD && "
                    "cmp a/x.c b/x.c");
}

static void
two_extensions_link_statically_into_one_program(void **state)
{
    (void)state; /* S4 */
    shell_only_plain();
    shell_write("one.h", "int one(void);\nstatic inline int same(void)\n"
                         "{\n    return 1;\n}\n");
    shell_write("two.h", "int two(void);\n#define SAME 2\n");
    shell_write("one.py", "from one import ffi, lib\n"
                          "import sys; sys.mark = 'one'\n"
                          "ffi.def_extern('one')(lambda: lib.same())\n");
    shell_write("two.py", "from two import ffi, lib\nimport sys\n"
                          "assert not hasattr(sys, 'mark')\n"
                          "ffi.def_extern('two')(lambda: lib.SAME)\n");
    shell_write("host.c", "int one(void);\nint two(void);\n"
                          "int main(void)\n"
                          "{\n    return one() * 10 + two();\n}\n");
    shell_expect(0, "for n in one two; do $EMBED build $n.h $n.py "
                    "--emit-c $n.c || exit 1; done");
    shell_expect(0, "cc -I. -I$BUILD/include one.c two.c host.c -o host " LIBS);
    shell_expect(12, "./host");
    shell_expect_output("");
}

static void
isolation_is_as_built_unless_the_operator_says(void **state)
{
    static const char *const levels[] = {"own", "sub", "shared"};
    (void)state; /* R20 */
    shell_only_plain();
    write_plugin("calc");
    shell_write("host.c", "#include <embed.h>\n#include <stdio.h>\n"
                          "int add(int a, int b);\n"
                          "int main(void)\n"
                          "{\n"
                          "    embed_info info = EMBED_INFO_INIT;\n"
                          "    int sum = add(1, 2);\n"
                          "    embed_lookup(\"calc\", &info);\n"
                          "    printf(\"%d %d %d\\n\", sum, info.isolation,\n"
                          "           info.interp_id == 0);\n"
                          "    return 0;\n"
                          "}\n");
    for (int i = 0; i < 3; i++) {
        char expected[32];
        shell_expect(0,
                     "$EMBED build api.h calc.py --isolation %s && "
                     "cc -I$BUILD/include host.c -o host -L. -lcalc " LIBS
                     " -Wl,-rpath,$PWD && ./host",
                     levels[i]);
        (void)snprintf(expected, sizeof expected, "3 %d %d\n", i + 1, i == 2);
        shell_expect_output(expected);
        shell_expect(0, "EMBED_SHARED_INTERP=other,calc ./host");
        shell_expect_output("3 3 1\n");
    }
}

/* --- errors ---------------------------------------------------------------*/

static void
errors_say_what_and_where(void **state)
{
    (void)state; /* B1, B3 */
    write_plugin("calc");
    shell_expect(2, "$EMBED build api.h");
    shell_expect_output("embed: INIT.py is missing\n"
                        "Try 'embed help build'.\n");
    shell_expect(2, "$EMBED build api.h calc.py --frob");
    shell_expect_output("embed: unknown option '--frob' (compiler options go "
                        "after --)\nTry 'embed help build'.\n");
    shell_expect(2, "$EMBED build api.h calc.py --isolation none");
    shell_expect_in_output("--isolation must be own, sub or shared");
    shell_expect(1, "$EMBED build none.h calc.py");
    shell_expect_output("embed: error: none.h: No such file or directory\n");
    shell_expect(1, "$EMBED build api.h none.py");
    shell_expect_output("embed: error: none.py: No such file or directory\n");
    shell_expect(1, "$EMBED build api.h calc.py --cdef none.cdef");
    shell_expect_in_output("none.cdef: No such file or directory");
    shell_expect(1, "$EMBED build api.h calc.py --source none.c");
    shell_expect_in_output("none.c: No such file or directory");
    shell_expect(1, "$EMBED build api.h calc.py --name class");
    shell_expect_in_output("'class' cannot be the name of an extension");
    shell_expect(1, "$EMBED build api.h calc.py -o none/x.so");
    shell_expect_in_output("none/x.so");
    shell_expect(1, "CC=false $EMBED build api.h calc.py");
    shell_expect_output("embed: error: 'false' failed\n");
    shell_expect(1, "CC=none $EMBED build api.h calc.py");
    shell_expect_in_output("cannot run 'none': No such file or directory");
    expect_same_file_list("api.h\ncalc.py\n");
    shell_expect(0, "printf '#!/bin/sh\\nkill -9 $$\\n' >cc && chmod +x cc");
    shell_expect(1, "CC=./cc $EMBED build api.h calc.py");
    shell_expect_output("embed: error: './cc' was ended by signal 9\n");
    shell_expect(0, ": >empty.h && $EMBED build empty.h calc.py");
    shell_expect_output("embed: warning: empty.h declares no functions to "
                        "export\n");
}

/* `embed build` of this header says this. */
static void
expect_syntax_error(const char *header, const char *expected)
{
    shell_write("api.h", header);
    shell_expect(1, "$EMBED build api.h calc.py");
    shell_expect_output(expected);
}

static void
syntax_errors_have_a_position_and_a_caret(void **state)
{
    (void)state; /* B1, B3 */
    write_plugin("calc");
    expect_syntax_error("int f(int a);\nint g(foo_t b);\n",
                        "api.h:2:7: error: undefined type name 'foo_t'\n"
                        "int g(foo_t b);\n"
                        "      ^\n");
    expect_syntax_error("#define T foo_t\nint g(T b);\n",
                        "api.h:2:1: error: undefined type name 'foo_t'\n"
                        "int g(T b);\n"
                        "^\n");
    expect_syntax_error("int f(int a)\n", "api.h:1:13: error: expected ';'\n"
                                          "int f(int a)\n"
                                          "            ^\n");
    expect_syntax_error("struct s {\n    int a;\n\n",
                        "api.h:2:11: error: identifier expected\n"
                        "    int a;\n"
                        "          ^\n");
    shell_write("api.h", "int f(int a, ...);\n");
    shell_expect(1, "$EMBED build api.h calc.py");
    shell_expect_in_output("api.h:1:5: error: ");
    shell_write("api.h", "#include \"none.h\"\n");
    shell_expect(1, "$EMBED build api.h calc.py");
    shell_expect_in_output("api.h:1:10: ");
    /* What the compiler finds is shown where it was written, too. */
    shell_write("api.h", "#include \"embed/plugin.h\"\n"
                         "int f(void) EMBED_ON_FAILURE(unknown);\n");
    shell_expect(1, "$EMBED build api.h calc.py");
    shell_expect_in_output("api.h:2:");
    expect_same_file_list("api.h\ncalc.py\n");
}

/* --- the library ----------------------------------------------------------*/

static void
the_library_exports_the_api_and_needs_no_python(void **state)
{
    (void)state; /* S1, R16; B9 is the reference's */
    write_plugin("calc");
    shell_write("more.c", "int visible = 1;\nint helper(void);\n"
                          "int helper(void) { return visible; }\n");
    shell_expect(0, "$EMBED build api.h calc.py --source more.c");
    shell_expect(0, "nm -D --defined-only libcalc.so | cut -c18-");
    shell_expect_output("T PyInit_calc\nT add\nD api_version\n");
    shell_expect(0, "nm -D --undefined-only libcalc.so | grep -c embed_plugin");
    shell_expect(1, "nm -D --undefined-only libcalc.so | grep ' _*Py'");
    shell_expect_output("");
    shell_expect(0, "readelf -d libcalc.so | grep -c 'NEEDED.*libembed.so.0'");
    shell_expect(1, "readelf -d libcalc.so | grep -i python");
    shell_expect(0, "readelf -d libcalc.so | grep -c 'FLAGS_1.*NODELETE'");
    shell_expect(1, "readelf -d $BUILD/lib/libembed.so.0 "
                    "$BUILD/lib/embed/*.so | grep -i 'NEEDED.*python'");
    shell_expect(0, "readelf -d $BUILD/lib/libembed.so.0 | "
                    "grep -c 'FLAGS_1.*NODELETE'");
}

static void
a_host_that_exports_the_same_name_does_not_interpose(void **state)
{
    (void)state; /* R17; S3 is the reference's */
    shell_only_plain();
    shell_write("api.h", "int helper(int a);\nint ask(int how);\n"
                         "struct ops { int (*helper)(int); };\n"
                         "struct ops table = {helper};\n");
    shell_write("calc.cdef", "static int direct(int a);\n");
    shell_write("calc.c", "static int direct(int a)\n"
                          "{\n    return helper(a);\n}\n");
    shell_write("calc.py",
                "from calc import ffi, lib\n"
                "ffi.def_extern('helper')(lambda a: a + 1)\n"
                "ways = [lib.helper, lib.direct, lib.table.helper,\n"
                "        ffi.addressof(lib, 'helper')]\n"
                "ffi.def_extern('ask')(lambda how: ways[how](how))\n");
    shell_write("host.c",
                "#include <dlfcn.h>\n#include <stdio.h>\n"
                "int helper(int a);\n"
                "int helper(int a) { return a + 1000; }\n"
                "int main(void)\n"
                "{\n"
                "    void *lib = dlopen(\"./libcalc.so\", RTLD_NOW);\n"
                "    int (*ask)(int) = (int (*)(int))dlsym(lib, \"ask\");\n"
                "    int (*own)(int) = (int (*)(int))dlsym(lib, \"helper\");\n"
                "    for (int how = 0; how < 4; how++)\n"
                "        printf(\"%d \", ask(how));\n"
                "    printf(\"%d %d\\n\", own(4), helper(4));\n"
                "    return 0;\n"
                "}\n");
    shell_expect(0, "$EMBED build api.h calc.py --cdef calc.cdef "
                    "--source calc.c");
    shell_expect(0, "cc -rdynamic host.c -o host -ldl && ./host");
    shell_expect_output("1 2 3 4 5 1004\n");
}

/* --- installing -----------------------------------------------------------*/

/* Installs the build tree as it is, without building it again. */
static void
install_tree(void)
{
    shell_expect(0, "for f in $BUILD/bin/embed $BUILD/lib/libembed.so* "
                    "$BUILD/lib/embed/* $BUILD/include $BUILD/pythons.mk; do "
                    "old=\"$old -o $f\"; done; "
                    "env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -C $SRC "
                    "install BUILD=$BUILD DESTDIR=$PWD/dest PREFIX=/opt/em "
                    "$old");
}

static void
an_installed_tree_works_after_it_was_moved(void **state)
{
    (void)state;
    shell_only_plain();
    install_tree();
    shell_expect(0, "cd dest/opt/em && find . -type f -o -type l | grep -v "
                    "cpython- | LC_ALL=C sort");
    shell_expect_output("./bin/embed\n./include/embed.h\n./include/embed.hpp\n"
                        "./include/embed/cffi.h\n"
                        "./include/embed/cffi/Python.h\n"
                        "./include/embed/cffi/includes.h\n"
                        "./include/embed/cffi/pyconfig.h\n"
                        "./include/embed/plugin.h\n"
                        "./lib/cmake/embed/embedConfig.cmake\n"
                        "./lib/cmake/embed/embedConfigVersion.cmake\n"
                        "./lib/embed/libembed-pypy.so\n"
                        "./lib/embed/pythons\n"
                        "./lib/libembed.a\n"
                        "./lib/libembed.so\n./lib/libembed.so.0\n"
                        "./lib/pkgconfig/embed.pc\n"
                        "./share/embed/python/cffi/cffi/__init__.py\n"
                        "./share/embed/python/cffi/cffi/error.py\n"
                        "./share/embed/python/embed_build/__init__.py\n"
                        "./share/embed/python/embed_build/api.py\n"
                        "./share/embed/python/embed_build/command.py\n"
                        "./share/embed/python/embed_build/errors.py\n"
                        "./share/embed/python/embed_build/options.py\n"
                        "./share/embed/stubs/embed/__init__.pyi\n"
                        "./share/embed/stubs/embed/py.typed\n"
                        "./share/man/man1/embed-build.1\n"
                        "./share/man/man1/embed-check-api.1\n"
                        "./share/man/man1/embed.1\n");
    shell_expect(0, "mv dest/opt/em 'moved away'");
    write_plugin("calc");
    shell_write("host.c", HOST);
    shell_expect(0, "mkdir work && mv api.h calc.py host.c work && cd work && "
                    "env -i PATH=/usr/bin:/bin '../moved away/bin/embed' "
                    "build api.h calc.py");
    shell_expect_output("");
    shell_expect(0, "cd work && cc host.c -o host -L. -lcalc "
                    "-Wl,-rpath,'$ORIGIN' && cd / && env -i PATH=/usr/bin:/bin "
                    "EMBED_PYTHON=$EMBED_PYTHON $OLDPWD/host");
    shell_expect_output("7 42\n");
    /* And moved once more, the library with it. */
    shell_expect(0, "mv 'moved away' again && mv work again && cd again/work "
                    "&& LD_LIBRARY_PATH=$PWD/../lib ./host");
    shell_expect_output("7 42\n");
}

static void
pkg_config_finds_an_installed_tree(void **state)
{
    (void)state;
    shell_only_plain();
    if (shell("command -v pkg-config") != 0) {
        skip();
    }
    install_tree();
    shell_expect(0, "mv dest/opt/em moved");
    shell_write("host.c", "#include <embed.h>\n#include <stdio.h>\n"
                          "int main(void)\n"
                          "{\n    puts(embed_version());\n    return 0;\n}\n");
    shell_expect(0, "export PKG_CONFIG_PATH=$PWD/moved/lib/pkgconfig && "
                    "cc host.c -o host $(pkg-config --cflags --libs embed) && "
                    "LD_LIBRARY_PATH=$PWD/moved/lib ./host >version && "
                    "pkg-config --modversion embed | diff version - && "
                    "$(pkg-config --variable=embed embed) --version");
}

static void
inspect_tells_what_a_library_is(void **state)
{
    (void)state;
    shell_only_plain();
    shell_write("api.h", "typedef struct { int x; } p_t;\n"
                         "int add(int, int) EMBED_ON_FAILURE(-1);\n"
                         "const char *name(p_t *p, void (*f)(int));\n"
                         "p_t none(void);\n");
    shell_write("plug.py", "from plug import ffi\n\nx = 1\n");
    shell_expect(0, "mkdir m && echo Y = 2 >m/y.py && $EMBED build api.h "
                    "plug.py --isolation sub --strict --bundle m");
    shell_expect(0, "EMBED_LOG=debug $EMBED inspect libplug.so");
    shell_expect_output(
        "plug: ABI 1, level sub, strict\n"
        "  exports:\n"
        "    int add(int, int);  /* api.h:2, has a failure value */\n"
        "    char *name(p_t *, void(*)(int));  /* api.h:3 */\n"
        "    p_t none(void);  /* api.h:4 */\n"
        "  bundled:\n"
        "    y.py (6 bytes)\n"
        "  init code:\n"
        "    from plug import ffi\n\n    x = 1\n");
    shell_expect(1, "$EMBED inspect nothing.so");
    shell_expect_output("embed: error: nothing.so: No such file or "
                        "directory\n");
    shell_expect(1, "$EMBED inspect api.h");
    shell_expect_output("embed: error: api.h: this is no ELF file\n");
    shell_expect(1, "echo 'int x;' >e.c && cc -shared -fPIC e.c -o e.so && "
                    "$EMBED inspect e.so");
    shell_expect_in_output("e.so: no extension of libembed is in it");
    shell_expect(2, "$EMBED inspect");
    shell_expect(2, "$EMBED inspect a b");
}

static void
cpp_hosts_get_exceptions_and_objects(void **state)
{
    (void)state;
    shell_only_plain();
    if (shell("command -v c++") != 0) {
        skip();
    }
    shell_write("calc.h", "#ifdef __cplusplus\nextern \"C\"\n#endif\n"
                          "int calc(int a, int b);\n");
    shell_write("calc.py", "import time\nfrom calc import ffi\n"
                           "@ffi.def_extern()\n"
                           "def calc(a, b):\n"
                           "    while a == 0: time.sleep(1)\n"
                           "    return a // b\n");
    shell_write(
        "host.cpp",
        "#include <embed.hpp>\n#include <iostream>\n"
        "#include \"calc.h\"\n"
        "int main()\n{\n"
        "    try { embed::start(\"nobody\"); }\n"
        "    catch (const embed::error &e) {\n"
        "        std::cout << e.status() << ' ' << e.what() << '\\n';\n"
        "    }\n"
        "    embed::start(\"calc\");\n"
        "    {\n"
        "        embed::hold held(\"calc\");\n"
        "        std::cout << calc(84, 2) << '\\n';\n"
        "    }\n"
        "    calc(1, 0);\n"
        "    try { embed::check_calls(); }\n"
        "    catch (const embed::error &e) {\n"
        "        std::cout << e.type() << ' ' << e.function() << '\\n';\n"
        "    }\n"
        "    try {\n"
        "        embed::thread_deadline limit(100);\n"
        "        {\n"
        "            embed::thread_deadline longer(60000), none(0);\n"
        "            std::cout << embed::set_thread_deadline(100) << ' ';\n"
        "            embed::thread_deadline shorter(50);\n"
        "            std::cout << embed::set_thread_deadline(50) << '\\n';\n"
        "        }\n"
        "        calc(0, 1);\n"
        "        embed::check_calls();\n"
        "    } catch (const embed::error &e) {\n"
        "        std::cout << e.type() << '\\n';\n"
        "    }\n"
        "    embed::open_source(\"more\", \"int f(int);\",\n"
        "        \"from more import ffi\\nimport sys\\n\"\n"
        "        \"@ffi.def_extern()\\ndef f(x): return x + len(sys.argv)\",\n"
        "        {\"argv\", \"a b\"});\n"
        "    embed::count(\"more\");\n"
        "    std::cout << embed::symbol<int(int)>(\"more\", \"f\")(4) << ' '\n"
        "              << embed::stats(\"more\").calls << '\\n';\n"
        "    try { embed::symbol<int(int)>(\"more\", \"g\"); }\n"
        "    catch (const embed::error &e) { std::cout << e.what() << '\\n'; "
        "}\n"
        "    std::cout << embed::list().size()\n"
        "              << embed::lookup(\"calc\").name << '\\n';\n"
        "    embed::shutdown();\n"
        "    return 0;\n}\n");
    shell_expect(0,
                 "$EMBED build calc.h calc.py && c++ -std=c++11 -Wall "
                 "-Wextra -Werror -I$SRC/include host.cpp -o host -L. -lcalc "
                 "-L$BUILD/lib -lembed -Wl,-rpath,$PWD:$BUILD/lib && "
                 "./host 2>err");
    shell_expect_output(
        "2 no extension named 'nobody' is loaded in this "
        "process\n42\nZeroDivisionError calc\n"
        "100 50\nembed.DeadlineExceeded\n7 1\nit exports no function "
        "named 'g'\n2calc\n");
}

static void
cmake_finds_an_installed_tree(void **state)
{
    (void)state;
    shell_only_plain();
    if (shell("command -v cmake && command -v c++") != 0) {
        skip();
    }
    install_tree();
    shell_expect(0, "mv dest/opt/em moved");
    write_plugin("calc");
    shell_write("host.c", HOST);
    shell_write("CMakeLists.txt",
                "cmake_minimum_required(VERSION 3.12)\n"
                "project(demo C)\n"
                "find_package(embed 0.1 REQUIRED)\n"
                "embed_add_plugin(calc api.h calc.py OPTIONS --isolation sub)\n"
                "add_executable(host host.c)\n"
                "target_link_libraries(host calc)\n");
    shell_expect(0, "cmake -S . -B out -DCMAKE_PREFIX_PATH=$PWD/moved >log && "
                    "cmake --build out >>log && EMBED_LOG=info out/host");
    shell_expect_in_output("7 42\n");
    shell_expect_in_output("level sub");
    shell_expect(0, "touch calc.py && cmake --build out");
    shell_expect_in_output("embed build libcalc.so");
    shell_expect(1,
                 "sed -i 's/embed 0.1/embed 9.9/' CMakeLists.txt && cmake -S . "
                 "-B new -DCMAKE_PREFIX_PATH=$PWD/moved >log 2>&1");
}

static void
uninstall_leaves_nothing(void **state)
{
    (void)state;
    install_tree();
    shell_expect(0, "env -u MAKEFLAGS make -C $SRC uninstall BUILD=$BUILD "
                    "DESTDIR=$PWD/dest PREFIX=/opt/em");
    shell_expect(0, "find dest -type f -o -type l");
    shell_expect_output("");
}

/* What they have that we do not take (vectors, _Float128, generic macros) is not
 * in the way. */
static void
an_api_may_include_any_header(void **state)
{
    (void)state;
    shell_only_plain();
    shell_write("api.h", "#include <complex.h>\n#include <math.h>\n"
                         "#include <netinet/in.h>\n#include <pthread.h>\n"
                         "#include <stdatomic.h>\n#include <sys/stat.h>\n"
                         "#include <sys/ucontext.h>\n#include <tgmath.h>\n"
                         "#include <stdio.h>\n#include <wchar.h>\n"
                         "#ifdef __SSE2__\n#include <immintrin.h>\n#endif\n"
                         "int port(const struct sockaddr_in *a, FILE *f,\n"
                         "         struct timespec t, pthread_mutex_t *m);\n"
                         "off_t length(struct stat s);\n");
    shell_write("any.py", "from any import ffi, lib\n"
                          "@ffi.def_extern()\n"
                          "def port(a, f, t, m):\n"
                          "    return a.sin_port + t.tv_sec + "
                          "ffi.sizeof(m[0])\n"
                          "@ffi.def_extern()\n"
                          "def length(s): return s.st_size\n");
    shell_write("host.c", "#include \"api.h\"\n"
                          "int main(void)\n{\n"
                          "    struct sockaddr_in a = {.sin_port = 7};\n"
                          "    struct timespec t = {5, 0};\n"
                          "    struct stat s = {.st_size = 1L << 33};\n"
                          "    pthread_mutex_t m;\n"
                          "    printf(\"%d %d\\n\", port(&a, stdout, t, &m) - "
                          "(int)sizeof m,\n        length(s) == 1L << 33);\n"
                          "    return 0;\n}\n");
    shell_expect(0, "$EMBED build api.h any.py");
    shell_expect_output("");
    shell_expect(0, "cc -w host.c -o host -L. -lany -Wl,-rpath,$PWD && ./host");
    shell_expect_output("12 1\n");
}

/* Each option is in `embed help` and in the manual, or in neither. */
static void
the_manual_and_the_help_know_the_same_options(void **state)
{
    (void)state;
    static const char *const commands[] = {"build", "check-api"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        shell_expect(
            0,
            "$EMBED help %s | grep -oE '^  --?[a-zA-Z-]+' | tr -d ' ' "
            "| sort -u >help && "
            "sed 's/\\\\-/-/g' $SRC/docs/man/embed-%s.1 | "
            "grep -A1 '^\\.TP' | grep -oE '^\\.B[IR]* --?[a-zA-Z-]+' | "
            "sed 's/.* //' | sort -u >manual && "
            "[ -s help ] && diff help manual",
            commands[i], commands[i]);
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        shell_expect(0,
                     "if command -v man; then man --warnings -l -Tutf8 "
                     "$SRC/docs/man/embed-%s.1 2>&1 >/dev/null | tee "
                     "warnings; [ ! -s warnings ]; fi >/dev/null",
                     commands[i]);
    }
}

int
main(void)
{
#define TEST(name) \
 cmocka_unit_test_setup_teardown(name, shell_enter, shell_leave)
    const struct CMUnitTest each_python[] = {
        TEST(emitted_c_is_clean_in_every_compiler_and_runs),
        TEST(two_extensions_link_statically_into_one_program),
        TEST(isolation_is_as_built_unless_the_operator_says),
        TEST(an_api_may_include_any_header),
        TEST(the_manual_and_the_help_know_the_same_options),
        TEST(a_host_that_exports_the_same_name_does_not_interpose),
        TEST(an_installed_tree_works_after_it_was_moved),
    };
    const struct CMUnitTest any_python[] = {
        TEST(the_library_is_called_after_the_init_file_or_name_or_o),
        TEST(compiler_options_reach_the_compiler),
        TEST(a_header_of_a_library_may_have_functions_python_cannot_call),
        TEST(cc_names_the_compiler),
        TEST(emitted_c_is_the_same_every_time),
        TEST(errors_say_what_and_where),
        TEST(syntax_errors_have_a_position_and_a_caret),
        TEST(the_library_exports_the_api_and_needs_no_python),
        TEST(pkg_config_finds_an_installed_tree),
        TEST(inspect_tells_what_a_library_is),
        TEST(cpp_hosts_get_exceptions_and_objects),
        TEST(cmake_finds_an_installed_tree),
        TEST(uninstall_leaves_nothing),
    };
    int failed = cmocka_run_group_tests(each_python, NULL, NULL);
    if (shell_is_first_python()) {
        failed += cmocka_run_group_tests(any_python, NULL, NULL);
    }
    return failed;
}
