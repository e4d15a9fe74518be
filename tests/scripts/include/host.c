/* SPDX-License-Identifier: MIT */
int check(void);

int
main(void)
{
    return check();
}
