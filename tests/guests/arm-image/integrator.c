/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves the Integrator/CP: the UART, what the core module knows of the memory,
 * the memory's second place, and the wires between the interrupt controllers.
 */

#include "image.h"

#define CORE            0x10000000
#define CORE_ID         (CORE + 0x00)
#define CORE_SDRAM      (CORE + 0x20)
#define PIT             0x13000000
#define PIC             0x14000000
#define RTC             0x15000000
#define UART0           0x16000000
#define UART1           0x17000000
#define KEYBOARD        0x18000000
#define MMC             0x1c000000
#define AUDIO           0x1d000000
#define LCD             0xc0000000
#define SIC             0xca000000
#define CONTROL         0xcb000000

#define CARD_IN         (1 << 3)

#define RAWSTAT         0x04            /* of PIC and SIC */
#define ENABLESET       0x08
#define SOFTSET         0x10
#define SOFTCLR         0x14

#define UART_DR         0x00
#define UART_FR         0x18
#define UART_CR         0x30
#define UART_IMSC       0x38
#define UART_FR_TXFF    (1 << 5)
#define UART_ENABLED    0x301
#define UART_TX         (1 << 5)

#define PRIMECELL_ID    0xfe0

void put_char(char c)
{
    while (REG(UART0 + UART_FR) & UART_FR_TXFF) {
    }
    REG(UART0 + UART_DR) = c;
}

static unsigned primecell(unsigned base)
{
    unsigned id = 0;

    for (int i = 3; i >= 0; i--) {
        id = id << 8 | (REG(base + PRIMECELL_ID + 4 * i) & 0xff);
    }
    return id;
}

static unsigned pending(unsigned controller)
{
    return REG(controller + RAWSTAT);
}

_Noreturn void main(unsigned board)
{
    REG(UART0 + UART_CR) = UART_ENABLED;
    put("qgen: hello from an integrator\n");
    report("board", board);
    report("core module", REG(CORE_ID));
    report("sdram", REG(CORE_SDRAM));
    report("control", REG(CONTROL));

    REG(0x00800000) = 0x12345678;
    report("memory again", REG(0x80800000));

    report("rtc", primecell(RTC));
    report("keyboard", primecell(KEYBOARD));
    report("mmc", primecell(MMC));
    report("audio", primecell(AUDIO));
    report("lcd", primecell(LCD));

    report("nothing pending", pending(PIC));
    REG(SIC + ENABLESET) = 1;
    REG(SIC + SOFTSET) = 1;
    report("second controller", pending(SIC) & 1);
    report("at the first", pending(PIC));
    REG(SIC + SOFTCLR) = 1;
    report("over", pending(PIC));

    REG(UART1 + UART_CR) = UART_ENABLED;
    REG(UART1 + UART_DR) = '.';
    REG(UART1 + UART_IMSC) = UART_TX;
    report("uart 1 sent", pending(PIC));
    REG(UART1 + UART_IMSC) = 0;
    report("card", REG(CONTROL + 8) & CARD_IN);
    finish();
}
