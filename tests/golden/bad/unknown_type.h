int draw(const pixmap_t *p);
