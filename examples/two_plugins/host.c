/* host.c - loads two plug-ins and runs both at once on the same text.
 *
 *     host TEXT LIBWORDS LIBTOKENS
 *
 * Nothing here knows of Python.  The measurement is made twice: in this
 * process, where each plug-in has an interpreter of its own, and in a child
 * that has EMBED_SHARED_INTERP=1 in its environment.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dlfcn.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tokens/tokens.h"
#include "words/words.h"

/** Set in the child: where it writes its outcome. */
#define CHILD_MARK "TWO_PLUGINS_CHILD"

#define TEXT_SIZE 40

/** How often both analyses are run; the best time counts, since whatever else
 * the machine does only makes it longer. */
#define RUNS 2

/** What one plug-in sees of its interpreter. */
typedef struct sight {
    char author[TEXT_SIZE];
    char shortened[TEXT_SIZE];
    int recursion_limit;
} sight;

/** All that one measurement comes to; crosses the pipe as it is. */
typedef struct outcome {
    words_report words;
    struct token_stats tokens;
    sight words_sees;
    sight tokens_sees;
    double seconds; /* of both analyses, run at the same time; the best */
} outcome;

typedef struct plugins {
    int (*words_analyse)(const char *path, words_report *report);
    int (*words_look)(words_view *view);
    int (*tokens_scan)(const char *path, struct token_stats *stats);
    struct token_view (*tokens_look)(void);
} plugins;

/** What a thread is given, and what it answers. */
typedef struct job {
    const plugins *lib;
    const char *path;
    outcome *out;
    int result;
} job;

static double
now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Stores the address of a function in the function pointer at `out`. */
static bool
find(void *library, const char *name, void *out)
{
    void *address = library != NULL ? dlsym(library, name) : NULL;

    if (address == NULL) {
        (void)fprintf(stderr, "%s\n", dlerror());
        return false;
    }
    memcpy(out, &address, sizeof(address));
    return true;
}

/* Opens both libraries, with nothing of one visible to the other. */
static bool
plugins_open(plugins *lib, const char *words_path, const char *tokens_path)
{
    void *words = dlopen(words_path, RTLD_NOW | RTLD_LOCAL);
    void *tokens = NULL;

    if (!find(words, "words_analyse", &lib->words_analyse) ||
        !find(words, "words_look", &lib->words_look)) {
        return false;
    }
    tokens = dlopen(tokens_path, RTLD_NOW | RTLD_LOCAL);
    return find(tokens, "tokens_scan", &lib->tokens_scan) &&
           find(tokens, "tokens_look", &lib->tokens_look);
}

/* Asks both plug-ins what they see; their first calls, so that starting the
 * interpreters is not part of the time measured later. */
static bool
plugins_look(const plugins *lib, outcome *out)
{
    words_view words = {.recursion_limit = 0};
    struct token_view tokens;

    if (lib->words_look(&words) != 0) {
        return false;
    }
    tokens = lib->tokens_look();
    if (tokens.helper_author == NULL || tokens.shortened == NULL) {
        return false;
    }
    /* words' patch may have been overwritten by now: look again. */
    if (lib->words_look(&words) != 0) {
        return false;
    }
    (void)snprintf(out->words_sees.author, TEXT_SIZE, "%s",
                   words.helper_author);
    (void)snprintf(out->words_sees.shortened, TEXT_SIZE, "%s", words.shortened);
    out->words_sees.recursion_limit = words.recursion_limit;
    (void)snprintf(out->tokens_sees.author, TEXT_SIZE, "%s",
                   tokens.helper_author);
    (void)snprintf(out->tokens_sees.shortened, TEXT_SIZE, "%s",
                   tokens.shortened);
    out->tokens_sees.recursion_limit = tokens.recursion_limit;
    return true;
}

static void *
words_thread(void *arg)
{
    job *self = arg;

    self->result = self->lib->words_analyse(self->path, &self->out->words);
    return NULL;
}

static void *
tokens_thread(void *arg)
{
    job *self = arg;

    self->result = self->lib->tokens_scan(self->path, &self->out->tokens);
    return NULL;
}

/* Runs both analyses at once, each on its own thread; keeps the better time. */
static bool
plugins_run(const plugins *lib, const char *path, outcome *out)
{
    job words = {lib, path, out, -1};
    job tokens = {lib, path, out, -1};
    pthread_t words_id;
    pthread_t tokens_id;
    double start = now();
    double seconds = 0;

    if (pthread_create(&words_id, NULL, words_thread, &words) != 0) {
        return false;
    }
    if (pthread_create(&tokens_id, NULL, tokens_thread, &tokens) == 0) {
        (void)pthread_join(tokens_id, NULL);
    }
    (void)pthread_join(words_id, NULL);
    seconds = now() - start;
    if (out->seconds == 0 || seconds < out->seconds) {
        out->seconds = seconds;
    }
    return words.result == 0 && tokens.result == 0;
}

/* Makes the whole measurement in this process. */
static bool
measure(char *const argv[], outcome *out)
{
    plugins lib;

    if (!plugins_open(&lib, argv[2], argv[3]) || !plugins_look(&lib, out)) {
        return false;
    }
    for (int run = 0; run < RUNS; run++) {
        if (!plugins_run(&lib, argv[1], out)) {
            return false;
        }
    }
    return true;
}

