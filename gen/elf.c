/* elf.c - an ELF file of 64 bits as data: what is where, and what its pointers
 * will point to.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/elf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* Linkers make four to six; the limit bounds the search for an address. */
#define SEGMENTS_MAX 64

#define WORD_SIZE UINT64_C(8)

/* Not in every <elf.h>. */
enum {
    TAG_RELRSZ = 35,
    TAG_RELR = 36
};

/* The relocations of a machine that make pointers. */
typedef struct machine {
    unsigned number;
    uint32_t relative; /* the file's address plus a number */
    uint32_t absolute; /* a symbol plus a number */
    uint32_t global;   /* the same, in a table of addresses */
} machine;

static const machine machines[] = {
    {EM_X86_64, 8, 1, 6},
    {EM_AARCH64, 1027, 257, 1025},
};

/* A pointer that the loader fills. */
typedef struct relocation {
    uint64_t at;
    uint64_t value;    /* what it will point to */
    bool is_elsewhere; /* in another file */
} relocation;

/* A part of the file with its address. */
typedef struct segment {
    uint64_t at;
    uint64_t offset;
    uint64_t size;
} segment;

/* What the dynamic section says; 0: nothing. */
typedef struct dynamic {
    uint64_t rela;
    uint64_t rela_size;
    uint64_t plt; /* of the same form as `rela`, if plt_kind is DT_RELA */
    uint64_t plt_size;
    uint64_t plt_kind;
    uint64_t relr;
    uint64_t relr_size;
    uint64_t symbols;
    uint64_t names;
    uint64_t names_size;
} dynamic;

struct eg_elf {
    const unsigned char *data; /* data[size] */
    size_t size;
    const machine *machine;
    bool is_fixed; /* a program whose addresses are final */
    segment loads[SEGMENTS_MAX];
    size_t n_loads;
    dynamic dynamic;
    relocation *relocations; /* sorted by place */
    size_t n_relocations;
    size_t cap_relocations;
};

static embed_status
damaged(ec_err *err, const char *what)
{
    return ec_fail(err, EMBED_E_INVALID, "the file is damaged: %s", what);
}

/* --- places ---------------------------------------------------------------*/

/* Bytes of the file; NULL when not all are there. */
static const unsigned char *
file_bytes(const eg_elf *elf, uint64_t offset, uint64_t size)
{
    return offset <= elf->size && size <= elf->size - offset
               ? elf->data + offset
               : NULL;
}

/* The segment that has an address; NULL: none. */
static const segment *
segment_of(const eg_elf *elf, uint64_t at)
{
    for (size_t i = 0; i < elf->n_loads; i++) {
        const segment *s = &elf->loads[i];
        if (at >= s->at && at - s->at < s->size) {
            return s;
        }
    }
    return NULL;
}

const void *
eg_elf_bytes(const eg_elf *elf, uint64_t at, size_t size)
{
    const segment *s = segment_of(elf, at);
    return s != NULL && size <= s->size - (at - s->at)
               ? elf->data + s->offset + (at - s->at)
               : NULL;
}

const char *
eg_elf_string(const eg_elf *elf, uint64_t at, size_t *out_len)
{
    const segment *s = segment_of(elf, at);
    if (s == NULL) {
        return NULL;
    }
    size_t room = s->size - (at - s->at);
    const char *text = (const char *)elf->data + s->offset + (at - s->at);
    const char *end = memchr(text, '\0', room);
    *out_len = end == NULL ? 0 : (size_t)(end - text);
    return end == NULL ? NULL : text;
}

/* Copies what is at an address; false when not all is in the file. */
static bool
fetch(const eg_elf *elf, uint64_t at, void *out, size_t size)
{
    const void *bytes = eg_elf_bytes(elf, at, size);
    if (bytes != NULL) {
        memcpy(out, bytes, size);
    }
    return bytes != NULL;
}

/* --- headers --------------------------------------------------------------*/

