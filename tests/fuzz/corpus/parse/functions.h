typedef unsigned long size_t;
extern void *memcpy(void *restrict, const void *__restrict b, size_t n) __attribute__((nonnull(1, 2)));
int (*signal(int sig, void (*handler)(int)))(int);
static inline int add(int a, int b) { return a + b ? '}' : "}"[0]; }
int printf(const char *, ...) __asm__("printf64"), plain(), many(char a[static 3], int (*)[4], double f(float));
int login(const char *) EMBED_ON_FAILURE((struct r){-1, "a)"}) ;
_Noreturn void quit(void);
_Complex double c(float _Complex, long double _Complex, __int128, va_list);
