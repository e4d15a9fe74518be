"""Makes a plug-in of random functions and structs, the same for a seed.

    generate.py NAME SEED FUNCTIONS RECORDS OUTDIR

OUTDIR gets NAME.h, NAME.cdef, NAME.c, NAME_text.py; the Python side is
random_calls.py.  Every value follows from a number, by the same rules in C
(here) and in Python (there), so both sides know what to expect.

SPDX-License-Identifier: MIT
"""
import os
import random
import sys

INTS = (
    "_Bool|char|signed char|unsigned char|short|unsigned short|int|"
    "unsigned int|long|unsigned long|long long|unsigned long long|"
    "int8_t|uint8_t|int16_t|uint16_t|int32_t|uint32_t|int64_t|uint64_t|"
    "intptr_t|uintptr_t|ptrdiff_t|size_t|ssize_t|int_least8_t|"
    "uint_least16_t|int_least32_t|uint_least64_t|int_fast8_t|uint_fast16_t|"
    "int_fast32_t|uint_fast64_t|intmax_t|uintmax_t"
).split("|")
WIDE = ["wchar_t", "char16_t", "char32_t"]
FLOATS = ["float", "double", "long double"]
COMPLEX = ["float _Complex", "double _Complex"]
POINTERS = [
    "void *",
    "const char *",
    "int *",
    "double **",
    "struct rnd_opaque *",
    "rnd_fn *",
]
ENUMS = ["enum rnd_color", "enum rnd_wide"]

PRELUDE = """#include <complex.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uchar.h>
#include <wchar.h>

typedef int rnd_fn(int);
struct rnd_opaque;
enum rnd_color { RND_RED, RND_GREEN = 5, RND_BLUE = -7, RND_GREY };
enum rnd_wide { RND_NONE, RND_MANY = 4000000000 };
"""

SUPPORT = """
/* The n-th number that follows from s. */
static uint64_t
rnd_mix(uint64_t s, uint64_t n)
{
    s += (n + 1) * 0x9e3779b97f4a7c15u;
    s = (s ^ (s >> 30)) * 0xbf58476d1ce4e5b9u;
    s = (s ^ (s >> 27)) * 0x94d049bb133111ebu;
    return s ^ (s >> 31);
}

static int rnd_bad;       /* arguments that were wrong */
static int rnd_first = -1; /* in which function first */

static void
rnd_check(int function, int good)
{
    if (!good) {
        rnd_bad++;
        rnd_first = rnd_first < 0 ? function : rnd_first;
    }
}

int
rnd_bad_take(int *first)
{
    int bad = rnd_bad;
    *first = rnd_first;
    rnd_bad = 0;
    rnd_first = -1;
    return bad;
}
"""


