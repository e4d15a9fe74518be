/* test_py_cdata.c - operations of cdata objects.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "subinterp/cpython/ffi/state.h"
#include "tests/unit/py_rows.h"

static const row null_is_a_null_pointer_rows[] = {
    {"ffi.NULL", "<cdata 'void *' NULL>"},
    {"ffi.NULL is ffi.NULL", "True"},
    {"ffi.typeof(ffi.NULL)", "<ctype 'void *'>"},
    {"ffi.NULL == ffi.cast('int *', 0)", "True"},
    {"ffi.NULL == None", "False"},
    {"ffi.NULL == 0", "False"},
    {"ffi.NULL != 0", "True"},
    {"ffi.NULL < 0",
     "!TypeError: '<' not supported between instances of 'libembed.CData' "
     "and 'int'"},
    {"ffi.NULL < ffi.cast('int *', 5)", "True"},
};

static void
null_is_a_null_pointer(void **state)
{
    rows_check(*state, null_is_a_null_pointer_rows,
               N_ROWS(null_is_a_null_pointer_rows));
}

static const row cdata_convert_to_python_numbers_rows[] = {
    {"bool(ffi.NULL)", "False"},
    {"bool(ffi.cast('int *', 1))", "True"},
    {"bool(ffi.cast('int', 0))", "False"},
    {"bool(ffi.cast('double', 0.0))", "False"},
    {"bool(ffi.cast('double', -0.0))", "False"},
    {"bool(ffi.cast('double', float('nan')))", "True"},
    {"bool(ffi.cast('char', 0))", "False"},
    {"bool(ffi.cast('long double', 0))", "False"},
    {"bool(ffi.new('int[0]'))", "True"},
    {"bool(ffi.new('struct point *')[0])", "True"},
    {"bool(ffi.cast('double _Complex', 0))", "False"},
    {"int(ffi.cast('int', 5))", "5"},
    {"int(ffi.cast('char', 200))", "200"},
    {"int(ffi.cast('wchar_t', 200))", "200"},
    {"int(ffi.cast('double', 2.7))", "2"},
    {"int(ffi.cast('long double', 2.7))", "2"},
    {"int(ffi.cast('enum color', 2))", "2"},
    {"int(ffi.cast('_Bool', 2))", "1"},
    {"int(ffi.NULL)", "!TypeError: int() not supported on cdata 'void *'"},
    {"int(ffi.new('int[3]'))",
     "!TypeError: int() not supported on cdata 'int[3]'"},
    {"int(ffi.cast('double _Complex', 0))",
     "!TypeError: int() not supported on cdata '_cffi_double_complex_t'"},
    {"int(ffi.new('struct point *')[0])",
     "!TypeError: int() not supported on cdata 'struct point'"},
    {"float(ffi.cast('int', 5))",
     "!TypeError: float() not supported on cdata 'int'"},
    {"float(ffi.cast('double', 5))", "5.0"},
    {"float(ffi.cast('float', 5))", "5.0"},
    {"float(ffi.cast('long double', 5))", "5.0"},
    {"float(ffi.cast('char', 5))",
     "!TypeError: float() not supported on cdata 'char'"},
    {"float(ffi.cast('wchar_t', 5))",
     "!TypeError: float() not supported on cdata 'wchar_t'"},
    {"float(ffi.cast('enum color', 5))",
     "!TypeError: float() not supported on cdata 'enum color'"},
    {"float(ffi.cast('_Bool', 1))",
     "!TypeError: float() not supported on cdata '_Bool'"},
    {"float(ffi.NULL)", "!TypeError: float() not supported on cdata 'void *'"},
    {"float(ffi.cast('double _Complex', 0))",
     "!TypeError: float() not supported on cdata '_cffi_double_complex_t'"},
    {"complex(ffi.cast('double _Complex', 1+2j))", "(1+2j)"},
    {"complex(ffi.cast('float _Complex', 1+2j))", "(1+2j)"},
    {"complex(ffi.cast('double', 2))",
     "!TypeError: complex() not supported on cdata 'double'"},
    {"complex(ffi.cast('int', 2))",
     "!TypeError: complex() not supported on cdata 'int'"},
    {"complex(ffi.NULL)",
     "!TypeError: complex() not supported on cdata 'void *'"},
    {"range(ffi.cast('int', 5))",
     "!TypeError: 'libembed.CDataOwn' object cannot be interpreted as an "
     "integer"},
    {"[1,2][ffi.cast('int', 1)]",
     "!TypeError: list indices must be integers or slices, not "
     "libembed.CDataOwn"},
};

static void
cdata_convert_to_python_numbers(void **state)
{
    rows_check(*state, cdata_convert_to_python_numbers_rows,
               N_ROWS(cdata_convert_to_python_numbers_rows));
}

static const row cdata_hash_and_compare_by_value_or_address_rows[] = {
    {"hash(ffi.cast('int', 5)) == hash(5)", "True"},
    {"hash(ffi.cast('double', 5.5)) == hash(5.5)", "True"},
    {"hash(ffi.cast('char', 65)) == hash(b'A')", "True"},
    {"hash(ffi.cast('int *', 5)) == hash(ffi.cast('char *', 5))", "True"},
    {"ffi.cast('int', 5) == 5", "True"},
    {"ffi.cast('int', 5) == 5.0", "True"},
    {"ffi.cast('int', 5) == ffi.cast('long', 5)", "True"},
    {"ffi.cast('int', 5) < 6", "True"},
    {"ffi.cast('int', 5) < 'a'",
     "!TypeError: '<' not supported between instances of 'int' and 'str'"},
    {"ffi.cast('char', 65) == b'A'", "True"},
    {"ffi.cast('double', 5) == 5", "True"},
    {"ffi.cast('long double', 5) == 5",
     "!NotImplementedError: cannot use <cdata 'long double'> in a comparison"},
    {"ffi.cast('long double', 5) == ffi.cast('long double', 5)",
     "!NotImplementedError: cannot use <cdata 'long double'> in a comparison"},
    {"ffi.cast('long double', 5) < 3",
     "!NotImplementedError: cannot use <cdata 'long double'> in a comparison"},
    {"hash(ffi.cast('long double', 5)) == 0", "False"},
    {"ffi.cast('int', 5) == ffi.NULL", "False"},
    {"ffi.cast('int *', 5) == 5", "False"},
    {"ffi.cast('int *', 5) < 5",
     "!TypeError: '<' not supported between instances of 'libembed.CData' "
     "and 'int'"},
    {"ffi.cast('int *', 5) <= ffi.cast('char *', 5)", "True"},
    {"ffi.cast('int *', 5) > ffi.cast('int', 5)",
     "!TypeError: '>' not supported between instances of 'libembed.CData' "
     "and 'libembed.CDataOwn'"},
    {"ffi.new('struct point *')[0] == ffi.new('struct point *')[0]", "False"},
    {"p = ffi.new('struct point *')\np == p[0]", "True"},
    {"ffi.typeof(ffi.cast('int', 5)) == ffi.typeof('int')", "True"},
};

static void
cdata_hash_and_compare_by_value_or_address(void **state)
{
    rows_check(*state, cdata_hash_and_compare_by_value_or_address_rows,
               N_ROWS(cdata_hash_and_compare_by_value_or_address_rows));
}

static const row arrays_have_a_length_and_iterate_rows[] = {
    {"len(ffi.new('int *'))", "!TypeError: cdata of type 'int *' has no len()"},
    {"len(ffi.cast('int', 5))", "!TypeError: cdata of type 'int' has no len()"},
    {"iter(ffi.new('int *'))",
     "!TypeError: cdata 'int *' does not support iteration"},
    {"list(ffi.new('int[]', [1,2,3]))", "[1, 2, 3]"},
    {"list(ffi.new('char[3]', b'abc'))", "[b'a', b'b', b'c']"},
    {"iter(ffi.new('int[3]'))", "<libembed.CDataIterator object at 0x*>"},
    {"iter(ffi.new('struct point *')[0])",
     "!TypeError: cdata 'struct point' does not support iteration"},
    {"next(iter(ffi.new('struct point[2]')))", "<cdata 'struct point &' 0x*>"},
    {"dir(ffi.new('struct point *'))", "['x', 'y']"},
    {"dir(ffi.new('struct point *')[0])", "['x', 'y']"},
    {"dir(ffi.new('struct anon *'))", "['f', 'i', 'kind', 's', 't']"},
    {"dir(ffi.new('int *'))", "[]"},
    {"dir(ffi.cast('struct opaque *', 5))", "[]"},
    {"dir(ffi.new('struct point[2]'))", "[]"},
    {"dir(ffi.new('struct point **'))", "[]"},
};

static void
arrays_have_a_length_and_iterate(void **state)
{
    rows_check(*state, arrays_have_a_length_and_iterate_rows,
               N_ROWS(arrays_have_a_length_and_iterate_rows));
}

static const row items_are_read_within_bounds_rows[] = {
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[5]",
     "!IndexError: index too large for cdata 'int[5]' (expected 5 < 5)"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[-1]", "!IndexError: negative index"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na['x']",
     "!TypeError: 'str' object cannot be interpreted as an integer"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[ffi.cast('int', 1)]",
     "!TypeError: 'libembed.CDataOwn' object cannot be interpreted as an "
     "integer"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[I(1)]", "2"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[2**70]",
     "!IndexError: cannot fit 'int' into an index-sized integer"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\n(a+1)[3]", "5"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\n(a+1)[-1]", "1"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[1:3]",
     "<cdata 'int[]' sliced length 2>"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\nlist(a[1:3])", "[2, 3]"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\nffi.typeof(a[1:3])", "<ctype 'int[]'>"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\nffi.sizeof(a[1:3])", "8"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[1:3][2]",
     "!IndexError: index too large for cdata 'int[]' (expected 2 < 2)"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[:3]",
     "!IndexError: slice start must be specified"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[1:]",
     "!IndexError: slice stop must be specified"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[1:3:1]",
     "!IndexError: slice with step not supported"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[3:1]",
     "!IndexError: slice start > stop"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[1:6]",
     "!IndexError: index too large (expected 6 <= 5)"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[-1:3]",
     "!IndexError: negative index"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na['a':3]",
     "!TypeError: 'str' object cannot be interpreted as an integer"},
    {"a=ffi.new('int[5]', [1,2,3,4,5])\na[0:0]",
     "<cdata 'int[]' sliced length 0>"},
    {"a=ffi.new('int *')\na[0:3]", "<cdata 'int[]' sliced length 3>"},
    {"a=ffi.cast('int', 3)\na[0:3]",
     "!TypeError: cdata of type 'int' cannot be indexed"},
    {"a=ffi.cast('void *', 3)\na[0:3]",
     "!ValueError: array item of unknown size: 'void'"},
    {"a=ffi.cast('struct opaque *', 3)\na[0:3]",
     "!ValueError: array item of unknown size: 'struct opaque'"},
    {"a=ffi.cast('int', 3)\na[0]",
     "!TypeError: cdata of type 'int' cannot be indexed"},
    {"a=ffi.cast('void *', 3)\na[0]", "!TypeError: cdata 'void' is opaque"},
    {"a=ffi.cast('struct opaque *', 3)\na[0]",
     "!TypeError: cdata 'struct opaque' is opaque"},
    {"a=ffi.cast('struct point *', 0)\na[0]",
     "!RuntimeError: cannot dereference null pointer from cdata 'struct "
     "point *'"},
    {"a=ffi.cast('int *', 0)\na[0]",
     "!RuntimeError: cannot dereference null pointer from cdata 'int *'"},
    {"a=ffi.cast('binop', 5)\na[0]",
     "!TypeError: cdata of type 'int(*)(int, int)' cannot be indexed"},
    {"a=ffi.new('struct point *')[0]\na[0]",
     "!TypeError: cdata of type 'struct point' cannot be indexed"},
};

static void
items_are_read_within_bounds(void **state)
{
    rows_check(*state, items_are_read_within_bounds_rows,
               N_ROWS(items_are_read_within_bounds_rows));
}

static const row items_and_slices_are_assigned_rows[] = {
    {"a=ffi.new('int[5]')\nst(a, 5, 1)",
     "!IndexError: index too large for cdata 'int[5]' (expected 5 < 5)"},
    {"a=ffi.new('int[5]')\nst(a, -1, 1)", "!IndexError: negative index"},
    {"a=ffi.new('int[5]')\nst(a, 1, 'a')",
     "!TypeError: an integer is required"},
    {"a=ffi.new('int[5]')\nst(a, 1, 2**31)",
     "!OverflowError: integer 2147483648 does not fit 'int'"},
    {"a=ffi.new('int[5]')\nst(a, slice(0,2), [1,2])\nlist(a)",
     "[1, 2, 0, 0, 0]"},
    {"a=ffi.new('int[5]')\nst(a, slice(0,2), [1,2,3])",
     "!ValueError: got more than 2 values to unpack"},
    {"a=ffi.new('int[5]')\nst(a, slice(0,2), [1])",
     "!ValueError: need 2 values to unpack, got 1"},
    {"a=ffi.new('int[5]')\nst(a, slice(0,2), iter([1,2]))", "'ok'"},
    {"a=ffi.new('int[5]')\nst(a, slice(0,2), 5)",
     "!TypeError: 'int' object is not iterable"},
    {"a=ffi.new('int[5]')\nst(a, slice(0,2), b'ab')", "'ok'"},
    {"a=ffi.new('int[5]')\nst(a, slice(0,2), ffi.new('int[2]', "
     "[7,8]))\nlist(a)",
     "[7, 8, 0, 0, 0]"},
    {"a=ffi.new('int[5]')\nst(a, slice(0,2), ffi.new('int[3]', "
     "[7,8,9]))\nlist(a)",
     "!ValueError: got more than 2 values to unpack"},
    {"a=ffi.new('char[5]')\nst(a, slice(0,2), b'ab')\nffi.string(a)", "b'ab'"},
    {"a=ffi.new('char[5]')\nst(a, slice(0,2), "
     "bytearray(b'ab'))\nffi.string(a)",
     "b'ab'"},
    {"a=ffi.new('char[5]')\nst(a, slice(0,2), b'abc')",
     "!ValueError: need a string of length 2, got 3"},
    {"a=ffi.new('char[5]')\nst(a, slice(0,2), 'ab')",
     "!TypeError: initializer for ctype 'char' must be a bytes of length 1, "
     "not str"},
    {"a=ffi.new('unsigned char[5]')\nst(a, slice(0,2), b'ab')\nlist(a)",
     "[97, 98, 0, 0, 0]"},
    {"a=ffi.new('wchar_t[5]')\nst(a, slice(0,2), 'ab')\nffi.string(a)", "'ab'"},
    {"a=ffi.new('wchar_t[5]')\nst(a, slice(0,2), 'abc')",
     "!ValueError: got more than 2 values to unpack"},
    {"a=ffi.new('int[5]')\nde(a, 1)",
     "!TypeError: 'del x[n]' not supported for cdata objects"},
    {"a=ffi.new('int[5]')\nde(a, slice(0,2))",
     "!TypeError: 'del x[n]' not supported for cdata objects"},
};

static void
items_and_slices_are_assigned(void **state)
{
    rows_check(*state, items_and_slices_are_assigned_rows,
               N_ROWS(items_and_slices_are_assigned_rows));
}

static const row fields_are_read_and_written_rows[] = {
    {"a=ffi.new('struct point *')\na.z",
     "!AttributeError: cdata 'struct point *' has no field 'z'"},
    {"a=ffi.new('struct point *')\nst(a, 'z', 5)",
     "!AttributeError: cdata 'struct point *' has no field 'z'"},
    {"a=ffi.new('struct point *')\nst(a, 'x', 'a')",
     "!TypeError: an integer is required"},
    {"a=ffi.new('struct point *')\nde(a, 'x')",
     "!AttributeError: cannot delete struct field"},
    {"a=ffi.new('struct point *')\nde(a, 'z')",
     "!AttributeError: cdata 'struct point *' has no field 'z'"},
    {"a=ffi.new('struct point *')\nst(a, 0, [7,8])\na.y", "8"},
    {"a=ffi.new('struct point *')\nst(a, 1, [7,8])",
     "!IndexError: cdata 'struct point *' can only be indexed by 0"},
    {"a=ffi.new('struct point[2]')\na.x",
     "!AttributeError: cdata 'struct point[2]' has no attribute 'x'"},
    {"a=ffi.cast('struct opaque *', 5)\na.x",
     "!AttributeError: cdata 'struct opaque *' points to an opaque type: "
     "cannot read fields"},
    {"a=ffi.cast('struct opaque *', 5)\nst(a, 'x', 5)",
     "!AttributeError: cdata 'struct opaque *' points to an opaque type: "
     "cannot write fields"},
    {"a=ffi.cast('int *', 5)\na.x",
     "!AttributeError: cdata 'int *' has no attribute 'x'"},
    {"a=ffi.cast('int *', 5)\nst(a, 'x', 5)",
     "!AttributeError: cdata 'int *' has no attribute 'x'"},
    {"a=ffi.cast('int', 5)\na.x",
     "!AttributeError: cdata 'int' has no attribute 'x'"},
    {"a=ffi.new('struct point **')\na.x",
     "!AttributeError: cdata 'struct point * *' has no attribute 'x'"},
    {"a=ffi.new('struct point *')\na.__class__",
     "<class 'libembed.CDataKeep'>"},
};

static void
fields_are_read_and_written(void **state)
{
    rows_check(*state, fields_are_read_and_written_rows,
               N_ROWS(fields_are_read_and_written_rows));
}

static const row bit_fields_are_range_checked_rows[] = {
    {"a=ffi.new('struct bits *')\nst(a, 'a', 3)\na.a", "3"},
    {"a=ffi.new('struct bits *')\nst(a, 'a', -4)\na.a", "-4"},
    {"a=ffi.new('struct bits *')\nst(a, 'a', 4)",
     "!OverflowError: value 4 outside the range allowed by the bit field "
     "width: -4 <= x <= 3"},
    {"a=ffi.new('struct bits *')\nst(a, 'a', -5)",
     "!OverflowError: value -5 outside the range allowed by the bit field "
     "width: -4 <= x <= 3"},
    {"a=ffi.new('struct bits *')\nst(a, 'b', 31)\na.b", "31"},
    {"a=ffi.new('struct bits *')\nst(a, 'b', 32)",
     "!OverflowError: value 32 outside the range allowed by the bit field "
     "width: 0 <= x <= 31"},
    {"a=ffi.new('struct bits *')\nst(a, 'b', -1)",
     "!OverflowError: value -1 outside the range allowed by the bit field "
     "width: 0 <= x <= 31"},
    {"a=ffi.new('struct bits *')\nst(a, 'c', 1)\na.c", "-1"},
    {"a=ffi.new('struct bits *')\nst(a, 'c', -1)\na.c", "-1"},
    {"a=ffi.new('struct bits *')\nst(a, 'c', 2)",
     "!OverflowError: value 2 outside the range allowed by the bit field "
     "width: -1 <= x <= 1"},
    {"a=ffi.new('struct bits *')\nst(a, 'd', 1)\na.d", "1"},
    {"a=ffi.new('struct bits *')\nst(a, 'd', 2)",
     "!OverflowError: value 2 outside the range allowed by the bit field "
     "width: 0 <= x <= 1"},
    {"a=ffi.new('struct bits *')\nst(a, 'e', -2**39)\na.e", "-549755813888"},
    {"a=ffi.new('struct bits *')\nst(a, 'e', 2**39)",
     "!OverflowError: value 549755813888 outside the range allowed by the "
     "bit field width: -549755813888 <= x <= 549755813887"},
    {"a=ffi.new('struct bits *')\nst(a, 'e', 2**70)",
     "!OverflowError: int too big to convert"},
    {"a=ffi.new('struct bits *')\nst(a, 'a', 1.5)",
     "!TypeError: an integer is required"},
    {"a=ffi.new('struct bits *')\nst(a, 'a', 'x')",
     "!TypeError: an integer is required"},
    {"a=ffi.new('struct bits *')\nst(a, 'a', None)",
     "!TypeError: an integer is required"},
    {"ffi.new('struct bits *', [1,2]).b", "2"},
};

static void
bit_fields_are_range_checked(void **state)
{
    rows_check(*state, bit_fields_are_range_checked_rows,
               N_ROWS(bit_fields_are_range_checked_rows));
}

static const row nested_fields_are_live_views_rows[] = {
    {"a=ffi.new('struct nested *')\nst(a, 'name', "
     "b'abcdefgh')\nffi.string(a.name)",
     "b'abcdefgh'"},
    {"a=ffi.new('struct nested *')\nst(a, 'name', b'abcdefghi')",
     "!IndexError: initializer bytes is too long for 'char[8]' (got 9 "
     "characters)"},
    {"a=ffi.new('struct nested *')\nst(a, 'a', [5,6])\na.a.y", "6"},
    {"a=ffi.new('struct nested *')\nst(a, 'a', {'y': 6})\na.a.y", "6"},
    {"a=ffi.new('struct nested *')\na.a.x", "0"},
    {"a=ffi.new('struct nested *')\na.b[3]",
     "!IndexError: index too large for cdata 'struct point[3]' (expected 3 "
     "< 3)"},
    {"a=ffi.new('struct nested *')\nst(a, 'next', a)\na.next.next == a",
     "True"},
};

static void
nested_fields_are_live_views(void **state)
{
    rows_check(*state, nested_fields_are_live_views_rows,
               N_ROWS(nested_fields_are_live_views_rows));
}

static const row pointers_do_arithmetic_rows[] = {
    {"a=ffi.new('int[5]')\na+1", "<cdata 'int *' 0x*>"},
    {"a=ffi.new('int[5]')\n1+a", "<cdata 'int *' 0x*>"},
    {"a=ffi.new('int[5]')\na-1", "<cdata 'int *' 0x*>"},
    {"a=ffi.new('int[5]')\n1-a",
     "!TypeError: unsupported operand type(s) for -: 'int' and "
     "'libembed.CDataOwn'"},
    {"a=ffi.new('int[5]')\n(a+3)-a", "3"},
    {"a=ffi.new('int[5]')\na-a",
     "!TypeError: cannot subtract cdata 'int[5]' and cdata 'int *'"},
    {"a=ffi.new('int[5]')\na-(a+3)",
     "!TypeError: cannot subtract cdata 'int[5]' and cdata 'int *'"},
    {"a=ffi.new('int[5]')\na+'x'",
     "!TypeError: 'str' object cannot be interpreted as an integer"},
    {"a=ffi.new('int[5]')\na+1.5",
     "!TypeError: 'float' object cannot be interpreted as an integer"},
    {"a=ffi.new('int[5]')\na+ffi.cast('int', 1)",
     "!TypeError: 'libembed.CDataOwn' object cannot be interpreted as an "
     "integer"},
    {"a=ffi.new('int[5]')\na+a",
     "!TypeError: 'libembed.CDataOwn' object cannot be interpreted as an "
     "integer"},
    {"a=ffi.cast('int *', 0)\nffi.cast('char *', 5)-a",
     "!TypeError: cannot subtract cdata 'char *' and cdata 'int *'"},
    {"a=ffi.cast('int *', 0)\nffi.cast('int *', 5)-a",
     "!ValueError: pointer subtraction: the distance between the two "
     "pointers is not a multiple of the item size"},
    {"a=ffi.cast('int *', 0)\nffi.cast('int *', 8)-a", "2"},
    {"a=ffi.cast('void *', 0)\na+5", "<cdata 'void *' 0x5>"},
    {"a=ffi.cast('void *', 10)\na-ffi.cast('void *', 4)", "6"},
    {"a=ffi.cast('struct opaque *', 0)\na+5",
     "!TypeError: ctype 'struct opaque *' points to items of unknown size"},
    {"a=ffi.cast('struct opaque *', 0)\na-a",
     "!TypeError: cannot subtract cdata 'struct opaque *' and cdata 'struct "
     "opaque *'"},
    {"a=ffi.cast('binop', 0)\na+5",
     "!TypeError: cannot add a cdata 'int(*)(int, int)' and a number"},
    {"a=ffi.cast('int', 0)\na+5",
     "!TypeError: cannot add a cdata 'int' and a number"},
    {"a=ffi.cast('int', 0)\na-5",
     "!TypeError: cannot add a cdata 'int' and a number"},
    {"a=ffi.new('struct point *')[0]\na+1",
     "!TypeError: cannot add a cdata 'struct point' and a number"},
    {"a=ffi.cast('int *', 0)\na+2**70",
     "!OverflowError: cannot fit 'int' into an index-sized integer"},
    {"a=ffi.cast('int *', 0)\n-a",
     "!TypeError: bad operand type for unary -: 'libembed.CData'"},
};

static void
pointers_do_arithmetic(void **state)
{
    rows_check(*state, pointers_do_arithmetic_rows,
               N_ROWS(pointers_do_arithmetic_rows));
}

static const row repr_shows_type_and_value_rows[] = {
    {"repr(ffi.cast('binop', 4096*4096))",
     "\"<cdata 'int(*)(int, int)' 0x*>\""},
    {"repr(ffi.cast('struct point *', 0))",
     "\"<cdata 'struct point *' NULL>\""},
    {"repr(ffi.new('struct nested *').a)", "\"<cdata 'struct point &' 0x*>\""},
    {"repr(ffi.addressof(ffi.new('struct nested *').a))",
     "\"<cdata 'struct point *' 0x*>\""},
    {"repr(ffi.new('struct point[2]')[0])", "\"<cdata 'struct point &' 0x*>\""},
    {"repr(ffi.new('union value *')[0])",
     "\"<cdata 'union value' owning 8 bytes>\""},
    {"repr(ffi.new('struct flex *', [1,3]))",
     "\"<cdata 'struct flex *' owning 16 bytes>\""},
    {"repr(ffi.cast('enum color', 1))", "\"<cdata 'enum color' 1: GREEN>\""},
    {"repr(ffi.new('enum color *'))",
     "\"<cdata 'enum color *' owning 4 bytes>\""},
    {"repr(ffi.cast('long double', 1))",
     "\"<cdata 'long double' 1.000000E+00>\""},
    {"repr(ffi.cast('float', 1.1))", "\"<cdata 'float' 1.100000023841858>\""},
    {"repr(ffi.cast('char', 0))", "\"<cdata 'char' b'\\\\x00'>\""},
    {"repr(ffi.cast('wchar_t', 0x41))", "\"<cdata 'wchar_t' 'A'>\""},
    {"repr(ffi.new('char *', b'a'))", "\"<cdata 'char *' owning 1 bytes>\""},
    {"repr(ffi.new('char *'))", "\"<cdata 'char *' owning 1 bytes>\""},
    {"repr(ffi.new('tdonly *'))", "\"<cdata 'tdonly *' owning 4 bytes>\""},
    {"repr(ffi.new('point_t *'))",
     "\"<cdata 'struct point *' owning 8 bytes>\""},
    {"repr(ffi.new('binop *'))",
     "\"<cdata 'int(* *)(int, int)' owning 8 bytes>\""},
    {"repr(ffi.typeof('binop'))", "\"<ctype 'int(*)(int, int)'>\""},
    {"repr(ffi.typeof('int(*)(void)'))", "\"<ctype 'int(*)()'>\""},
    {"repr(ffi.cast('unsigned char', 5))", "\"<cdata 'unsigned char' 5>\""},
    {"repr(ffi.cast('uint8_t', 5))", "\"<cdata 'uint8_t' 5>\""},
    {"repr(ffi.cast('size_t', 5))", "\"<cdata 'size_t' 5>\""},
    {"repr(ffi.cast('int8_t', 5))", "\"<cdata 'int8_t' 5>\""},
    {"repr(ffi.cast('_Bool', 5))", "\"<cdata '_Bool' True>\""},
    {"repr(ffi.cast('double _Complex', 5))",
     "\"<cdata '_cffi_double_complex_t' (5+0j)>\""},
    {"repr(ffi.cast('long long', 5))", "\"<cdata 'long long' 5>\""},
    {"repr(ffi.cast('unsigned long long', 5))",
     "\"<cdata 'unsigned long long' 5>\""},
    {"ffi.new('int[2][3]')[0]", "<cdata 'int[3]' 0x*>"},
    {"ffi.new('int[2][3]')+1", "<cdata 'int(*)[3]' 0x*>"},
    {"ffi.new('int[2][3]')[0:1]", "<cdata 'int[][3]' sliced length 1>"},
    {"ffi.new('char **')[0]", "<cdata 'char *' NULL>"},
    {"ffi.new('int(*)[3]')[0]", "<cdata 'int[3]' 0x*>"},
    {"type(ffi.new('int *'))", "<class 'libembed.CDataOwn'>"},
    {"type(ffi.cast('int', 5))", "<class 'libembed.CDataOwn'>"},
};

static void
repr_shows_type_and_value(void **state)
{
    rows_check(*state, repr_shows_type_and_value_rows,
               N_ROWS(repr_shows_type_and_value_rows));
}

static void
null_struct_pointers_do_not_crash(void **state)
{
    rows *r = *state;

    harness_raises(&r->h, "ffi.cast('struct point *', 0).x", "RuntimeError",
                   "cannot dereference null pointer");
    harness_raises(&r->h, "ffi.cast('struct point *', 0).x = 5", "RuntimeError",
                   "cannot dereference null pointer");
    harness_raises(&r->h, "ffi.cast('int *', 0)[0] = 5", "RuntimeError",
                   "cannot dereference null pointer");
    harness_raises(&r->h, "ffi.cast('int *', 0)[0:2]", "RuntimeError",
                   "cannot dereference null pointer");
}

static void
what_outlives_the_interpreter_is_harmless(void **state)
{
    rows *outer = *state;
    rows r = {0};

    PyThreadState_Swap(outer->h.main);
    harness_start_sub(&r.h);
    rows_make_ffi(&r);
    harness_run(&r.h, "keep = [ffi.new('int[]', 5), ffi.new('struct point *'),"
                      "        ffi, ffi.NULL, ffi.typeof('int'), ffi.CData,"
                      "        ffi.gc(ffi.NULL, print), ffi.buffer,"
                      "        iter(ffi.new('int[2]'))]\n"
                      "keep.append(keep)\n"
                      "sys.late = keep\n");
    Py_CLEAR(r.ffi);
    es_py_destroy(r.py);
    harness_run(&r.h, "p = sys.late[1]\n"
                      "p.x = 5\n"
                      "assert repr(p[0]) and p.x == 5 and sys.late[0][4] == 0\n"
                      "assert sys.late[2].sizeof('int') == 4\n"
                      "sys.late[2].new('struct nested *')\n"
                      "del p\n");
    harness_raises(&r.h, "sys.late[2].NULL", "RuntimeError", "has ended");
    harness_end_sub(&r.h);
    PyThreadState_Swap(outer->h.sub);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_a_null_pointer),
        cmocka_unit_test(cdata_convert_to_python_numbers),
        cmocka_unit_test(cdata_hash_and_compare_by_value_or_address),
        cmocka_unit_test(arrays_have_a_length_and_iterate),
        cmocka_unit_test(items_are_read_within_bounds),
        cmocka_unit_test(items_and_slices_are_assigned),
        cmocka_unit_test(fields_are_read_and_written),
        cmocka_unit_test(bit_fields_are_range_checked),
        cmocka_unit_test(nested_fields_are_live_views),
        cmocka_unit_test(pointers_do_arithmetic),
        cmocka_unit_test(repr_shows_type_and_value),
        cmocka_unit_test(null_struct_pointers_do_not_crash),
        cmocka_unit_test(what_outlives_the_interpreter_is_harmless),
    };

    return cmocka_run_group_tests(tests, rows_start, rows_end);
}
