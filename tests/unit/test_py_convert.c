/* test_py_convert.c - initialisers, assignments and casts.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/py_rows.h"

static const row new_makes_arrays_and_pointers_rows[] = {
    {"ffi.new('int *')", "<cdata 'int *' owning 4 bytes>"},
    {"ffi.new('int *', 5)[0]", "5"},
    {"ffi.new('int[3]')", "<cdata 'int[3]' owning 12 bytes>"},
    {"ffi.new('int[]', 3)", "<cdata 'int[]' owning 12 bytes>"},
    {"ffi.new('int[]', [1,2,3])", "<cdata 'int[]' owning 12 bytes>"},
    {"len(ffi.new('int[]', [1,2,3]))", "3"},
    {"ffi.typeof(ffi.new('int[]', [1,2,3]))", "<ctype 'int[]'>"},
    {"ffi.new('int[3]', [1,2,3,4])",
     "!IndexError: too many initializers for 'int[3]' (got 4)"},
    {"ffi.new('int[]', -1)", "!ValueError: negative array length"},
    {"ffi.new('int[]')",
     "!TypeError: expected new array length or list/tuple/str, not NoneType"},
    {"ffi.new('int')",
     "!TypeError: expected a pointer or array ctype, got 'int'"},
    {"ffi.new('void *')",
     "!TypeError: cannot instantiate ctype 'void' of unknown size"},
    {"ffi.new('struct opaque *')",
     "!TypeError: cannot instantiate ctype 'struct opaque' of unknown size"},
    {"ffi.new('int', 5)",
     "!TypeError: expected a pointer or array ctype, got 'int'"},
    {"ffi.new('int[]', 2**62)",
     "!OverflowError: array size would overflow a Py_ssize_t"},
    {"ffi.new('int[]', 2**70)",
     "!OverflowError: cannot fit 'int' into an index-sized integer"},
    {"ffi.new('int[]', 1.5)",
     "!TypeError: expected new array length or list/tuple/str, not float"},
    {"ffi.new('int[3]', 5)",
     "!TypeError: initializer for ctype 'int[3]' must be a list or tuple, "
     "not int"},
    {"ffi.new('int[3]', 'abc')",
     "!TypeError: initializer for ctype 'int[3]' must be a list or tuple, "
     "not str"},
    {"ffi.new('int[3]', b'abc')",
     "!TypeError: initializer for ctype 'int[3]' must be a list or tuple, "
     "not bytes"},
};

static void
new_makes_arrays_and_pointers(void **state)
{
    rows_check(*state, new_makes_arrays_and_pointers_rows,
               N_ROWS(new_makes_arrays_and_pointers_rows));
}

static const row integers_are_range_checked_rows[] = {
    {"ffi.new('int *', 2**31)",
     "!OverflowError: integer 2147483648 does not fit 'int'"},
    {"ffi.new('int *', -2**31-1)",
     "!OverflowError: integer -2147483649 does not fit 'int'"},
    {"ffi.new('unsigned *', -1)",
     "!OverflowError: can't convert negative number to unsigned"},
    {"ffi.new('unsigned *', 2**32)",
     "!OverflowError: integer 4294967296 does not fit 'unsigned int'"},
    {"ffi.new('unsigned char *', 256)",
     "!OverflowError: integer 256 does not fit 'unsigned char'"},
    {"ffi.new('signed char *', -129)",
     "!OverflowError: integer -129 does not fit 'signed char'"},
    {"ffi.new('short *', 1<<15)",
     "!OverflowError: integer 32768 does not fit 'short'"},
    {"ffi.new('unsigned long *', -1)",
     "!OverflowError: can't convert negative number to unsigned"},
    {"ffi.new('unsigned long *', 1<<64)",
     "!OverflowError: int too big to convert"},
    {"ffi.new('long *', 1<<63)", "!OverflowError: int too big to convert"},
    {"ffi.new('uint8_t *', 1<<63)",
     "!OverflowError: integer 9223372036854775808 does not fit 'uint8_t'"},
    {"ffi.new('int *', 1<<100)", "!OverflowError: int too big to convert"},
    {"ffi.new('int *', 1.5)", "!TypeError: an integer is required"},
    {"ffi.new('int *', '1')", "!TypeError: an integer is required"},
    {"ffi.new('int *', None)", "<cdata 'int *' owning 4 bytes>"},
    {"ffi.new('int *', True)[0]", "1"},
    {"ffi.new('int *', I(3))[0]", "3"},
    {"ffi.new('int *', N(3))[0]", "3"},
    {"ffi.new('int *', F())", "!TypeError: an integer is required"},
    {"ffi.new('int *', ffi.cast('int', 5))[0]", "5"},
    {"ffi.new('int *', ffi.cast('float', 5))",
     "!TypeError: an integer is required"},
    {"ffi.new('int *', ffi.cast('char', 5))[0]", "5"},
    {"ffi.new('int *', ffi.cast('enum color', 5))[0]", "5"},
    {"ffi.new('int *', ffi.NULL)",
     "!TypeError: int() not supported on cdata 'void *'"},
};

static void
integers_are_range_checked(void **state)
{
    rows_check(*state, integers_are_range_checked_rows,
               N_ROWS(integers_are_range_checked_rows));
}

static const row floats_take_what_is_a_number_rows[] = {
    {"ffi.new('double *', 1)[0]", "1.0"},
    {"ffi.new('double *', F())[0]", "1.5"},
    {"ffi.new('double *', I(3))[0]", "3.0"},
    {"ffi.new('double *', 'x')", "!TypeError: must be real number, not str"},
    {"ffi.new('double *', None)", "<cdata 'double *' owning 8 bytes>"},
    {"ffi.new('double *', ffi.cast('int', 5))",
     "!TypeError: float() not supported on cdata 'int'"},
    {"ffi.new('double *', ffi.cast('float', 5))[0]", "5.0"},
    {"ffi.new('double *', ffi.NULL)",
     "!TypeError: float() not supported on cdata 'void *'"},
    {"ffi.new('float *', 1.1)[0]", "1.100000023841858"},
    {"ffi.new('long double *', 1.5)[0]", "<cdata 'long double' 1.500000E+00>"},
    {"float(ffi.new('long double *', 1.5)[0])", "1.5"},
    {"ffi.new('long double *', ffi.cast('long double', 2.5))[0]",
     "<cdata 'long double' 2.500000E+00>"},
    {"ffi.new('long double *', 'x')",
     "!TypeError: must be real number, not str"},
};

static void
floats_take_what_is_a_number(void **state)
{
    rows_check(*state, floats_take_what_is_a_number_rows,
               N_ROWS(floats_take_what_is_a_number_rows));
}

static const row bools_take_zero_and_one_rows[] = {
    {"ffi.new('_Bool *', True)[0]", "True"},
    {"ffi.new('_Bool *', 1)[0]", "True"},
    {"ffi.new('_Bool *', 2)", "!OverflowError: integer 2 does not fit '_Bool'"},
    {"ffi.new('_Bool *', -1)",
     "!OverflowError: can't convert negative number to unsigned"},
    {"ffi.new('_Bool *', 'x')", "!TypeError: an integer is required"},
    {"ffi.new('_Bool *', 0.0)", "!TypeError: an integer is required"},
    {"ffi.new('_Bool[3]', b'\\x00\\x01')", "<cdata '_Bool[3]' owning 3 bytes>"},
    {"list(ffi.new('_Bool[3]', b'\\x00\\x01'))", "[False, True, False]"},
    {"ffi.new('_Bool[3]', b'\\x02')",
     "!ValueError: an array of _Bool can only contain \\x00 or \\x01"},
};

static void
bools_take_zero_and_one(void **state)
{
    rows_check(*state, bools_take_zero_and_one_rows,
               N_ROWS(bools_take_zero_and_one_rows));
}

static const row characters_take_text_of_length_one_rows[] = {
    {"ffi.new('char *', b'x')[0]", "b'x'"},
    {"ffi.new('char *', 'x')",
     "!TypeError: initializer for ctype 'char' must be a bytes of length 1, "
     "not str"},
    {"ffi.new('char *', b'xx')",
     "!TypeError: initializer for ctype 'char' must be a bytes of length 1, "
     "not bytes"},
    {"ffi.new('char *', 5)",
     "!TypeError: initializer for ctype 'char' must be a bytes of length 1, "
     "not int"},
    {"ffi.new('char *', ffi.cast('char', 65))[0]", "b'A'"},
    {"ffi.new('char *', ffi.cast('signed char', 65))[0]",
     "!TypeError: initializer for ctype 'char' must be a bytes of length 1, "
     "not cdata 'signed char'"},
    {"ffi.new('wchar_t *', 'x')[0]", "'x'"},
    {"ffi.new('wchar_t *', b'x')",
     "!TypeError: initializer for ctype 'wchar_t' must be a unicode string "
     "of length 1, not bytes"},
    {"ffi.new('wchar_t *', 'xx')",
     "!TypeError: initializer for ctype 'wchar_t' must be a unicode string "
     "of length 1, not unicode string of length 2"},
    {"ffi.new('wchar_t *', ffi.cast('wchar_t', 65))[0]", "'A'"},
    {"ffi.new('wchar_t *', ffi.cast('char16_t', 65))",
     "!TypeError: initializer for ctype 'wchar_t' must be a unicode string "
     "of length 1, not cdata 'char16_t'"},
    {"ffi.new('char16_t *', '\\U00012345')",
     "!TypeError: initializer for ctype 'char16_t' must be a unicode string "
     "of length 1, not larger-than-0xFFFF character"},
    {"ffi.new('char16_t *', 5)",
     "!TypeError: initializer for ctype 'char16_t' must be a unicode string "
     "of length 1, not int"},
    {"ffi.new('char32_t *', '\\U00012345')[0]", "'\\U00012345'"},
    {"ffi.new('char32_t *', ffi.cast('wchar_t', 65))",
     "<cdata 'char32_t *' owning 4 bytes>"},
};

static void
characters_take_text_of_length_one(void **state)
{
    rows_check(*state, characters_take_text_of_length_one_rows,
               N_ROWS(characters_take_text_of_length_one_rows));
}

static const row arrays_take_sequences_and_text_rows[] = {
    {"ffi.new('char[]', b'hello')", "<cdata 'char[]' owning 6 bytes>"},
    {"ffi.new('char[5]', b'hello')[4]", "b'o'"},
    {"ffi.new('char[4]', b'hello')",
     "!IndexError: initializer bytes is too long for 'char[4]' (got 5 "
     "characters)"},
    {"ffi.new('char[]', 'hello')",
     "!TypeError: initializer for ctype 'char[]' must be a bytes or list or "
     "tuple, not str"},
    {"ffi.new('char[]', [b'a', b'b'])[1]", "b'b'"},
    {"ffi.new('char[]', 5)", "<cdata 'char[]' owning 5 bytes>"},
    {"ffi.new('char[]', bytearray(b'abc'))",
     "!TypeError: expected new array length or list/tuple/str, not bytearray"},
    {"ffi.new('unsigned char[]', b'abc')",
     "<cdata 'unsigned char[]' owning 4 bytes>"},
    {"ffi.new('int8_t[]', b'abc')", "<cdata 'int8_t[]' owning 4 bytes>"},
    {"ffi.new('short[]', b'abc')",
     "!TypeError: initializer for ctype 'short[]' must be a list or tuple, "
     "not bytes"},
    {"ffi.new('wchar_t[]', 'hello')", "<cdata 'wchar_t[]' owning 24 bytes>"},
    {"ffi.new('wchar_t[3]', 'hello')",
     "!IndexError: initializer unicode is too long for 'wchar_t[3]' (got 5 "
     "characters)"},
    {"ffi.new('wchar_t[]', b'hello')",
     "!TypeError: initializer for ctype 'wchar_t[]' must be a unicode or "
     "list or tuple, not bytes"},
    {"ffi.new('char16_t[]', 'a\\U00012345')",
     "<cdata 'char16_t[]' owning 8 bytes>"},
    {"ffi.new('char16_t[2]', 'a\\U00012345')",
     "!IndexError: initializer unicode is too long for 'char16_t[2]' (got 3 "
     "characters)"},
    {"ffi.new('int[2]', ffi.new('int[2]', [7,8]))[1]", "8"},
    {"ffi.new('int[2]', ffi.new('int[]', [7,8]))[1]",
     "!TypeError: initializer for ctype 'int[2]' must be a list or tuple, "
     "not cdata 'int[]'"},
    {"ffi.new('int[2]', ffi.new('int[3]', [7,8,9]))[1]",
     "!TypeError: initializer for ctype 'int[2]' must be a list or tuple, "
     "not cdata 'int[3]'"},
    {"ffi.new('int[]', ffi.new('int[3]', [7,8,9]))",
     "!TypeError: expected new array length or list/tuple/str, not "
     "libembed.CDataOwn"},
    {"ffi.new('int[2]', ffi.new('long[2]'))",
     "!TypeError: initializer for ctype 'int[2]' must be a list or tuple, "
     "not cdata 'long[2]'"},
    {"ffi.new('int[2]', (1,))[1]", "0"},
    {"ffi.new('int[2]', iter([1]))",
     "!TypeError: initializer for ctype 'int[2]' must be a list or tuple, "
     "not list_iterator"},
    {"ffi.new('int[2]', {})",
     "!TypeError: initializer for ctype 'int[2]' must be a list or tuple, "
     "not dict"},
    {"p = ffi.new('int[2][3]', [[1,2],[3]])\np[1][0]", "3"},
    {"ffi.new('int[][3]', [[1,2],[3]])", "<cdata 'int[][3]' owning 24 bytes>"},
    {"ffi.new('int[][3]', 4)", "<cdata 'int[][3]' owning 48 bytes>"},
    {"ffi.new('int *[2]')", "<cdata 'int *[2]' owning 16 bytes>"},
    {"ffi.new('int(*)[3]')", "<cdata 'int(*)[3]' owning 12 bytes>"},
    {"ffi.new('int(*[3])(int)')", "<cdata 'int(*[3])(int)' owning 24 bytes>"},
    {"ffi.new('int(*)(int)')",
     "!TypeError: expected a pointer or array ctype, got 'int(*)(int)'"},
};

static void
arrays_take_sequences_and_text(void **state)
{
    rows_check(*state, arrays_take_sequences_and_text_rows,
               N_ROWS(arrays_take_sequences_and_text_rows));
}

static const row structs_take_sequences_dicts_and_structs_rows[] = {
    {"ffi.new('struct point *')", "<cdata 'struct point *' owning 8 bytes>"},
    {"ffi.new('struct point *')[0]", "<cdata 'struct point' owning 8 bytes>"},
    {"ffi.new('struct point *')[1]",
     "!IndexError: cdata 'struct point *' can only be indexed by 0"},
    {"ffi.new('int *')[1]",
     "!IndexError: cdata 'int *' can only be indexed by 0"},
    {"ffi.new('int *')[-1]",
     "!IndexError: cdata 'int *' can only be indexed by 0"},
    {"ffi.new('struct point *', [1,2]).y", "2"},
    {"ffi.new('struct point *', (1,)).y", "0"},
    {"ffi.new('struct point *', [1,2,3])",
     "!ValueError: too many initializers for 'struct point' (got 3)"},
    {"ffi.new('struct point *', {'x':1,'y':5}).y", "5"},
    {"ffi.new('struct point *', {'x':1,'z':5}).y", "!KeyError: 'z'"},
    {"ffi.new('struct point *', 5)",
     "!TypeError: initializer for ctype 'struct point' must be a list or "
     "tuple or dict or struct-cdata, not int"},
    {"ffi.new('struct point *', 'a')",
     "!TypeError: initializer for ctype 'struct point' must be a list or "
     "tuple or dict or struct-cdata, not str"},
    {"ffi.new('struct point *', {1:1})", "!KeyError: 1"},
    {"ffi.new('struct point *', ffi.new('struct point *', [1,2])[0]).y", "2"},
    {"ffi.new('struct point *', ffi.new('struct point *', [1,2]))",
     "!TypeError: initializer for ctype 'struct point' must be a list or "
     "tuple or dict or struct-cdata, not cdata 'struct point *'"},
    {"p = ffi.new('struct nested *', [[1,2],[[3],[4]],b'abc'])\np.b[1].x", "4"},
    {"ffi.new('struct nested *', [[1,2],[[3],[4]],b'abc']).name",
     "<cdata 'char[8]' 0x*>"},
    {"ffi.new('struct nested *', [[1,2],[[3],[4]],b'abc']).b",
     "<cdata 'struct point[3]' 0x*>"},
    {"ffi.new('struct nested *', [[1,2],[[3],[4]],b'abc']).a",
     "<cdata 'struct point &' 0x*>"},
    {"ffi.new('struct nested *').next", "<cdata 'struct nested *' NULL>"},
    {"ffi.new('union value *', [5]).i", "5"},
    {"ffi.new('union value *', [5,6]).i",
     "!ValueError: too many initializers for 'union value' (got 2)"},
    {"ffi.new('union value *', {'i':5,'d':1.0}).d", "1.0"},
    {"ffi.new('union value *')", "<cdata 'union value *' owning 8 bytes>"},
};

static void
structs_take_sequences_dicts_and_structs(void **state)
{
    rows_check(*state, structs_take_sequences_dicts_and_structs_rows,
               N_ROWS(structs_take_sequences_dicts_and_structs_rows));
}

static const row flexible_arrays_size_their_struct_rows[] = {
    {"ffi.new('struct flex *')", "<cdata 'struct flex *' owning 4 bytes>"},
    {"ffi.new('struct flex *', [1, [1,2,3]])",
     "<cdata 'struct flex *' owning 16 bytes>"},
    {"ffi.new('struct flex *', [1, 3]).data",
     "<cdata 'int[]' sliced length 3>"},
    {"ffi.new('struct flex *', {'data': 4}).data",
     "<cdata 'int[]' sliced length 4>"},
    {"ffi.new('struct flex *', {'data': 4})[0]",
     "<cdata 'struct flex' owning 20 bytes>"},
    {"ffi.sizeof(ffi.new('struct flex *', {'data': 4})[0])", "20"},
    {"ffi.sizeof(ffi.new('struct flex *', {'data': 4}))", "8"},
    {"ffi.new('struct flex *', {'data': -4})",
     "!ValueError: negative array length"},
    {"p = ffi.new('struct flex *', {'data': 4})\np.data[4]",
     "!IndexError: index too large for cdata 'int[]' (expected 4 < 4)"},
    {"p = ffi.new('struct flex *', {'data': 4})\nffi.cast('struct flex *', "
     "p).data",
     "<cdata 'int *' 0x*>"},
    {"ffi.new('struct flex[2]')", "<cdata 'struct flex[2]' owning 8 bytes>"},
    {"ffi.new('struct anon *', [1, 2, 3]).s", "3"},
    {"ffi.new('struct anon *', {'f': 2.0, 'kind': 1}).f", "2.0"},
    {"ffi.new('struct anon *', {'i': 2, 's': 1}).i", "2"},
};

static void
flexible_arrays_size_their_struct(void **state)
{
    rows_check(*state, flexible_arrays_size_their_struct_rows,
               N_ROWS(flexible_arrays_size_their_struct_rows));
}

static const row flexible_arrays_are_not_overrun_rows[] = {
    {"p = ffi.new('struct flex *', [1, 2])\nst(p, 'data', [1,2,3])",
     "!IndexError: initializer for 'int[]' needs 12 bytes, there are 8"},
    {"p = ffi.new('struct flex *', [1, 2])\nst(p, 'data', "
     "[7,8])\nlist(p.data)",
     "[7, 8]"},
    {"p = ffi.new('struct flex *', [1, 2])\nst(p, 0, [1, [1,2,3]])",
     "!IndexError: initializer for 'struct flex' needs 16 bytes, there are "
     "12"},
    {"p = ffi.new('struct flex *', [1, 2])\nst(p, 0, [5, [1,2]])\n(p.n, "
     "list(p.data))",
     "(5, [1, 2])"},
    {"p = ffi.new('struct flex *', [1, 2])\nst(p[0], 'data', [1,2,3])",
     "!IndexError: initializer for 'int[]' needs 12 bytes, there are 8"},
    {"p = ffi.new('struct flex *', [1, 2])\nst(p, 0, ffi.new('struct flex "
     "*', [9, [1, 2]])[0])\np.n",
     "9"},
    {"p = ffi.new('struct point *', [1, 2])\nst(p, 0, [3, 4])\np.y", "4"},
    {"p = ffi.new('struct flex *', [1, 2])\nst(p, 'data', 'x')",
     "!TypeError: initializer for ctype 'int[]' must be a list or tuple, "
     "not str"},
};

static void
flexible_arrays_are_not_overrun(void **state)
{
    rows_check(*state, flexible_arrays_are_not_overrun_rows,
               N_ROWS(flexible_arrays_are_not_overrun_rows));
}

static const row pointers_take_cdata_of_the_same_type_rows[] = {
    {"ffi.new('struct fnp *', [ffi.NULL]).f",
     "<cdata 'int(*)(int, int)' NULL>"},
    {"ffi.new('struct fnp *', [5])",
     "!TypeError: initializer for ctype 'int(*)(int, int)' must be a cdata "
     "pointer, not int"},
    {"ffi.new('struct fnp *', {'p': ffi.new('int *')}).p",
     "<cdata 'void *' 0x*>"},
    {"ffi.new('struct fnp *', {'s': b'abc'})",
     "!TypeError: initializer for ctype 'char *' must be a cdata pointer, "
     "not bytes"},
    {"ffi.new('struct fnp *', {'p': 0})",
     "!TypeError: initializer for ctype 'void *' must be a cdata pointer, "
     "not int"},
    {"ffi.new('struct fnp *', {'p': None})",
     "!TypeError: initializer for ctype 'void *' must be a cdata pointer, "
     "not NoneType"},
    {"ffi.new('struct fnp *', {'s': ffi.new('char[3]')}).s",
     "<cdata 'char *' 0x*>"},
    {"ffi.new('struct fnp *', {'s': ffi.new('int[3]')}).s",
     "!TypeError: implicit cast to 'char *' from a different pointer type: "
     "'int[3]' (use ffi.cast() if that is what is meant)"},
    {"ffi.new('struct fnp *', {'s': ffi.cast('unsigned char *', 0)}).s",
     "<cdata 'char *' NULL>"},
    {"ffi.new('int **', ffi.new('int[3]'))[0]", "<cdata 'int *' 0x*>"},
    {"ffi.new('int **', ffi.new('int *'))[0]", "<cdata 'int *' 0x*>"},
    {"ffi.new('int **', ffi.new('unsigned *'))",
     "!TypeError: initializer for ctype 'int *' must be a pointer to same "
     "type, not cdata 'unsigned int *'"},
    {"ffi.new('int **', ffi.cast('char *', 0))",
     "!TypeError: implicit cast from 'char *' to a different pointer type: "
     "'int *' (use ffi.cast() if that is what is meant)"},
    {"ffi.new('char **', ffi.cast('int *', 0))",
     "!TypeError: implicit cast to 'char *' from a different pointer type: "
     "'int *' (use ffi.cast() if that is what is meant)"},
    {"ffi.new('void **', ffi.cast('int *', 5))[0]", "<cdata 'void *' 0x5>"},
    {"ffi.new('int **', ffi.cast('void *', 5))[0]", "<cdata 'int *' 0x5>"},
    {"ffi.new('int **', ffi.cast('int', 5))",
     "!TypeError: initializer for ctype 'int *' must be a pointer or array, "
     "not cdata 'int'"},
    {"ffi.new('int **', [1])",
     "!TypeError: initializer for ctype 'int *' must be a cdata pointer, "
     "not list"},
    {"ffi.new('void **', ffi.cast('binop', 5))[0]", "<cdata 'void *' 0x5>"},
    {"ffi.new('binop *', ffi.cast('void *', 5))[0]",
     "<cdata 'int(*)(int, int)' 0x5>"},
    {"ffi.new('binop *', ffi.cast('int(*)(int)', 5))[0]",
     "!TypeError: initializer for ctype 'int(*)(int, int)' must be a "
     "pointer to same type, not cdata 'int(*)(int)'"},
    {"ffi.new('struct point **', ffi.new('struct point *'))[0]",
     "<cdata 'struct point *' 0x*>"},
    {"ffi.new('struct point **', ffi.new('struct point *')[0])",
     "!TypeError: initializer for ctype 'struct point *' must be a pointer "
     "or array, not cdata 'struct point'"},
};

static void
pointers_take_cdata_of_the_same_type(void **state)
{
    rows_check(*state, pointers_take_cdata_of_the_same_type_rows,
               N_ROWS(pointers_take_cdata_of_the_same_type_rows));
}

static const row enums_and_complex_numbers_convert_rows[] = {
    {"ffi.new('enum color *', 5)[0]", "5"},
    {"ffi.new('enum color *', 'RED')", "!TypeError: an integer is required"},
    {"ffi.new('enum color *', -1)",
     "!OverflowError: can't convert negative number to unsigned"},
    {"ffi.new('enum sgn *', -1)[0]", "-1"},
    {"ffi.new('float _Complex *', 1+2j)[0]", "(1+2j)"},
    {"ffi.new('double _Complex *', 3)[0]", "(3+0j)"},
    {"ffi.new('double _Complex *', 'x')",
     "!TypeError: must be real number, not str"},
    {"ffi.new()",
     "!TypeError: new() missing required argument 'cdecl' (pos 1)"},
    {"ffi.new(5)", "!TypeError: expected a string or ctype object, got 'int'"},
    {"ffi.new('int *', 1, 2)",
     "!TypeError: new() takes at most 2 arguments (3 given)"},
    {"ffi.new('int *', init=4)[0]", "4"},
    {"ffi.new(cdecl='int *', init=4)[0]", "4"},
    {"ffi.new('int *', foo=4)",
     "!TypeError: 'foo' is an invalid keyword argument for new()"},
};

static void
enums_and_complex_numbers_convert(void **state)
{
    rows_check(*state, enums_and_complex_numbers_convert_rows,
               N_ROWS(enums_and_complex_numbers_convert_rows));
}

static const row casts_do_what_c_does_rows[] = {
    {"ffi.cast('int', 2**40+5)", "<cdata 'int' 5>"},
    {"ffi.cast('int', -1.9)", "<cdata 'int' -1>"},
    {"ffi.cast('int', 'a')", "<cdata 'int' 97>"},
    {"ffi.cast('int', b'a')", "<cdata 'int' 97>"},
    {"ffi.cast('int', 'ab')",
     "!TypeError: cannot cast unicode string of length 2 to ctype 'int'"},
    {"ffi.cast('int', b'ab')",
     "!TypeError: cannot cast bytes of length 2 to ctype 'int'"},
    {"ffi.cast('int', None)", "!TypeError: an integer is required"},
    {"ffi.cast('int', ffi.cast('void *', 5))", "<cdata 'int' 5>"},
    {"ffi.cast('int', ffi.cast('char', 200))", "<cdata 'int' 200>"},
    {"ffi.cast('int', ffi.cast('signed char', 200))", "<cdata 'int' -56>"},
    {"ffi.cast('int', ffi.cast('double _Complex', 2))",
     "!TypeError: int() not supported on cdata '_cffi_double_complex_t'"},
    {"ffi.cast('int', 1j)", "!TypeError: an integer is required"},
    {"ffi.cast('int', float('nan'))",
     "!ValueError: cannot convert float NaN to integer"},
    {"ffi.cast('int', float('inf'))",
     "!OverflowError: cannot convert float infinity to integer"},
    {"ffi.cast('int', ffi.new('struct point *')[0])",
     "!TypeError: int() not supported on cdata 'struct point'"},
    {"ffi.cast('char', 65)", "<cdata 'char' b'A'>"},
    {"ffi.cast('char', 'A')", "<cdata 'char' b'A'>"},
    {"ffi.cast('char', b'A')", "<cdata 'char' b'A'>"},
    {"ffi.cast('char', 321)", "<cdata 'char' b'A'>"},
    {"ffi.cast('wchar_t', 65)", "<cdata 'wchar_t' 'A'>"},
    {"ffi.cast('wchar_t', b'A')", "<cdata 'wchar_t' 'A'>"},
    {"ffi.cast('wchar_t', '\\U00012345')", "<cdata 'wchar_t' '\\U00012345'>"},
    {"ffi.cast('char16_t', '\\U00012345')", "<cdata 'char16_t' '\\u2345'>"},
    {"ffi.cast('char16_t', 0x12345)", "<cdata 'char16_t' '\\u2345'>"},
    {"ffi.cast('char32_t', 2**31)",
     "!ValueError: char32_t 0x* is outside the range of Unicode"},
    {"ffi.cast('unsigned char', -1)", "<cdata 'unsigned char' 255>"},
    {"ffi.cast('bool', 5)", "<cdata '_Bool' True>"},
    {"ffi.cast('_Bool', 0.1)", "<cdata '_Bool' True>"},
    {"ffi.cast('_Bool', ffi.cast('void *', 5))", "<cdata '_Bool' True>"},
    {"ffi.cast('_Bool', ffi.NULL)", "<cdata '_Bool' False>"},
    {"ffi.cast('_Bool', b'\\0')", "<cdata '_Bool' False>"},
    {"ffi.cast('_Bool', 'a')", "<cdata '_Bool' True>"},
    {"ffi.cast('float', 1)", "<cdata 'float' 1.0>"},
    {"ffi.cast('float', 1.1)", "<cdata 'float' 1.100000023841858>"},
    {"ffi.cast('double', 1.1)", "<cdata 'double' 1.1>"},
    {"ffi.cast('double', 'a')", "<cdata 'double' 97.0>"},
    {"ffi.cast('double', b'a')", "<cdata 'double' 97.0>"},
    {"ffi.cast('double', None)",
     "!TypeError: must be real number, not NoneType"},
    {"ffi.cast('double', ffi.cast('int', 5))", "<cdata 'double' 5.0>"},
    {"ffi.cast('double', ffi.cast('long double', 5))", "<cdata 'double' 5.0>"},
    {"ffi.cast('double', ffi.cast('void *', 5))",
     "!TypeError: cannot cast ctype 'void *' to ctype 'double'"},
    {"ffi.cast('long double', 1.1)", "<cdata 'long double' 1.100000E+00>"},
    {"ffi.cast('long double', ffi.cast('long double', 1.1))",
     "<cdata 'long double' 1.100000E+00>"},
    {"ffi.cast('double _Complex', 1)",
     "<cdata '_cffi_double_complex_t' (1+0j)>"},
    {"ffi.cast('double _Complex', 1j)", "<cdata '_cffi_double_complex_t' 1j>"},
    {"ffi.cast('double _Complex', ffi.cast('float', 1))",
     "<cdata '_cffi_double_complex_t' (1+0j)>"},
    {"ffi.cast('double', 1j)", "!TypeError: must be real number, not complex"},
    {"ffi.cast('double', ffi.cast('double _Complex', 1))",
     "!TypeError: must be real number, not complex"},
    {"ffi.cast('enum color', 1)", "<cdata 'enum color' 1: GREEN>"},
    {"ffi.cast('enum color', 3)", "<cdata 'enum color' 3>"},
    {"ffi.cast('enum color', 'RED')",
     "!TypeError: cannot cast unicode string of length 3 to ctype 'enum "
     "color'"},
    {"ffi.cast('enum color', 5.5)", "<cdata 'enum color' 5: BLUE>"},
    {"ffi.cast('enum color', -1)", "<cdata 'enum color' 4294967295>"},
    {"ffi.cast('enum sgn', -1)", "<cdata 'enum sgn' -1: NEG>"},
    {"ffi.cast('enum sgn', 2**32)", "<cdata 'enum sgn' 0>"},
    {"ffi.cast('int *', 0)", "<cdata 'int *' NULL>"},
    {"ffi.cast('int *', 4096*16*16)", "<cdata 'int *' 0x*>"},
    {"ffi.cast('int *', -1)", "<cdata 'int *' 0x*>"},
    {"ffi.cast('int *', 1.5)", "<cdata 'int *' 0x1>"},
    {"ffi.cast('int *', 'a')", "!TypeError: an integer is required"},
    {"ffi.cast('int *', None)", "!TypeError: an integer is required"},
    {"ffi.cast('int *', ffi.new('char[8]'))", "<cdata 'int *' 0x*>"},
    {"ffi.cast('int *', b'abc')", "!TypeError: an integer is required"},
    {"ffi.cast('int[3]', 0)", "<cdata 'int[3]' NULL>"},
    {"ffi.cast('int[3]', ffi.new('char[16]'))", "<cdata 'int[3]' 0x*>"},
    {"ffi.cast('int[]', ffi.new('char[16]'))",
     "!TypeError: cannot cast to ctype 'int[]'"},
    {"ffi.cast('void', 0)", "!TypeError: cannot cast to ctype 'void'"},
    {"ffi.cast('struct point', 0)",
     "!TypeError: cannot cast to ctype 'struct point'"},
    {"ffi.cast('struct point', ffi.new('struct point *')[0])",
     "!TypeError: cannot cast to ctype 'struct point'"},
    {"ffi.cast('binop', 0)", "<cdata 'int(*)(int, int)' NULL>"},
    {"ffi.cast('int', ffi.cast('binop', 77))", "<cdata 'int' 77>"},
    {"ffi.cast('long', 2**64-1)", "<cdata 'long' -1>"},
    {"ffi.cast('unsigned long', 2**64-1)",
     "<cdata 'unsigned long' 18446744073709551615>"},
    {"ffi.cast('unsigned long', -1)",
     "<cdata 'unsigned long' 18446744073709551615>"},
    {"ffi.cast('int', True)", "<cdata 'int' 1>"},
    {"ffi.cast('int', N(5))", "<cdata 'int' 5>"},
    {"ffi.cast('int', I(5))", "<cdata 'int' 5>"},
    {"ffi.cast('int', F())", "!TypeError: an integer is required"},
    {"ffi.cast('int *', ffi.cast('float', 1))", "<cdata 'int *' 0x1>"},
    {"ffi.cast('int *', I(65536*16))", "<cdata 'int *' 0x*>"},
};

static void
casts_do_what_c_does(void **state)
{
    rows_check(*state, casts_do_what_c_does_rows,
               N_ROWS(casts_do_what_c_does_rows));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_makes_arrays_and_pointers),
        cmocka_unit_test(integers_are_range_checked),
        cmocka_unit_test(floats_take_what_is_a_number),
        cmocka_unit_test(bools_take_zero_and_one),
        cmocka_unit_test(characters_take_text_of_length_one),
        cmocka_unit_test(arrays_take_sequences_and_text),
        cmocka_unit_test(structs_take_sequences_dicts_and_structs),
        cmocka_unit_test(flexible_arrays_size_their_struct),
        cmocka_unit_test(flexible_arrays_are_not_overrun),
        cmocka_unit_test(pointers_take_cdata_of_the_same_type),
        cmocka_unit_test(enums_and_complex_numbers_convert),
        cmocka_unit_test(casts_do_what_c_does),
    };

    return cmocka_run_group_tests(tests, rows_start, rows_end);
}
