/* layout_test.c - random structs: our sizes and offsets against the compiler's.
 *
 * Makes some thousand structs and unions, each as C text and as an ec_type,
 * and a C program that prints what the compiler thinks of them.  Its output
 * must be the text printed from the ec_types.  EMBED_LAYOUT_SEED repeats a
 * run; CC names the compiler.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/types/clayout.h"

#define N_RECORDS  2000
#define MAX_FIELDS 9
#define MAX_DEPTH  2

/* A random program under construction. */
struct maker {
    uint64_t random;
    ec_types *types;
    FILE *code;     /* the C program */
    FILE *expected; /* what it must print */
    ec_type *records[N_RECORDS];
    size_t n_records;
};

/* Returns a random number below `n` (xorshift64*). */
static unsigned
pick(struct maker *m, unsigned n)
{
    m->random ^= m->random >> 12;
    m->random ^= m->random << 25;
    m->random ^= m->random >> 27;
    return (unsigned)((m->random * 0x2545F4914F6CDD1Du) >> 33) % n;
}

static bool
chance(struct maker *m, unsigned percent)
{
    return pick(m, 100) < percent;
}

/* Returns a random primitive type; any integer type may be a bit-field. */
static ec_type *
pick_prim(struct maker *m, bool for_bits)
{
    static const int prims[] = {
        EC_PRIM_BOOL,    EC_PRIM_CHAR,   EC_PRIM_SCHAR, EC_PRIM_UCHAR,
        EC_PRIM_SHORT,   EC_PRIM_USHORT, EC_PRIM_INT,   EC_PRIM_UINT,
        EC_PRIM_LONG,    EC_PRIM_ULONG,  EC_PRIM_LLONG, EC_PRIM_ULLONG,
        EC_PRIM_WCHAR,   EC_PRIM_SIZE,   EC_PRIM_FLOAT, EC_PRIM_DOUBLE,
        EC_PRIM_LDOUBLE,
    };
    unsigned n = sizeof prims / sizeof prims[0];
    ec_type *type =
        ec_type_prim(m->types, prims[pick(m, for_bits ? n - 3 : n)], NULL);
    assert_non_null(type);
    return type;
}

/* What is decided for one record before its fields are. */
struct record_plan {
    ec_kind kind;
    ec_layout_opts opts;
    bool is_packed;
    bool is_open; /* the last field is an open array */
};

static ec_type *
make_record(struct maker *m, const char *name, int pack, int depth);

/* Writes random attributes of `field` to the program and to *out_align. */
static void
make_attributes(struct maker *m, const ec_field *field, int pack,
                int *out_align)
{
    if (field->name[0] == '\0' && field->bit_size < 0) {
        return; /* they would be the anonymous type's */
    }
    int align = chance(m, 10) ? 1 << pick(m, 6) : 0;
    if (field->bit_size >= 0 && (pack != 0 || align < field->type->align)) {
        align = 0; /* gcc and clang disagree */
    }
    bool packed = align != 1 && chance(m, 5);
    if (align != 0) {
        fprintf(m->code, " __attribute__((aligned(%d)))", align);
    }
    if (packed) {
        fprintf(m->code, " __attribute__((packed))");
    }
    *out_align = !packed ? align : align == 0 ? -1 : -align;
}

/* Makes a bit-field called `name`, sometimes without a name. */
static void
make_bits(struct maker *m, char *name, ec_field *out, bool in_union)
{
    out->type = pick_prim(m, true);
    unsigned width =
        out->type->kind == EC_KIND_BOOL ? 1 : (unsigned)out->type->size * 8;
    out->bit_size = 1 + (int)pick(m, width);
    if (chance(m, 60) && out->bit_size > 7) {
        out->bit_size = 1 + (int)pick(m, 7);
    }
    if (chance(m, 20)) {
        name[0] = '\0';
        out->bit_size = chance(m, 50) && !in_union ? 0 : out->bit_size;
    }
    fprintf(m->code, "%s %s:%d", out->type->name, name, out->bit_size);
}

/* Makes the type of a field that is no bit-field and writes declarator and
 * type to the program. */
static void
make_plain(struct maker *m, const char *name, int depth, int pack,
           ec_field *out)
{
    char text[128];
    unsigned what = pick(m, 100);
    if (what < 15 && m->n_records > 0) {
        out->type = m->records[pick(m, (unsigned)m->n_records)];
        if ((out->type->flags & EC_TYPE_FLEXIBLE) != 0) {
            out->type = pick_prim(m, false);
        }
    } else if (what < 22 && depth < MAX_DEPTH) {
        out->type = make_record(m, "", pack, depth + 1);
        if (chance(m, 50)) {
            out->name = ""; /* anonymous member */
        }
        fprintf(m->code, " %s", out->name);
        return;
    } else if (what < 30) {
        out->type = ec_type_pointer(m->types, pick_prim(m, false), NULL);
    } else {
        out->type = pick_prim(m, false);
    }
    if (chance(m, 15)) {
        out->type =
            ec_type_array(m->types, out->type, (ptrdiff_t)pick(m, 5), NULL);
    }
    assert_non_null(out->type);
    assert_true(ec_type_spell(out->type, name, text, sizeof text) <
                sizeof text);
    fprintf(m->code, "%s", text);
}

