#define COUNT 3
int first(int a);
int second(int a, int b[COUNT]] );
int third(int a);
