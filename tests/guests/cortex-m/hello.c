/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves a Cortex-M core with flash and SRAM and no other device: it starts,
 * talks by semihosting, and its clock drives SysTick.
 */

#include "core.h"

_Bool main(void)
{
    _Bool good;

    semihosting_write("qgen: hello from cortex-m\n");
    systick_start();
    good = take_exception() == SYSTICK;
    semihosting_write(good ? "qgen: systick interrupt\n"
                           : "qgen: no systick interrupt\n");
    return good;
}