/* Makes the fields of a record; returns how many. */
static size_t
make_fields(struct maker *m, const struct record_plan *plan, int depth,
            ec_field *fields, int *aligns)
{
    static char names[MAX_DEPTH + 1][MAX_FIELDS][16];
    static unsigned n_names;
    size_t n = 1 + pick(m, MAX_FIELDS - 1);
    bool has_named = false; /* an open array must not be alone */
    for (size_t i = 0; i < n; i++) {
        char *name = names[depth][i];
        (void)snprintf(name, sizeof names[0][0], "f%u", n_names++);
        fields[i] = (ec_field){name, NULL, 0, -1, -1};
        aligns[i] = 0;
        fprintf(m->code, "  ");
        if (plan->is_open && has_named && i + 1 == n) {
            fields[i].type =
                ec_type_array(m->types, pick_prim(m, false), -1, NULL);
            fprintf(m->code, "%s %s[]", fields[i].type->item->name, name);
        } else if (chance(m, 35)) {
            make_bits(m, name, &fields[i], plan->kind == EC_KIND_UNION);
            make_attributes(m, &fields[i], plan->opts.pack, &aligns[i]);
        } else {
            make_plain(m, name, depth, plan->opts.pack, &fields[i]);
            make_attributes(m, &fields[i], plan->opts.pack, &aligns[i]);
        }
        fprintf(m->code, ";\n");
        has_named = has_named || fields[i].name[0] != '\0';
    }
    return n;
}

/* Makes a record; named ones are "struct NAME" or "union NAME". */
static ec_type *
make_record(struct maker *m, const char *name, int pack, int depth)
{
    struct record_plan plan = {
        .kind = chance(m, 20) ? EC_KIND_UNION : EC_KIND_STRUCT,
        .opts = {pack, chance(m, 10) ? 1 << pick(m, 6) : 0},
        .is_packed = chance(m, 15),
    };
    plan.is_open = depth == 0 && plan.kind == EC_KIND_STRUCT && chance(m, 5);
    char spelling[64];
    (void)snprintf(spelling, sizeof spelling, "%s %s",
                   plan.kind == EC_KIND_UNION ? "union" : "struct", name);
    fprintf(m->code, "%s {\n", spelling);
    ec_field fields[MAX_FIELDS];
    int aligns[MAX_FIELDS];
    size_t n = make_fields(m, &plan, depth, fields, aligns);
    fprintf(m->code, "}");
    if (plan.is_packed) {
        fprintf(m->code, " __attribute__((packed))");
    }
    if (plan.opts.align != 0) {
        fprintf(m->code, " __attribute__((aligned(%d)))", plan.opts.align);
    }

    ec_err err = EC_ERR_INIT;
    ec_type *type = ec_type_record(
        m->types, plan.kind, name[0] == '\0' ? NULL : name, spelling, &err);
    assert_non_null(type);
    type->flags |= plan.is_packed ? EC_TYPE_PACKED : 0;
    if (ec_layout_record(m->types, type, fields, aligns, n, &plan.opts, &err) !=
        EMBED_OK) {
        fail_msg("%s", err.text);
    }
    return type;
}

/* Prints to both sides what one field is like. */
static void
expect_field(struct maker *m, const ec_type *type, const ec_field *field,
             size_t base)
{
    if (field->name[0] == '\0') {
        for (size_t i = 0; i < field->type->n_fields; i++) {
            expect_field(m, type, &field->type->fields[i],
                         base + field->offset);
        }
        return;
    }
    if (field->bit_size < 0) {
        fprintf(m->code, "  printf(\"  %s %%zu\\n\", offsetof(%s, %s));\n",
                field->name, type->name, field->name);
        fprintf(m->expected, "  %s %zu\n", field->name, base + field->offset);
        return;
    }
    fprintf(m->code,
            "  memset(&v, 0, sizeof v); v.%s = -1;\n"
            "  show(\"%s\", &v, sizeof v);\n",
            field->name, field->name);
    unsigned char *bytes = calloc(1, (size_t)type->size + 1);
    assert_non_null(bytes);
    ec_bits_store(field, bytes + base, UINT64_MAX);
    int64_t value = ec_bits_load(field, bytes + base);
    assert_true(ec_type_is_signed(field->type)
                    ? value == -1
                    : (uint64_t)value == UINT64_MAX >> (64 - field->bit_size));
    fprintf(m->expected, "  %s", field->name);
    for (ptrdiff_t i = 0; i < type->size; i++) {
        if (bytes[i] != 0) {
            fprintf(m->expected, " %td:%02x", i, bytes[i]);
        }
    }
    fprintf(m->expected, "\n");
    free(bytes);
}

