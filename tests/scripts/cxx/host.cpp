// SPDX-License-Identifier: MIT
#include <cstdio>

int mangled(int);
extern "C" int plain(int);

int
main()
{
    std::printf("%d %d\n", mangled(1), plain(1));
    return 0;
}
