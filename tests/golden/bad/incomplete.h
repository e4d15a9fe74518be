struct hidden;
	int show(int n, struct hidden h);
struct hidden give(void);