class Generator:
    def __init__(self, seed, functions, records):
        self.random = random.Random(seed)
        self.tags = {}  # C type -> tag in names of helpers
        self.types = []  # text of the types header
        self.code = []  # text of the C file
        self.records = []  # (C type, [(field, is_bits)])
        self.by_value = []  # records for calls
        self.scalars()
        for i in range(records):
            self.record(i)
        self.functions = [self.function(i) for i in range(functions)]

    # --- scalars ---------------------------------------------------------

    def helper(self, ctype, value, equal):
        tag = self.tags[ctype] = "t%d" % len(self.tags)
        self.code.append(
            f"static {ctype} v_{tag}(uint64_t s)\n{{\n{value}}}\n"
            f"static int eq_{tag}({ctype} a, {ctype} b)\n{{\n{equal}}}\n"
        )

    def scalars(self):
        plain = "    return a == b;\n"
        for t in INTS:
            how = "s & 1" if t == "_Bool" else "s"
            self.helper(t, f"    return ({t})({how});\n", plain)
        for t in WIDE:
            self.helper(t, f"    return ({t})(s % 0xd000);\n", plain)
        number = "(int64_t)(s % 8192) - 4096"
        for t in FLOATS:
            self.helper(t, f"    return ({t})({number}) / 8;\n", plain)
        for t in COMPLEX:
            real = t.split()[0]
            self.helper(
                t,
                f"    union {{ {real} part[2]; {t} z; }} u;\n"
                f"    u.part[0] = ({real})({number}) / 8;\n"
                f"    s >>= 20;\n"
                f"    u.part[1] = ({real})({number}) / 8;\n"
                f"    return u.z;\n",
                plain,
            )
        for t in POINTERS:
            self.helper(t, f"    return ({t})(uintptr_t)(s & ~(uint64_t)7);\n", plain)
        self.helper(
            ENUMS[0],
            "    static const enum rnd_color all[] = "
            "{RND_RED, RND_GREEN, RND_BLUE, RND_GREY};\n"
            "    return all[s % 4];\n",
            plain,
        )
        self.helper(
            ENUMS[1],
            "    return s % 2 ? RND_MANY : RND_NONE;\n",
            plain,
        )

    def scalar(self):
        r = self.random
        return r.choice(
            r.choice([INTS, INTS, INTS, WIDE, FLOATS, FLOATS, POINTERS, ENUMS])
        )

    # --- structs and unions ----------------------------------------------

    def bit_field(self, name):
        base, most, signed = self.random.choice(
            [
                ("unsigned int", 32, False),
                ("int", 32, True),
                ("unsigned char", 8, False),
                ("short", 16, True),
                ("unsigned long long", 64, False),
                ("_Bool", 1, False),
            ]
        )
        size = self.random.randint(1, most)
        shift = 64 - size
        value = f"s << {shift} >> {shift}"
        if signed:
            value = f"(int64_t)(s << {shift}) >> {shift}"
        return f"{base} {name} : {size};", f"({base})({value})"

    def field(self, name):
        """Returns a declaration, statements that set it out of the number
        `s`, an expression that compares it, and whether it is a bit-field."""
        r = self.random
        kind = r.random()
        if kind < 0.2:
            declaration, value = self.bit_field(name)
            return declaration, f"v.{name} = {value};", f"a.{name} == b.{name}", True
        t = self.scalar()
        if kind < 0.4 and self.by_value:
            t = r.choice(self.by_value[-12:])
        elif kind < 0.45:
            t = r.choice(COMPLEX)
        tag = self.tags[t]
        if kind > 0.85:
            n = r.randint(1, 4)
            return (
                f"{t} {name}[{n}];",
                f"for (int i = 0; i < {n}; i++) {{ "
                f"{t} x = v_{tag}(rnd_mix(s, (uint64_t)i)); "
                f"memcpy(&v.{name}[i], &x, sizeof x); }}",
                " && ".join(
                    f"eq_{tag}(a.{name}[{i}], b.{name}[{i}])" for i in range(n)
                ),
                False,
            )
        return (
            f"{t} {name};",
            # Not assigned: compilers return structs right into members that
            # are not aligned.
            f"{t} x = v_{tag}(s); memcpy(&v.{name}, &x, sizeof x);",
            f"eq_{tag}(a.{name}, b.{name})",
            False,
        )

    def record(self, i):
        r = self.random
        kind = r.choice(["struct"] * 6 + ["packed", "union", "flexible", "small"])
        keyword = "union" if kind == "union" else "struct"
        ctype = f"{keyword} rnd_{kind}_{i}"
        n = r.randint(1, 2) if kind == "small" else r.randint(1, 7)
        fields = [self.field("f%d" % k) for k in range(n)]
        # The name of a packed record says so: what holds one is no less so.
        packed = " __attribute__((packed))" if kind == "packed" else ""
        body = [f[0] for f in fields]
        names = [("f%d" % k, f[3]) for k, f in enumerate(fields)]
        if kind == "struct" and r.random() < 0.2:
            body.append("struct { short inner0; union { int inner1; float inner2; }; };")
            names += [("inner0", False), ("inner1", False), ("inner2", False)]
            fields.append(("", "v.inner0 = v_%s(s);" % self.tags["short"],
                           "a.inner0 == b.inner0", False))
            fields.append(("", "v.inner1 = v_%s(s);" % self.tags["int"],
                           "a.inner1 == b.inner1", False))
        if kind == "flexible":
            body.append(f"{self.scalar()} rest[];")
            names.append(("rest", False))
        self.types.append("%s {\n    %s\n}%s;\n" % (ctype, "\n    ".join(body), packed))
        self.records.append((ctype, names))
        if kind == "flexible":
            return
        if kind == "union":
            fields = fields[:1]
        sets = "".join(
            f"    {{ uint64_t outer = s; s = rnd_mix(s, {k}); {f[1]} s = outer; }}\n"
            for k, f in enumerate(fields)
        )
        self.helper(
            ctype,
            f"    {ctype} v;\n    memset(&v, 0, sizeof v);\n{sets}    return v;\n",
            "    return %s;\n" % " && ".join(f[2] for f in fields),
        )
        self.by_value.append(ctype)

    # --- functions -------------------------------------------------------

    def value_type(self):
        kind = self.random.random()
        if kind < 0.3 and self.by_value:
            return self.random.choice(self.by_value)
        return self.random.choice(COMPLEX) if kind < 0.37 else self.scalar()

    def function(self, i):
        result = "void" if self.random.random() < 0.06 else self.value_type()
        args = [self.value_type() for _ in range(self.random.choice(
            [0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 18]))]
        return result, args

    def values(self, i, args):
        return ", ".join(
            f"v_{self.tags[t]}(rnd_mix({i}, {k + 1}))" for k, t in enumerate(args)
        )

    def result_check(self, i, result, call):
        if result == "void":
            return f"    {call};\n    return 1;\n"
        tag = self.tags[result]
        return f"    return eq_{tag}({call}, v_{tag}(rnd_mix({i}, 0)));\n"

    def function_code(self, i):
        result, args = self.functions[i]
        checks = "".join(
            f"    rnd_check({i}, eq_{self.tags[t]}(a{k}, "
            f"v_{self.tags[t]}(rnd_mix({i}, {k + 1}))));\n"
            for k, t in enumerate(args)
        )
        back = ("" if result == "void" else
                f"    return v_{self.tags[result]}(rnd_mix({i}, 0));\n")
        values = self.values(i, args)
        export = self.result_check(i, result, f"rnd_export_{i}({values})")
        callback = self.result_check(i, result, f"fn({values})")
        return (
            f"{result} rnd_c_{i}({parameters(args)})\n{{\n{checks}{back}}}\n"
            f"static int rnd_x_{i}(void)\n{{\n{export}}}\n"
            f"int rnd_back_{i}({result} (*fn)({parameters(args)}))\n"
            f"{{\n{callback}}}\n"
        )

    def layout_code(self):
        lines = ["long rnd_layout(int record, int what)\n{\n    switch (record) {\n"]
        for i, (ctype, names) in enumerate(self.records):
            offsets = "".join(
                ", -1" if is_bits else f", (long)offsetof({ctype}, {name})"
                for name, is_bits in names
            )
            lines.append(
                f"    case {i}: {{\n"
                f"        static const long facts[] = {{(long)sizeof({ctype}), "
                f"(long)_Alignof({ctype}){offsets}}};\n"
                f"        return facts[what];\n    }}\n"
            )
        return "".join(lines) + "    }\n    return -2;\n}\n"


