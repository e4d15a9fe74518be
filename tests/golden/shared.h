/* One function; the rest comes with --cdef and --source. */
int run(int n);
