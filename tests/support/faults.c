/* faults.c - the k-th allocation of ours fails.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/faults.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <search.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OURS "/libembed"

#if defined(__x86_64__)
# define RELOC_SLOT R_X86_64_JUMP_SLOT
# define RELOC_DATA R_X86_64_GLOB_DAT
#elif defined(__aarch64__)
# define RELOC_SLOT R_AARCH64_JUMP_SLOT
# define RELOC_DATA R_AARCH64_GLOB_DAT
#else
# error "which relocations fill the global offset table?"
#endif

static const char *also_ours;

/* --- the decision ---------------------------------------------------------*/

static atomic_ulong wanted; /* 0: none fails */
static atomic_ulong seen;
static atomic_uint kinds;
static atomic_bool is_hit;
static const char *_Atomic hit_function;
static void *_Atomic hit_caller;

void
faults_arm(unsigned long k, unsigned what)
{
    atomic_store(&seen, 0);
    atomic_store(&is_hit, false);
    atomic_store(&kinds, what);
    atomic_store(&wanted, k);
}

unsigned long
faults_disarm(void)
{
    atomic_store(&wanted, 0);
    atomic_store(&kinds, 0);
    return atomic_load(&seen);
}

bool
faults_hit(void)
{
    return atomic_load(&is_hit);
}

const char *
faults_site(void)
{
    static char text[256];
    Dl_info info = {.dli_fname = "?"};
    void *caller = atomic_load(&hit_caller);
    if (!faults_hit() || caller == NULL || dladdr(caller, &info) == 0) {
        return "none failed";
    }
    const char *slash = strrchr(info.dli_fname, '/');
    (void)snprintf(text, sizeof text, "%s at %s+0x%lx",
                   atomic_load(&hit_function),
                   slash == NULL ? info.dli_fname : slash + 1,
                   (unsigned long)((char *)caller - (char *)info.dli_fbase));
    return text;
}

/* Is it the turn of this call? */
static bool
fails(unsigned kind, const char *function, void *caller)
{
    unsigned now = atomic_load(&kinds);
    if ((now & kind) == 0) {
        return false;
    }
    unsigned long k = atomic_load(&wanted);
    unsigned long n = atomic_fetch_add(&seen, 1) + 1;
    if (k == 0 || n < k || (n > k && (now & FAULTS_FOLLOWS) == 0)) {
        return false;
    }
    if (!atomic_exchange(&is_hit, true)) {
        atomic_store(&hit_function, function);
        atomic_store(&hit_caller, caller);
    }
    errno = ENOMEM;
    return true;
}

/* As what calls this is called by ours: its caller. */
#define FAILS(kind, function) \
 fails((kind), (function), __builtin_return_address(0))
#define FAILS_C(function) FAILS(FAULTS_C, function)

/* --- of libc and libffi ---------------------------------------------------*/

static void *
fault_malloc(size_t n)
{
    return FAILS_C("malloc") ? NULL : malloc(n);
}

static void *
fault_calloc(size_t n, size_t size)
{
    return FAILS_C("calloc") ? NULL : calloc(n, size);
}

static void *
fault_realloc(void *old, size_t n)
{
    return FAILS_C("realloc") ? NULL : realloc(old, n);
}

static void *
fault_aligned_alloc(size_t align, size_t n)
{
    return FAILS_C("aligned_alloc") ? NULL : aligned_alloc(align, n);
}

static char *
fault_strdup(const char *text)
{
    return FAILS_C("strdup") ? NULL : strdup(text);
}

static char *
fault_strndup(const char *text, size_t n)
{
    return FAILS_C("strndup") ? NULL : strndup(text, n);
}

static int
fault_vasprintf(char **out, const char *format, va_list args)
{
    return FAILS_C("vasprintf") ? -1 : vasprintf(out, format, args);
}

static FILE *
fault_open_memstream(char **text, size_t *size)
{
    return FAILS_C("open_memstream") ? NULL : open_memstream(text, size);
}

