/* test_py_stubs.c - stubs/embed has the names that the objects have.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/py_rows.h"

/* Makes `stub`: class -> its names, "" -> those of the module; and differ(),
 * which lists what only one side has. */
static const char read_stub[] =
    "import ast, embed\n"
    "def names(body):\n"
    "    for node in body:\n"
    "        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):\n"
    "            yield node.name\n"
    "        elif isinstance(node, ast.AnnAssign):\n"
    "            yield node.target.id\n"
    "tree = ast.parse(open('stubs/embed/__init__.pyi').read())\n"
    "stub = {n.name: set(names(n.body)) for n in tree.body\n"
    "        if isinstance(n, ast.ClassDef)}\n"
    "stub[''] = set(names(tree.body))\n"
    "def shown(names): return {n for n in names if n[:1] != '_'}\n"
    "def differ(name, x): return sorted(shown(stub[name]) ^ shown(dir(x)))\n";

static const row stubs_have_all_names_rows[] = {
    {"differ('FFI', embed.FFI)", "[]"},
    {"differ('CType', embed.CType)", "[]"},
    {"differ('CData', embed.CData)", "[]"},
    {"differ('buffer', embed.buffer)", "[]"},
    {"differ('CField', ffi.typeof('struct point').fields[0][1])", "[]"},
    {"differ('', embed)", "['CField', 'CFunction', 'Lib']"},
    {"embed.__version__.count('.') if '__version__' in stub[''] else 0", "2"},
    /* Operators: each that the stub has, an instance has. */
    {"p = ffi.new('int[2]')\n[n for n in stub['CData'] if n not in "
     "('__getattr__', '__sub__', '__new__') and not hasattr(type(p), n)]",
     "[]"},
    {"b = ffi.buffer(ffi.new('int[2]'))\n"
     "[n for n in stub['buffer'] if n != '__buffer__' and not hasattr(b, n)]",
     "[]"},
    {"[n for n in stub['CType'] if not hasattr(embed.CType, n)]", "[]"},
};

static void
stubs_have_all_names(void **state)
{
    rows *r = *state;

    harness_run(&r->h, read_stub);
    rows_check(r, stubs_have_all_names_rows, N_ROWS(stubs_have_all_names_rows));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stubs_have_all_names),
    };

    return cmocka_run_group_tests(tests, rows_start, rows_end);
}
