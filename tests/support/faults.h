/* faults.h - the k-th allocation of ours fails.
 *
 * Ours: those of libembed, of its backends and of the command `embed`; Python,
 * libc and the test get their memory.  What these objects call of malloc(), of
 * what allocates inside of libc and libffi, and, if asked for, of what makes
 * objects in Python, is led through here by their global offset tables.  So it
 * works with sanitizers, too, and on objects that have been loaded long since.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_FAULTS_H
#define EMBED_TESTS_SUPPORT_FAULTS_H

#include <stdbool.h>

/** What fails: one or more of these. */
#define FAULTS_C       1u /* malloc() and its like */
#define FAULTS_PYTHON  2u /* calls of the backends that make Python's objects */
#define FAULTS_FOLLOWS 4u /* from the k-th on, all */

/** Leads the calls of all our objects through here, also of those that ours
 *  load later.  Before other threads run code of ours.
 *  @param path  part of the path of an object that is ours, too; "": the
 *                 program itself; NULL: none */
void faults_install(const char *path);

/** Has the k-th of them from now on fail, on whichever thread. */
void faults_arm(unsigned long k, unsigned what);

/** Ends that.  Returns how many there have been. */
unsigned long faults_disarm(void);

/** Has one failed since faults_arm()? */
bool faults_hit(void);

/** Where the first has failed, for messages: "malloc at libembed.so.0+0x1f00";
 *  in a static buffer. */
const char *faults_site(void);

#endif /* EMBED_TESTS_SUPPORT_FAULTS_H */
