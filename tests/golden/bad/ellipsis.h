struct open {
    int a;
    ...;
};