/* Makes the measurement in a child with one shared interpreter. */
static bool
measure_shared(char *const argv[], outcome *out)
{
    int ends[2];
    char number[16];
    pid_t child = 0;
    int status = -1;
    ssize_t n = -1;

    if (pipe(ends) != 0) {
        return false;
    }
    (void)snprintf(number, sizeof(number), "%d", ends[1]);
    if (setenv(CHILD_MARK, number, 1) != 0 ||
        setenv("EMBED_SHARED_INTERP", "1", 1) != 0 ||
        posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, environ) != 0) {
        return false;
    }
    (void)close(ends[1]);
    n = read(ends[0], out, sizeof(*out));
    (void)close(ends[0]);
    return waitpid(child, &status, 0) == child && status == 0 &&
           n == (ssize_t)sizeof(*out);
}

static void
print_results(const outcome *o)
{
    (void)printf("words:   %ld words, %ld distinct, %ld pairs, %ld sentences, "
                 "reading ease %.1f\n         most frequent:",
                 o->words.words, o->words.distinct, o->words.pairs,
                 o->words.sentences, o->words.reading_ease);
    for (int i = 0; i < WORDS_TOP; i++) {
        (void)printf(" %.24s (%d)", o->words.top[i].word,
                     o->words.top[i].count);
    }
    (void)printf("\ntokens:  %ld tokens in %ld lines: %ld names, %ld numbers, "
                 "%ld strings, %ld comments\n         longest name %d, "
                 "%d brackets deep, %.2f bits per token\n",
                 o->tokens.tokens, o->tokens.lines,
                 o->tokens.by_kind[TOKEN_NAME], o->tokens.by_kind[TOKEN_NUMBER],
                 o->tokens.by_kind[TOKEN_STRING],
                 o->tokens.by_kind[TOKEN_COMMENT], o->tokens.longest_name,
                 o->tokens.deepest, o->tokens.entropy);
}

static void
print_sight(const char *mode, const char *name, const sight *s)
{
    (void)printf("%-20s %-8s %-12s %-14s %d\n", mode, name, s->author,
                 s->shortened, s->recursion_limit);
}

/* Tells whether each plug-in found only what it made itself. */
static bool
is_isolated(const outcome *o)
{
    return strcmp(o->words_sees.author, "Ada") == 0 &&
           strcmp(o->words_sees.shortened, "THE QUICK") == 0 &&
           o->words_sees.recursion_limit == 1500 &&
           strcmp(o->tokens_sees.author, "Grace") == 0 &&
           strcmp(o->tokens_sees.shortened, "The qui..") == 0 &&
           o->tokens_sees.recursion_limit == 5000;
}

/* PyPy has one interpreter, whatever is asked for. */
static bool
is_always_shared(void)
{
    const char *python = getenv("EMBED_PYTHON");
    return python != NULL && strstr(python, "pypy") != NULL;
}

static bool
print_report(const outcome *own, const outcome *shared)
{
    bool isolated = is_isolated(own);
    bool can_isolate = !is_always_shared();

    print_results(own);
    (void)printf("\n%-20s %-8s %-12s %-14s %s\n", "", "plug-in", "helper by",
                 "shorten()", "recursion limit");
    print_sight(can_isolate ? "own interpreters" : "PyPy", "words",
                &own->words_sees);
    print_sight("", "tokens", &own->tokens_sees);
    print_sight("shared interpreter", "words", &shared->words_sees);
    print_sight("", "tokens", &shared->tokens_sees);
    if (!can_isolate) {
        (void)printf("\nPyPy has one interpreter for both: each has its own "
                     "helper, and sees the other's changes.\n\n"
                     "Both at once: %.2f s\n",
                     own->seconds);
        return strcmp(own->words_sees.author, "Ada") == 0 &&
               strcmp(own->tokens_sees.author, "Grace") == 0;
    }
    (void)printf("\nWith own interpreters %s.\n",
                 isolated ? "neither plug-in saw the other"
                          : "a plug-in SAW THE OTHER, which is a bug");
    (void)printf("\nBoth at once, own interpreters:    %.2f s\n"
                 "Both at once, shared interpreter:  %.2f s\n"
                 "Ratio:                             %.2f\n",
                 own->seconds, shared->seconds, shared->seconds / own->seconds);
    return isolated;
}

int
main(int argc, char **argv)
{
    const char *mark = getenv(CHILD_MARK);
    outcome own = {.seconds = 0};
    outcome shared = {.seconds = 0};

    if (argc != 4) {
        (void)fprintf(stderr, "usage: %s TEXT LIBWORDS LIBTOKENS\n", argv[0]);
        return 2;
    }
    if (mark == NULL) {
        (void)unsetenv("EMBED_SHARED_INTERP");
    }
    if (!measure(argv, &own)) {
        (void)fprintf(stderr, "a plug-in failed\n");
        return 1;
    }
    if (mark != NULL) {
        int fd = (int)strtol(mark, NULL, 10);
        return write(fd, &own, sizeof(own)) == (ssize_t)sizeof(own) ? 0 : 1;
    }
    if (!measure_shared(argv, &shared)) {
        (void)fprintf(stderr, "the run with a shared interpreter failed\n");
        return 1;
    }
    return print_report(&own, &shared) ? 0 : 1;
}
