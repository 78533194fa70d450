/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves a CMSDK APB UART on a Cortex-M board: it writes to the console, and
 * its TX interrupt is wired to the NVIC line UART_TX_IRQ. Then SysTick.
 */

#include "core.h"

#ifndef UART_BASE
#define UART_BASE       0x40004000
#endif
#ifndef UART_TX_IRQ
#define UART_TX_IRQ     0
#endif

#define UART_DATA       (UART_BASE + 0x00)
#define UART_STATE      (UART_BASE + 0x04)
#define UART_CTRL       (UART_BASE + 0x08)
#define UART_INTCLEAR   (UART_BASE + 0x0c)
#define UART_BAUDDIV    (UART_BASE + 0x10)
#define TX_FULL         1
#define TX_ENABLE       1
#define TX_INTERRUPT    4

static void put(const char *text)
{
    while (*text) {
        while (REG(UART_STATE) & TX_FULL) {
        }
        REG(UART_DATA) = *text++;
    }
}

static _Bool report(unsigned number, unsigned wanted, const char *what)
{
    put(number == wanted ? "qgen: " :
        number == NO_EXCEPTION ? "qgen: no " : "qgen: on another line, ");
    put(what);
    put(" interrupt\n");
    return number == wanted;
}

_Bool main(void)
{
    unsigned number;
    _Bool good;

    REG(UART_BAUDDIV) = 16;
    REG(UART_CTRL) = TX_ENABLE;
    put("qgen: hello from the uart");

    irqs_enable_all();
    REG(UART_CTRL) = TX_ENABLE | TX_INTERRUPT;
    put("\n");                          /* the interrupt: it has been sent */
    number = take_exception();
    REG(UART_CTRL) = TX_ENABLE;
    REG(UART_INTCLEAR) = ~0u;
    good = report(number, IRQ(UART_TX_IRQ), "uart");

    systick_start();
    return report(take_exception(), SYSTICK, "systick") && good;
}
