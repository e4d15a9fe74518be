/* elf.h - an ELF file of 64 bits as data: what is where, and what its pointers
 * will point to.
 *
 * Nothing of the file is run, mapped or trusted: every place is checked before it
 * is read.  Only what the loader uses is looked at, so stripped files do.
 *
 * Threads: any number may read one.
 *
 * Source:   System V ABI, gABI 4.1, chapter 5, and its processor supplements for
 *           AMD64 and for the Arm 64-bit architecture.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_ELF_H
#define EMBED_GEN_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

typedef struct eg_elf eg_elf;

/**
 * Reads headers and relocations.
 *
 * @param data  the file, data[size], aligned for any type; outlives *out
 *
 * Returns:  EMBED_OK; EMBED_E_INVALID with what is wrong with it; EMBED_E_NOMEM.
 */
embed_status
eg_elf_open(const void *data, size_t size, eg_elf **out, ec_err *err);
void eg_elf_close(eg_elf *elf);

/** The bytes at an address, `size` of them; NULL when not all are in the file. */
const void *eg_elf_bytes(const eg_elf *elf, uint64_t at, size_t size);

/** The string at an address; NULL when it has no end. */
const char *eg_elf_string(const eg_elf *elf, uint64_t at, size_t *out_len);

/** Finds the address that the pointer at `at` will have; 0: none.  Returns false
 *  when there is no pointer into this file. */
bool eg_elf_pointer(const eg_elf *elf, uint64_t at, uint64_t *out);

/** Finds the next of the places, at multiples of 8, that have these bytes.
 *  @param start  the address from which to look, which is behind the one found
 *                then
 *  Returns false when there is none. */
bool eg_elf_find(const eg_elf *elf, const void *bytes, size_t size,
                 uint64_t *start, uint64_t *out);

/** Does it take this function from other libraries? */
bool eg_elf_imports(const eg_elf *elf, const char *name);

#endif /* EMBED_GEN_ELF_H */
