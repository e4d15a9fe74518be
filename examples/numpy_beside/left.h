/* A plug-in with an interpreter of its own. */
int left_refused(void);
int left_sum(const int *values, int n);
