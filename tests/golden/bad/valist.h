#include <stdarg.h>
void vlog(const char *format, va_list args);
