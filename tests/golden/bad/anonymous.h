int take(struct { int x; } value);