/* Makes record number `i` and the function that prints it. */
static void
make_case(struct maker *m, size_t i)
{
    char name[32];
    (void)snprintf(name, sizeof name, "r%zu", i);
    int pack = chance(m, 20) ? 1 << pick(m, 5) : 0;
    if (pack != 0) {
        fprintf(m->code, "#pragma pack(push, %d)\n", pack);
    }
    ec_type *type = make_record(m, name, pack, 0);
    fprintf(m->code, ";\n%s", pack != 0 ? "#pragma pack(pop)\n" : "");
    m->records[m->n_records++] = type;

    fprintf(m->code,
            "static void print_%s(void) {\n  static %s v;\n"
            "  printf(\"%s %%zu %%zu\\n\", sizeof v, _Alignof(%s));\n",
            name, type->name, type->name, type->name);
    fprintf(m->expected, "%s %td %d\n", type->name, type->size, type->align);
    for (size_t f = 0; f < type->n_fields; f++) {
        expect_field(m, type, &type->fields[f], 0);
    }
    fprintf(m->code, "}\n");
}

/* Writes the whole program. */
static void
make_program(struct maker *m)
{
    fprintf(m->code,
            "#include <stddef.h>\n#include <stdio.h>\n#include <string.h>\n"
            "#include <wchar.h>\n"
            "static void show(const char *name, const void *v, size_t n) {\n"
            "  const unsigned char *p = v;\n"
            "  printf(\"  %%s\", name);\n"
            "  for (size_t i = 0; i < n; i++)\n"
            "    if (p[i] != 0) printf(\" %%zu:%%02x\", i, p[i]);\n"
            "  printf(\"\\n\");\n}\n");
    for (size_t i = 0; i < N_RECORDS; i++) {
        make_case(m, i);
    }
    fprintf(m->code, "int main(void) {\n");
    for (size_t i = 0; i < N_RECORDS; i++) {
        fprintf(m->code, "  print_r%zu();\n", i);
    }
    fprintf(m->code, "}\n");
}

/* Compiles and runs the program at `dir`; returns its output to read. */
static FILE *
run_program(const char *dir)
{
    const char *cc = getenv("CC");
    char command[512];
    int n = snprintf(command, sizeof command,
                     "cd '%s' && %s -std=gnu11 -w -Wno-packed-bitfield-compat "
                     "-O0 -o layout layout.c && "
                     "./layout",
                     dir, cc == NULL || cc[0] == '\0' ? "cc" : cc);
    assert_true(n > 0 && (size_t)n < sizeof command);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    return output;
}

/* Compares the program's output with what is expected, line by line. */
static void
compare_output(FILE *output, const char *expected)
{
    char line[65536];
    char record[128] = "";
    while (fgets(line, sizeof line, output) != NULL) {
        size_t len = strlen(line);
        if (line[0] != ' ') {
            (void)snprintf(record, sizeof record, "%.100s", line);
        }
        if (strncmp(line, expected, len) != 0) {
            fail_msg("in %sthe compiler says %swe say %.*s", record, line,
                     (int)strcspn(expected, "\n"), expected);
        }
        expected += len;
    }
    assert_string_equal(expected, "");
}

static void
remove_program(const char *dir)
{
    static const char *const names[] = {"layout.c", "layout"};
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

static void
layouts_of_random_records_are_those_of_the_compiler(void **state)
{
    (void)state;
    const char *seed = getenv("EMBED_LAYOUT_SEED");
    uint64_t random =
        seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    print_message("EMBED_LAYOUT_SEED=%" PRIu64 "\n", random);

    const char *tmp = getenv("TMPDIR");
    char dir[128];
    char path[160];
    (void)snprintf(dir, sizeof dir, "%s/embed-layout-XXXXXX",
                   tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/layout.c", dir);

    static struct maker m;
    char *expected = NULL;
    size_t expected_size = 0;
    m.random = random * 2 + 1;
    m.types = ec_types_create();
    m.code = fopen(path, "w");
    m.expected = open_memstream(&expected, &expected_size);
    assert_true(m.types != NULL && m.code != NULL && m.expected != NULL);
    make_program(&m);
    assert_int_equal(fclose(m.code), 0);
    assert_int_equal(fclose(m.expected), 0);

    FILE *output = run_program(dir);
    compare_output(output, expected);
    assert_int_equal(pclose(output), 0);
    remove_program(dir);
    free(expected);
    ec_types_destroy(m.types);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_of_random_records_are_those_of_the_compiler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
