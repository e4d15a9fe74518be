/* convert_arg.c - arguments of C functions, with temporary memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/ffi/convert_arg.h"

#include "subinterp/cpython/ffi/convert.h"

#include "subinterp/cpython/ffi/cdata.h"
#include "subinterp/cpython/ffi/convert_init.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One piece of temporary memory; its bytes follow. */
typedef struct es_temp_block {
    struct es_temp_block *next;
    FILE *file; /* stream to close, or NULL */
    _Alignas(16) char data[];
} es_temp_block;

static es_temp_block *
temp_alloc(es_temp *temp, size_t size)
{
    es_temp_block *block = calloc(1, sizeof(*block) + size);

    if (block == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    block->next = temp->blocks;
    temp->blocks = block;
    return block;
}

void
es_temp_free(es_temp *temp)
{
    int saved = errno;

    while (temp->blocks != NULL) {
        es_temp_block *block = temp->blocks;

        temp->blocks = block->next;
        if (block->file != NULL) {
            (void)fclose(block->file);
        }
        free(block);
    }
    errno = saved;
}

/* --- pointers ------------------------------------------------------------ */

static void
store_pointer(void *data, const void *p)
{
    memcpy(data, &p, sizeof(p));
}

/* Makes a temporary array of the items of a list or tuple. */
static int
list_to_c(es_py *py, ec_type *item, void *data, PyObject *value, es_temp *temp)
{
    Py_ssize_t n = PySequence_Fast_GET_SIZE(value);
    es_temp_block *block;
    ec_type *array;
    size_t size;

    if (es_type_ready(py, item) < 0) {
        return -1;
    }
    /* An open array: types live for ever, lengths are many. */
    array = es_array_type(py, item, -1);
    if (array == NULL) {
        return -1;
    }
    if (__builtin_mul_overflow((size_t)n, (size_t)item->size, &size)) {
        PyErr_NoMemory();
        return -1;
    }
    block = temp_alloc(temp, size + 1);
    if (block == NULL) {
        return -1;
    }
    store_pointer(data, block->data);
    return es_array_to_c(py, array, block->data, value);
}

/* Lends the bytes object's own memory. */
static int
bytes_to_c(const ec_type *item, void *data, PyObject *value)
{
    const char *bytes = PyBytes_AS_STRING(value);

    for (Py_ssize_t i = 0;
         item->kind == EC_KIND_BOOL && i < PyBytes_GET_SIZE(value); i++) {
        if ((unsigned char)bytes[i] > 1) {
            PyErr_SetString(
                PyExc_ValueError,
                "an array of _Bool can only contain \\x00 or \\x01");
            return -1;
        }
    }
    store_pointer(data, bytes);
    return 0;
}

static int
str_to_c(const ec_type *item, void *data, PyObject *value, es_temp *temp)
{
    Py_ssize_t n = es_wide_length(item, value);
    es_temp_block *block;

    block = temp_alloc(temp, (size_t)(n + 1) * (size_t)item->size);
    if (block == NULL) {
        return -1;
    }
    es_wide_write(item, block->data, value);
    store_pointer(data, block->data);
    return 0;
}

/* --- files --------------------------------------------------------------- */

/* Copies the mode of a Python file object to out[cap], as fdopen() wants it. */
static int
file_mode(PyObject *file, char *out, size_t cap)
{
    ES_OWNED PyObject *mode = PyObject_GetAttrString(file, "mode");
    const char *text = "r+";
    size_t n = 0;

    if (mode == NULL) {
        PyErr_Clear();
    } else if (PyUnicode_Check(mode)) {
        text = PyUnicode_AsUTF8(mode);
        if (text == NULL) {
            return -1;
        }
    }
    for (; *text != '\0' && n + 1 < cap; text++) {
        /* The file exists by now: 'x' would fail.  't' is Python's. */
        if (strchr("rwax+b", *text) != NULL) {
            out[n++] = (char)(*text == 'x' ? 'w' : *text);
        }
    }
    out[n] = '\0';
    return 0;
}

/* Opens a stream over a file object's descriptor for the time of the call. */
static int
file_to_c(void *data, PyObject *file, es_temp *temp)
{
    ES_OWNED PyObject *flushed = PyObject_CallMethod(file, "flush", NULL);
    char mode[16];
    es_temp_block *block;
    int fd;

    if (flushed == NULL || file_mode(file, mode, sizeof(mode)) < 0) {
        return -1;
    }
    fd = PyObject_AsFileDescriptor(file);
    if (fd < 0) {
        return -1;
    }
    block = temp_alloc(temp, 0);
    if (block == NULL) {
        return -1;
    }
    fd = dup(fd);
    block->file = fd >= 0 ? fdopen(fd, mode) : NULL;
    if (block->file == NULL) {
        PyErr_SetFromErrno(PyExc_OSError);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    (void)setvbuf(block->file, NULL, _IONBF, 0);
    store_pointer(data, block->file);
    return 0;
}

static bool
is_file_type(const ec_type *item)
{
    return item->kind == EC_KIND_STRUCT && strcmp(item->name, "FILE") == 0;
}

/* True for what looks like a Python file object. */
static bool
is_file_object(PyObject *value)
{
    return PyObject_HasAttrString(value, "fileno") &&
           PyObject_HasAttrString(value, "flush");
}

/* --- arguments ----------------------------------------------------------- */

int
es_arg_to_c(es_py *py, ec_type *type, void *data, PyObject *value,
            es_temp *temp)
{
    ec_type *item = type->item;

    if (type->kind != EC_KIND_POINTER || es_is_cdata(py, value)) {
        return es_to_c(py, type, data, value);
    }
    if (PyBytes_Check(value) &&
        (es_type_takes_bytes(item) || item->kind == EC_KIND_VOID)) {
        return bytes_to_c(item, data, value);
    }
    if ((PyList_Check(value) || PyTuple_Check(value)) &&
        item->kind != EC_KIND_VOID && item->kind != EC_KIND_FUNCTION) {
        return list_to_c(py, item, data, value, temp);
    }
    if (PyUnicode_Check(value)) {
        if (item->kind == EC_KIND_WCHAR) {
            return str_to_c(item, data, value, temp);
        }
        if (es_type_takes_bytes(item)) {
            return es_convert_type_error(py, type, "bytes or list or tuple",
                                         value);
        }
    }
    if (is_file_type(item) && is_file_object(value)) {
        return file_to_c(data, value, temp);
    }
    return es_to_c(py, type, data, value);
}
