# 1 "a.h" 1
#pragma pack(push, 2)
struct node; union u { int i; struct node *next; };
struct __attribute__((packed, aligned(4))) node { char c; int bits : 3, : 0, more : 5; union { float f; long l; }; struct node *n; union u u[2][3]; char tail[]; };
#pragma pack(pop)
typedef struct { int x, y; } point __attribute__((aligned(16)));
enum color { RED, GREEN = RED + 4, BLUE = sizeof(struct node) << 2, BIG = 0xffffffffffffffff };
_Static_assert(sizeof(point) == 8, "size");
static const unsigned char MASK = ~0 ? 'a' * 2 : 1 / 0;
point origin = { .x = 1 }, *where[] = { &origin };
# 12 "main.h" 2
typeof(((struct node *)0)->u[1]) other;
int len[__builtin_offsetof(struct node, u[1][2].i) + (unsigned long)&((struct node *)0)->tail];
_Alignas(long) _Atomic(int) counter; __thread volatile int tls;
vec_t unknown(int);
extern "C" { int in_c(void); }
