/* SPDX-License-Identifier: MIT */
#ifndef CFFI_DLLEXPORT
#  if defined(_MSC_VER)
#    define CFFI_DLLEXPORT  extern __declspec(dllimport)
#  else
#    define CFFI_DLLEXPORT  extern
#  endif
#endif

typedef struct { int x, y; } point_t;
CFFI_DLLEXPORT int do_stuff(const point_t *);
CFFI_DLLEXPORT int label_length(const char *label, point_t points[], int n);
