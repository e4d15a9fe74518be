#define SECRET 42
#define WIDTH ...
typedef int... token_t;
struct partial { int wanted; ...; };
extern int table[...];
int half(int x);
token_t next_token(token_t t);
extern "Python" int on_event(int code, struct partial *p);
extern "Python+C" void on_exit(void);
