#define A 12
#define B ...
#define C (A << 3 | \
   1)
typedef ... opaque; typedef ... *handle; typedef int... num_t; typedef float... real_t;
struct part { int a; char name[...]; ...; };
enum e { E1 = ..., E2, E3 = 5, ... };
int table[...]; static const int K; static char *const S; const int N = 3;
extern "Python" int cb(int); extern "Python+C" { void cb2(num_t *, handle); }
int __stdcall f(...);
