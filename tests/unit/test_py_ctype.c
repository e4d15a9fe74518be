/* test_py_ctype.c - CType objects, and ffi methods about types.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/py_rows.h"

static const row type_expressions_give_unique_types_rows[] = {
    {"ffi.typeof('int') is ffi.typeof('int')", "True"},
    {"ffi.typeof('int')", "<ctype 'int'>"},
    {"ffi.typeof('  unsigned   int')", "<ctype 'unsigned int'>"},
    {"ffi.typeof('int(int)')",
     "!error: the type 'int(int)' is a function type, not a "
     "pointer-to-function type"},
    {"ffi.typeof(ffi.typeof('int'))",
     "!TypeError: expected a string or cdata object, got 'libembed.CType'"},
    {"ffi.typeof(b'int')",
     "!TypeError: expected a string or cdata object, got 'bytes'"},
    {"ffi.typeof(5)",
     "!TypeError: expected a string or cdata object, got 'int'"},
    {"ffi.typeof('void[3]')",
     "!ValueError: array item of unknown size: 'void'"},
    {"ffi.typeof('struct opaque[3]')",
     "!ValueError: array item of unknown size: 'struct opaque'"},
    {"ffi.typeof('foo')", "!error: undefined type name\nfoo\n^"},
    {"ffi.typeof('int *@')", "!error: unexpected symbol\nint *@\n     ^"},
    {"ffi.typeof('struct bar')",
     "!error: undefined struct/union name\nstruct bar\n       ^"},
    {"ffi.typeof('union point')",
     "!error: wrong kind of tag: struct vs union\nunion point\n      ^"},
    {"ffi.typeof('int[-1]')",
     "!error: expected a positive integer constant\nint[-1]\n    ^"},
    {"ffi.typeof('int int')",
     "!error: invalid combination of types\nint int\n    ^"},
    {"ffi.typeof('unsigned double')",
     "!error: invalid combination of types\nunsigned double\n^"},
    {"ffi.typeof('')", "!error: identifier expected\n\n^"},
    {"ffi.typeof('int[BLUE]')", "<ctype 'int[5]'>"},
    {"ffi.typeof('int[0x10]')", "<ctype 'int[16]'>"},
    {"ffi.typeof('char const * const *')", "<ctype 'char * *'>"},
    {"ffi.typeof('int(*)(int x, char *y)')", "<ctype 'int(*)(int, char *)'>"},
    {"ffi.typeof('int(*)(int[5])')", "<ctype 'int(*)(int *)'>"},
    {"ffi.typeof('double _Complex')", "<ctype '_cffi_double_complex_t'>"},
    {"ffi.typeof('tdonly')", "<ctype 'tdonly'>"},
    {"ffi.typeof('bool')", "<ctype '_Bool'>"},
    {"ffi.typeof('FILE *')", "<ctype 'FILE *'>"},
    {"ffi.typeof('size_t')", "<ctype 'size_t'>"},
};

static void
type_expressions_give_unique_types(void **state)
{
    rows_check(*state, type_expressions_give_unique_types_rows,
               N_ROWS(type_expressions_give_unique_types_rows));
}

static const row types_have_the_attributes_of_their_kind_rows[] = {
    {"ffi.typeof('enum color').elements", "{0: 'RED', 1: 'GREEN', 5: 'BLUE'}"},
    {"ffi.typeof('enum color').relements", "{'RED': 0, 'GREEN': 1, 'BLUE': 5}"},
    {"ffi.typeof('enum color').kind", "'enum'"},
    {"ffi.typeof('int').elements", "!AttributeError: elements"},
    {"ffi.typeof('int').kind, ffi.typeof('int').cname", "('primitive', 'int')"},
    {"ffi.typeof('_Bool').kind", "'primitive'"},
    {"ffi.typeof('void').kind", "'void'"},
    {"ffi.typeof('int *').item", "<ctype 'int'>"},
    {"ffi.typeof('int[3]').item, ffi.typeof('int[3]').length",
     "(<ctype 'int'>, 3)"},
    {"ffi.typeof('int[]').length", "None"},
    {"ffi.typeof('int *').length", "!AttributeError: length"},
    {"ffi.typeof('struct point').fields",
     "[('x', <libembed.CField object at 0x*>), ('y', <libembed.CField "
     "object at 0x*>)]"},
    {"[(n, f.type, f.offset, f.bitshift, f.bitsize, f.flags) for n, f in "
     "ffi.typeof('struct point').fields]",
     "[('x', <ctype 'int'>, 0, -1, -1, 0), ('y', <ctype 'int'>, 4, -1, -1, "
     "0)]"},
    {"[(n, f.type, f.offset, f.bitshift, f.bitsize, f.flags) for n, f in "
     "ffi.typeof('struct bits').fields]",
     "[('a', <ctype 'int'>, 0, 0, 3, 0), ('b', <ctype 'unsigned int'>, 0, "
     "3, 5, 0), ('c', <ctype 'int'>, 0, 8, 1, 0), ('d', <ctype 'unsigned "
     "int'>, 0, 9, 1, 0), ('e', <ctype 'long long'>, 0, 10, 40, 0)]"},
    {"[(n, f.type, f.offset, f.bitshift, f.bitsize, f.flags) for n, f in "
     "ffi.typeof('struct anon').fields]",
     "[('kind', <ctype 'int'>, 0, -1, -1, 0), ('i', <ctype 'int'>, 4, -1, "
     "-1, 0), ('f', <ctype 'float'>, 4, -1, -1, 1), ('s', <ctype 'short'>, "
     "8, -1, -1, 0), ('t', <ctype 'short'>, 10, -1, -1, 0)]"},
    {"ffi.typeof('struct opaque').fields", "None"},
    {"ffi.typeof('union value').kind", "'union'"},
    {"ffi.typeof('int *').fields", "!AttributeError: fields"},
    {"ffi.typeof('binop').kind, ffi.typeof('binop').args, "
     "ffi.typeof('binop').result, ffi.typeof('binop').ellipsis, "
     "ffi.typeof('binop').abi",
     "('function', (<ctype 'int'>, <ctype 'int'>), <ctype 'int'>, False, 2)"},
    {"ffi.typeof('int').args", "!AttributeError: args"},
    {"ffi.typeof('int').foo",
     "!AttributeError: 'libembed.CType' object has no attribute 'foo'"},
};

static void
types_have_the_attributes_of_their_kind(void **state)
{
    rows_check(*state, types_have_the_attributes_of_their_kind_rows,
               N_ROWS(types_have_the_attributes_of_their_kind_rows));
}

static const row types_list_and_compare_as_they_should_rows[] = {
    {"dir(ffi.typeof('int'))", "['cname', 'kind']"},
    {"dir(ffi.typeof('int *'))", "['cname', 'item', 'kind']"},
    {"dir(ffi.typeof('int[3]'))", "['cname', 'item', 'kind', 'length']"},
    {"dir(ffi.typeof('struct point'))", "['cname', 'fields', 'kind']"},
    {"dir(ffi.typeof('binop'))",
     "['abi', 'args', 'cname', 'ellipsis', 'kind', 'result']"},
    {"dir(ffi.typeof('enum color'))",
     "['cname', 'elements', 'kind', 'relements']"},
    {"dir(ffi.typeof('void'))", "['cname', 'kind']"},
    {"ffi.typeof('int')()",
     "!TypeError: 'libembed.CType' object is not callable"},
    {"ffi.typeof('int') == ffi.typeof('long')", "False"},
    {"ffi.typeof('int') != ffi.typeof('long')", "True"},
    {"ffi.typeof('int') < ffi.typeof('long')",
     "!TypeError: '<' not supported between instances of 'libembed.CType' "
     "and 'libembed.CType'"},
    {"hash(ffi.typeof('int')) == hash(ffi.typeof('int'))", "True"},
    {"W(ffi.typeof('int')) is not None", "True"},
    {"type(ffi.typeof('struct point').fields[0][1])",
     "<class 'libembed.CField'>"},
    {"ffi.typeof('struct point').fields[0][1]",
     "<libembed.CField object at 0x*>"},
};

static void
types_list_and_compare_as_they_should(void **state)
{
    rows_check(*state, types_list_and_compare_as_they_should_rows,
               N_ROWS(types_list_and_compare_as_they_should_rows));
}

static const row sizes_and_alignments_are_those_of_c_rows[] = {
    {"ffi.sizeof('int')", "4"},
    {"ffi.sizeof('int[]')", "!error: don't know the size of ctype 'int[]'"},
    {"ffi.sizeof('void')", "!error: don't know the size of ctype 'void'"},
    {"ffi.sizeof('struct opaque')",
     "!error: don't know the size of ctype 'struct opaque'"},
    {"ffi.sizeof(ffi.new('int[]', 5))", "20"},
    {"ffi.sizeof(ffi.new('int *'))", "8"},
    {"ffi.sizeof(ffi.typeof('int'))", "4"},
    {"ffi.sizeof(5)",
     "!TypeError: expected a string or ctype object or cdata object, got "
     "'int'"},
    {"ffi.sizeof('struct flex')", "4"},
    {"ffi.sizeof(ffi.cast('void*', 0))", "8"},
    {"ffi.alignof('int')", "4"},
    {"ffi.alignof('void')",
     "!ValueError: ctype 'void' is of unknown alignment"},
    {"ffi.alignof('struct opaque')",
     "!ValueError: ctype 'struct opaque' is of unknown alignment"},
    {"ffi.alignof('int[]')", "4"},
    {"ffi.alignof(ffi.new('struct point *')[0])", "4"},
    {"ffi.alignof(5)",
     "!TypeError: expected a string or ctype object or cdata object, got "
     "'int'"},
};

static void
sizes_and_alignments_are_those_of_c(void **state)
{
    rows_check(*state, sizes_and_alignments_are_those_of_c_rows,
               N_ROWS(sizes_and_alignments_are_those_of_c_rows));
}

static const row offsets_follow_names_and_indexes_rows[] = {
    {"ffi.offsetof('struct point', 'y')", "4"},
    {"ffi.offsetof('struct point', 'z')", "!KeyError: 'z'"},
    {"ffi.offsetof('struct nested', 'b', 1, 'y')", "20"},
    {"ffi.offsetof('struct nested', 'b', 5, 'y')", "52"},
    {"ffi.offsetof('struct nested *', 'b')", "8"},
    {"ffi.offsetof('struct nested', 'next', 'a')",
     "!TypeError: with a field name argument, expected a struct or union "
     "ctype"},
    {"ffi.offsetof('struct nested')",
     "!TypeError: offsetof() expects at least 2 arguments"},
    {"ffi.offsetof()", "!TypeError: offsetof() expects at least 2 arguments"},
    {"ffi.offsetof('int[4]', 2)", "8"},
    {"ffi.offsetof('int *', 2)", "8"},
    {"ffi.offsetof('int *', -2)", "-8"},
    {"ffi.offsetof('int', 'a')",
     "!TypeError: with a field name argument, expected a struct or union "
     "ctype"},
    {"ffi.offsetof('int', 0)",
     "!TypeError: with an integer argument, expected an array ctype or a "
     "pointer to non-opaque"},
    {"ffi.offsetof('struct opaque', 'x')",
     "!TypeError: struct/union is opaque"},
    {"ffi.offsetof('struct bits', 'a')",
     "!TypeError: not supported for bitfields"},
    {"ffi.offsetof('struct point', 1.5)",
     "!TypeError: field name or array index expected"},
    {"ffi.offsetof('struct point', 0)",
     "!TypeError: with an integer argument, expected an array ctype or a "
     "pointer to non-opaque"},
    {"ffi.offsetof('struct point', 'x', 'y')",
     "!TypeError: with a field name argument, expected a struct or union "
     "ctype"},
    {"ffi.offsetof('struct point[]', 2**62)",
     "!OverflowError: array offset would overflow a Py_ssize_t"},
    {"ffi.offsetof('struct point[]', 2**66)",
     "!OverflowError: cannot fit 'int' into an index-sized integer"},
    {"ffi.offsetof('struct anon', 't')", "10"},
};

static void
offsets_follow_names_and_indexes(void **state)
{
    rows_check(*state, offsets_follow_names_and_indexes_rows,
               N_ROWS(offsets_follow_names_and_indexes_rows));
}

static const row getctype_spells_declarations_rows[] = {
    {"ffi.getctype('int')", "'int'"},
    {"ffi.getctype('int', '*')", "'int *'"},
    {"ffi.getctype('int[3]', '*')", "'int(*)[3]'"},
    {"ffi.getctype('int[3]', ' *foo')", "'int(*foo)[3]'"},
    {"ffi.getctype('int', 'foo')", "'int foo'"},
    {"ffi.getctype('int', '[5]')", "'int[5]'"},
    {"ffi.getctype('int *', ' x ')", "'int * x'"},
    {"ffi.getctype('binop', 'x')", "'int(* x)(int, int)'"},
    {"ffi.getctype('binop', '')", "'int(*)(int, int)'"},
    {"ffi.getctype('binop', '*')", "'int(* *)(int, int)'"},
    {"ffi.getctype(ffi.typeof('int'), 'x')", "'int x'"},
    {"ffi.getctype(ffi.cast('int', 5))",
     "!TypeError: expected a string or ctype object, got 'libembed.CDataOwn'"},
    {"ffi.getctype('foo')", "!error: undefined type name\nfoo\n^"},
    {"ffi.getctype('int(*)[3]', 'y')", "'int(* y)[3]'"},
    {"ffi.getctype(cdecl='int', replace_with='y')", "'int y'"},
};

static void
getctype_spells_declarations(void **state)
{
    rows_check(*state, getctype_spells_declarations_rows,
               N_ROWS(getctype_spells_declarations_rows));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(type_expressions_give_unique_types),
        cmocka_unit_test(types_have_the_attributes_of_their_kind),
        cmocka_unit_test(types_list_and_compare_as_they_should),
        cmocka_unit_test(sizes_and_alignments_are_those_of_c),
        cmocka_unit_test(offsets_follow_names_and_indexes),
        cmocka_unit_test(getctype_spells_declarations),
    };

    return cmocka_run_group_tests(tests, rows_start, rows_end);
}