def parameters(args):
    return ", ".join("%s a%d" % (t, k) for k, t in enumerate(args)) or "void"


def write(path, *parts):
    with open(path, "w") as file:
        file.writelines(parts)


def main(name, seed, functions, records, out):
    g = Generator(int(seed), int(functions), int(records))
    n = len(g.functions)
    path = os.path.join(out, name)
    guard = f"#ifndef {name.upper()}_H\n#define {name.upper()}_H\n"
    write(
        path + ".h",
        guard,
        PRELUDE,
        *g.types,
        *(f"{r} rnd_export_{i}({parameters(a)});\n"
          for i, (r, a) in enumerate(g.functions)),
        "/* Runs the Python side's part: 0 lib, 1 function pointers,\n"
        " * 2 callbacks, 3 layouts, 4 layouts of cdef().  Returns how many\n"
        " * fail, and which. */\n"
        "int rnd_run(int part, char *out, int cap);\n#endif\n",
    )
    # For cdef() at run time, where there is no preprocessor.
    text = PRELUDE[PRELUDE.index("typedef"):] + "".join(g.types)
    write(path + "_text.py", f"DECLARATIONS = {text!r}\n")
    write(
        path + ".cdef",
        f'#include "{name}.h"\n',
        f"enum {{ RND_FUNCTIONS = {n}, RND_RECORDS = {len(g.records)} }};\n",
        *(f"{r} rnd_c_{i}({parameters(a)});\n"
          f"int rnd_back_{i}({r} (*fn)({parameters(a)}));\n"
          for i, (r, a) in enumerate(g.functions)),
        "int rnd_bad_take(int *first);\nlong rnd_layout(int record, int what);\n",
    )
    write(
        path + ".c",
        f'#include "{name}.h"\n#include <string.h>\n',
        SUPPORT,
        *g.code,
        *(g.function_code(i) for i in range(n)),
        g.layout_code(),
        "static int (*const rnd_all[])(void) = {",
        *(f"rnd_x_{i}, " for i in range(n)),
        "};\n\n/* Calls every export.  Returns how many results are wrong. */\n"
        '__attribute__((visibility("default"))) int\n'
        "rnd_call_exports(int *first)\n{\n    int bad = 0;\n\n"
        f"    for (int i = 0; i < {n}; i++) {{\n"
        "        if (!rnd_all[i]()) {\n"
        "            *first = bad++ == 0 ? i : *first;\n        }\n    }\n"
        "    return bad;\n}\n",
    )


main(*sys.argv[1:])