static embed_status
header_read(eg_elf *elf, Elf64_Ehdr *out, ec_err *err)
{
    if (elf->size < SELFMAG || memcmp(elf->data, ELFMAG, SELFMAG) != 0) {
        return ec_fail(err, EMBED_E_INVALID, "this is no ELF file");
    }
    if (elf->size < sizeof *out) {
        return damaged(err, "it ends within its header");
    }
    memcpy(out, elf->data, sizeof *out);
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        if (machines[i].number == out->e_machine) {
            elf->machine = &machines[i];
        }
    }
    if (out->e_ident[EI_CLASS] != ELFCLASS64 ||
        out->e_ident[EI_DATA] != ELFDATA2LSB || elf->machine == NULL) {
        return ec_fail(err, EMBED_E_INVALID,
                       "it is for another kind of machine (ELF machine %u, "
                       "class %u, data %u)",
                       (unsigned)out->e_machine,
                       (unsigned)out->e_ident[EI_CLASS],
                       (unsigned)out->e_ident[EI_DATA]);
    }
    if (out->e_type != ET_DYN && out->e_type != ET_EXEC) {
        return ec_fail(err, EMBED_E_INVALID,
                       "this is neither a library nor a program (ELF type %u)",
                       (unsigned)out->e_type);
    }
    elf->is_fixed = out->e_type == ET_EXEC;
    return EMBED_OK;
}

/* Notes where a part of the file will be.  Their order is that of addresses. */
static embed_status
segment_add(eg_elf *elf, const Elf64_Phdr *p, ec_err *err)
{
    const segment *last =
        elf->n_loads == 0 ? NULL : &elf->loads[elf->n_loads - 1];
    if (file_bytes(elf, p->p_offset, p->p_filesz) == NULL ||
        p->p_vaddr > UINT64_MAX - p->p_filesz) {
        return damaged(err, "a segment is outside of it");
    }
    if (elf->n_loads == SEGMENTS_MAX ||
        (last != NULL && p->p_vaddr < last->at + last->size)) {
        return damaged(err, "its segments are too many or not in order");
    }
    elf->loads[elf->n_loads++] =
        (segment){p->p_vaddr, p->p_offset, p->p_filesz};
    return EMBED_OK;
}

/* Takes one word pair of the dynamic section. */
static void
dynamic_take(dynamic *d, const Elf64_Dyn *entry)
{
    const struct {
        int64_t tag;
        uint64_t *out;
    } known[] = {
        {DT_RELA, &d->rela},         {DT_RELASZ, &d->rela_size},
        {DT_JMPREL, &d->plt},        {DT_PLTRELSZ, &d->plt_size},
        {DT_PLTREL, &d->plt_kind},   {TAG_RELR, &d->relr},
        {TAG_RELRSZ, &d->relr_size}, {DT_SYMTAB, &d->symbols},
        {DT_STRTAB, &d->names},      {DT_STRSZ, &d->names_size},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (entry->d_tag == known[i].tag) {
            *known[i].out = entry->d_un.d_val;
        }
    }
}

static embed_status
dynamic_read(eg_elf *elf, const Elf64_Phdr *p, ec_err *err)
{
    const unsigned char *at = file_bytes(elf, p->p_offset, p->p_filesz);
    if (at == NULL) {
        return damaged(err, "its dynamic section is outside of it");
    }
    size_t n = p->p_filesz / sizeof(Elf64_Dyn);
    for (size_t i = 0; i < n; i++) {
        Elf64_Dyn entry;
        memcpy(&entry, at + i * sizeof entry, sizeof entry);
        if (entry.d_tag == DT_NULL) {
            break;
        }
        dynamic_take(&elf->dynamic, &entry);
    }
    return EMBED_OK;
}

static embed_status
segments_read(eg_elf *elf, const Elf64_Ehdr *header, ec_err *err)
{
    size_t n = header->e_phnum;
    const unsigned char *at =
        file_bytes(elf, header->e_phoff, n * sizeof(Elf64_Phdr));
    if (at == NULL || n == 0 || header->e_phentsize != sizeof(Elf64_Phdr)) {
        return damaged(err, "its program headers are outside of it");
    }
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < n && status == EMBED_OK; i++) {
        Elf64_Phdr p;
        memcpy(&p, at + i * sizeof p, sizeof p);
        if (p.p_type == PT_LOAD) {
            status = segment_add(elf, &p, err);
        } else if (p.p_type == PT_DYNAMIC) {
            status = dynamic_read(elf, &p, err);
        }
    }
    return status;
}

