int ok(int a);
int log_it(const char *format, ...);
