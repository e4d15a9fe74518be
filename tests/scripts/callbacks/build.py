import cffi
ffi = cffi.FFI()

ffi.cdef("""
    typedef struct { const char *name; int weight; ...; } item_t;
    extern "Python" int on_item(const item_t *item, void *user);
    extern "Python" {
        double score(double a, float b);
        void done(void);
    }
    extern "Python+C" long visible(long);
    int walk(int n);
    #define LIMIT ...
""")

ffi.embedding_init_code("""
    from events import ffi, lib
    seen = []

    @ffi.def_extern()
    def on_item(item, user):
        seen.append(ffi.string(item.name))
        return item.weight * lib.LIMIT

    @ffi.def_extern()
    def score(a, b):
        return a * 2 + b

    @ffi.def_extern(name="done")
    def finished():
        print(seen, lib.walk is not None, flush=True)

    @ffi.def_extern()
    def visible(n):
        return -n
""")

ffi.set_source("events", r"""
    #define LIMIT 10
    typedef struct { long hidden; const char *name; int weight; } item_t;
    static int on_item(const item_t *item, void *user);
    static double score(double a, float b);
    static void done(void);
    long visible(long);

    int walk(int n)
    {
        int sum = 0;
        for (int i = 1; i <= n; i++) {
            item_t item = {0, i == 1 ? "one" : "more", i};
            sum += on_item(&item, NULL);
        }
        return sum;
    }

    CFFI_DLLEXPORT int run(int n)
    {
        if (cffi_start_python() != 0)
            return -1;
        int sum = walk(n) + (int)score(0.5, 2) + (int)visible(1);
        done();
        return sum;
    }
""")
ffi.compile(verbose=False)