/* --- relocations ----------------------------------------------------------*/

static embed_status
relocation_add(eg_elf *elf, uint64_t at, uint64_t value, bool is_elsewhere,
               ec_err *err)
{
    /* Each is of 8 bytes of the file, or fills as many. */
    if (elf->n_relocations > elf->size / WORD_SIZE) {
        return damaged(err, "it has more relocations than room for them");
    }
    if (elf->n_relocations == elf->cap_relocations) {
        size_t cap = elf->cap_relocations * 2 + 64;
        relocation *more = realloc(elf->relocations, cap * sizeof *more);
        if (more == NULL) {
            return ec_fail(err, EMBED_E_NOMEM, "out of memory");
        }
        elf->relocations = more;
        elf->cap_relocations = cap;
    }
    elf->relocations[elf->n_relocations++] =
        (relocation){at, value, is_elsewhere};
    return EMBED_OK;
}

/* Reads symbol number `index`; false: it is outside of the file. */
static bool
symbol_read(const eg_elf *elf, uint64_t index, Elf64_Sym *out)
{
    return elf->dynamic.symbols != 0 &&
           fetch(elf, elf->dynamic.symbols + index * sizeof *out, out,
                 sizeof *out);
}

static embed_status
rela_add(eg_elf *elf, const Elf64_Rela *r, ec_err *err)
{
    uint32_t kind = ELF64_R_TYPE(r->r_info);
    uint64_t addend = (uint64_t)r->r_addend;
    Elf64_Sym symbol;
    if (kind == elf->machine->relative) {
        return relocation_add(elf, r->r_offset, addend, false, err);
    }
    if (kind != elf->machine->absolute && kind != elf->machine->global) {
        return EMBED_OK;
    }
    if (!symbol_read(elf, ELF64_R_SYM(r->r_info), &symbol)) {
        return damaged(err, "a symbol is outside of it");
    }
    return relocation_add(elf, r->r_offset, symbol.st_value + addend,
                          symbol.st_shndx == SHN_UNDEF, err);
}

/* Reads a table of relocations that are written in full. */
static embed_status
rela_read(eg_elf *elf, uint64_t table, uint64_t size, ec_err *err)
{
    const unsigned char *at = eg_elf_bytes(elf, table, size);
    if (size == 0) {
        return EMBED_OK;
    }
    if (at == NULL) {
        return damaged(err, "its relocations are outside of it");
    }
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < size / sizeof(Elf64_Rela) && status == EMBED_OK;
         i++) {
        Elf64_Rela r;
        memcpy(&r, at + i * sizeof r, sizeof r);
        status = rela_add(elf, &r, err);
    }
    return status;
}

/* A relocation whose number is in the place that it fills. */
static embed_status
relr_add(eg_elf *elf, uint64_t at, ec_err *err)
{
    uint64_t value = 0;
    return fetch(elf, at, &value, sizeof value)
               ? relocation_add(elf, at, value, false, err)
               : damaged(err, "a relocation is outside of it");
}

/* Reads the table of relative relocations, packed: an address, then words with
 * a bit for each of the 63 words that follow. */
static embed_status
relr_read(eg_elf *elf, ec_err *err)
{
    uint64_t size = elf->dynamic.relr_size;
    const unsigned char *table = eg_elf_bytes(elf, elf->dynamic.relr, size);
    uint64_t at = 0;
    if (size == 0) {
        return EMBED_OK;
    }
    if (table == NULL) {
        return damaged(err, "its relocations are outside of it");
    }
    embed_status status = EMBED_OK;
    for (size_t i = 0; i < size / WORD_SIZE && status == EMBED_OK; i++) {
        uint64_t word;
        memcpy(&word, table + i * WORD_SIZE, sizeof word);
        if ((word & 1) == 0) {
            status = relr_add(elf, word, err);
            at = word + WORD_SIZE;
            continue;
        }
        for (unsigned bit = 1; bit < 64 && status == EMBED_OK; bit++) {
            if ((word >> bit & 1) != 0) {
                status = relr_add(elf, at + (bit - 1) * WORD_SIZE, err);
            }
        }
        at += UINT64_C(63) * WORD_SIZE;
    }
    return status;
}

