/* test_py_ffi.c - the ffi object, text, buffers and memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/py_rows.h"

static const row ffi_has_its_attributes_rows[] = {
    {"isinstance(ffi.cast('int', 5), ffi.CData)", "True"},
    {"isinstance(ffi.new('int *'), ffi.CData)", "True"},
    {"ffi.CData", "<class 'libembed.CData'>"},
    {"ffi.CType", "<class 'libembed.CType'>"},
    {"ffi.buffer", "<class 'libembed.buffer'>"},
    {"ffi.error", "<class 'ffi.error'>"},
    {"ffi.CData()", "!TypeError: cannot create 'libembed.CData' instances"},
    {"ffi.CType()", "!TypeError: cannot create 'libembed.CType' instances"},
    {"type(ffi)", "<class 'libembed.FFI'>"},
    {"repr(type(ffi)())", "'<libembed.FFI object at 0x*>'"},
    {"type(ffi)().typeof('int')", "<ctype 'int'>"},
    {"ffi.foo",
     "!AttributeError: 'libembed.FFI' object has no attribute 'foo'"},
    {"ffi.errno", "0"},
    {"st(ffi, 'errno', 5)\nffi.errno", "5"},
    {"st(ffi, 'errno', 'x')",
     "!TypeError: 'str' object cannot be interpreted as an integer"},
    {"st(ffi, 'errno', 2**31)", "!OverflowError: errno value too large"},
    {"st(ffi, 'errno', -5)\nffi.errno", "-5"},
    {"[type(getattr(ffi, n)).__name__ for n in dir(ffi) if "
     "n.startswith('RTLD')]",
     "['int', 'int', 'int', 'int', 'int', 'int', 'int']"},
};

static void
ffi_has_its_attributes(void **state)
{
    rows_check(*state, ffi_has_its_attributes_rows,
               N_ROWS(ffi_has_its_attributes_rows));
}

static const row string_reads_up_to_nul_rows[] = {
    {"ffi.string(ffi.new('char[]', b'abc'))", "b'abc'"},
    {"ffi.string(ffi.new('char[3]', b'abc'))", "b'abc'"},
    {"ffi.string(ffi.new('char[]', b'abc'), 2)", "b'ab'"},
    {"ffi.string(ffi.new('char[]', b'abc'), maxlen=2)", "b'ab'"},
    {"ffi.string(ffi.new('char[]', b'abc'), -5)", "b'abc'"},
    {"ffi.string(ffi.new('char[]', b'abc'), 0)", "b''"},
    {"ffi.string(cdata=ffi.new('char[]', b'abc'), maxlen=2)", "b'ab'"},
    {"ffi.string(ffi.cast('char *', 0))",
     "!RuntimeError: cannot use string() on <cdata 'char *' NULL>"},
    {"ffi.string(ffi.cast('wchar_t *', 0))",
     "!RuntimeError: cannot use string() on <cdata 'wchar_t *' NULL>"},
    {"ffi.string(ffi.new('signed char[]', b'abc'))", "b'abc'"},
    {"ffi.string(ffi.new('unsigned char[]', b'abc'))", "b'abc'"},
    {"ffi.string(ffi.new('uint8_t[]', b'abc'))", "b'abc'"},
    {"ffi.string(ffi.new('wchar_t[]', 'abc'))", "'abc'"},
    {"ffi.string(ffi.new('char16_t[]', 'a\\U00012345b'))", "'a\\U00012345b'"},
    {"ffi.string(ffi.new('char16_t[]', 'a\\U00012345b'), 2)", "'a\\ud808'"},
    {"ffi.string(ffi.new('char32_t[]', 'a\\U00012345b'), 2)", "'a\\U00012345'"},
    {"ffi.string(ffi.cast('char', 65))", "b'A'"},
    {"ffi.string(ffi.cast('signed char', 65))", "b'A'"},
    {"ffi.string(ffi.cast('unsigned char', 65))", "b'A'"},
    {"ffi.string(ffi.cast('wchar_t', 65))", "'A'"},
    {"ffi.string(ffi.cast('char', 0))", "b'\\x00'"},
    {"ffi.string(ffi.cast('enum color', 5))", "'BLUE'"},
    {"ffi.string(ffi.cast('enum color', 3))", "'3'"},
    {"ffi.string(ffi.cast('enum sgn', -1))", "'NEG'"},
    {"ffi.string(ffi.cast('int', 3))",
     "!TypeError: string(): unexpected cdata 'int' argument"},
    {"ffi.string(ffi.new('int[3]'))",
     "!TypeError: string(): unexpected cdata 'int[3]' argument"},
    {"ffi.string(ffi.new('int *'))",
     "!TypeError: string(): unexpected cdata 'int *' argument"},
    {"ffi.string(ffi.new('_Bool[3]'))",
     "!TypeError: string(): unexpected cdata '_Bool[3]' argument"},
    {"ffi.string(ffi.cast('void *', 5))",
     "!TypeError: string(): unexpected cdata 'void *' argument"},
    {"ffi.string(ffi.NULL)",
     "!TypeError: string(): unexpected cdata 'void *' argument"},
    {"ffi.string(b'abc')",
     "!TypeError: string() argument 1 must be libembed.CData, not bytes"},
    {"ffi.string(ffi.new('struct point *'))",
     "!TypeError: string(): unexpected cdata 'struct point *' argument"},
    {"ffi.string(ffi.cast('double', 3))",
     "!TypeError: string(): unexpected cdata 'double' argument"},
    {"ffi.string()",
     "!TypeError: string() missing required argument 'cdata' (pos 1)"},
};

static void
string_reads_up_to_nul(void **state)
{
    rows_check(*state, string_reads_up_to_nul_rows,
               N_ROWS(string_reads_up_to_nul_rows));
}

static const row unpack_reads_so_many_items_rows[] = {
    {"ffi.unpack(ffi.new('char[]', b'a\\0bc'), 4)", "b'a\\x00bc'"},
    {"ffi.unpack(ffi.new('wchar_t[]', 'a\\0bc'), 4)", "'a\\x00bc'"},
    {"ffi.unpack(ffi.new('char16_t[]', 'a\\U00012345b'), 3)", "'a\\U00012345'"},
    {"ffi.unpack(ffi.new('int[]', [1,2,3]), 3)", "[1, 2, 3]"},
    {"ffi.unpack(ffi.new('int[]', [1,2,3]), 0)", "[]"},
    {"ffi.unpack(ffi.new('unsigned char[]', [1,2,3]), 3)", "[1, 2, 3]"},
    {"ffi.unpack(ffi.new('double[]', [1,2,3]), 3)", "[1.0, 2.0, 3.0]"},
    {"ffi.unpack(ffi.new('float[]', [1,2,3]), 3)", "[1.0, 2.0, 3.0]"},
    {"ffi.unpack(ffi.new('_Bool[]', [1,0]), 2)", "[True, False]"},
    {"ffi.unpack(ffi.new('char *[]', 2), 2)",
     "[<cdata 'char *' NULL>, <cdata 'char *' NULL>]"},
    {"ffi.unpack(ffi.new('struct point[]', 2), 2)",
     "[<cdata 'struct point &' 0x*>, <cdata 'struct point &' 0x*>]"},
    {"ffi.unpack(ffi.new('int[]', [1,2,3]), -1)",
     "!ValueError: 'length' cannot be negative"},
    {"ffi.unpack(ffi.cast('int *', 0), 1)",
     "!RuntimeError: cannot use unpack() on <cdata 'int *' NULL>"},
    {"ffi.unpack(ffi.cast('int *', 0), 0)",
     "!RuntimeError: cannot use unpack() on <cdata 'int *' NULL>"},
    {"ffi.unpack(ffi.cast('char *', 0), 1)",
     "!RuntimeError: cannot use unpack() on <cdata 'char *' NULL>"},
    {"ffi.unpack(ffi.NULL, 1)",
     "!RuntimeError: cannot use unpack() on <cdata 'void *' NULL>"},
    {"ffi.unpack(ffi.cast('void *', 5), 1)",
     "!ValueError: 'void *' points to items of unknown size"},
    {"ffi.unpack(ffi.cast('int', 5), 1)",
     "!TypeError: expected a pointer or array, got 'int'"},
    {"ffi.unpack(5, 1)",
     "!TypeError: unpack() argument 1 must be libembed.CData, not int"},
    {"ffi.unpack(ffi.new('struct opaque **')[0], 1)",
     "!RuntimeError: cannot use unpack() on <cdata 'struct opaque *' NULL>"},
    {"ffi.unpack(ffi.cast('struct opaque *', 5), 1)",
     "!ValueError: 'struct opaque *' points to items of unknown size"},
    {"ffi.unpack(ffi.new('int[3]'), 1.5)",
     "!TypeError: 'float' object cannot be interpreted as an integer"},
    {"ffi.unpack(cdata=ffi.new('int[3]'), length=2)", "[0, 0]"},
};

static void
unpack_reads_so_many_items(void **state)
{
    rows_check(*state, unpack_reads_so_many_items_rows,
               N_ROWS(unpack_reads_so_many_items_rows));
}

static const row buffer_gives_the_bytes_rows[] = {
    {"ffi.buffer(ffi.new('int[3]'))", "<libembed.buffer object at 0x*>"},
    {"len(ffi.buffer(ffi.new('int[3]')))", "12"},
    {"ffi.buffer(ffi.new('int[3]'), 4)", "<libembed.buffer object at 0x*>"},
    {"ffi.buffer(ffi.new('int *', 5))[:]", "b'\\x05\\x00\\x00\\x00'"},
    {"ffi.buffer(ffi.new('char[4]', b'abc'))[1]", "b'b'"},
    {"ffi.buffer(ffi.new('char[4]', b'abc'))[-1]", "b'\\x00'"},
    {"ffi.buffer(ffi.new('char[4]', b'abc'))[4]",
     "!IndexError: buffer index out of range"},
    {"ffi.buffer(ffi.new('char[4]', b'abc'))[-5]",
     "!IndexError: buffer index out of range"},
    {"ffi.buffer(ffi.new('char[4]', b'abc'))[1:3]", "b'bc'"},
    {"ffi.buffer(ffi.new('char[4]', b'abc'))[1:]", "b'bc\\x00'"},
    {"ffi.buffer(ffi.new('char[4]', b'abc'))[::2]",
     "!TypeError: buffer doesn't support slicing with step != 1"},
    {"ffi.buffer(ffi.new('char[4]', b'abc'))['a']",
     "!TypeError: buffer indices must be integers, not str"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, 1, "
     "b'x')\nffi.string(c)",
     "b'axc'"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, -1, b'x')\nb[:]",
     "b'abcx'"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, 9, b'x')",
     "!IndexError: buffer assignment index out of range"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, 1, b'xx')",
     "!TypeError: must assign a bytes of length 1, not bytes"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, 1, 'x')",
     "!TypeError: must assign a bytes of length 1, not str"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, 1, 5)",
     "!TypeError: must assign a bytes of length 1, not int"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, slice(0,2), "
     "b'xy')\nb[:]",
     "b'xyc\\x00'"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, slice(0,2), "
     "b'xyz')",
     "!ValueError: right operand length must match slice length"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, slice(0,2), 'xy')",
     "!TypeError: a bytes-like object is required, not 'str'"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nst(b, slice(0,4,2), "
     "b'xy')",
     "!TypeError: buffer doesn't support slicing with step != 1"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nde(b, 1)",
     "!TypeError: cannot delete bytes of a buffer"},
    {"c=ffi.new('char[4]', b'abc')\nb=ffi.buffer(c)\nb == b'abc\\0', b == "
     "b'abc', b == bytearray(b'abc\\0'), b != b'abc', b < b'b', b == 5, b "
     "== 'abc\\0'",
     "(True, False, True, True, True, False, False)"},
    {"hash(ffi.buffer(ffi.new('int[3]')))",
     "!TypeError: unhashable type: 'libembed.buffer'"},
    {"W(ffi.buffer(ffi.new('int[3]'))) is not None", "True"},
    {"memoryview(ffi.buffer(ffi.new('int[3]'))).nbytes, "
     "memoryview(ffi.buffer(ffi.new('int[3]'))).readonly, "
     "memoryview(ffi.buffer(ffi.new('int[3]'))).format",
     "(12, False, 'B')"},
    {"bytes(ffi.buffer(ffi.new('char[3]', b'abc')))", "b'abc'"},
    {"bytearray(ffi.buffer(ffi.new('char[3]', b'abc')))", "bytearray(b'abc')"},
    {"list(ffi.buffer(ffi.new('char[3]', b'abc')))", "[b'a', b'b', b'c']"},
    {"b'b' in ffi.buffer(ffi.new('char[3]', b'abc'))", "True"},
    {"ffi.buffer(ffi.cast('int', 5))",
     "!TypeError: expected a pointer or array cdata, got 'int'"},
    {"ffi.buffer(ffi.cast('void *', 5))",
     "!TypeError: don't know the size pointed to by 'void *'"},
    {"ffi.buffer(ffi.cast('void *', 5), 10)",
     "<libembed.buffer object at 0x*>"},
    {"ffi.buffer(ffi.cast('struct opaque *', 5))",
     "!TypeError: don't know the size pointed to by 'struct opaque *'"},
    {"ffi.buffer(ffi.cast('int *', 5))", "<libembed.buffer object at 0x*>"},
    {"ffi.buffer(ffi.new('struct point *')[0])",
     "!TypeError: expected a pointer or array cdata, got 'struct point'"},
    {"ffi.buffer(5)",
     "!TypeError: buffer() argument 1 must be libembed.CData, not int"},
    {"ffi.buffer()",
     "!TypeError: buffer() missing required argument 'cdata' (pos 1)"},
    {"ffi.buffer(ffi.new('int[3]'), -5)", "<libembed.buffer object at 0x*>"},
    {"ffi.buffer(cdata=ffi.new('int[3]'), size=5)",
     "<libembed.buffer object at 0x*>"},
    {"ffi.buffer(ffi.new('struct flex *', [1, 3]))",
     "<libembed.buffer object at 0x*>"},
    {"len(ffi.buffer(ffi.new('struct flex *', [1, 3])))", "16"},
    {"ffi.buffer(ffi.cast('binop', 5))",
     "!TypeError: expected a pointer or array cdata, got 'int(*)(int, int)'"},
};

static void
buffer_gives_the_bytes(void **state)
{
    rows_check(*state, buffer_gives_the_bytes_rows,
               N_ROWS(buffer_gives_the_bytes_rows));
}

static const row from_buffer_locks_a_buffer_rows[] = {
    {"ffi.from_buffer(bytearray(b'abc'))",
     "<cdata 'char[]' buffer len 3 from 'bytearray' object>"},
    {"ffi.from_buffer(b'abc')",
     "<cdata 'char[]' buffer len 3 from 'bytes' object>"},
    {"ffi.from_buffer(b'abc')[1]", "b'b'"},
    {"len(ffi.from_buffer(b'abc'))", "3"},
    {"ffi.from_buffer('abc')",
     "!TypeError: from_buffer() cannot return the address of a unicode "
     "object"},
    {"ffi.from_buffer(5)",
     "!TypeError: a bytes-like object is required, not 'int'"},
    {"ffi.from_buffer('int[]', bytearray(12))",
     "<cdata 'int[]' buffer len 3 from 'bytearray' object>"},
    {"len(ffi.from_buffer('int[]', bytearray(13)))", "3"},
    {"ffi.from_buffer('int[3]', bytearray(13))",
     "<cdata 'int[3]' buffer len 3 from 'bytearray' object>"},
    {"ffi.from_buffer('int[3]', bytearray(10))",
     "!ValueError: buffer is too small (10 bytes) for 'int[3]' (12 bytes)"},
    {"ffi.from_buffer('int *', bytearray(2))",
     "<cdata 'int *' buffer from 'bytearray' object>"},
    {"ffi.from_buffer('int', bytearray(2))",
     "!TypeError: expected a pointer or array ctype, got 'int'"},
    {"ffi.from_buffer('struct point *', bytearray(8)).x", "0"},
    {"ffi.from_buffer('struct opaque *', bytearray(8))",
     "<cdata 'struct opaque *' buffer from 'bytearray' object>"},
    {"ffi.from_buffer('void *', bytearray(8))",
     "<cdata 'void *' buffer from 'bytearray' object>"},
    {"ffi.from_buffer('int[0][]', bytearray(8))",
     "!ValueError: array item of unknown size: 'int[]'"},
    {"ffi.from_buffer('int[][0]', bytearray(8))",
     "!ZeroDivisionError: from_buffer('int[][0]', ..): items of size 0 give "
     "no length"},
    {"ffi.from_buffer(b'abc', require_writable=True)",
     "!BufferError: Object is not writable."},
    {"ffi.from_buffer(bytearray(b'abc'), require_writable=True)",
     "<cdata 'char[]' buffer len 3 from 'bytearray' object>"},
    {"ffi.from_buffer('char[]', b'abc', True)",
     "!BufferError: Object is not writable."},
    {"ffi.from_buffer(memoryview(b'abcdef')[::2])",
     "!BufferError: memoryview: underlying buffer is not C-contiguous"},
    {"ffi.from_buffer(array.array('i', [1,2,3]))",
     "<cdata 'char[]' buffer len 12 from 'array.array' object>"},
    {"ffi.from_buffer('int[]', array.array('i', [1,2,3]))[1]", "2"},
    {"ffi.from_buffer()",
     "!TypeError: from_buffer() missing required argument 'python_buffer' "
     "(pos 1)"},
    {"ffi.from_buffer('char[]')",
     "!TypeError: from_buffer() cannot return the address of a unicode "
     "object"},
    {"ffi.from_buffer(cdecl='int[]', python_buffer=bytearray(8))",
     "<cdata 'int[]' buffer len 2 from 'bytearray' object>"},
    {"x=bytearray(8)\nc=ffi.from_buffer(x)\nx.append(5)",
     "!BufferError: Existing exports of data: object cannot be re-sized"},
    {"x=bytearray(8)\nc=ffi.from_buffer(x)\nffi.release(c)\nc",
     "<cdata 'char[]' buffer RELEASED>"},
    {"x=bytearray(8)\nc=ffi.from_buffer(x)\nffi.release(c)\nx.append(5)",
     "None"},
    {"x=bytearray(8)\nc=ffi.from_buffer(x)\nc == c", "True"},
};

static void
from_buffer_locks_a_buffer(void **state)
{
    rows_check(*state, from_buffer_locks_a_buffer_rows,
               N_ROWS(from_buffer_locks_a_buffer_rows));
}

static const row memmove_copies_between_cdata_and_buffers_rows[] = {
    {"a=ffi.new('char[5]')\nffi.memmove(a, b'abc', 3)\nffi.string(a)",
     "b'abc'"},
    {"a=ffi.new('char[5]', b'abcd')\nffi.memmove(a+1, a, 3)\nffi.string(a)",
     "b'aabc'"},
    {"a=ffi.new('char[5]', b'abcd')\nx=bytearray(4)\nffi.memmove(x, a, 3)\nx",
     "bytearray(b'abc\\x00')"},
    {"ffi.memmove(b'abc', b'abc', 3)", "!BufferError: Object is not writable."},
    {"ffi.memmove(bytearray(3), b'abc', -3)", "!ValueError: negative size"},
    {"ffi.memmove(bytearray(3), b'abc', 4)",
     "!ValueError: 4 bytes are more than the buffer has"},
    {"ffi.memmove(bytearray(3), 'abc', 2)",
     "!TypeError: a bytes-like object is required, not 'str'"},
    {"ffi.memmove(5, b'abc', 2)",
     "!TypeError: a bytes-like object is required, not 'int'"},
    {"ffi.memmove(ffi.cast('int', 5), b'abc', 2)",
     "!TypeError: expected a pointer or array ctype, got 'int'"},
    {"ffi.memmove(ffi.new('struct point *')[0], b'abc', 2)",
     "!TypeError: expected a pointer or array ctype, got 'struct point'"},
    {"ffi.memmove(dest=bytearray(3), src=b'abc', n=2)", "None"},
    {"ffi.memmove(bytearray(3), b'abc')",
     "!TypeError: memmove() missing required argument 'n' (pos 3)"},
    {"ffi.memmove(bytearray(3), b'abc', 1.5)",
     "!TypeError: 'float' object cannot be interpreted as an integer"},
};

static void
memmove_copies_between_cdata_and_buffers(void **state)
{
    rows_check(*state, memmove_copies_between_cdata_and_buffers_rows,
               N_ROWS(memmove_copies_between_cdata_and_buffers_rows));
}

static const row addressof_follows_a_path_rows[] = {
    {"ffi.addressof(ffi.new('struct point *')[0])",
     "<cdata 'struct point *' 0x*>"},
    {"ffi.addressof(ffi.new('int[3]'))", "<cdata 'int(*)[3]' 0x*>"},
    {"ffi.addressof(ffi.new('int *'))",
     "!TypeError: expected a cdata struct/union/array object"},
    {"ffi.addressof(ffi.cast('int', 5))",
     "!TypeError: expected a cdata struct/union/array object"},
    {"ffi.addressof(5)", "!TypeError: expected a cdata object, got 'int'"},
    {"ffi.addressof()", "!TypeError: addressof() expects at least 1 argument"},
    {"a=ffi.new('struct nested *')\nffi.addressof(a, 'b', 1, 'y')",
     "<cdata 'int *' 0x*>"},
    {"a=ffi.new('struct nested *')\nffi.addressof(a[0], 'b')",
     "<cdata 'struct point(*)[3]' 0x*>"},
    {"a=ffi.new('struct nested *')\nffi.addressof(a[0], 'zz')",
     "!KeyError: 'zz'"},
    {"a=ffi.new('struct nested *')\nffi.addressof(a[0], 'b', 5) - "
     "ffi.addressof(a[0], 'b', 0)",
     "5"},
    {"a=ffi.new('struct bits *')\nffi.addressof(a[0], 'b')",
     "!TypeError: not supported for bitfields"},
    {"a=ffi.new('int[5]')\nffi.addressof(a, 2) - ffi.addressof(a, 0)", "2"},
    {"a=ffi.new('int[5]')\nffi.addressof(a, 'x')",
     "!TypeError: with a field name argument, expected a struct or union "
     "ctype"},
    {"a=ffi.new('int *')\nffi.addressof(a, 2)", "<cdata 'int *' 0x*>"},
    {"a=ffi.new('struct nested *')\nffi.addressof(a[0], 'next', 'a')",
     "!TypeError: with a field name argument, expected a struct or union "
     "ctype"},
};

static void
addressof_follows_a_path(void **state)
{
    rows_check(*state, addressof_follows_a_path_rows,
               N_ROWS(addressof_follows_a_path_rows));
}

static const row gc_runs_its_destructor_once_rows[] = {
    {"ffi.gc(ffi.new('int *'), lambda x: None)", "<cdata 'int *' 0x*>"},
    {"ffi.gc(5, lambda x: None)",
     "!TypeError: gc() argument 1 must be libembed.CData, not int"},
    {"ffi.gc(ffi.new('int *'), None)",
     "!TypeError: a destructor can only be removed from a cdata that "
     "ffi.gc() returned"},
    {"ffi.gc(ffi.cast('int', 5), lambda x: None)", "<cdata 'int' 5>"},
    {"ffi.gc(ffi.new('int *'), lambda x: None, 5)", "<cdata 'int *' 0x*>"},
    {"l=[]\np=ffi.new('int *')\nq=ffi.gc(p, "
     "l.append)\nffi.release(q)\nffi.release(q)\nl",
     "[<cdata 'int *' owning 4 bytes>]"},
    {"l=[]\np=ffi.new('int *')\nq=ffi.gc(p, l.append)\ndel q\nl",
     "[<cdata 'int *' owning 4 bytes>]"},
    {"l=[]\np=ffi.new('int *')\nq=ffi.gc(p, l.append)\nr=ffi.gc(q, "
     "None)\ndel q\n(r, l)",
     "(None, [])"},
    {"repr(ffi.gc(ffi.cast('void *', 5), lambda x: None))",
     "\"<cdata 'void *' 0x5>\""},
    {"repr(ffi.gc(ffi.new('struct point *')[0], lambda x: None))",
     "\"<cdata 'struct point &' 0x*>\""},
    {"ffi.release(ffi.new('int *'))", "None"},
    {"ffi.release(ffi.cast('int *', 5))",
     "!ValueError: only a cdata of ffi.new(), ffi.gc(), ffi.from_buffer() "
     "or an allocator can be released or used in 'with'"},
    {"ffi.release(ffi.cast('int', 5))",
     "!ValueError: only a cdata of ffi.new(), ffi.gc(), ffi.from_buffer() "
     "or an allocator can be released or used in 'with'"},
    {"ffi.release(5)", "!TypeError: expected a 'cdata' object"},
    {"ffi.new('int *').__enter__()", "<cdata 'int *' owning 4 bytes>"},
    {"ffi.new('int *').__exit__(None, None, None)", "None"},
    {"ffi.cast('int *', 5).__enter__()",
     "!ValueError: only a cdata of ffi.new(), ffi.gc(), ffi.from_buffer() "
     "or an allocator can be released or used in 'with'"},
    {"ffi.new('struct point *')[0].__enter__()",
     "!ValueError: only a cdata of ffi.new(), ffi.gc(), ffi.from_buffer() "
     "or an allocator can be released or used in 'with'"},
    {"ffi.new('struct point *')[0].__exit__(1,2,3)",
     "!ValueError: only a cdata of ffi.new(), ffi.gc(), ffi.from_buffer() "
     "or an allocator can be released or used in 'with'"},
};

static void
gc_runs_its_destructor_once(void **state)
{
    rows_check(*state, gc_runs_its_destructor_once_rows,
               N_ROWS(gc_runs_its_destructor_once_rows));
}

static const row handles_stand_for_objects_while_alive_rows[] = {
    {"h=ffi.new_handle([1])\nrepr(h)[:30]",
     "\"<cdata 'void *' handle to [1]>\""},
    {"h=ffi.new_handle([1])\nffi.from_handle(h)", "[1]"},
    {"h=ffi.new_handle([1])\nffi.typeof(h)", "<ctype 'void *'>"},
    {"h=ffi.new_handle([1])\nffi.from_handle(ffi.cast('char *', h))", "[1]"},
    {"h=ffi.new_handle([1])\nffi.from_handle(ffi.cast('int *', h))",
     "!TypeError: expected a 'cdata' object with a 'void *' out of "
     "new_handle(), got 'int *'"},
    {"ffi.from_handle(ffi.NULL)",
     "!RuntimeError: cannot use from_handle() on NULL pointer"},
    {"ffi.from_handle(5)", "!TypeError: expected a 'cdata' object"},
    {"ffi.new_handle()",
     "!TypeError: new_handle() missing required argument 'x' (pos 1)"},
    {"ffi.new_handle([1]).__enter__()",
     "!ValueError: only a cdata of ffi.new(), ffi.gc(), ffi.from_buffer() "
     "or an allocator can be released or used in 'with'"},
    {"h=ffi.new_handle([1])\np=ffi.cast('void *', h)\ndel "
     "h\nffi.from_handle(p)",
     "!RuntimeError: from_handle(): <cdata 'void *' 0x*> is not a handle "
     "that is alive in this interpreter"},
    {"h=ffi.new_handle([1])\nh2=ffi.new_handle([2])\nffi.from_handle(h2), h "
     "== h2",
     "([2], False)"},
};

static void
handles_stand_for_objects_while_alive(void **state)
{
    rows_check(*state, handles_stand_for_objects_while_alive_rows,
               N_ROWS(handles_stand_for_objects_while_alive_rows));
}

static const row init_once_keeps_the_first_result_rows[] = {
    {"ffi.init_once(lambda: 5, 'tag'), ffi.init_once(lambda: 6, 'tag')",
     "(5, 5)"},
    {"ffi.init_once(lambda: 5, [])", "!TypeError: unhashable type: 'list'"},
    {"ffi.init_once(5, 'tag2')", "!TypeError: 'int' object is not callable"},
};

static void
init_once_keeps_the_first_result(void **state)
{
    rows_check(*state, init_once_keeps_the_first_result_rows,
               N_ROWS(init_once_keeps_the_first_result_rows));
}

static const row constants_are_found_by_name_rows[] = {
    {"ffi.integer_const('BLUE')", "5"},
    {"ffi.integer_const('nope')",
     "!AttributeError: integer constant 'nope' not found"},
    {"ffi.integer_const('point_t')",
     "!AttributeError: integer constant 'point_t' not found"},
};

static void
constants_are_found_by_name(void **state)
{
    rows_check(*state, constants_are_found_by_name_rows,
               N_ROWS(constants_are_found_by_name_rows));
}

static const row allocators_replace_the_memory_of_new_rows[] = {
    {"ffi.new_allocator()('int *', 5)[0]", "5"},
    {"ffi.new_allocator(lambda n: ffi.new('char[]', n))('int *', 5)[0]", "5"},
    {"ffi.new_allocator(lambda n: ffi.new('char[]', n))('int *')",
     "<cdata 'int *' 0x*>"},
    {"ffi.new_allocator(lambda n: 5)('int *')",
     "!TypeError: alloc() must return a cdata object (got int)"},
    {"ffi.new_allocator(lambda n: ffi.NULL)('int *')",
     "!MemoryError: alloc() returned NULL"},
    {"ffi.new_allocator(lambda n: ffi.cast('int', 5))('int *')",
     "!TypeError: alloc() must return a cdata pointer, not 'int'"},
    {"ffi.new_allocator(free=lambda p: 5)",
     "!TypeError: cannot pass 'free' without 'alloc'"},
    {"l=[]\na=ffi.new_allocator(lambda n: ffi.new('char[]', n), "
     "l.append)\nx=a('int[]', [1,2])\ndel x\nl",
     "[<cdata 'char[]' owning 8 bytes>]"},
};

static void
allocators_replace_the_memory_of_new(void **state)
{
    rows_check(*state, allocators_replace_the_memory_of_new_rows,
               N_ROWS(allocators_replace_the_memory_of_new_rows));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ffi_has_its_attributes),
        cmocka_unit_test(string_reads_up_to_nul),
        cmocka_unit_test(unpack_reads_so_many_items),
        cmocka_unit_test(buffer_gives_the_bytes),
        cmocka_unit_test(from_buffer_locks_a_buffer),
        cmocka_unit_test(memmove_copies_between_cdata_and_buffers),
        cmocka_unit_test(addressof_follows_a_path),
        cmocka_unit_test(gc_runs_its_destructor_once),
        cmocka_unit_test(handles_stand_for_objects_while_alive),
        cmocka_unit_test(init_once_keeps_the_first_result),
        cmocka_unit_test(constants_are_found_by_name),
        cmocka_unit_test(allocators_replace_the_memory_of_new),
    };

    return cmocka_run_group_tests(tests, rows_start, rows_end);
}
