/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text and the end, for the guests that come as raw images.
 * Proves nothing itself.
 */

#include "image.h"

#define SYS_EXIT        0x18
#define EXIT_GOOD       0x20026         /* ADP_Stopped_ApplicationExit */

unsigned semihosting(unsigned operation, unsigned argument);

void put(const char *text)
{
    while (*text) {
        put_char(*text++);
    }
}

void report(const char *what, unsigned value)
{
    put("qgen: ");
    put(what);
    put_char(' ');
    for (int shift = 28; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[value >> shift & 15]);
    }
    put_char('\n');
}

_Noreturn void finish(void)
{
    semihosting(SYS_EXIT, EXIT_GOOD);
    for (;;) {
    }
}