static FILE *
fault_fopen(const char *file, const char *mode)
{
    return FAILS_C("fopen") ? NULL : fopen(file, mode);
}

static FILE *
fault_fdopen(int fd, const char *mode)
{
    return FAILS_C("fdopen") ? NULL : fdopen(fd, mode);
}

static DIR *
fault_opendir(const char *name)
{
    return FAILS_C("opendir") ? NULL : opendir(name);
}

static char *
fault_realpath(const char *path, char *out)
{
    return FAILS_C("realpath") ? NULL : realpath(path, out);
}

static int
fault_setenv(const char *name, const char *value, int overwrite)
{
    return FAILS_C("setenv") ? -1 : setenv(name, value, overwrite);
}

static ssize_t
fault_getdelim(char **line, size_t *size, int delimiter, FILE *file)
{
    return FAILS_C("getdelim") ? -1 : getdelim(line, size, delimiter, file);
}

static void *
fault_tsearch(const void *key, void **root,
              int (*compare)(const void *a, const void *b))
{
    return FAILS_C("tsearch") ? NULL : tsearch(key, root, compare);
}

static int
fault_getattr(pthread_t thread, pthread_attr_t *attr)
{
    return FAILS_C("pthread_getattr_np") ? ENOMEM
                                         : pthread_getattr_np(thread, attr);
}

/* Defined where libffi is: not in every program that has this file. */
static void *(*real_closure_alloc)(size_t size, void **code);

static void *
fault_closure_alloc(size_t size, void **code)
{
    return FAILS_C("ffi_closure_alloc") ? NULL : real_closure_alloc(size, code);
}

static void objects_patch(void);

/* The objects that it loads are patched, too. */
static void *
fault_dlopen(const char *file, int mode)
{
    void *library = dlopen(file, mode);
    objects_patch();
    return library;
}

/* --- of Python ------------------------------------------------------------*/

static void *(*no_memory)(void); /* PyErr_NoMemory() */

typedef void *python_fn(void *, void *, void *, void *, void *, void *);

/* All take pointers and whole numbers, at most six, in registers.  What raises
 * MemoryError and gives NULL; the same, but -1; what raises nothing. */
