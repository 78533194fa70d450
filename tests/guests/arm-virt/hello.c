/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves the devices of a `virt`-like board from one CPU: UART, RTC, GPIO and
 * virtio-mmio at their addresses; the wires of both timers, UART, RTC, GPIO.
 */

#include "board.h"

#define UART_IMSC       0x038
#define UART_INT_TX     0x20

#define RTC_DR          0x000
#define RTC_MR          0x004
#define RTC_IMSC        0x010
#define RTC_RIS         0x014
#define RTC_ICR         0x01c

#define GPIO_IS         0x404
#define GPIO_IE         0x410

#define VIRTIO_MAGIC    0x74726976              /* "virt" */

static void report(const char *what)
{
    unsigned id = take_irq();

    put(id == NO_IRQ ? "qgen: no " : "qgen: ");
    put(what);
    put(" interrupt");
    if (id != NO_IRQ) {
        put(" ");
        put_decimal(id);
    }
    put("\r\n");
}

/* A PrimeCell's four identification bytes, the part number's lowest first. */
static void report_id(const char *what, unsigned base)
{
    unsigned id = 0;

    for (int i = 3; i >= 0; i--) {
        id = id << 8 | (peek(&REG(base, 0xfe0 + 4 * i)) & 0xff);
    }
    put("qgen: ");
    put(what);
    put(" id ");
    put_hex(id);
    put("\r\n");
}

void secondary(unsigned cpu)
{
    (void)cpu;                                  /* none is ever started */
}

_Noreturn void main(void)
{
    unsigned transports = 0;

    uart_init();
    put("qgen: hello from arm-virt\r\n");
    gic_init();
    gic_cpu_init();

    START_TIMER(PHYSICAL_TIMER);
    report("timer");
    STOP_TIMER(PHYSICAL_TIMER);
    START_TIMER(VIRTUAL_TIMER);
    report("timer");
    STOP_TIMER(VIRTUAL_TIMER);

    REG(UART_BASE, UART_IMSC) = UART_INT_TX;    /* pending since we print */
    report("uart");
    REG(UART_BASE, UART_IMSC) = 0;

    report_id("rtc", RTC_BASE);
    REG(RTC_BASE, RTC_IMSC) = 1;
    for (int i = 0; i < 3 && !(REG(RTC_BASE, RTC_RIS) & 1); i++) {
        REG(RTC_BASE, RTC_MR) = REG(RTC_BASE, RTC_DR);  /* an alarm for now */
    }
    report("rtc");
    REG(RTC_BASE, RTC_IMSC) = 0;
    REG(RTC_BASE, RTC_ICR) = 1;

    report_id("gpio", GPIO_BASE);
    REG(GPIO_BASE, GPIO_IS) = 1;                /* line 0 is low: by level */
    REG(GPIO_BASE, GPIO_IE) = 1;
    report("gpio");
    REG(GPIO_BASE, GPIO_IE) = 0;

    for (int i = 0; i < VIRTIO_SLOTS; i++) {
        transports +=
            peek(&REG(VIRTIO_BASE, i * VIRTIO_SIZE)) == VIRTIO_MAGIC;
    }
    put("qgen: virtio-mmio transports ");
    put_decimal(transports);
    put("\r\n");

    put("qgen: done\r\n");
    power_off();
}
