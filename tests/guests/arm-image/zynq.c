/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves the Zynq: that its PLL was set up before the kernel came, where it
 * booted from, its CPUs, and the wires of UART, counter and flash.
 */

#include "image.h"

#define SLCR            0xf8000000
#define SLCR_LOCKED     (SLCR + 0x00c)
#define SLCR_ARM_PLL    (SLCR + 0x100)
#define SLCR_BOOT_MODE  (SLCR + 0x25c)

#define SCU_CONFIG      0xf8f00004
#define GIC_TYPE        0xf8f01004
#define GIC_PENDING     0xf8f01200
#define GIC_CLEAR       0xf8f01280
#define OCM             0xfffc0000

#define UART0           0xe0000000
#define UART1           0xe0001000
#define UART_CR         0x00
#define UART_IER        0x08
#define UART_IDR        0x0c
#define UART_ISR        0x14
#define UART_SR         0x2c
#define UART_FIFO       0x30
#define UART_CR_TX_EN   (1 << 4)
#define UART_TX_FULL    (1 << 4)
#define UART_TX_EMPTY   (1 << 3)

#define TTC0            0xf8001000
#define TTC_CONTROL     0x0c
#define TTC_INTERVAL    0x24
#define TTC_ISR         0x54
#define TTC_IER         0x60

#define SPI0            0xe0006000
#define SPI1            0xe0007000
#define QSPI            0xe000d000
#define SPI_CONFIG      0x00
#define SPI_ENABLE      0x14
#define SPI_TX          0x1c
#define SPI_RX          0x20
#define SPI_MASTER      (1 << 0)
#define SPI_SELECT(n)   ((15 & ~(1u << (n))) << 10)
#define SPI_BY_HAND     (1 << 14)
#define QSPI_OWN        (1u << 31)
#define SPI_READ_ID     0x9f

void put_char(char c)
{
    while (REG(UART0 + UART_SR) & UART_TX_FULL) {
    }
    REG(UART0 + UART_FIFO) = c;
}

/* Three bytes that say which flash hangs at a chip select. */
static unsigned flash_id(unsigned spi, unsigned select)
{
    unsigned id = 0;

    REG(spi + SPI_CONFIG) = SPI_MASTER | SPI_BY_HAND | SPI_SELECT(select);
    REG(spi + SPI_ENABLE) = 1;
    REG(spi + SPI_TX) = SPI_READ_ID;
    for (int i = 0; i < 3; i++) {
        REG(spi + SPI_TX) = 0;
    }
    for (int i = 0; i < 4; i++) {
        id = id << 8 | (REG(spi + SPI_RX) & 0xff);
    }
    REG(spi + SPI_ENABLE) = 0;
    REG(spi + SPI_CONFIG) = SPI_MASTER | SPI_BY_HAND | 15 << 10;
    return id & 0xffffff;
}

/* The same of the quad controller, which sends and takes four bytes at a time. */
static unsigned quad_flash_id(void)
{
    unsigned id;

    REG(QSPI + SPI_CONFIG) = QSPI_OWN | SPI_MASTER | SPI_BY_HAND | SPI_SELECT(0);
    REG(QSPI + SPI_ENABLE) = 1;
    REG(QSPI + SPI_TX) = SPI_READ_ID;
    id = __builtin_bswap32(REG(QSPI + SPI_RX));
    REG(QSPI + SPI_ENABLE) = 0;
    return id & 0xffffff;
}

/* The number of the first interrupt from outside that waits in the GIC. */
static unsigned pending(void)
{
    for (unsigned word = 1; word < 3; word++) {
        unsigned bits = REG(GIC_PENDING + 4 * word);

        if (bits) {
            REG(GIC_CLEAR + 4 * word) = bits;
            return 32 * word + __builtin_ctz(bits);
        }
    }
    return 0;
}

static unsigned patiently(void)
{
    for (unsigned i = 0; i < 100000000; i++) {
        unsigned line = pending();

        if (line) {
            return line;
        }
    }
    return 0;
}

_Noreturn void main(unsigned board)
{
    REG(UART0 + UART_CR) = UART_CR_TX_EN;
    put("qgen: hello from a zynq\n");
    report("board", board);
    report("arm pll", REG(SLCR_ARM_PLL));
    report("slcr locked", REG(SLCR_LOCKED));
    report("boot mode", REG(SLCR_BOOT_MODE));
    report("cpus", REG(SCU_CONFIG) & 3);
    report("gic", REG(GIC_TYPE) & 0xff);
    REG(OCM) = 0x9abcdef0;
    report("on-chip memory", REG(OCM));

    report("nothing pending", pending());
    REG(UART1 + UART_CR) = UART_CR_TX_EN;
    REG(UART1 + UART_IER) = UART_TX_EMPTY;
    REG(UART1 + UART_FIFO) = '.';
    report("uart 1 line", patiently());
    REG(UART1 + UART_IDR) = ~0u;
    REG(UART1 + UART_ISR) = ~0u;
    pending();

    REG(TTC0 + TTC_INTERVAL + 4) = 1000;
    REG(TTC0 + TTC_IER + 4) = 1;
    REG(TTC0 + TTC_CONTROL + 4) = 2;            /* second counter, to the interval */
    report("counter line", patiently());
    REG(TTC0 + TTC_CONTROL + 4) = 1;

    for (unsigned select = 0; select < 4; select++) {
        report("spi 0 flash", flash_id(SPI0, select));
    }
    report("spi 1 flash", flash_id(SPI1, 0));
    report("quad spi flash", quad_flash_id());
    while (!(REG(UART0 + UART_SR) & UART_TX_EMPTY)) {
    }
    finish();
}
