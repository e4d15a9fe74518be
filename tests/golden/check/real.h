#ifndef REAL_H
#define REAL_H
#include <stddef.h>
#define LIMIT 10
#define LABEL "text"
#define RATIO 1.5
#define API extern
#define call_macro(x) ((x) + 1)
enum color { RED, GREEN = 5, BLUE };
enum sign { PLUS = 1, MINUS = -1 };
typedef struct { int x; long y; } point_t;
struct node { struct node *next; unsigned flags : 3; char name[8];
    union { int i; float f; }; };
struct hidden;
struct bits { unsigned first : 5, second : 3; };
struct nested { struct { float z, w; } u; };
typedef struct { float a; } fa_t;
typedef unsigned short token_t;
typedef float vec __attribute__((vector_size(16)));
extern int counter;
int length(const char *text);
vec wide(void);
void take(fa_t *);
point_t *move(point_t *p, size_t n);
int format(char *out, const char *fmt, ...);
API enum sign sign_of(int);
#endif
