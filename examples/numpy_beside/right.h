/* A plug-in with an interpreter of its own. */
int right_refused(void);
int right_sum(const int *values, int n);
