typedef struct { int x; int y; } point_t;
struct node { struct node *next; char name[4];
    unsigned flags : 2; int more; };
struct hidden { int a; };
struct bits { unsigned second : 3, first : 5; };
struct nested { struct { int k, m; } u; };
typedef struct { int a; } ia_t;
typedef int token_t;
extern long counter;
int length(int *);
void take(ia_t *);
float wide(void);
point_t *move(point_t *);
int format(char *, const char *);
#define LIMIT 11
#define LABEL 1
#define RATIO 1
#define API 1
#define call_macro 1
enum color { RED, GREEN = 6 };
enum sign { PLUS = 1 };
int nothing(void);
#define NOTHING 1
struct none { int a; };
