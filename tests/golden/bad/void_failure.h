#define FAIL(x) EMBED_ON_FAILURE(x)
void notify(int code) EMBED_ON_FAILURE(-1);