#define PYTHON_FAULTS(RAISES, GIVES_MINUS_1, SILENT) \
 RAISES(PyBytes_FromStringAndSize)                   \
 RAISES(PyCMethod_New)                               \
 RAISES(PyCapsule_New)                               \
 RAISES(PyDescr_NewGetSet)                           \
 RAISES(PyDict_Items)                                \
 RAISES(PyDict_Keys)                                 \
 RAISES(PyDict_New)                                  \
 RAISES(PyDict_SetDefault)                           \
 RAISES(PyErr_NewException)                          \
 RAISES(PyErr_NewExceptionWithDoc)                   \
 RAISES(PyEval_EvalCode)                             \
 RAISES(PyImport_ImportModule)                       \
 RAISES(PyList_New)                                  \
 RAISES(PyLong_FromLong)                             \
 RAISES(PyLong_FromLongLong)                         \
 RAISES(PyLong_FromSize_t)                           \
 RAISES(PyLong_FromSsize_t)                          \
 RAISES(PyLong_FromUnsignedLongLong)                 \
 RAISES(PyMemoryView_FromMemory)                     \
 RAISES(PyModule_New)                                \
 RAISES(PyModule_NewObject)                          \
 RAISES(PyObject_CallNoArgs)                         \
 RAISES(PyObject_CallOneArg)                         \
 RAISES(PyObject_GetAttr)                            \
 RAISES(PyObject_GetAttrString)                      \
 RAISES(PyObject_Repr)                               \
 RAISES(PyObject_Str)                                \
 RAISES(PyObject_Vectorcall)                         \
 RAISES(PySequence_List)                             \
 RAISES(PySet_New)                                   \
 RAISES(PyTuple_New)                                 \
 RAISES(PyType_FromSpec)                             \
 RAISES(PyType_FromSpecWithBases)                    \
 RAISES(PyUnicode_AsEncodedString)                   \
 RAISES(PyUnicode_AsUTF8)                            \
 RAISES(PyUnicode_AsUTF8AndSize)                     \
 RAISES(PyUnicode_DecodeFSDefault)                   \
 RAISES(PyUnicode_DecodeFSDefaultAndSize)            \
 RAISES(PyUnicode_DecodeUTF8)                        \
 RAISES(PyUnicode_FromKindAndData)                   \
 RAISES(PyUnicode_FromOrdinal)                       \
 RAISES(PyUnicode_FromString)                        \
 RAISES(PyUnicode_FromStringAndSize)                 \
 RAISES(PyUnicode_InternFromString)                  \
 RAISES(PyUnicode_Join)                              \
 RAISES(PyUnicode_Splitlines)                        \
 RAISES(Py_CompileStringExFlags)                     \
 RAISES(Py_CompileStringObject)                      \
 RAISES(_PyObject_GC_New)                            \
 RAISES(_PyObject_New)                               \
 GIVES_MINUS_1(PyDict_SetItem)                       \
 GIVES_MINUS_1(PyDict_SetItemString)                 \
 GIVES_MINUS_1(PyList_Append)                        \
 GIVES_MINUS_1(PyList_Insert)                        \
 GIVES_MINUS_1(PyModule_AddObjectRef)                \
 GIVES_MINUS_1(PyModule_AddStringConstant)           \
 GIVES_MINUS_1(PyObject_SetAttr)                     \
 GIVES_MINUS_1(PyObject_SetAttrString)               \
 GIVES_MINUS_1(PySet_Add)                            \
 SILENT(PyMem_Calloc)                                \
 SILENT(PyMem_Malloc)                                \
 SILENT(PyObject_Calloc)                             \
 SILENT(PyThreadState_New)

/* The function itself, and what stands in for it. */
#define DEFINE(name, failure)                                           \
 static python_fn *real_##name;                                         \
 static void *fault_##name(void *a, void *b, void *c, void *d, void *e, \
                           void *f)                                     \
 {                                                                      \
  return FAILS(FAULTS_PYTHON, #name) ? (failure)                        \
                                     : real_##name(a, b, c, d, e, f);   \
 }
#define RAISES(name)        DEFINE(name, no_memory())
#define GIVES_MINUS_1(name) DEFINE(name, (no_memory(), (void *)(intptr_t)-1))
#define SILENT(name)        DEFINE(name, NULL)
PYTHON_FAULTS(RAISES, GIVES_MINUS_1, SILENT)
#undef RAISES
#undef GIVES_MINUS_1
#undef SILENT

/* --- global offset tables -------------------------------------------------*/

typedef void any_fn(void);

typedef struct stand_in {
    const char *name;
    any_fn *function;
    void *real; /* where to keep the address of the function itself, or NULL */
} stand_in;

#define AS_PYTHON(name) {#name, (any_fn *)fault_##name, &real_##name},
static const stand_in stand_ins[] = {
    {"malloc", (any_fn *)fault_malloc, NULL},
    {"calloc", (any_fn *)fault_calloc, NULL},
    {"realloc", (any_fn *)fault_realloc, NULL},
    {"aligned_alloc", (any_fn *)fault_aligned_alloc, NULL},
    {"strdup", (any_fn *)fault_strdup, NULL},
    {"strndup", (any_fn *)fault_strndup, NULL},
    {"vasprintf", (any_fn *)fault_vasprintf, NULL},
    {"open_memstream", (any_fn *)fault_open_memstream, NULL},
    {"fopen", (any_fn *)fault_fopen, NULL},
    {"fdopen", (any_fn *)fault_fdopen, NULL},
    {"opendir", (any_fn *)fault_opendir, NULL},
    {"realpath", (any_fn *)fault_realpath, NULL},
    {"setenv", (any_fn *)fault_setenv, NULL},
    {"getdelim", (any_fn *)fault_getdelim, NULL},
    {"__getdelim", (any_fn *)fault_getdelim, NULL},
    {"tsearch", (any_fn *)fault_tsearch, NULL},
    {"pthread_getattr_np", (any_fn *)fault_getattr, NULL},
    {"ffi_closure_alloc", (any_fn *)fault_closure_alloc, &real_closure_alloc},
    {"dlopen", (any_fn *)fault_dlopen, NULL},
    PYTHON_FAULTS(AS_PYTHON, AS_PYTHON, AS_PYTHON)};

/* What has to be known of an object's relocations. */
typedef struct object {
    uintptr_t base;
    const ElfW(Sym) * symbols;
    const char *strings;
    const ElfW(Rela) * relocs[2]; /* of the slots; the others */
    size_t sizes[2];              /* bytes */
} object;

/* In memory some of the dynamic section is relocated, some is not. */
static const void *
at(const object *o, ElfW(Addr) value)
{
    return (const void *)(value < o->base ? o->base + value : value);
}

static void
object_read(object *o, const ElfW(Dyn) * entry)
{
    for (; entry->d_tag != DT_NULL; entry++) {
        ElfW(Addr) value = entry->d_un.d_ptr;
        switch (entry->d_tag) {
        case DT_SYMTAB:
            o->symbols = at(o, value);
            break;
        case DT_STRTAB:
            o->strings = at(o, value);
            break;
        case DT_JMPREL:
            o->relocs[0] = at(o, value);
            break;
        case DT_PLTRELSZ:
            o->sizes[0] = value;
            break;
        case DT_RELA:
            o->relocs[1] = at(o, value);
            break;
        case DT_RELASZ:
            o->sizes[1] = value;
            break;
        default:
            break;
        }
    }
}

/* The table may be read-only by now; it stays writable. */
static void
slot_write(any_fn **slot, any_fn *value)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    void *start = (void *)((uintptr_t)slot & ~(page - 1));
    if (mprotect(start, page, PROT_READ | PROT_WRITE) != 0) {
        abort();
    }
    *slot = value;
}

