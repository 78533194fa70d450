/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves an MPS2 board: the console, the identity that its FPGA image has, the
 * RAMs and their mirrors, and each interrupt that goes through an OR gate.
 */

#include "core.h"

#ifndef UART2
#define UART2           0x40006000
#endif
#ifndef UART4
#define UART4           0
#endif
#ifndef PSRAM
#define PSRAM           0x21000000
#endif
#ifndef ETHERNET
#define ETHERNET        0x40200000
#endif

#define UART0           0x40004000
#define UART1           0x40005000
#define UART_DATA       0x00
#define UART_STATE      0x04
#define UART_CTRL       0x08
#define UART_INTCLEAR   0x0c
#define UART_BAUDDIV    0x10
#define TX_FULL         1
#define TX_ENABLE       1
#define TX_INTERRUPT    4
#define TX_OVERRUN      16
#define ALL             ~0u

#define TIMER(n)        (0x40000000 + 0x1000 * (n))
#define TIMER_CTRL      0x00
#define TIMER_RELOAD    0x08
#define TIMER_INTCLEAR  0x0c
#define DUALTIMER       0x40002000
#define DUAL_LOAD       0x00
#define DUAL_CTRL       0x08
#define DUAL_INTCLEAR   0x0c

#define ADC             0x40025000
#define SPI(n)          (0x40020000 + 0x1000 * (n))
#define SHIELD_SPI(n)   (0x40026000 + 0x1000 * (n))
#define SPI_IMSC        0x14

#define SCC             0x4002f000
#define SCC_DATA        0xa0
#define SCC_CTRL        0xa8
#define SCC_AID         0xff8
#define SCC_ID          0xffc
#define SCC_READ_CLOCK  0x80100000

static _Bool bad;

static void put(const char *text)
{
    while (*text) {
        while (REG(UART0 + UART_STATE) & TX_FULL) {
        }
        REG(UART0 + UART_DATA) = *text++;
    }
}

static void say(const char *what, unsigned value)
{
    char text[] = " 00000000\n";

    for (unsigned i = 8; i; i--, value >>= 4) {
        text[i] = "0123456789abcdef"[value & 15];
    }
    semihosting_write("qgen: ");
    semihosting_write(what);
    semihosting_write(text);
}

/* Which line it was that asked, in decimal as the documents have it. */
static void report(const char *what)
{
    unsigned number = take_exception();
    char text[] = " line   \n";

    if (number < IRQ(0)) {
        bad = 1;
        semihosting_write("qgen: no interrupt: ");
        semihosting_write(what);
        semihosting_write("\n");
        return;
    }
    number -= IRQ(0);
    text[6] = '0' + number / 10;
    text[7] = '0' + number % 10;
    semihosting_write("qgen: ");
    semihosting_write(what);
    semihosting_write(text);
}

static void overrun(unsigned uart, const char *what)
{
    irqs_enable_all();
    REG(uart + UART_CTRL) = TX_OVERRUN;
    REG(uart + UART_DATA) = 'q';        /* stays: the transmitter is off */
    REG(uart + UART_DATA) = 'q';
    report(what);
    REG(uart + UART_CTRL) = 0;
    REG(uart + UART_INTCLEAR) = ALL;
}

static void sent(unsigned uart, const char *what)
{
    irqs_enable_all();
    REG(uart + UART_BAUDDIV) = 16;
    REG(uart + UART_CTRL) = TX_ENABLE | TX_INTERRUPT;
    REG(uart + UART_DATA) = '\n';
    report(what);
    REG(uart + UART_CTRL) = TX_ENABLE;
    REG(uart + UART_INTCLEAR) = ALL;
}

static void fifo(unsigned spi, const char *what)
{
    irqs_enable_all();
    REG(spi + SPI_IMSC) = 8;            /* there is room for more, as ever */
    report(what);
    REG(spi + SPI_IMSC) = 0;
}

static void timers(void)
{
    irqs_enable_all();
    for (unsigned i = 0; i < 2; i++) {
        REG(TIMER(i) + TIMER_RELOAD) = 1000;
        REG(TIMER(i) + TIMER_CTRL) = 9;
        report(i ? "timer 1" : "timer 0");
        REG(TIMER(i) + TIMER_CTRL) = 0;
        REG(TIMER(i) + TIMER_INTCLEAR) = 1;
    }
    REG(DUALTIMER + DUAL_LOAD) = 1000;
    REG(DUALTIMER + DUAL_CTRL) = 0xa3;
    report("dual timer");
    REG(DUALTIMER + DUAL_CTRL) = 0;
    REG(DUALTIMER + DUAL_INTCLEAR) = 1;
}

_Bool main(void)
{
    REG(UART0 + UART_BAUDDIV) = 16;
    REG(UART0 + UART_CTRL) = TX_ENABLE;
    put("qgen: hello from an mps2");
    sent(UART0, "uart 0 sent");
    sent(UART1, "uart 1 sent");
    sent(UART2, "uart 2 sent");
    overrun(UART0, "uart 0 overrun");
    overrun(UART1, "uart 1 overrun");
    overrun(UART2, "uart 2 overrun");
    if (UART4) {
        sent(UART4, "uart 4 sent");
        overrun(UART4, "uart 4 overrun");
    }
    timers();
    fifo(ADC, "adc");
    fifo(SPI(0), "spi 0");
    fifo(SPI(1), "spi 1");
    fifo(SHIELD_SPI(0), "shield spi 0");
    fifo(SHIELD_SPI(1), "shield spi 1");

    say("scc id", REG(SCC + SCC_ID));
    say("scc aid", REG(SCC + SCC_AID));
    for (unsigned i = 0; i < 3; i++) {
        REG(SCC + SCC_CTRL) = SCC_READ_CLOCK | i;
        say("clock", REG(SCC + SCC_DATA));
    }
    say("ethernet", REG(ETHERNET + 0x50));
    REG(0x20000100) = 0x12345678;
    REG(PSRAM) = 0x9abcdef0;
    say("sram mirror", REG(0x20400100));
    say("psram", REG(PSRAM));
    return !bad;
}
