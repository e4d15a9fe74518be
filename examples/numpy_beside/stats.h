/* Statistics by numpy and pandas, which need the shared interpreter. */
double stats_mean(const double *values, int n);
double stats_median_of_groups(const int *groups, const double *values, int n);