static void
slot_patch(const char *name, any_fn **slot)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++) {
        const stand_in *s = &stand_ins[i];
        if (strcmp(name, s->name) != 0 || *slot == s->function) {
            continue;
        }
        if (s->real != NULL) {
            void *real = dlsym(RTLD_DEFAULT, name);
            memcpy(s->real, real == NULL ? (void *)slot : &real, sizeof real);
        }
        slot_write(slot, s->function);
    }
}

static bool
is_ours(const char *path)
{
    return strstr(path, OURS) != NULL ||
           (also_ours != NULL &&
            (*also_ours == '\0' ? *path == '\0'
                                : strstr(path, also_ours) != NULL));
}

static int
object_patch(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    object o = {.base = info->dlpi_addr};
    if (!is_ours(info->dlpi_name)) {
        return 0;
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            object_read(&o,
                        (const void *)(o.base + info->dlpi_phdr[i].p_vaddr));
        }
    }
    for (int list = 0; list < 2; list++) {
        size_t n = o.sizes[list] / sizeof(ElfW(Rela));
        for (size_t i = 0; i < n; i++) {
            const ElfW(Rela) *r = &o.relocs[list][i];
            unsigned long type = ELF64_R_TYPE(r->r_info);
            if (type == RELOC_SLOT || type == RELOC_DATA) {
                slot_patch(o.strings +
                               o.symbols[ELF64_R_SYM(r->r_info)].st_name,
                           (any_fn **)(o.base + r->r_offset));
            }
        }
    }
    return 0;
}

static void
objects_patch(void)
{
    void *raise = dlsym(RTLD_DEFAULT, "PyErr_NoMemory");
    memcpy(&no_memory, &raise, sizeof raise);
    (void)dl_iterate_phdr(object_patch, NULL);
}

void
faults_install(const char *path)
{
    also_ours = path;
    objects_patch();
}
