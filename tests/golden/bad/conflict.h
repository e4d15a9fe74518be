int size(void);
long size(void);