static int
relocation_compare(const void *a, const void *b)
{
    const relocation *x = a;
    const relocation *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static embed_status
relocations_read(eg_elf *elf, ec_err *err)
{
    const dynamic *d = &elf->dynamic;
    embed_status status = rela_read(elf, d->rela, d->rela_size, err);
    if (status == EMBED_OK && d->plt_kind == DT_RELA) {
        status = rela_read(elf, d->plt, d->plt_size, err);
    }
    if (status == EMBED_OK) {
        status = relr_read(elf, err);
    }
    if (status == EMBED_OK && elf->n_relocations > 0) {
        qsort(elf->relocations, elf->n_relocations, sizeof(relocation),
              relocation_compare);
    }
    return status;
}

bool
eg_elf_pointer(const eg_elf *elf, uint64_t at, uint64_t *out)
{
    const relocation key = {at, 0, false};
    const relocation *r =
        elf->n_relocations == 0
            ? NULL
            : bsearch(&key, elf->relocations, elf->n_relocations, sizeof key,
                      relocation_compare);
    uint64_t raw = 0;
    if (!fetch(elf, at, &raw, sizeof raw)) {
        return false;
    }
    *out = r == NULL ? raw : r->value;
    return r == NULL ? raw == 0 || elf->is_fixed : !r->is_elsewhere;
}

/* --- the rest -------------------------------------------------------------*/

bool
eg_elf_find(const eg_elf *elf, const void *bytes, size_t size, uint64_t *start,
            uint64_t *out)
{
    for (size_t i = 0; i < elf->n_loads; i++) {
        const segment *s = &elf->loads[i];
        uint64_t at = *start > s->at ? *start : s->at;
        at = (at + WORD_SIZE - 1) / WORD_SIZE * WORD_SIZE;
        for (; at - s->at < s->size && size <= s->size - (at - s->at);
             at += WORD_SIZE) {
            if (memcmp(elf->data + s->offset + (at - s->at), bytes, size) ==
                0) {
                *start = at + WORD_SIZE;
                *out = at;
                return true;
            }
        }
    }
    return false;
}

bool
eg_elf_imports(const eg_elf *elf, const char *name)
{
    const dynamic *d = &elf->dynamic;
    /* No table says how many symbols there are; linkers write their names
     * behind them. */
    size_t n =
        d->names > d->symbols ? (d->names - d->symbols) / sizeof(Elf64_Sym) : 0;
    size_t size = strlen(name) + 1;
    Elf64_Sym symbol;
    bool found = false;
    for (size_t i = 1; !found && i < n && symbol_read(elf, i, &symbol); i++) {
        const void *text = eg_elf_bytes(elf, d->names + symbol.st_name, size);
        found = symbol.st_shndx == SHN_UNDEF && text != NULL &&
                memcmp(text, name, size) == 0;
    }
    return found;
}

embed_status
eg_elf_open(const void *data, size_t size, eg_elf **out, ec_err *err)
{
    Elf64_Ehdr header = {.e_phnum = 0};
    eg_elf *elf = calloc(1, sizeof *elf);
    if (elf == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    elf->data = data;
    elf->size = size;
    embed_status status = header_read(elf, &header, err);
    if (status == EMBED_OK) {
        status = segments_read(elf, &header, err);
    }
    if (status == EMBED_OK) {
        status = relocations_read(elf, err);
    }
    if (status == EMBED_OK) {
        *out = elf;
    } else {
        eg_elf_close(elf);
    }
    return status;
}

void
eg_elf_close(eg_elf *elf)
{
    if (elf != NULL) {
        free(elf->relocations);
        free(elf);
    }
}
