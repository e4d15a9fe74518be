/* Every kind of scalar, in both directions. */
#ifndef SCALARS_H
#define SCALARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uchar.h>
#include <wchar.h>

void nothing(void);
bool negate(bool value);
char first(signed char a, unsigned char b, char c);
short small(unsigned short a);
long large(unsigned long a, long long b, unsigned long long c);
float single(float a);
double twice(double a);
long double precise(long double a, int b, long double c);
float _Complex turn(float _Complex a);
double _Complex rotate(double _Complex a, double b);
wchar_t wide(char16_t a, char32_t b);
int8_t fixed(uint8_t a, int16_t b, uint32_t c, int64_t d);
size_t sizes(ptrdiff_t a, intptr_t b, uintmax_t c);
int many(int a, int b, int c, int d, int e, int f, int g, int h, int i);

#endif
